"""Between two dialogues everything is as it was after the start."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import clock, processes
from core.database import Database
from core.upgrade import load_tables
from core.workspace import Workspace
from evals.house import CLOCK, DATABASE, House


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The database of a server that runs."""
    database = Database(f"sqlite:///{tmp_path / DATABASE}")
    database.write(load_tables().create_all)
    yield database
    database.close()


async def test_days_pass_until_everything_is_put_back(
    house: House, database: Database, tmp_path: Path
) -> None:
    house.remember()
    await house.pass_days(1)
    await house.pass_days(2)
    clock.follow(tmp_path / CLOCK)
    assert clock.ahead() == timedelta(days=3)
    await house.fresh()
    assert clock.ahead() == timedelta()
    clock.follow(None)


@pytest.fixture
def idle() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing, in the place of the server's."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.terminate()


@pytest.fixture
async def house(tmp_path: Path, idle: subprocess.Popen[bytes]) -> House:
    (tmp_path / "workspace.yaml").write_text("id: acme\nname: Acme\n")
    return House(tmp_path, Workspace(tmp_path), "http://127.0.0.1:9", idle, stream=False)


def hosts(database: Database) -> list[str]:
    return database.read(lambda tx: list(tx.scalars(sa.select(processes.processes.c.process_id))))


async def test_rows_and_files_that_came_since_are_gone(
    house: House, database: Database, tmp_path: Path
) -> None:
    server = database.write(processes.register, "acme", "1")
    house.remember()
    database.write(processes.register, "acme", "2")
    (tmp_path / "shop.sqlite").write_text("sold out")
    await house.fresh()
    assert hosts(database) == [server]
    assert not (tmp_path / "shop.sqlite").exists()
    database.write(processes.register, "acme", "3")
    assert len(hosts(database)) == 2
    await house.fresh()
    assert hosts(database) == [server]


async def test_the_server_is_not_taken_for_dead_afterwards(
    house: House, database: Database
) -> None:
    server = database.write(processes.register, "acme", "1")
    database.write(lambda tx: tx.execute(processes.processes.update().values(seen_at=1.0)))
    house.remember()
    await house.fresh()
    assert database.write(processes.bury, "acme", 60) == []
    assert database.write(processes.beat, "acme", server)
