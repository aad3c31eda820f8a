"""Facts and who acts on them."""

import asyncio

import pytest
import sqlalchemy as sa

from core import events
from core.database import Database, Tx
from core.events import Event, Handlers, dispatch, emit


def record(tx: Tx, kind: str = "thing.happened") -> str:
    return emit(tx, workspace_id="w", kind=kind, subject={"thing_id": "t1"}, data={"n": 1})


def make_due(tx: Tx) -> None:
    tx.execute(events.events.update().values(due_at=0))


def rows(tx: Tx) -> list[sa.Row]:
    return list(tx.execute(sa.select(events.events)))


class Seen:
    """Handlers that remember, and fail as often as they are told."""

    def __init__(self, failures: int = 0) -> None:
        self.handlers, self.first, self.second = Handlers(), [], []
        self._failures = failures
        self.handlers.on("thing.happened")(self.remember)
        self.handlers.on("thing.happened")(self.stumble)

    async def remember(self, event: Event, database: Database) -> None:
        self.first.append(event)

    async def stumble(self, event: Event, database: Database) -> None:
        self.second.append(event)
        if len(self.second) <= self._failures:
            raise RuntimeError("not yet")


async def test_a_fact_reaches_every_handler_once(database: Database) -> None:
    seen = Seen()
    event_id = await database.writing(record)
    assert await dispatch(database, seen.handlers) == 1
    assert await dispatch(database, seen.handlers) == 0
    assert [(event.event_id, event.subject, event.data) for event in seen.first] == [
        (event_id, {"thing_id": "t1"}, {"n": 1})
    ]
    assert len(seen.second) == 1


async def test_a_fact_of_a_transaction_that_failed_never_happened(database: Database) -> None:
    def fail(tx: Tx) -> None:
        record(tx)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.writing(fail)
    assert await dispatch(database, Seen().handlers) == 0


async def test_only_the_handler_that_failed_runs_again_and_later(database: Database) -> None:
    seen = Seen(failures=1)
    await database.writing(record)
    assert await dispatch(database, seen.handlers) == 0
    assert await dispatch(database, seen.handlers) == 0, "it waits before it tries again"
    await database.writing(make_due)
    assert await dispatch(database, seen.handlers) == 1
    assert (len(seen.first), len(seen.second)) == (1, 2)
    assert seen.second[-1].attempts == 2


async def test_a_fact_that_always_fails_is_left_for_people(database: Database) -> None:
    seen = Seen(failures=999)
    await database.writing(record)
    for _ in range(events.MAX_ATTEMPTS + 3):
        await database.writing(make_due)
        await dispatch(database, seen.handlers)
    (row,) = await database.reading(rows)
    assert len(seen.second) == events.MAX_ATTEMPTS
    assert row.failed_at is not None
    assert "stumble: RuntimeError" in row.failure


async def test_dispatchers_at_once_share_the_work(database: Database) -> None:
    seen = Seen()
    for _ in range(60):
        await database.writing(record)
    await asyncio.gather(*(dispatch(database, seen.handlers) for _ in range(5)))
    assert len({event.event_id for event in seen.first}) == len(seen.first) == 60


async def test_what_nobody_here_acts_on_waits_for_those_who_do(database: Database) -> None:
    await database.writing(record, "other.happened")
    assert await dispatch(database, Seen().handlers) == 0
    (row,) = await database.reading(rows)
    assert (row.handled_at, row.attempts) == (None, 0)


def test_the_wait_doubles_up_to_half_an_hour() -> None:
    assert [events.backoff_s(attempts) for attempts in (1, 2, 3, 12)] == [1, 2, 4, 1800]
