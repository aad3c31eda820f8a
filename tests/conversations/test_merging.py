"""Two open conversations of one customer become one, and nothing of either is lost."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from conversations import (
    acting,
    approvals,
    checkpoints,
    closing,
    feed,
    handoffs,
    mailbox,
    merging,
    reading,
    transcript,
    voice,
)
from conversations.rows import exactly, found
from conversations.tables import conversations, messages
from conversations.visitors import Taken, Visitor
from core.database import Tx, metadata
from core.errors import Unauthenticated
from customers import Assertion, cases, identity
from graph.saver import TurnSaver
from tests.conversations.echo import House, W, memory

ANA = Assertion(external_id="C-1", name="Ana")


async def hers(home: House, text: str = "hello from home") -> Taken:
    """Let Ana write, signed in, somewhere else, and be answered."""
    taken = await home.take(text, Visitor(asserted=ANA))
    await answered(home, taken)
    return taken


async def stranger(home: House, text: str = "hello") -> Taken:
    taken = await home.say(text)
    await answered(home, taken)
    return taken


async def answered(home: House, taken: Taken) -> None:
    while await home.runner.answer(taken.accepted.conversation_id):
        pass


async def signs_in(home: House, first: Taken, text: str = "it is me") -> Taken:
    """Let whoever holds a stranger's conversation sign in as Ana within it."""
    return await home.take(text, Visitor(token=first.token, asserted=ANA))


def row_of(home: House, taken: Taken) -> dict[str, Any]:
    return home.database.read(found, W, taken.accepted.conversation_id)


def said(home: House, taken: Taken) -> list[str]:
    rows = home.database.read(
        transcript.of_conversation, W, row_of(home, taken)["conversation_id"], staff=False
    )
    return [row["text"] for row in rows]


def heard(home: House, conversation_id: str) -> list[Any]:
    rows = home.database.read(
        lambda tx: [entry["data"] for entry in feed.since(tx, W, conversation_id, 0, staff=False)]
    )
    return [data["text"] for data in rows if "text" in data]


async def test_who_signs_in_within_another_conversation_goes_on_in_one_that_has_both(
    home: House,
) -> None:
    old = await hers(home)
    new = await stranger(home)
    joined = await signs_in(home, new)
    await answered(home, joined)
    assert joined.accepted.conversation_id == old.accepted.conversation_id, "the older is kept"
    assert joined.merged == (new.accepted.conversation_id,)
    assert said(home, new) == said(home, old) == [
        "hello from home", "You said hello from home.", "hello", "You said hello.",
        "it is me", "You said it is me.",
    ]  # fmt: skip
    redirect = home.database.read(lambda tx: exactly(tx, W, new.accepted.conversation_id))
    assert (redirect["state"], redirect["redirect_to"]) == (
        "merged", old.accepted.conversation_id,
    )  # fmt: skip
    rows = home.database.read(
        transcript.of_conversation, W, old.accepted.conversation_id, staff=False
    )
    came_from = [row["origin_conversation_id"] for row in rows]
    assert came_from == [None, None, *[new.accepted.conversation_id] * 2, None, None]


async def test_no_row_of_any_table_stays_behind_with_the_merged_conversation(home: House) -> None:
    await hers(home)
    new = await stranger(home, "something big, broken, wait")
    await signs_in(home, new)
    was = new.accepted.conversation_id

    def left(tx: Tx) -> list[str]:
        return [
            table.name
            for table in metadata.sorted_tables
            if "conversation_id" in table.c
            and tx.execute(sa.select(table).where(table.c.conversation_id == was)).first()
        ]

    assert home.database.read(left) == ["conversations"]


async def test_what_was_begun_by_the_stranger_is_the_customers(home: House) -> None:
    old = await hers(home)
    new = await stranger(home, "something big, and it is broken")
    await signs_in(home, new, "never mind that it is me")
    kept = row_of(home, old)
    (approval,) = home.database.read(approvals.listed, W)
    assert (approval["conversation_id"], approval["customer_id"]) == (
        kept["conversation_id"], kept["customer_id"],
    )  # fmt: skip
    (case,) = home.database.read(cases.open_cases, W, kept["customer_id"])
    assert case.conversation_id == kept["conversation_id"]
    await answered(home, old)  # it knows what is pending, and takes it back as she wishes
    assert home.database.read(approvals.listed, W, "withdrawn")


