"""Writes that share one commit: what is kept of whom when one of them raises, or the commit fails."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from core.database import Database, Tx
from core.errors import Unavailable

pytestmark = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)

names = sa.Table("names", sa.MetaData(), sa.Column("name", sa.String, primary_key=True))


@pytest.fixture
def naming(empty_database: Database) -> Database:
    empty_database.write(names.metadata.create_all)
    return empty_database


def add(tx: Tx, name: str) -> str:
    tx.execute(names.insert().values(name=name))
    return name


def kept(tx: Tx) -> list[str]:
    return sorted(tx.scalars(sa.select(names.c.name)))


@asynccontextmanager
async def busy(database: Database) -> AsyncIterator[None]:
    """Keep the writer busy, so that what is asked for in the block waits for it together."""
    began, over = threading.Event(), threading.Event()

    def wait(_: Tx) -> None:
        began.set()
        over.wait(10)

    working = asyncio.create_task(database.writing(wait))
    await asyncio.to_thread(began.wait, 10)
    threading.Timer(0.2, over.set).start()  # after what the block asks for has come to wait
    yield
    await asyncio.gather(working, return_exceptions=True)


@contextmanager
def commits(database: Database) -> Iterator[list[Any]]:
    counted: list[Any] = []
    count = counted.append
    event.listen(database._write_engine, "commit", count)
    yield counted
    event.remove(database._write_engine, "commit", count)


async def together(database: Database, *works: Any) -> list[Any]:
    async with busy(database):
        return await asyncio.gather(
            *(database.writing(*work) for work in works), return_exceptions=True
        )


async def test_those_that_wait_for_the_writer_share_few_commits(naming: Database) -> None:
    each = [(add, f"{number:02}") for number in range(20)]
    with commits(naming) as counted:
        given = await together(naming, *each)
    assert given == [name for _, name in each] == await naming.reading(kept)
    assert len(counted) < 15, "one for each would be 21"


async def test_what_raises_is_undone_alone(naming: Database) -> None:
    def fail(tx: Tx) -> None:
        add(tx, "never")
        raise ValueError("no")

    def half(tx: Tx) -> None:
        add(tx, "first half")
        tx.begin_nested()
        add(tx, "second half")
        raise ValueError("in the middle")

    given = await together(naming, (add, "a"), (fail,), (half,), (add, "b"), (add, "a"), (add, "c"))
    assert [type(one) for one in given] == [
        str, ValueError, ValueError, str, IntegrityError, str,
    ]  # fmt: skip
    assert await naming.reading(kept) == ["a", "b", "c"]


async def test_each_sees_what_those_before_it_wrote(naming: Database) -> None:
    given = await together(naming, (add, "a"), (kept,), (add, "b"), (kept,))
    assert given == ["a", ["a"], "b", ["a", "b"]]


async def test_when_the_commit_fails_nothing_is_kept_and_each_is_told(naming: Database) -> None:
    def fail(_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async with busy(naming):
        asked = [asyncio.create_task(naming.writing(add, name)) for name in "abc"]
        await asyncio.sleep(0)
        event.listen(naming._write_engine, "commit", fail)
    given = await asyncio.gather(*asked, return_exceptions=True)
    event.remove(naming._write_engine, "commit", fail)
    assert [type(one) for one in given] == [Unavailable] * 3
    assert await naming.reading(kept) == []
    assert await naming.writing(add, "d") == "d"


async def test_a_statement_that_ends_the_transaction_fails_all_that_share_it(
    naming: Database,
) -> None:
    def end(tx: Tx) -> None:
        driver: Any = tx.connection.dbapi_connection
        driver.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    given = await together(naming, (add, "a"), (end,), (add, "b"))
    assert isinstance(given[1], Unavailable)
    assert await naming.reading(kept) == [one for one in given if isinstance(one, str)]


async def test_what_nobody_waits_for_any_more_is_not_begun(naming: Database) -> None:
    async with busy(naming):
        asked = [asyncio.create_task(naming.writing(add, name)) for name in "abc"]
        await asyncio.sleep(0)
        asked[1].cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert await naming.reading(kept) == ["a", "c"]
