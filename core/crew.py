"""Several processes of the server behind one port, and who looks after them.

    lead    binds the port, starts a Chroma server where none is named, then the first member, and when
            that one serves the others, who find done what it has prepared; starts again whatever dies,
            and stops all of it at one signal, within a deadline
    member  `python server.py --socket FD`: serves on the socket it was given

The socket is one for all: whoever has time takes the next connection, and one that comes while a member
dies waits for another. On a member's standard input its lead says which others have died (`told_dead`);
the end of it, even by kill -9, says that the lead is gone, and the member stops by itself.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import httpx
import structlog

from core.errors import BadInput, Unavailable
from core.settings import Settings

log = structlog.get_logger(__name__)

SOCKET = "--socket"
"""Option of a member: the number of its inherited listening socket."""

REFUSED = 78
"""Exit status of who starts in vain, now and once more; it has said why. EX_CONFIG of sysexits.h: tell
systemd with `RestartPreventExitStatus=78`."""

STOP_S = 25.0
"""Seconds the members have to end their turns and connections; then they are killed."""

CHROMA_STOP_S = 5.0
CHROMA_START_S = 60.0
LOOK_S = 0.1
SHORT_LIFE_S = 10.0
"""Who dies sooner than this waits before it is started again, longer each time."""

LONGEST_WAIT_S = 30.0
BACKLOG = 2048

CHROMA = (
    "import sys; from core.crew import end_with_lead; end_with_lead(); "
    "from chromadb.cli.cli import app; sys.argv[0] = 'chroma'; app()"
)


def refuse(settings: Settings) -> None:
    """Refuse several processes on SQLite.

    Raises:
        BadInput: says what to set.
    """
    if settings.processes > 1 and settings.database.startswith("sqlite"):
        raise BadInput(
            f"{settings.processes} processes need PostgreSQL, for SQLite has one writer. Set"
            " REGENTE_DATABASE_URL=postgresql://..., or REGENTE_PROCESSES=1."
        )


def listening(host: str, port: int) -> socket.socket:
    """Bind the port that all members serve.

    Raises:
        Unavailable: somebody else has it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Unavailable(f"Port {port} of {host} cannot be had: {error.strerror}.") from error


def inherited(arguments: Sequence[str]) -> socket.socket | None:
    """Give the socket that a member was started with; None: this process is no member."""
    if SOCKET not in arguments:
        return None
    end_with_lead()
    port = socket.socket(fileno=int(arguments[arguments.index(SOCKET) + 1]))
    port.setblocking(False)  # another member may take the connection of which all were told
    return port


_deaths: SimpleQueue[int] = SimpleQueue()


def told_dead() -> list[int]:
    """Give the process ids of which the lead has said since the last call that they are dead."""
    return [_deaths.get() for _ in range(_deaths.qsize())]


def end_with_lead() -> None:
    """Hear what the lead says, and stop this process when it is gone."""

    def watch() -> None:
        said = b""
        while more := os.read(0, 1024):  # not `sys.stdin`, whose lock would be held at the end
            *lines, said = (said + more).split(b"\n")
            for line in lines:
                _deaths.put(int(line))
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lead", daemon=True).start()


