"""Jobs as they run: in one process, and in several of which some die."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.database import Database
from core.errors import BadInput
from jobs import Job, operating, queue
from jobs.durable import file_beside
from jobs.kinds import all_jobs, by_name
from jobs.tables import jobs
from tests.jobs import works
from tests.jobs.conftest import ended, seen
from tests.jobs.works import Diary, W, running


async def enqueue(database: Database, job: Job, key: str = "1", **options: Any) -> bool:
    return await database.writing(queue.enqueue, W, job, key, **options)


async def test_what_is_enqueued_twice_with_one_key_runs_once(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    at_once = await asyncio.gather(
        *(enqueue(database, works.NOTE, "k", ids={"about": "k"}) for _ in range(10))
    )
    assert sum(at_once) == 1
    async with running(database, tmp_path):
        assert (await ended(database, "note:k"))["state"] == "done"
        assert not await enqueue(database, works.NOTE, "k", ids={"about": "k"})
        await enqueue(database, works.NOTE, "other", ids={"about": "other"})
        await ended(database, "note:other")
    assert diary.done() == ["note k", "note other"]


async def test_a_fact_that_is_rolled_back_enqueues_nothing(database: Database) -> None:
    def fails(tx: sa.Connection) -> None:
        queue.enqueue(tx, W, works.NOTE, "k")
        raise ValueError("rolled back")

    with pytest.raises(ValueError, match="rolled back"):
        await database.writing(fails)
    assert await database.reading(operating.listed, W) == []


async def test_progress_can_be_seen_while_it_runs(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    await enqueue(database, works.THREE)
    async with running(database, tmp_path):
        await seen(lambda: diary.done() == ["three:1 one"])
        (row,) = await database.reading(operating.listed, W, state="running")
        assert (row["done"], row["total"]) == (0, None)
        (tmp_path / "go").touch()
        row = await ended(database, "three:1")
    assert (row["done"], row["total"], row["held_by"]) == (2, 3, None)
    assert diary.done() == ["three:1 one", "three:1 two", "three:1 three"]


async def test_a_delay_and_a_sleep_outlast_the_process(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    await enqueue(database, works.NOTE, in_s=1.5)
    await enqueue(database, works.SLEEPING, ids={"seconds": "1.5"})
    async with running(database, tmp_path):
        await seen(lambda: diary.done() == ["asleep"])
        await asyncio.sleep(0.3)
    (row,) = await database.reading(operating.listed, W, state="running")
    assert row["sleeping_until"]
    assert row["held_by"] is None, "who stops gives it back"
    async with running(database, tmp_path):
        assert diary.done() == ["asleep"]
        note = await ended(database, "note:1")
        row = await ended(database, "sleeping:1")
    assert note["started_at"] >= note["due_at"] >= note["created_at"] + 1.5
    assert sorted(diary.done()) == ["asleep", "awake", "note "]
    assert (row["state"], row["failures"], row["attempt"]) == ("done", 0, 1)
    assert row["finished_at"] - row["created_at"] >= 1.5, "longer than it may work, but it slept"


async def test_what_fails_begins_anew_and_ends_in_the_dead_letters_until_it_is_replayed(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    await enqueue(database, works.FAILING)
    async with running(database, tmp_path):
        row = await ended(database, "failing:1")
        assert (row["state"], row["attempt"], row["failures"]) == ("dead", 3, 3)
        assert row["failure"] == "ValueError: the stone is too heavy"
        assert [row["job_id"] for row in await database.reading(operating.listed, W, state="dead")]
        (tmp_path / "mended").touch()
        await database.writing(operating.replay, W, "failing:1", actor="key_1")
        row = await ended(database, "failing:1")
    assert (row["state"], row["attempt"], row["failures"], row["failure"]) == ("done", 4, 0, "")
    assert diary.done() == ["tried"] * 4


async def test_what_takes_too_long_is_stopped(database: Database, tmp_path: Path) -> None:
    await enqueue(database, works.HANGING)
    async with running(database, tmp_path):
        row = await ended(database, "hanging:1")
    assert (row["state"], row["failure"].partition(":")[0]) == ("dead", "TimeoutError")


async def test_a_cancelled_job_ends_whether_it_waits_works_or_sleeps(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    await enqueue(database, works.NOTE, in_s=60)
    await enqueue(database, works.CANCELLED)
    await enqueue(database, works.SLEEPING, ids={"seconds": "3600"})
    async with running(database, tmp_path) as engine:
        await seen(lambda: sorted(diary.done()) == ["asleep", "hanging"])
        for job_id in ("note:1", "cancelled:1", "sleeping:1"):
            await database.writing(operating.cancel, W, job_id, actor="key_1")
        await seen(lambda: not engine._running)
    assert {row["state"] for row in await database.reading(operating.listed, W)} == {"cancelled"}
    assert sorted(diary.done()) == ["asleep", "hanging"]


async def test_the_loop_has_threads_again_when_dbos_is_closed_for_want_of_work(
    database: Database, tmp_path: Path
) -> None:
    await enqueue(database, works.NOTE)
    async with running(database, tmp_path) as engine:
        await ended(database, "note:1")
        engine._idle_s = 0
        await seen(lambda: not engine._machine.is_open)
        assert await asyncio.to_thread(lambda: 1) == 1
        await enqueue(database, works.NOTE, "2")
        assert (await ended(database, "note:2"))["state"] == "done"
    assert await asyncio.to_thread(lambda: 1) == 1
    if database.dialect == "sqlite":
        assert file_beside(database.url) == tmp_path / "regente-jobs.sqlite"
        assert file_beside(database.url).exists()


async def test_what_only_a_newer_version_knows_is_left_to_it(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    await enqueue(database, works.NOTE)
    await enqueue(database, works.THREE)
    (tmp_path / "go").touch()
    async with running(database, tmp_path, [works.THREE]):
        await ended(database, "three:1")
    (row,) = await database.reading(operating.listed, W, name="note")
    assert row["state"] == "waiting"
    async with running(database, tmp_path):
        await ended(database, "note:1")


async def test_a_schedule_waits_in_the_table_and_is_planned_anew_when_it_changes(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    nightly = Job(name="note", work=works.note, cron="30 3 1 1 *")
    async with running(database, tmp_path, [nightly]):
        (row,) = await seen_rows(database)
        assert row["job_id"].endswith("-01-01T03:30+00:00")
    other = Job(name="note", work=works.note, cron="0 4 1 2 *", zone="America/Sao_Paulo")
    async with running(database, tmp_path, [other]) as engine:
        await seen(lambda: engine._plan_at)
        (row,) = await seen_rows(database)
        assert row["job_id"].endswith("-02-01T04:00-03:00")
    missed = jobs.update().values(due_at=time.time() - 86400)
    await database.writing(lambda tx: tx.execute(missed))
    async with running(database, tmp_path, [other]):
        assert (await ended(database, row["job_id"]))["state"] == "done", "late, but once"
        await asyncio.sleep(0.3)
        assert len(await seen_rows(database)) == 1, "the moment is planned already, and was run"
    assert diary.done() == ["note "]


async def seen_rows(database: Database) -> list[dict[str, Any]]:
    async with asyncio.timeout(5):
        while not (rows := await database.reading(operating.listed, W)):
            await asyncio.sleep(0.02)
    return rows


async def test_processes_that_plan_at_once_plan_one_run(database: Database, tmp_path: Path) -> None:
    job = Job(name="note", work=works.note, cron="0 3 * * *")
    engines = [works.engine(database, tmp_path, f"p{number}", [job]) for number in range(5)]
    await asyncio.gather(*(engine._plan() for engine in engines))
    assert len(await database.reading(operating.listed, W)) == 1


async def test_what_was_claimed_and_never_began_is_set_going_again(
    database: Database, tmp_path: Path, diary: Diary
) -> None:
    (tmp_path / "go").touch()
    async with running(database, tmp_path) as engine:
        await enqueue(database, works.NOTE)
        await ended(database, "note:1")
        engine._idle_s = 0.1  # so it looks after what it holds often

        def claimed(tx: sa.Connection) -> None:
            queue.enqueue(tx, W, works.THREE, "1")
            queue.claim(tx, W, {"three": works.THREE}, engine._process_id, 1)

        await database.writing(claimed)
        assert (await ended(database, "three:1"))["state"] == "done"
    assert diary.done() == ["note ", "three:1 one", "three:1 two", "three:1 three"]


def test_names_and_schedules_are_checked_at_the_start() -> None:
    assert "retention" in all_jobs()
    for wrong in (
        [works.NOTE, works.NOTE],
        [Job(name="no name", work=works.note)],
        [Job(name="x", work=works.note, cron="30 3 * *")],
        [Job(name="x", work=works.note, cron="0 0 31 2 *")],
    ):
        with pytest.raises(BadInput):
            by_name(wrong)
