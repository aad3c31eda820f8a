"""What the tests of jobs share: a diary, and other processes."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from jobs import operating
from tests.jobs.works import Diary, W
from tests.nursery import Child, Nursery

Start = Callable[..., Child]


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path)


@pytest.fixture
def child(database: Database, tmp_path: Path, nursery: Nursery) -> Iterator[Start]:
    """Start other processes that run jobs; they are killed in the end."""
    children: list[Child] = []

    def start(*options: str) -> Child:
        url = database.url.render_as_string(hide_password=False)
        process = nursery.start("tests.jobs.works", url, str(tmp_path), *options)
        children.append(process)
        assert process.stdout.readline() == "up\n"
        return process

    yield start
    for process in children:
        process.kill()
        process.wait()
        process.stdout.close()


async def seen(look: Callable[[], Any], *, within_s: float = 20.0) -> Any:
    """Wait until something is so, and give it."""
    async with asyncio.timeout(within_s):
        while not (found := look()):
            await asyncio.sleep(0.02)
        return found


async def ended(database: Database, job_id: str, *, within_s: float = 20.0) -> dict[str, Any]:
    """Wait until a job has ended, and give its row."""

    async def row() -> dict[str, Any]:
        rows = await database.reading(operating.listed, W, limit=500)
        return next(row for row in rows if row["job_id"] == job_id)

    async with asyncio.timeout(within_s):
        while (found := await row())["state"] in ("waiting", "running"):
            await asyncio.sleep(0.02)
        return found
