"""Heartbeats of processes."""

import asyncio
import os

from core.database import Database, Tx
from core.processes import beat, bury, leave, processes, register


def grow_silent(tx: Tx, process_id: str) -> None:
    silent = processes.update().where(processes.c.process_id == process_id)
    tx.execute(silent.values(seen_at=processes.c.seen_at - 60))


async def test_a_process_that_was_not_seen_for_long_is_buried_by_one_of_the_others(
    database: Database,
) -> None:
    first = await database.writing(register, "w", "1.0")
    second = await database.writing(register, "w", "1.0")
    await database.writing(grow_silent, first)
    assert first != second
    assert await database.writing(bury, "other", 30) == []
    buried = await asyncio.gather(*(database.writing(bury, "w", 30) for _ in range(5)))
    assert [one for by_each in buried for one in by_each] == [first]


async def test_a_beat_shows_that_it_lives(database: Database) -> None:
    process_id = await database.writing(register, "w", "1.0")
    await database.writing(grow_silent, process_id)
    assert await database.writing(beat, "w", process_id)
    assert await database.writing(bury, "w", 30) == []


async def test_a_process_that_was_removed_learns_so_from_its_beat(database: Database) -> None:
    process_id = await database.writing(register, "w", "1.0")
    await database.writing(leave, "w", process_id)
    assert not await database.writing(beat, "w", process_id)


async def test_the_row_says_which_process_it_is(database: Database) -> None:
    await database.writing(register, "w", "1.0")
    row = await database.reading(lambda tx: tx.execute(processes.select()).one())
    assert (row.pid, row.version) == (os.getpid(), "1.0")