@pytest.mark.parametrize("merged_first", [True, False])
@pytest.mark.attack
async def test_an_approval_decided_before_or_after_reaches_her_where_she_is(
    home: House, merged_first: bool
) -> None:
    old, new = await hers(home), await stranger(home, "something big")
    (approval,) = home.database.read(approvals.listed, W)
    if merged_first:
        await signs_in(home, new)
    home.database.write(
        approvals.decide, W, approval["approval_id"], "approve", person="Bia", actor="k"
    )
    action = home.database.write(
        acting.claim, W, approval["approval_id"], process_id="me", lease_s=15
    )
    assert action is not None
    if not merged_first:  # in the middle of its execution
        await signs_in(home, new)
    await home.runner._act(action)
    await answered(home, old)
    assert home.paid == 1
    assert any("approval" in text for text in said(home, old))
    assert home.database.read(approvals.one, W, approval["approval_id"])["state"] == "done"


@pytest.mark.attack
async def test_a_turn_that_has_begun_comes_to_its_end_first_and_none_begins_before(
    home: House,
) -> None:
    old = await hers(home)
    new = await home.say("pay for it")
    claim = await home.claim(new.accepted.conversation_id)
    pending = await signs_in(home, new, "it is me")
    assert pending.accepted.conversation_id == new.accepted.conversation_id
    assert pending.token != new.token
    with pytest.raises(Unauthenticated):
        await home.say("who is this?", new)
    again = await signs_in(home, pending, "still me")
    assert again.token == pending.token
    await home.runner.join(
        home.database.read(found, W, old.accepted.conversation_id)["customer_id"]
    )
    assert row_of(home, new)["state"] == "open", "not while its turn runs"
    await home.say("and here", old)
    assert not await home.runner.answer(old.accepted.conversation_id), "none begins any more"
    await home.runner._turn(claim)
    for _ in range(3):  # it was overtaken, so it runs once more
        await home.runner.sweep()
        await home.runner.settled()
    assert row_of(home, new)["conversation_id"] == old.accepted.conversation_id
    await answered(home, old)
    assert home.paid == 1
    replies = [text for text in said(home, old) if text.startswith("You said")]
    for text in ("pay for it", "it is me", "still me", "and here"):
        assert sum(text in reply for reply in replies) == 1, (text, replies)


@pytest.mark.attack
async def test_a_run_of_either_that_still_believes_to_hold_its_lease_is_refused(
    home: House,
) -> None:
    old, new = await hers(home), await home.say("wait")
    zombie = await home.claim(new.accepted.conversation_id, lease_s=0)
    second = await home.claim(new.accepted.conversation_id)
    await home.runner._turn(second)
    await signs_in(home, new)
    with pytest.raises(Exception, match="lease"):
        home.database.write(mailbox.renew, zombie, 15)
    before = said(home, old)
    await home.runner._turn(zombie)
    assert said(home, old) == before
    assert "it is me" in before


@pytest.mark.parametrize("whose", ["strangers", "hers"])
@pytest.mark.attack
async def test_the_conversation_in_which_a_person_speaks_is_kept_and_the_ai_is_silent(
    home: House, whose: str
) -> None:
    old, new = await hers(home), await stranger(home)
    owned, other = (new, old) if whose == "strangers" else (old, new)
    home.database.write(
        handoffs.take_over, W, owned.accepted.conversation_id, person="Bia", actor="k"
    )
    await home.say("are you there?", other)
    joined = await signs_in(home, new)
    kept = row_of(home, old)
    assert kept["conversation_id"] == owned.accepted.conversation_id
    assert (kept["owner"], kept["owner_name"]) == ("person", "Bia")
    assert kept["customer_id"] == row_of(home, joined)["customer_id"]
    assert not await home.runner.answer(kept["conversation_id"])
    assert kept["ready_at"] is None
    assert {"are you there?", "it is me"} <= set(said(home, old))
    home.database.write(
        handoffs.hand_back, W, other.accepted.conversation_id,
        wrap_up={"did": "", "promised": "", "changed": "", "follow_up": ""},
        person="Bia", actor="k",
    )  # fmt: skip
    await answered(home, owned)
    seen = home.conductor.seen[-1]
    assert {"are you there?", "it is me"} <= {one["text"] for one in seen.missed}


