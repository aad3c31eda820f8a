"""DBOS, behind what `jobs.engine` needs of it; importing this module takes a quarter of a second.

One process has one DBOS. Each has an executor id of its own, so DBOS recovers nothing by itself: it does
not know who lives, and to resume what a living process runs would run it twice. Workflows are async, so
they run on the server's loop. The version is always the same, so that a newer release goes on with what
an older one began; a job whose steps change takes another name, or asks `DBOS.patch`.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import error as dbos_error
from sqlalchemy.engine import URL

Perform = Callable[[str, int], Awaitable[None]]

VERSION = "regente"
THREADS = 32
"""As many as asyncio's own: everybody's `to_thread` runs on them while DBOS is open."""

ENDED = ("SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

logger = logging.getLogger("dbos")
logger.addHandler(logging.NullHandler())  # else DBOS adds one of its own, past our form of lines
# A job that is cut off goes on elsewhere: that is what it is cut off for.
logger.addFilter(lambda record: not record.getMessage().startswith("Asyncio task cancelled"))

_perform: list[Perform] = []


@DBOS.workflow(name="job", max_recovery_attempts=None)
async def _job(job_id: str, attempt: int) -> None:
    await _perform[-1](job_id, attempt)


def file_beside(database: URL) -> Path:
    """Give the file that DBOS keeps on SQLite, beside the database's own."""
    assert database.database, "a database in memory has no jobs"
    path = Path(database.database)
    return path.with_name(f"{path.stem}-jobs{path.suffix}")


class Durable:
    """DBOS while it runs; `start` and `stop` on the loop that the jobs shall run on."""

    def __init__(
        self, database: URL, process_id: str, perform: Perform, threads: ThreadPoolExecutor
    ) -> None:
        self._database = database
        self._process_id = process_id
        self._perform = perform
        self._threads = threads
        self._engine: sa.Engine | None = None

    async def start(self) -> None:
        """Open its tables and listen; made here if there are none yet."""
        config: DBOSConfig = {
            "name": "regente",
            "executor_id": self._process_id,
            "application_version": VERSION,
            "log_level": "WARNING",
            "enable_otlp": False,
            "max_executor_threads": THREADS,
            "scheduler_polling_interval_sec": 3600.0,  # schedules are planned by `jobs.engine`
            "use_listen_notify": False,  # jobs get no messages, for which it would wake 100 times a second
        }
        if self._database.get_backend_name() == "sqlite":
            path = file_beside(self._database)
            await asyncio.to_thread(_switch_to_wal, path)
            config["system_database_url"] = f"sqlite:///{path.resolve()}"
        else:
            self._engine = sa.create_engine(
                self._database, pool_size=5, max_overflow=5, pool_pre_ping=True
            )
            config["system_database_engine"] = self._engine
        _perform[:] = [self._perform]
        loop = asyncio.get_running_loop()

        def launch() -> None:
            # Opening its tables may take a while, so it is done here; but the running loop that DBOS
            # finds is the one it takes for the jobs'.
            asyncio._set_running_loop(loop)
            try:
                DBOS(config=config)
                DBOS.launch()
            finally:
                asyncio._set_running_loop(None)

        await _on_a_thread(launch)

    async def stop(self) -> None:
        """Close it; what has not ended stays as it is, for the next."""
        # DBOS shuts down the executor that it has made the loop's default: the loop gets another one
        # before, and once more in case a job that was cut off has set it again.
        asyncio.get_running_loop().set_default_executor(self._threads)
        await _on_a_thread(DBOS.destroy)
        asyncio.get_running_loop().set_default_executor(self._threads)
        if self._engine is not None:
            self._engine.dispose()

    async def begin(self, workflow_id: str, job_id: str, attempt: int) -> bool:
        """Run an attempt in this process; False: this id was used before."""
        try:
            with SetWorkflowID(workflow_id, workflow_id_reuse_policy="reject"):
                await DBOS.start_workflow_async(_job, job_id, attempt)
        except dbos_error.DBOSWorkflowIDInUseError:
            return False
        return True

    async def resume(self, workflow_id: str) -> bool:
        """Let an attempt of a dead process go on, here or elsewhere; False: there is none that could."""
        status = await DBOS.get_workflow_status_async(workflow_id)
        if status is None or status.status in ENDED:
            return False
        await DBOS.resume_workflows_async([workflow_id])
        return True

    async def step(self, function: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        """Do something once, in a job, and keep its result."""
        return await DBOS.run_step_async({}, function, *args, **kwargs)

    async def kept(self, *, older_than_s: float, limit: int, skip: int) -> list[str]:
        """Give the ids of workflows that were begun longer ago than this, the oldest first."""
        begun_before = datetime.fromtimestamp(time.time() - older_than_s, UTC).isoformat()
        listed = await DBOS.list_workflows_async(
            end_time=begun_before, limit=limit, offset=skip, load_input=False, load_output=False
        )
        return [workflow.workflow_id for workflow in listed]

    async def forget(self, workflow_ids: list[str]) -> None:
        """Delete all that is kept of these workflows."""
        await DBOS.delete_workflows_async(workflow_ids)


async def _on_a_thread(work: Callable[[], None]) -> None:
    """Do something on a thread of its own: it may end the loop's executor."""
    with ThreadPoolExecutor(1, thread_name_prefix="dbos") as own:
        await asyncio.get_running_loop().run_in_executor(own, work)


def _switch_to_wal(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path, timeout=10) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
