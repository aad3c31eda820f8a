"""What is forgotten, and what never is."""

import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from conversations import closing, tables, tokens
from core import events
from core.database import Database, Tx
from core.errors import BadInput
from core.retention import all_kept
from core.settings import Settings
from jobs import operating, queue
from jobs.engine import Engine
from jobs.jobs import jobs as offered
from jobs.kinds import by_name
from jobs.tables import jobs
from tests.conversations.echo import House, house
from tests.jobs.conftest import ended
from tests.jobs.works import FAILING, LOOK_S, NOTE, W

DAY_S = 86400.0


def count(tx: Tx) -> dict[str, int]:
    kept = (
        tables.messages, tables.feed, tables.turns, tables.conversations, tables.checkpoints,
        tables.tokens, events.events, jobs,
    )  # fmt: skip
    return {
        table.name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in kept
    }


async def retained(database: Database, folder: Path, **keep_days: float | None) -> dict[str, int]:
    """Run the job, and count what there is then."""
    settings = Settings(data_dir=folder, keep_days=keep_days)
    engine = Engine(
        database=database, workspace_id=W, process_id="p", jobs=by_name(offered),
        zone=ZoneInfo("UTC"), things=(settings,), look_s=LOOK_S,
    )  # fmt: skip
    await database.writing(queue.enqueue, W, offered[0], "now")
    engine.start()
    try:
        row = await ended(database, "retention:now")
    finally:
        await engine.stop()
    assert row["state"] == "done", row["failure"]
    assert row["done"] == row["total"]
    return await database.reading(count)


async def talk(home: House, *, closed_days_ago: float | None) -> str:
    taken = await home.say("hello")
    conversation_id = taken.accepted.conversation_id
    await home.runner.answer(conversation_id)
    await home.database.writing(tokens.issue, W, conversation_id)
    if closed_days_ago is not None:
        database = home.database
        ending = {"person": "Ana", "actor": "key_Ana"}
        await database.writing(closing.close, W, conversation_id, "solved", **ending)
        ago = time.time() - closed_days_ago * DAY_S
        table = tables.conversations
        closed = table.update().where(table.c.conversation_id == conversation_id)
        await database.writing(lambda tx: tx.execute(closed.values(closed_at=ago)))
    return conversation_id


async def test_what_nobody_needs_is_forgotten_and_transcripts_are_not(
    database: Database, tmp_path: Path
) -> None:
    home = house(database, tmp_path)
    for days in (None, 10, 40, 100):
        await talk(home, closed_days_ago=days)
    old, new = time.time() - 31 * DAY_S, time.time() - DAY_S
    emitted = await database.reading(count)

    def age(tx: Tx) -> None:
        first = tx.execute(sa.select(events.events.c.event_id)).scalars().first()
        tx.execute(
            events.events.update().where(events.events.c.event_id == first).values(emitted_at=old)
        )
        for key, state, finished_at in (
            ("old", "done", old), ("new", "done", new), ("cancelled", "cancelled", old),
            ("dead", "dead", old), ("waiting", "waiting", None),
        ):  # fmt: skip
            queue.enqueue(tx, W, NOTE, key, in_s=60)
            this = jobs.update().where(jobs.c.key == key)
            tx.execute(this.values(state=state, finished_at=finished_at))

    before = await database.reading(count)
    await database.writing(age)
    after = await retained(database, tmp_path)
    assert before["checkpoints"] == emitted["checkpoints"] == 4
    assert after["checkpoints"] == 2, "of those closed for less than thirty days, and the open one"
    assert after["conversation_tokens"] == before["conversation_tokens"] * 3 // 4
    assert after["events"] == before["events"] - 1
    rows = await database.reading(operating.listed, W)
    keys = {row["key"] for row in rows if not row["key"].startswith(queue.PLANNED)}
    assert keys == {"new", "dead", "waiting", "now"}
    for table in ("messages", "feed", "turns", "conversations"):
        assert after[table] == before[table] > 0, table


async def test_days_are_the_deployments_to_choose(database: Database, tmp_path: Path) -> None:
    await talk(house(database, tmp_path), closed_days_ago=40)
    kept = await retained(database, tmp_path, checkpoints=None, conversation_tokens=39)
    assert (kept["checkpoints"], kept["conversation_tokens"]) == (1, 0)


async def test_more_rows_than_one_transaction_takes_are_forgotten(
    database: Database, tmp_path: Path
) -> None:
    old = time.time() - 31 * DAY_S

    def fill(tx: Tx) -> None:
        for _ in range(1_201):
            events.emit(tx, workspace_id=W, kind="x", subject={})
        tx.execute(events.events.update().values(emitted_at=old))

    await database.writing(fill)
    assert (await retained(database, tmp_path))["events"] == 0


async def test_what_dbos_remembers_of_ended_jobs_is_forgotten_a_day_later(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await retained(database, tmp_path)
    monkeypatch.setattr("jobs.engine.FORGET_AFTER_S", 0.0)
    monkeypatch.setattr("jobs.engine.FORGOTTEN_AT_ONCE", 1)
    await database.writing(lambda tx: tx.execute(jobs.delete()))
    sleeping = Engine(
        database=database, workspace_id=W, process_id="p", jobs={}, zone=ZoneInfo("UTC")
    )
    try:
        assert await sleeping.forget() == 1
        assert await sleeping.forget() == 0
    finally:
        await sleeping.stop()


@pytest.mark.parametrize("wrong", [{"messages": 3}, {"events": 0}, {"events": -1}])
def test_days_for_what_is_never_pruned_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="REGENTE_KEEP_DAYS takes"):
        all_kept(wrong)


def test_every_kept_table_is_named_once_and_a_job_forgets_them_each_night() -> None:
    names = [kept.rows for kept in all_kept({})]
    assert sorted(set(names)) == sorted(names)
    assert {"events", "jobs", "dead_jobs", "checkpoints", "conversation_tokens"} <= set(names)
    assert not {"messages", "cases", "turns", "audit", "approvals"} & set(names)
    assert [job.cron for job in offered] == ["30 3 * * *"]
    assert FAILING.name not in by_name(offered)
