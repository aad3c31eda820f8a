"""How a conversation ends, and what must not end by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations import closing, handoffs
from conversations.live import TurnLive
from conversations.rows import found
from core import audit
from core.access import Caller
from core.database import Database, Tx
from core.errors import Conflict
from desk import stretches
from tests.conversations.echo import House, W

HOURS = 24.0
BIA = Caller(workspace_id=W, key_id="key_1", name="Bia", role="agent", scopes=frozenset({"staff"}))


def close(
    tx: Tx,
    conversation_id: str,
    person: str,
    outcome: closing.Outcome = "solved",
    message: str = "",
) -> None:
    closing.close(
        tx, W, conversation_id, outcome, person=person, actor=f"key_{person}", message=message
    )


def aged(tx: Tx, hours: float) -> None:
    """Let everything have happened earlier."""
    tx.exec_driver_sql(f"UPDATE messages SET created_at = created_at - {hours * 3600}")
    tx.exec_driver_sql(f"UPDATE conversations SET opened_at = opened_at - {hours * 3600}")


async def quiet(home: House) -> list[str]:
    return await home.database.writing(closing.close_quiet, W, after_hours=HOURS)


async def talked(home: House, text: str) -> str:
    conversation_id = (await home.say(text)).accepted.conversation_id
    assert await home.runner.answer(conversation_id)
    return conversation_id


async def test_who_writes_again_after_it_was_closed_begins_a_new_conversation(home: House) -> None:
    first = await home.say("a person please")
    conversation_id = first.accepted.conversation_id
    await home.runner.answer(conversation_id)
    await home.database.writing(
        handoffs.take_over, W, conversation_id, person="Ana", actor="key_Ana"
    )
    with pytest.raises(Conflict, match="Ana is speaking"):
        await home.database.writing(close, conversation_id, "Bia")
    with pytest.raises(Conflict, match="A person was called, and nobody has written"):
        await home.database.writing(close, conversation_id, "Ana")
    await home.database.writing(close, conversation_id, "Ana", "solved", "It comes tomorrow.")
    with pytest.raises(Conflict, match="closed already"):
        await home.database.writing(close, conversation_id, "Ana")
    row = await home.database.reading(found, W, conversation_id)
    assert (row["state"], row["outcome"], row["owner"]) == ("closed", "solved", "ai")
    assert await home.database.reading(handoffs.queue, W) == []
    again = await home.say("hello", first)
    assert again.accepted.conversation_id != conversation_id
    assert (await home.database.reading(audit.verify, W)).broken_at is None


@pytest.mark.parametrize(
    ("asks", "waits"),
    [("a person please", "A person was called"), ("something big", "An approval is pending")],
)
async def test_what_a_customer_waits_for_is_closed_only_with_a_word_to_her(
    home: House, asks: str, waits: str
) -> None:
    conversation_id = await talked(home, asks)
    with pytest.raises(Conflict, match=waits):
        await home.database.writing(close, conversation_id, "Ana")
    row = await home.database.reading(found, W, conversation_id)
    assert row["state"] == "open", "nothing of the refused close is kept"
    await home.database.writing(close, conversation_id, "Ana", "unsolved", "We cannot do that.")
    row = await home.database.reading(found, W, conversation_id)
    assert (row["state"], row["outcome"]) == ("closed", "unsolved")
    said = await home.database.reading(
        lambda tx: tx.exec_driver_sql("SELECT role, text FROM messages ORDER BY sequence").all()
    )
    assert ("person", "We cannot do that.") in [tuple(one) for one in said]


async def test_who_has_heard_from_a_person_since_needs_no_other_word(home: House) -> None:
    conversation_id = await talked(home, "a person please")
    by = {"person": "Ana", "actor": "key_Ana"}
    await home.database.writing(handoffs.take_over, W, conversation_id, **by)
    await home.database.writing(handoffs.reply, W, conversation_id, text="It comes.", **by)
    await home.database.writing(close, conversation_id, "Ana")
    row = await home.database.reading(found, W, conversation_id)
    assert row["state"] == "closed"


async def test_what_was_nothing_to_solve_is_closed_without_a_word(home: House) -> None:
    conversation_id = await talked(home, "a person please")
    await home.database.writing(close, conversation_id, "Ana", "moot")
    row = await home.database.reading(found, W, conversation_id)
    assert (row["state"], row["outcome"]) == ("closed", "moot")


async def test_a_run_under_way_says_nothing_in_a_conversation_closed_meanwhile(
    home: House,
) -> None:
    taken = await home.say("hello")

    async def closed(_request: object) -> None:
        await home.database.writing(close, taken.accepted.conversation_id, "Ana")

    home.conductor.before = closed
    await home.runner.answer(taken.accepted.conversation_id)
    said = await home.database.reading(
        lambda tx: tx.exec_driver_sql("SELECT role FROM messages").scalars().all()
    )
    assert said == ["customer"]


async def test_silence_ends_what_waits_for_nobody(home: House) -> None:
    hello = await talked(home, "hello")
    for waiting in ("a person please", "something big"):
        await talked(home, waiting)
    assert await quiet(home) == []
    await home.database.writing(aged, HOURS - 1)
    assert await quiet(home) == []
    await home.database.writing(aged, 2)
    assert await quiet(home) == [hello]
    assert (await home.database.reading(found, W, hello))["outcome"] == "quiet"
    assert await quiet(home) == []


async def test_what_happens_is_dated_by_the_clock_that_the_database_was_opened_with(
    home: House,
) -> None:
    then = datetime(2020, 2, 3, 12, tzinfo=UTC)
    past = Database(home.database.url.render_as_string(hide_password=False), clock=lambda: then)
    live, home.database = home.database, past
    try:
        taken = await home.say("hello")
        row = await past.reading(found, W, taken.accepted.conversation_id)
        assert row["opened_at"] == row["ready_at"] == then.timestamp()
    finally:
        home.database = live
        past.close()
    # The lease of a turn is of today all the same.
    assert await home.runner.answer(taken.accepted.conversation_id)
    assert home.conductor.seen[-1].now > then + timedelta(days=365)


async def test_no_sentence_of_the_ai_that_was_not_read_yet_comes_after_a_persons_last_words(
    home: House,
) -> None:
    conversation_id = (await home.say("hello")).accepted.conversation_id
    reader = home.hub.subscribe(conversation_id)
    live = TurnLive(home.database, home.hub, await home.claim(conversation_id))
    assert await live.release("Let me look.")
    await stretches.close(
        home.database, home.hub, conversation_id,
        caller=BIA, outcome="solved", message="It is on its way.",
    )  # fmt: skip
    assert [event["event"] for event in reader.provisional] == ["retract"]
    assert not await live.release("One moment.")
