import signal
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, signal
from core.stopping import at_stop

async def main():
    ended, before = asyncio.Event(), []
    signal.signal(signal.SIGTERM, lambda *_: before.append(1))
    with at_stop(ended.set):
        print("up", flush=True)
        await ended.wait()
    print(len(before), signal.getsignal(signal.SIGTERM).__name__, flush=True)

asyncio.run(main())
"""


def test_at_sigterm_feeds_end_and_the_server_hears_of_it_too() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10)[0] == "1 <lambda>\n"