async def test_a_hand_off_that_waits_wins_and_its_packet_is_told(home: House) -> None:
    old, new = await hers(home), await stranger(home, "a person please")
    await signs_in(home, new)
    kept = row_of(home, old)
    assert kept["conversation_id"] == old.accepted.conversation_id
    assert kept["owner"] == "queue"
    (waiting,) = home.database.read(handoffs.queue, W)
    assert waiting["conversation_id"] == kept["conversation_id"]
    assert waiting["customer"]["external_id"] == "C-1"


async def test_of_two_hand_offs_one_is_left_with_both_packets(home: House) -> None:
    await hers(home, "a person for my order")
    new = await stranger(home, "a person please")
    await signs_in(home, new)
    (waiting,) = home.database.read(handoffs.queue, W)
    assert waiting["packet"]["joined"][0]["summary"] is not None
    assert waiting["owner"] == "queue"


async def test_the_graph_goes_on_with_what_both_conversations_knew(home: House) -> None:
    old, new = await hers(home), await stranger(home)
    await signs_in(home, new)
    await answered(home, old)
    rows = await home.database.reading(checkpoints.load, W, old.accepted.conversation_id)
    state = await memory(TurnSaver(rows), old.accepted.conversation_id)
    assert state.values["heard"][-1] == "it is me"
    assert home.conductor.seen[-1].missed == ()


# --- the feed --------------------------------------------------------------------------------------


@asynccontextmanager
async def tab(home: House, taken: Taken, *, after: int = 0) -> AsyncIterator[list[reading.Entry]]:
    """Keep a page open on a conversation."""
    shown: list[reading.Entry] = []

    async def read() -> None:
        entries = reading.follow(
            home.database, home.hub, W, taken.accepted.conversation_id,
            after=after, staff=False, token=taken.token,
        )  # fmt: skip
        async for news in entries:
            shown.extend(entry for entry in news if entry.sequence is not None)

    task = asyncio.create_task(read())
    try:
        await asyncio.sleep(0.05)
        yield shown
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(shown: list[reading.Entry], text: str) -> None:
    async with asyncio.timeout(5):
        while not any(entry.data.get("text") == text for entry in shown):
            await asyncio.sleep(0.01)


def texts(shown: list[reading.Entry]) -> list[str]:
    return [entry.data["text"] for entry in shown if entry.event == "message"]


@pytest.mark.attack
async def test_open_tabs_of_both_go_on_without_loss_or_doubles_and_so_do_those_that_come_again(
    home: House,
) -> None:
    old, new = await hers(home), await home.say("hello")
    claim = await home.claim(new.accepted.conversation_id)
    pending = await signs_in(home, new)
    async with tab(home, pending) as there, tab(home, old) as elsewhere:
        await home.runner._turn(claim)
        await home.runner.answer(new.accepted.conversation_id)  # it was overtaken
        await until(there, "You said hello.")
        left_at = there[-1].sequence or 0
        await home.runner.sweep()
        await home.runner.settled()
        await until(there, "You said it is me.")
        await until(elsewhere, "You said it is me.")
    numbers = [entry.sequence for entry in there]
    assert len(numbers) == len(set(numbers)) and numbers == sorted(one or 0 for one in numbers)
    assert texts(there) == ["hello", "it is me", "You said hello.", "You said it is me."]
    assert texts(elsewhere)[:2] == ["hello from home", "You said hello from home."]
    assert sorted(texts(elsewhere)[2:]) == sorted(texts(there))
    async with tab(home, pending, after=left_at) as again:
        await until(again, "You said it is me.")
    assert [entry.sequence for entry in again] == [
        one for one in numbers if int(one or 0) > left_at
    ]


@pytest.mark.attack
async def test_who_planted_a_conversation_does_not_read_on_in_hers(home: House) -> None:
    await hers(home)
    new = await stranger(home)
    async with tab(home, new) as planted:
        joined = await signs_in(home, new, "my secret")
        for conversation_id in (*joined.merged, joined.accepted.conversation_id):
            home.hub.ring(conversation_id)
        await asyncio.sleep(0.2)
        await home.say("another secret", joined)
        home.hub.ring(new.accepted.conversation_id)
        home.hub.ring(joined.accepted.conversation_id)
        await asyncio.sleep(0.2)
    assert texts(planted) == ["hello", "You said hello."]
    with pytest.raises(Unauthenticated):
        await home.say("let me in", new)


