"""Limits that hold over all processes."""

import asyncio

import pytest
import sqlalchemy as sa

from core import limits
from core.database import Database, Tx
from core.errors import TooManyRequests
from core.limits import buckets

W = "acme"


def take(tx: Tx, name: str = "one", burst: int = 10) -> None:
    limits.take(tx, W, name, per_minute=60, burst=burst)


def later(tx: Tx, seconds: float) -> None:
    """Let time pass."""
    tx.execute(buckets.update().values(full_at=buckets.c.full_at - seconds))


async def tried(database: Database, name: str = "one") -> bool:
    try:
        await database.writing(take, name)
    except TooManyRequests:
        return False
    return True


async def test_of_many_at_once_in_two_processes_as_many_pass_as_may(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    passed = await asyncio.gather(*(tried(one) for one in [database, other] * 30))
    other.close()
    assert sum(passed) in (10, 11)  # 60 a minute: one more may have come while they were tried


async def test_it_fills_again_with_time_and_no_further_than_its_size(database: Database) -> None:
    assert [await tried(database) for _ in range(11)].count(True) == 10
    await database.writing(later, 3)
    assert [await tried(database) for _ in range(5)].count(True) == 3
    await database.writing(later, 3600)
    assert [await tried(database) for _ in range(20)].count(True) == 10


async def test_the_refusal_says_when_to_come_again_and_takes_nothing(database: Database) -> None:
    for _ in range(10):
        await database.writing(take)
    wait_s = 0.0
    for _ in range(3):
        with pytest.raises(TooManyRequests, match="60 a minute") as refused:
            await database.writing(take)
        wait_s = refused.value.retry_after_s
        assert 0 < wait_s <= 1
    await database.writing(later, wait_s)
    assert await tried(database)


async def test_what_is_undone_was_not_taken_and_others_are_not_concerned(
    database: Database,
) -> None:
    def undone(tx: Tx) -> None:
        take(tx, burst=1)
        raise ValueError("undone")

    for _ in range(3):
        with pytest.raises(ValueError, match="undone"):
            await database.writing(undone)
    await database.writing(take, burst=1)
    assert await tried(database, "another")


async def test_a_full_bucket_is_forgotten(database: Database) -> None:
    await database.writing(take, "full")
    await database.writing(later, 60)
    for _ in range(3):
        await database.writing(take, "in use")
    assert await database.writing(limits.prune) == 1
    left = await database.reading(lambda tx: tx.execute(sa.select(buckets.c.name)).scalars().all())
    assert left == ["in use"]


async def test_a_bucket_that_is_held_gives_nothing_for_so_long(database: Database) -> None:
    held = {"per_minute": 60, "burst": 10}
    await database.writing(limits.hold, W, "one", for_s=30, **held)
    await database.writing(
        limits.hold, W, "one", for_s=5, **held
    )  # who asks for less changes nothing
    with pytest.raises(TooManyRequests) as refusal:
        await database.writing(take)
    assert refusal.value.retry_after_s == pytest.approx(30, abs=2)
    await database.writing(take, "two")
    await database.writing(later, 31)
    await database.writing(take)
