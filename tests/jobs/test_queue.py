"""The rows of jobs."""

import asyncio
import time
from dataclasses import replace

import pytest
from sqlalchemy.engine import Connection

from core import audit, processes
from core.database import Database
from core.errors import BadInput, Conflict, LeaseLost, NotFound
from jobs import operating, queue
from jobs.tables import jobs
from tests.jobs.works import EVERY, FAILING, NOTE, SLEEPING, W

KINDS = {job.name: job for job in EVERY}


async def one(database: Database, job_id: str = "note:1") -> dict[str, object]:
    rows = await database.reading(operating.listed, W, limit=500)
    return next(row for row in rows if row["job_id"] == job_id)


async def claimed(database: Database, process_id: str, limit: int = 10) -> list[queue.Claim]:
    return await database.writing(queue.claim, W, KINDS, process_id, limit)


@pytest.fixture
async def alive(database: Database) -> str:
    """A process that lives."""
    return await database.writing(processes.register, W, "1")


async def test_a_due_job_is_given_to_one_of_many(database: Database, alive: str) -> None:
    for number in range(6):
        await database.writing(queue.enqueue, W, NOTE, str(number))
    await database.writing(queue.enqueue, W, NOTE, "later", in_s=60)
    taken = await asyncio.gather(*(claimed(database, alive, 2) for _ in range(8)))
    ids = [claim.job_id for claims in taken for claim in claims]
    assert sorted(ids) == [f"note:{number}" for number in range(6)]


async def test_what_a_living_process_has_is_left_to_it_and_what_a_dead_one_had_is_taken_once(
    database: Database, alive: str
) -> None:
    dead = await database.writing(processes.register, W, "1")
    await database.writing(queue.enqueue, W, NOTE, "1")
    (claim,) = await claimed(database, dead)
    assert not claim.resumed
    assert not await database.reading(queue.stirring, W, KINDS, alive)
    assert await claimed(database, alive) == []
    await database.writing(processes.leave, W, dead)
    assert await database.reading(queue.stirring, W, KINDS, alive)
    taken = await asyncio.gather(*(claimed(database, alive) for _ in range(5)))
    assert [claim for claims in taken for claim in claims] == [queue.Claim("note:1", 1, True)]
    assert (await one(database))["failures"] == 1, "it may have been what killed it"


async def test_who_slept_in_a_process_that_died_did_not_kill_it(
    database: Database, alive: str
) -> None:
    await database.writing(queue.enqueue, W, SLEEPING, "1")
    await claimed(database, "dead")
    execution = await database.writing(queue.begin, W, "sleeping:1", 1, "dead")
    assert execution is not None
    await database.writing(queue.note, execution, sleeping_until=time.time() + 60)
    (claim,) = await claimed(database, alive)
    assert claim.resumed
    assert (await one(database, "sleeping:1"))["failures"] == 0


async def test_an_execution_that_another_has_followed_writes_nothing(
    database: Database, alive: str
) -> None:
    await database.writing(queue.enqueue, W, NOTE, "1")
    await claimed(database, alive)
    first = await database.writing(queue.begin, W, "note:1", 1, alive)
    second = await database.writing(queue.begin, W, "note:1", 1, alive)
    assert first is not None and second is not None
    for write in (queue.finish, queue.holds):
        with pytest.raises(LeaseLost):
            await database.writing(write, first)
    assert await database.reading(queue.lost, {"note:1": first}) == {"note:1": "running"}
    assert await database.reading(queue.lost, {"note:1": second}) == {}
    await database.writing(queue.finish, second)
    assert await database.writing(queue.begin, W, "note:1", 1, alive) is None


async def test_the_wait_grows_with_each_failure(database: Database, alive: str) -> None:
    slow = replace(FAILING, retry_s=30.0)
    await database.writing(queue.enqueue, W, slow, "1")
    waits = []
    for attempt in (1, 2):
        await claimed(database, alive)
        execution = await database.writing(queue.begin, W, "failing:1", attempt, alive)
        assert execution is not None
        await database.writing(queue.failed, execution, "no", slow)
        row = await one(database, "failing:1")
        assert (row["state"], row["attempt"]) == ("waiting", attempt + 1)
        waits.append(float(str(row["due_at"])) - time.time())
        now = jobs.update().values(due_at=0)
        await database.writing(lambda tx, now=now: tx.execute(now))
    assert 20 < waits[0] <= 30 < 110 < waits[1] <= 120


async def test_only_what_has_not_ended_is_cancelled_and_only_what_has_is_replayed(
    database: Database,
) -> None:
    await database.writing(queue.enqueue, W, NOTE, "1", in_s=60)
    with pytest.raises(Conflict):
        await database.writing(operating.replay, W, "note:1", actor="k")
    await database.writing(operating.cancel, W, "note:1", actor="k")
    with pytest.raises(Conflict):
        await database.writing(operating.cancel, W, "note:1", actor="k")
    await database.writing(operating.replay, W, "note:1", actor="k")
    assert (await one(database))["attempt"] == 2
    for change in (operating.cancel, operating.replay):
        with pytest.raises(NotFound):
            await database.writing(change, W, "note:2", actor="k")
        with pytest.raises(NotFound):
            await database.writing(change, "other", "note:1", actor="k")

    def actions(tx: Connection) -> list[str]:
        return [row.action for row in tx.execute(audit.audit.select().order_by("sequence"))]

    assert await database.reading(actions) == ["job.cancelled", "job.replayed"]


@pytest.mark.parametrize(
    ("key", "ids"),
    [("", {}), ("a b", {}), ("a/b", {}), ("x" * 151, {}), ("nul\x00", {}),
     ("k", {"text": "x" * 201}), ("k", {str(number): "x" for number in range(13)})],
)  # fmt: skip
async def test_what_is_no_key_or_no_id_is_refused(
    database: Database, key: str, ids: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        await database.writing(queue.enqueue, W, NOTE, key, ids)