async def test_who_repeats_a_first_message_after_somebody_proved_who_she_is_gets_nothing_of_hers(
    home: House,
) -> None:
    first = await home.take("hi", message_id="an id that cannot be guessed")
    customer_id = row_of(home, first)["customer_id"]

    def proved(tx: Tx) -> None:
        known = identity.resolve(tx, W, "user", "C-1")
        identity.move(tx, W, customer_id, known)

    home.database.write(proved)
    again = await home.take("hi", message_id="an id that cannot be guessed")
    assert again.accepted.conversation_id != first.accepted.conversation_id


# --- at the same time ------------------------------------------------------------------------------


@pytest.mark.attack
async def test_tabs_that_sign_in_at_once_make_one_conversation_that_has_all(home: House) -> None:
    firsts = [await stranger(home, f"hello {number}") for number in range(4)]
    at_home = home.take("from home", Visitor(asserted=ANA))
    joined = await asyncio.gather(*(signs_in(home, first) for first in firsts), at_home)
    await home.runner.sweep()
    await home.runner.settled()
    while await home.runner.answer(row_of(home, joined[0])["conversation_id"]):
        pass
    (kept,) = {row_of(home, one)["conversation_id"] for one in joined}

    def open_ones(tx: Tx) -> list[str]:
        return list(
            tx.scalars(
                sa.select(conversations.c.conversation_id).where(conversations.c.state == "open")
            )
        )

    assert home.database.read(open_ones) == [kept]
    assert {f"hello {number}" for number in range(4)} <= set(said(home, joined[0]))
    assert said(home, joined[0]).count("it is me") == 4
    waiting = sa.select(messages.c.text).where(messages.c.state == "waiting")
    assert home.database.read(lambda tx: tx.scalars(waiting).all()) == []
    numbers = home.database.read(
        lambda tx: [one["sequence"] for one in feed.since(tx, W, kept, 0, staff=True)]
    )
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.attack
@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
async def test_who_silences_a_conversation_that_becomes_another_meanwhile_silences_that_one(
    home: House,
) -> None:
    old, new = await hers(home), await stranger(home)
    customer_id, strangers = row_of(home, old)["customer_id"], new.accepted.conversation_id
    merged, may_end, silenced = threading.Event(), threading.Event(), threading.Event()

    def merge(tx: Tx) -> None:
        merging.bring(tx, W, strangers, customer_id)
        merged.set()
        may_end.wait(10)

    def silence(tx: Tx) -> bool:
        voice.silence(tx, W, strangers)
        silenced.set()
        return home.database.write(lets_speak)

    def lets_speak(tx: Tx) -> bool:
        key = sa.func.hashtextextended(old.accepted.conversation_id, 0)
        return bool(tx.scalar(sa.select(sa.func.pg_try_advisory_xact_lock_shared(key))))

    merging_it = asyncio.create_task(asyncio.to_thread(home.database.write, merge))
    await asyncio.to_thread(merged.wait, 10)
    silencing = asyncio.create_task(asyncio.to_thread(home.database.write, silence))
    assert not await asyncio.to_thread(silenced.wait, 0.3), "it waits for the merge"
    may_end.set()
    await merging_it
    assert await silencing is False, "no sentence goes out where it goes on"


async def test_a_conversation_closed_before_it_came_to_it_is_hers_all_the_same(home: House) -> None:
    old, new = await hers(home), await home.say("hello")
    claim = await home.claim(new.accepted.conversation_id)
    await signs_in(home, new)
    home.database.write(
        closing.close, W, new.accepted.conversation_id, "moot", person="Bia", actor="k"
    )
    await home.runner._turn(claim)
    await home.runner.sweep()
    assert row_of(home, new)["state"] == "closed"
    assert row_of(home, new)["customer_id"] == row_of(home, old)["customer_id"]
    assert home.database.read(merging.due, W) == []


async def test_what_was_merged_twice_is_found_and_followed_all_the_same(home: House) -> None:
    oldest, old, new = await stranger(home, "first"), await hers(home), await stranger(home)
    once = await signs_in(home, new)
    await answered(home, once)
    async with tab(home, once) as shown:
        twice = await signs_in(home, oldest, "me again")
        for conversation_id in twice.merged:
            home.hub.ring(conversation_id)
        await answered(home, twice)
        await until(shown, "You said me again.")
    assert {row_of(home, one)["conversation_id"] for one in (oldest, old, new)} == {
        oldest.accepted.conversation_id
    }
    numbers = [entry.sequence for entry in shown]
    assert len(set(numbers)) == len(numbers)
    assert said(home, new).count("hello") == 1