@dataclass
class Child:
    """A process that is started again when it dies."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    passing: tuple[int, ...] = ()
    output: Path | None = None
    """Where its output goes; None: where ours goes."""

    _process: "subprocess.Popen[bytes] | None" = None
    _began_at: float = 0.0
    _again_at: float = 0.0
    _short_lives: int = 0

    @property
    def pid(self) -> int:
        """Give the id of the process that runs, or ran last."""
        return self._process.pid if self._process else 0

    @property
    def runs(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; it has a session of its own, so that Ctrl-C reaches its lead only."""
        out = self.output.open("ab") if self.output else None
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this very program, and Chroma
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                pass_fds=self.passing,
                start_new_session=True,
            )
        finally:
            if out:
                out.close()
        self._began_at = time.monotonic()

    def ended(self) -> int | None:
        """Give its exit status if it has ended since the last look, and plan its next start."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.lay_to_rest()
        now = time.monotonic()
        short = now - self._began_at < SHORT_LIFE_S
        self._short_lives = self._short_lives + 1 if short else 0
        wait_s = min(2.0 ** (self._short_lives - 2), LONGEST_WAIT_S) if self._short_lives else 0.0
        self._again_at = now + wait_s
        self._process = None
        return status

    def due(self) -> bool:
        """Say whether it is down and may be started."""
        return self._process is None and time.monotonic() >= self._again_at

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self._process is not None and self.runs:
            self._process.send_signal(number)

    def hear_of(self, dead: int) -> None:
        """Say that another process has died."""
        if self._process is not None and self._process.stdin is not None and self.runs:
            with suppress(OSError):  # it is dying itself
                self._process.stdin.write(b"%d\n" % dead)
                self._process.stdin.flush()

    def lay_to_rest(self) -> None:
        """Let go of a process that has ended."""
        if self._process is not None and self._process.stdin is not None:
            self._process.wait()
            self._process.stdin.close()


def stop(children: Sequence[Child], within_s: float) -> None:
    """Ask all to end, and kill who has not ended within that time."""
    for child in children:
        child.tell(signal.SIGTERM)
    until = time.monotonic() + within_s
    while any(child.runs for child in children) and time.monotonic() < until:
        time.sleep(LOOK_S)
    for child in children:
        if child.runs:
            log.warning("process_killed", name=child.name, pid=child.pid, after_s=within_s)
            child.tell(signal.SIGKILL)
        child.lay_to_rest()


class Crew:
    """The members, and what they need."""

    def __init__(
        self, members: Sequence[Child], *, ready: str, chroma: Child | None = None
    ) -> None:
        self.members = list(members)
        self.chroma = chroma
        self._ready = ready
        self._told = 0

    def run(self, port: socket.socket) -> int:
        """Serve until told to stop; give the exit status."""
        before = {
            number: signal.signal(number, self._hear) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            status = self._watch()
            port.close()  # from now on nobody is let in
            stop(self.members, STOP_S)
            return status
        finally:
            stop(self.members, 0.0)
            if self.chroma is not None:
                stop([self.chroma], CHROMA_STOP_S)
            for number, old in before.items():
                signal.signal(number, old)

    def _hear(self, _number: int, _frame: object) -> None:
        self._told += 1
        if self._told > 1:  # who asks twice does not want to wait
            for member in self.members:
                member.tell(signal.SIGKILL)

    def _watch(self) -> int:
        """Look after all until told to stop, or until it would be in vain."""
        wanted = self.members[:1]
        while not self._told:
            if len(wanted) < len(self.members) and _answers(self._ready):
                wanted = self.members
            for child in [*wanted, *([self.chroma] if self.chroma else [])]:
                pid = child.pid
                if (status := child.ended()) is not None:
                    log.warning("process_ended", name=child.name, status=status)
                    if status == REFUSED:
                        return REFUSED
                    for member in self.members:
                        member.hear_of(pid)
                elif child.due():
                    child.start()
                    log.info("process_started", name=child.name, pid=child.pid)
            time.sleep(LOOK_S)
        return 0


def _answers(url: str) -> bool:
    """Say whether a server on this machine answers well."""
    try:
        return httpx.get(url, timeout=1, trust_env=False).is_success
    except httpx.TransportError:
        return False


def chroma_server(folder: Path) -> tuple[Child, str]:
    """Start a Chroma server on a folder and give it with its address, once it answers.

    Raises:
        Unavailable: it did not answer; names its log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url, said = f"http://127.0.0.1:{port}", folder.parent / "chroma.log"
    where = ["--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    child = Child("chroma", [sys.executable, "-c", CHROMA, "run", *where], output=said)
    child.start()
    until = time.monotonic() + CHROMA_START_S
    while child.runs and time.monotonic() < until:
        if _answers(f"{url}/api/v2/heartbeat"):
            return child, url
        time.sleep(LOOK_S)
    stop([child], 0.0)
    raise Unavailable(f"The Chroma server did not start; its log is {said}.")


def lead(command: Sequence[str], settings: Settings) -> int:
    """Serve with several processes of `command`, which takes `--socket`; give the exit status.

    Raises:
        BadInput: the database is SQLite.
        Unavailable: the port is taken, or Chroma does not start.
    """
    refuse(settings)
    with listening(settings.host, settings.port) as port:
        port.set_inheritable(True)
        chroma, url = None, settings.chroma_url
        if not url:
            chroma, url = chroma_server(settings.data_dir / "chroma")
        shared = [*command, SOCKET, str(port.fileno())]
        given = {"REGENTE_CHROMA_URL": url}
        members = [
            Child(f"member {number}", shared, environment=given, passing=(port.fileno(),))
            for number in range(1, settings.processes + 1)
        ]
        near = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
        ready = str(httpx.URL(scheme="http", host=near, port=settings.port, path="/ready"))
        return Crew(members, ready=ready, chroma=chroma).run(port)
