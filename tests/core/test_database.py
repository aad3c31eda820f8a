"""The doors to the database."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.database import Database, Tx, database_now, insert_once
from core.errors import Unavailable

counters = sa.Table(
    "counters",
    sa.MetaData(),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)


@pytest.fixture
def counting(empty_database: Database) -> Database:
    empty_database.write(counters.metadata.create_all)
    empty_database.write(lambda tx: tx.execute(counters.insert().values(name="all", value=0)))
    return empty_database


def increment(tx: Tx) -> None:
    """Read, think, write: what loses updates when the door is wrong."""
    value = tx.execute(sa.select(counters.c.value).with_for_update()).scalar_one()
    time.sleep(0.001)
    tx.execute(counters.update().values(value=value + 1))


def value(tx: Tx) -> int:
    return tx.execute(sa.select(counters.c.value)).scalar_one()


async def test_two_hundred_increments_at_once_are_two_hundred(counting: Database) -> None:
    await asyncio.gather(*(counting.writing(increment) for _ in range(200)))
    assert await counting.reading(value) == 200


COUNT = """
import sys
from core.database import Database
import sqlalchemy as sa, time

def increment(tx):
    value = tx.execute(sa.text("SELECT value FROM counters")).scalar_one()
    time.sleep(0.001)
    tx.execute(sa.text("UPDATE counters SET value = :value"), {"value": value + 1})

database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(50):
    database.write(increment)
database.close()
"""


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_two_processes_on_sqlite_lose_no_update(counting: Database, empty_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, empty_url],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    outputs = [process.stdin for process in processes]
    for stream in outputs:
        assert stream is not None
        stream.write("go\n")
        stream.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert counting.read(value) == 100


async def test_what_raised_is_rolled_back(counting: Database) -> None:
    def fail(tx: Tx) -> None:
        increment(tx)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await counting.writing(fail)
    assert await counting.reading(value) == 0


async def test_a_reader_keeps_nothing_it_writes(counting: Database) -> None:
    await counting.reading(increment)
    assert await counting.reading(value) == 0


async def test_a_reader_sees_one_moment_while_others_write(counting: Database) -> None:
    loop = asyncio.get_running_loop()

    def look_twice(tx: Tx) -> tuple[int, int]:
        first = value(tx)
        asyncio.run_coroutine_threadsafe(counting.writing(increment), loop).result(10)
        return first, value(tx)

    assert await counting.reading(look_twice) == (0, 0)
    assert await counting.reading(value) == 1


async def test_a_row_is_inserted_once_however_many_try(counting: Database) -> None:
    row = {"name": "new", "value": 1}
    inserted = await asyncio.gather(
        *(counting.writing(insert_once, counters, row) for _ in range(20))
    )
    assert sorted(inserted) == [False] * 19 + [True]


async def test_the_database_knows_the_time(counting: Database) -> None:
    assert abs(await counting.reading(database_now) - time.time()) < 5


def test_a_database_that_cannot_be_reached_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    with pytest.raises(Unavailable, match="nothing was kept"):
        database.write(database_now)
    database.close()
