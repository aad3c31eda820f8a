"""The product's own server under a profiler: `python -m bench.profiled FILE`.

What the loop's thread does is written to FILE when the server stops; the threads that read and write the
database are not seen.
"""

import cProfile
import pstats
import signal
import sys
from pathlib import Path
from types import FrameType

SHOWN = 60


def written(profiler: cProfile.Profile, path: Path) -> None:
    """Write the functions that cost most, with what they called, most expensive first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as out:
        pstats.Stats(profiler, stream=out).sort_stats("cumulative").print_stats(SHOWN)


def main(path: Path) -> None:
    """Serve until stopped, and write what that cost."""
    import server

    # uvicorn raises the signal again when it has stopped, which would end us before we have written.
    signal.signal(signal.SIGTERM, _end)
    profiler = cProfile.Profile()
    try:
        profiler.runcall(server.main)
    finally:
        written(profiler, path)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    main(Path(sys.argv.pop()))
