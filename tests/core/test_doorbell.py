import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.database import Database, Tx
from core.doorbell import MAX_BYTES, Doorbell

on_postgresql = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)


@asynccontextmanager
async def hung_up(*bells: Doorbell, listening: bool = True) -> AsyncIterator[None]:
    """Let bells run during the block."""
    running = [asyncio.create_task(bell.run()) for bell in bells]
    try:
        await until(lambda: all(bell.listening for bell in bells) is listening)
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def until(true: Callable[[], bool], timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.005)


def hearing(bell: Doorbell, kind: str = "feed") -> list[tuple[Any, ...]]:
    heard: list[tuple[Any, ...]] = []
    bell.on(kind, lambda *words: heard.append(words))
    return heard


@on_postgresql
async def test_the_others_hear_in_order_what_one_rings_and_it_does_not_hear_itself(
    empty_database: Database,
) -> None:
    one, two, three = (Doorbell(empty_database) for _ in range(3))
    own, *theirs = [hearing(bell) for bell in (one, two, three)]
    rung = [(f"conversation_{number}", {"text": "é" * number}) for number in range(200)]
    async with hung_up(one, two, three):
        for words in rung:
            one.ring("feed", *words)
        await until(lambda: all(len(heard) == len(rung) for heard in theirs))
    assert theirs == [rung, rung]
    assert own == []


@on_postgresql
async def test_what_is_too_long_is_left_out_and_what_nobody_knows_disturbs_nobody(
    empty_database: Database,
) -> None:
    one, two = Doorbell(empty_database), Doorbell(empty_database)
    heard = hearing(two)
    two.on("broken", lambda: 1 / 0)
    async with hung_up(one, two):
        one.ring("feed", "x" * MAX_BYTES)
        one.ring("of a newer version", 1)
        one.ring("broken")
        one.ring("feed", "short")
        await until(lambda: bool(heard))
    assert heard == [("short",)]


@on_postgresql
async def test_it_rings_again_after_postgresql_has_cut_every_connection(
    empty_database: Database,
) -> None:
    def cut(tx: Tx) -> None:
        tx.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doorbell'"
            " AND datname = current_database()"
        )

    one, two = Doorbell(empty_database), Doorbell(empty_database)
    heard = hearing(two)
    async with hung_up(one, two):
        await empty_database.writing(cut)
        await until(lambda: not one.listening and not two.listening)
        one.ring("feed", "lost")
        await until(lambda: one.listening and two.listening)
        one.ring("feed", "found")
        await until(lambda: bool(heard))
    assert heard == [("found",)]


@on_postgresql
async def test_what_was_rung_just_before_the_end_is_still_heard(empty_database: Database) -> None:
    one, two = Doorbell(empty_database), Doorbell(empty_database)
    heard = hearing(two)
    async with hung_up(two):
        async with hung_up(one):
            one.ring("feed", "goodbye")
        await until(lambda: bool(heard))


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
async def test_on_sqlite_it_costs_nothing_and_rings_nowhere(empty_database: Database) -> None:
    bell = Doorbell(empty_database)
    ended: Awaitable[None] = bell.run()
    await asyncio.wait_for(ended, 1)
    bell.ring("feed", "nobody")
    assert not bell.listening
    assert bell._waiting == []
