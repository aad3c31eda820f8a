"""Where is measured: the product opened in this process, and servers started as processes of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import sqlalchemy as sa

from channels import Inbound
from conversations import visitors
from conversations.live import Hub
from conversations.runner import Runner
from conversations.tables import conversations, messages
from conversations.visitors import Taken, Visitor
from core import logs
from core.database import Database, Tx
from core.errors import Unavailable
from core.processes import processes
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from graph.builder import Conductor
from graph.versions import Versions
from knowledge import Library
from models import Understanding

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 900.0
GREETING = {"pt": "Bom dia, tudo bem?", "en": "Good morning, how are you?"}
CHANNEL = "webchat"


@dataclass(frozen=True)
class Opened:
    """The product, opened in this process without its server."""

    settings: Settings
    workspace: Workspace
    database: Database
    library: Library
    conductor: Conductor
    cpu_s: float
    """What opening cost."""

    def runner(self, *, understanding: Understanding | None = None) -> Runner:
        """Give a turn runner; `understanding` takes the place of the embedded models."""
        conductor = self.conductor
        if understanding is not None:
            conductor = Conductor(replace(conductor.ensemble, understanding=understanding))
        return Runner(
            database=self.database,
            workspace=self.workspace,
            conductor=lambda: conductor,
            settings=self.settings,
            hub=Hub(),
        )

    def words(self) -> list[str]:
        """Give what customers of this workspace ask, by its own articles; else a greeting."""
        language = self.workspace.default_language
        asked = sorted(self.library.questions().get(language, ()))
        return asked or [GREETING.get(language[:2], GREETING["en"])]

    def take(self, tx: Tx, text: str, token: str) -> Taken:
        """Take a message in; without a token, of somebody new."""
        message = Inbound(
            channel=CHANNEL, account="web", address="", provider_message_id="", text=text
        )
        return visitors.take(tx, self.workspace.workspace_id, Visitor(token=token), message, "")


@contextmanager
def opened(settings: Settings) -> Iterator[Opened]:
    """Open database, models, knowledge and graph of a workspace, as the server does."""
    from knowledge.retrieval import open_knowledge
    from models.embedded.language import warm
    from models.loading import load

    logs.set_up(settings)
    begun = time.process_time()
    workspace = Workspace(settings.workspace)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        upgrade(database)
        models = load(settings, workspace)
        library = open_knowledge(database, workspace, models, settings)
        conductor = Versions(settings, models, library).current
        warm(tuple(workspace.profile.languages))
        cpu_s = time.process_time() - begun
        yield Opened(settings, workspace, database, library, conductor, cpu_s)
        library.close()
    finally:
        database.close()


def copied(source: Path, target: Path) -> Path:
    """Copy a data folder that nobody is writing to, so that another process opens it warm."""
    shutil.copytree(source, target)
    return target


@dataclass(frozen=True)
class Child:
    """A server in a process of its own."""

    url: str
    pid: int

    def cpu_ms(self) -> float:
        """Give the CPU time of its process so far, in steps of the kernel's clock (10 ms)."""
        fields = _proc(self.pid, "stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Give its resident memory that is not mapped from files: what conversations can add to."""
        resident, shared = (int(field) for field in _proc(self.pid, "statm").split()[1:3])
        return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _proc(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text("utf-8")
    except OSError as error:
        raise Unavailable(f"Figures of another process are read from /proc: {error}.") from error


@contextmanager
def child(
    command: list[str], port: int, *, ready: str, log: Path, environment: dict[str, str]
) -> Iterator[Child]:
    """Start a server and wait until `ready` answers; it ends with the block.

    Raises:
        Unavailable: it did not start; the message has the end of its log.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("REGENTE_")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=own | environment, stdout=out, stderr=out
        )
    server = Child(f"http://127.0.0.1:{port}", process.pid)
    try:
        _wait(process, server.url + ready, log)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(url, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise Unavailable(f"A server did not start; its log ends:\n{log.read_text('utf-8')[-2000:]}")


_SERVER: ContextVar[tuple[str, ...]] = ContextVar("server", default=("server.py",))


@contextmanager
def profiled(path: Path) -> Iterator[None]:
    """Let each of the product's servers in the block write to `path` what it cost; the last one's stays."""
    before = _SERVER.set(("-m", "bench.profiled", str(path.resolve())))
    try:
        yield
    finally:
        _SERVER.reset(before)


@dataclass(frozen=True)
class Crew:
    """Server processes behind one port, one or more, and their database."""

    url: str
    database: Database

    def members(self) -> list[Child]:
        """Give the processes that serve."""
        found = self.database.read(lambda tx: list(tx.execute(processes.select())))
        return [Child(self.url, row.pid) for row in found]

    def cpu_ms(self) -> float:
        """Give the CPU time of all so far; Chroma's is not in it, which no turn asks."""
        return sum(member.cpu_ms() for member in self.members())

    def waiting(self) -> int:
        """Give how many messages have no reply yet."""
        waiting = sa.select(sa.func.count()).where(messages.c.state == "waiting")
        return self.database.read(lambda tx: tx.scalar(waiting) or 0)

    def unanswered(self) -> int:
        """Give in how many conversations nothing was said to the customer."""
        said = sa.exists().where(
            messages.c.conversation_id == conversations.c.conversation_id, messages.c.role == "ai"
        )
        silent = sa.select(sa.func.count()).select_from(conversations).where(~said)
        return self.database.read(lambda tx: tx.scalar(silent) or 0)


@contextmanager
def product(
    data_dir: Path,
    settings: Settings,
    *,
    model: "Child | None" = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Child]:
    """Start the product's own server on a data folder, with the embedded models or a model server.

    `more` are further settings, by their variables.
    """
    port = free_port()
    environment = {
        "REGENTE_HOST": "127.0.0.1",
        "REGENTE_PORT": str(port),
        "REGENTE_DATA_DIR": str(data_dir),
        "REGENTE_DEMO_LIFE": "off",
        "REGENTE_WORKSPACE": str(settings.workspace.resolve()),
        "REGENTE_EMBEDDER": settings.embedder,
        "REGENTE_MODEL": "embedded",
        "REGENTE_ROUTE_SAMPLE": "0",
        "LANGSMITH_TRACING": "false",
        **(more or {}),
    }
    if model is not None:
        environment |= {"REGENTE_MODEL": "scripted", "REGENTE_OPENAI_BASE_URL": f"{model.url}/v1"}
    log = data_dir.with_suffix(".log")
    with child([*_SERVER.get()], port, ready="/ready", log=log, environment=environment) as server:
        yield server


@contextmanager
def bare(folder: Path) -> Iterator[Child]:
    """Start the smallest server that streams a reply: what HTTP alone costs."""
    port = free_port()
    log = folder / "bare.log"
    command = ["-m", "bench.bare", str(port)]
    with child(command, port, ready="/ready", log=log, environment={}) as server:
        yield server


@contextmanager
def model_server(folder: Path) -> Iterator[Child]:
    """Start the scripted model server, whose CPU is not ours."""
    port = free_port()
    log = folder / "model.log"
    command = ["-m", "models.scripted", "--port", str(port)]
    with child(command, port, ready="/v1/models", log=log, environment={}) as server:
        yield server


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
