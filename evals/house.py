"""The product, started for evaluation: a process on a free port, with a folder of its own.

The server is not imported: it is used as its users use it. Between two dialogues everything is put
back to how it was after the start, by restoring the database and removing the files made since.
"""

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa

from conversations.tables import conversations, effects
from core.access import issue_key
from core.database import Database, Tx
from core.errors import Unavailable
from core.settings import Settings, settings
from core.workspace import Workspace
from customers.cases import open_cases
from evals.runner import Facts

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 600.0
REQUEST_TIMEOUT_S = 60.0
DATABASE = "regente.sqlite"
CLOCK = "clock-ahead-s"
"""File with the seconds by which the product's clock runs ahead."""

DAY_S = 86_400
COPY = "at-start.sqlite"
CACHE = "cache"
"""Folder of a data folder with what was learned there."""


class House:
    """A running product; a `runner.Place`."""

    def __init__(
        self,
        folder: Path,
        workspace: Workspace,
        url: str,
        process: subprocess.Popen[bytes],
        *,
        stream: bool,
    ) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=REQUEST_TIMEOUT_S)
        self.staff: Mapping[str, str] = {}
        self.stream = stream
        self._folder = folder
        self._workspace_id = workspace.workspace_id
        self._process = process
        self._database: Database | None = None
        self._files: set[Path] = set()

    async def ready(self) -> None:
        """Wait until it answers, make a key for the staff's part, remember how everything is.

        Raises:
            Unavailable: it ended, or did not answer in time; the message has the end of its log.
        """
        until = time.monotonic() + START_TIMEOUT_S
        while not await self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                log = (self._folder / "server.log").read_text("utf-8", "replace")
                raise Unavailable(f"The server did not start; its log ends:\n{log[-3000:]}")
            await asyncio.sleep(0.2)
        self._database = Database(Settings(data_dir=self._folder, database_url="").database)
        key = await self._database.writing(
            issue_key, self._workspace_id, "evals", scopes=("staff",), role="lead"
        )
        self.staff = {"X-API-Key": key}
        await asyncio.to_thread(self.remember)

    async def _answers(self) -> bool:
        try:
            return (await self.http.get("/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def pass_days(self, days: int) -> None:
        """Let the product's clock run ahead by days more; nothing else is touched."""
        path = self._folder / CLOCK
        before = int(path.read_text("utf-8")) if path.exists() else 0
        path.write_text(str(before + days * DAY_S), "utf-8")

    async def fresh(self) -> None:
        """Put everything back to how it was when it was remembered."""
        (self._folder / CLOCK).unlink(missing_ok=True)
        await asyncio.to_thread(self._restore)

    def remember(self) -> None:
        """Keep how everything is now; `fresh` puts it back."""
        (self._folder / COPY).unlink(missing_ok=True)
        with closing(sqlite3.connect(self._folder / DATABASE)) as live:
            # A plain copy would be in WAL mode, and could not be opened on its own.
            live.execute("VACUUM INTO ?", (str(self._folder / COPY),))
        self._files = set(self._folder.iterdir())

    def _restore(self) -> None:
        """Write the copy over the live database, which sees it as one transaction."""
        with closing(sqlite3.connect(self._folder / COPY)) as then:
            # The server lives, though the copy was made a while ago; else it takes itself for dead.
            then.execute("UPDATE processes SET seen_at = ?", (time.time(),))
            then.commit()
            with closing(sqlite3.connect(self._folder / DATABASE, timeout=30)) as live:
                then.backup(live)
        for path in set(self._folder.iterdir()) - self._files:
            if path.is_file() and not path.name.startswith(DATABASE):
                path.unlink(missing_ok=True)

    async def facts(self, conversation_id: str) -> Facts:
        """Read the records of a conversation."""
        if self._database is None:
            raise Unavailable("The server was not waited for; call `ready` first.")
        return await self._database.reading(facts_of, self._workspace_id, conversation_id)

    async def read(
        self, look: Callable[[Tx, str, str], list[dict[str, Any]]], conversation_id: str
    ) -> list[dict[str, Any]]:
        """Read rows of a conversation from the database."""
        if self._database is None:
            raise Unavailable("The server was not waited for; call `ready` first.")
        return await self._database.reading(look, self._workspace_id, conversation_id)

    async def close(self) -> None:
        """End the server."""
        await self.http.aclose()
        if self._database is not None:
            self._database.close()
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, 15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def facts_of(tx: Tx, workspace_id: str, conversation_id: str) -> Facts:
    """Read what was done in a conversation, and its customer's open cases."""
    done = tx.scalars(
        sa.select(effects.c.tool).where(
            effects.c.workspace_id == workspace_id,
            effects.c.conversation_id == conversation_id,
            effects.c.state == "done",
        )
    ).all()
    customer_id = tx.scalar(
        sa.select(conversations.c.customer_id).where(
            conversations.c.workspace_id == workspace_id,
            conversations.c.conversation_id == conversation_id,
        )
    )
    cases = open_cases(tx, workspace_id, customer_id) if customer_id else []
    return Facts(effects=list(done), cases=len(cases))


@asynccontextmanager
async def opened(
    workspace: Workspace,
    *,
    model: str = "",
    stream: bool = False,
    told: Mapping[str, str] | None = None,
    data: Path | None = None,
) -> AsyncIterator[House]:
    """Give a running product that serves this workspace; it ends with the block.

    Args:
        model: as `REGENTE_MODEL`; empty: what the environment says.
        stream: read replies as they are written.
        told: further environment variables of the server.
        data: its data folder, which is kept; else it begins with an empty one.
    """
    with tempfile.TemporaryDirectory(prefix="regente-evals-") as made:
        name = str(data or made)
        folder, port = Path(name), _free_port()
        await asyncio.to_thread(take_over, settings().data_dir, folder)
        given = {"REGENTE_MODEL": model} if model else {}
        environment = os.environ | given | dict(told or {}) | {
            "REGENTE_HOST": "127.0.0.1",
            "REGENTE_PORT": str(port),
            "REGENTE_DATA_DIR": name,
            "REGENTE_DATABASE_URL": "",
            "REGENTE_WORKSPACE": str(workspace.path),
            "REGENTE_LOG_FORMAT": "text",
            "REGENTE_DEMO_LIFE": "off",
            "REGENTE_ROUTE_SAMPLE": "0",  # which calls there are is told by what customers write
            "REGENTE_CLOCK_FILE": str(folder / CLOCK) if workspace.profile.demo else "",
            # Dialogues are never uploaded anywhere.
            "LANGSMITH_TRACING": "false",
            "LANGCHAIN_TRACING_V2": "false",
            "LANGSMITH_TRACING_SAMPLING_RATE": "0",
        }  # fmt: skip
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: ASYNC220 (it only starts here)
                [sys.executable, "server.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            house = House(folder, workspace, f"http://127.0.0.1:{port}", process, stream=stream)
            try:
                await house.ready()
                yield house
            finally:
                await house.close()


def take_over(before: Path, folder: Path) -> None:
    """Take over what was learned in another data folder, so that it is not learned again.

    It stands under names that change with what it was made from: what does not fit is not read.
    """
    (folder / CACHE).mkdir(parents=True, exist_ok=True)
    for path in before.joinpath(CACHE).glob("*.npz"):
        if not (folder / CACHE / path.name).exists():
            shutil.copyfile(path, folder / CACHE / path.name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
