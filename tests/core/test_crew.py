"""Several processes behind one port: real processes, a real socket, real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from core import crew
from core.errors import BadInput, Unavailable
from core.settings import Settings
from tests.postgres import _free_port

ROOT = Path(__file__).parents[2]
MEMBER = """
import os, signal, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from core import crew

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        told = crew.told_dead() if self.path == "/deaths" else os.getpid()
        said = str(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *_): pass

port = crew.inherited(sys.argv)
server = ThreadingHTTPServer(("127.0.0.1", 0), Page, bind_and_activate=False)
server.socket = port
ends = lambda *_: threading.Thread(target=server.shutdown).start()
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else ends)
server.serve_forever(0.05)
"""
LEAD = """
import sys
from core import crew, logs
from core.settings import Settings
crew.STOP_S = 1.0
settings = Settings(_env_file=None)
logs.set_up(settings)
sys.exit(crew.lead([sys.executable, "-c", {member!r}, *sys.argv[1:]], settings))
"""


@contextmanager
def led(
    folder: Path, *more: str, member: str = MEMBER, chroma: str = "http://127.0.0.1:1"
) -> Iterator[tuple[int, str]]:
    """Give the process id of a lead of two members, and their address."""
    port = _free_port()
    settings = {
        "REGENTE_PROCESSES": "2", "REGENTE_PORT": str(port), "REGENTE_DATA_DIR": str(folder),
        "REGENTE_DATABASE_URL": "postgresql://nobody/asks", "REGENTE_CHROMA_URL": chroma,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }  # fmt: skip
    lead = subprocess.Popen(
        [sys.executable, "-c", LEAD.format(member=member), *more], cwd=ROOT,
        env={**os.environ, **settings},
    )  # fmt: skip
    try:
        yield lead.pid, f"http://127.0.0.1:{port}"
    finally:
        lead.kill()
        lead.wait()


def until(true: Callable[[], bool], timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def answering(url: str) -> int:
    """Give the process that answers a request; 0: nobody does."""
    return int(page(url) or 0)


def page(url: str) -> str:
    """Give what somebody answers on a connection of its own; empty: nobody does."""
    try:
        return httpx.get(url, timeout=5).text
    except httpx.TransportError:
        return ""


def both(url: str, seen: set[int]) -> bool:
    seen |= {answering(url)} - {0}
    return len(seen) == 2


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def children(pid: int) -> set[int]:
    """Give the processes that a process has started."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def test_two_serve_one_port_who_dies_is_started_again_and_one_signal_stops_all(
    tmp_path: Path,
) -> None:
    with led(tmp_path, chroma="") as (lead, url):
        first: set[int] = set()
        until(lambda: both(url, first))
        started = children(lead)
        assert len(started) == 3, "two members, and the Chroma server that nobody had named"
        assert "Saving data to" in (tmp_path / "chroma.log").read_text()
        victim = min(first)
        os.kill(victim, signal.SIGKILL)
        until(lambda: not alive(victim))
        until(lambda: str(victim) in page(f"{url}/deaths"))
        again: set[int] = set()
        until(lambda: both(url, again))
        assert victim not in again and len(again & first) == 1
        os.kill(lead, signal.SIGTERM)
        told = time.monotonic()
        started |= children(lead)
        assert os.waitpid(lead, 0)[1] == 0
        assert time.monotonic() - told < 5
        assert not any(map(alive, started))
        assert answering(url) == 0


@pytest.mark.parametrize("ends", ["told", "killed"])
def test_nothing_is_left_of_members_that_are_deaf_or_have_lost_their_lead(
    ends: str, tmp_path: Path
) -> None:
    deaf = ["deaf"] if ends == "told" else []
    with led(tmp_path, *deaf) as (lead, url):
        seen: set[int] = set()
        until(lambda: both(url, seen))
        started = children(lead)
        os.kill(lead, signal.SIGTERM if ends == "told" else signal.SIGKILL)
        until(lambda: not any(map(alive, started)))


def test_who_starts_in_vain_is_not_started_again_and_ends_the_others(tmp_path: Path) -> None:
    with led(tmp_path, member=f"raise SystemExit({crew.REFUSED})") as (lead, _):
        assert os.waitstatus_to_exitcode(os.waitpid(lead, 0)[1]) == crew.REFUSED


def test_who_keeps_dying_is_started_again_ever_later() -> None:
    child = crew.Child("short", [sys.executable, "-c", ""])
    waits = []
    for _ in range(8):
        child.start()
        until(lambda: not child.runs)
        assert child.ended() == 0
        waits.append(child._again_at - time.monotonic())
        assert child.ended() is None, "told once"
    assert [round(wait, 1) for wait in waits] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_several_processes_on_sqlite_and_a_port_that_is_taken_are_refused_in_words(
    tmp_path: Path,
) -> None:
    asked = Settings(processes=2, data_dir=tmp_path, _env_file=None)  # pyright: ignore
    with pytest.raises(BadInput, match="2 processes need PostgreSQL.*REGENTE_DATABASE_URL"):
        crew.lead(["never started"], asked)
    with (
        crew.listening("127.0.0.1", 0) as port,
        pytest.raises(Unavailable, match="cannot be had: Address already in use"),
    ):
        crew.listening("127.0.0.1", port.getsockname()[1])
