"""kill -9 at every await between accept and the provider's answer, then another process recovers.

By default a seeded part of the places is tried; `REGENTE_ATTACKS=full` tries every one.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from conversations import approvals, checkpoints, effects, merging, transcript
from conversations.rows import found
from conversations.visitors import Visitor
from core.database import Database, Tx, metadata
from customers import Assertion
from graph.saver import TurnSaver
from tests.conversations.echo import House, W, house, memory
from tests.conversations.post import Post, post
from tests.nursery import Nursery

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
SEED = 20261124
Work = Callable[[str, House, str, int], tuple[int, str]]
UUID = "0b54c3f6-6f0e-4a44-8f8b-0f7b1f4f2f11"


@pytest.fixture
def child(nursery: Nursery) -> Work:
    """Do a piece of work in a process of its own; give its exit status and what it printed."""

    def do(work: str, home: House, subject: str, die_at: int) -> tuple[int, str]:
        url = home.database.url.render_as_string(hide_password=False)
        arguments = [work, url, str(home.settings.data_dir), subject, str(die_at)]
        process = nursery.start("tests.conversations.crash", *arguments)
        try:
            status = process.wait(60)
        finally:
            process.kill()
        with process.stdout:
            printed = process.stdout.read().splitlines()
        assert status in (0, -9), printed
        return status, printed[-1] if printed else ""

    return do


def places(every: int) -> list[int]:
    """Give the awaits to die at: every one, or a seeded part with the first and the last."""
    numbers = list(range(1, every + 1))
    if FULL or every <= 4:
        return numbers
    return sorted({1, every, every - 1, *random.Random(SEED).sample(numbers, 3)})


async def wait_for_lease() -> None:
    await asyncio.sleep(0.35)


async def replies(home: House, conversation_id: str) -> list[str]:
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows if row["role"] == "ai"]


@pytest.mark.parametrize("retry", ["never", "key"])
@pytest.mark.attack
async def test_a_turn_killed_anywhere_is_answered_once_and_pays_at_most_once(
    database: Database, tmp_path: Path, child: Work, retry: str
) -> None:
    home = house(database, tmp_path)
    first = await home.say("pay, wait")
    status, suspensions = await asyncio.to_thread(
        child, "turn", home, first.accepted.conversation_id, 10_000
    )
    assert status == 0 and int(suspensions) >= 5
    for die_at in places(int(suspensions)):
        before = home.paid
        taken = await home.take("pay, wait")
        conversation_id = taken.accepted.conversation_id
        status, _ = await asyncio.to_thread(child, "turn", home, conversation_id, die_at)
        assert status == -9, f"the {die_at}th await was never reached"
        committed = await replies(home, conversation_id)
        if not committed:
            # Neither slot nor interrupt of the killed draft is to be seen.
            assert await home.database.reading(checkpoints.load, W, conversation_id) == []
        await wait_for_lease()
        home.conductor.tools["pay"] = home.conductor.tools["pay"].__class__(
            **{**vars(home.conductor.tools["pay"]), "retry": retry}
        )
        await home.runner.answer(conversation_id)
        assert not await home.runner.answer(conversation_id)
        said = await replies(home, conversation_id)
        assert len([text for text in said if text.startswith("You said")]) == 1, (die_at, said)
        done = await home.database.reading(effects.of_turn, W, f"{conversation_id}:1")
        assert len(done) == 1
        assert home.paid - before <= 1, die_at
        if done[0]["state"] == "done":
            assert home.paid - before == 1
        else:  # cut off between `started` and its outcome: nobody knows, so a person was told
            assert any("will check" in text or "verificar" in text for text in said), said
        rows = await home.database.reading(checkpoints.load, W, conversation_id)
        state = await memory(TurnSaver(rows), conversation_id)
        assert state.values["heard"] == ["pay, wait"]
        assert len(state.interrupts) == 1


@pytest.mark.attack
async def test_an_approved_action_killed_anywhere_happens_once_and_is_told_once(
    database: Database, tmp_path: Path, child: Work
) -> None:
    home = house(database, tmp_path)

    async def decided() -> tuple[str, str]:
        first = await home.say("something big")
        await home.runner.answer(first.accepted.conversation_id)
        approval_id = (await home.database.reading(approvals.listed, W))[0]["approval_id"]
        await home.database.writing(
            approvals.decide, W, approval_id, "approve", person="Ana", actor="k"
        )
        return first.accepted.conversation_id, approval_id

    _, approval_id = await decided()
    status, suspensions = await asyncio.to_thread(child, "action", home, approval_id, 10_000)
    assert status == 0 and int(suspensions) >= 3
    for die_at in places(int(suspensions)):
        before = home.paid
        conversation_id, approval_id = await decided()
        status, _ = await asyncio.to_thread(child, "action", home, approval_id, die_at)
        assert status == -9
        await wait_for_lease()
        home.conductor.seen.clear()
        await home.runner._carry_out(approval_id)
        await home.runner.settled()
        await home.runner.answer(conversation_id)
        ended = (await home.database.reading(approvals.one, W, approval_id))["state"]
        assert ended in ("done", "unknown"), die_at
        assert home.paid - before <= 1
        if ended == "done":
            assert home.paid - before == 1
        assert len([one for one in home.conductor.seen if one.event]) == 1, die_at


@pytest.mark.attack
async def test_accepting_killed_anywhere_and_sent_again_takes_the_message_once(
    database: Database, tmp_path: Path, child: Work
) -> None:
    home = house(database, tmp_path)
    for die_at in (1, 2):
        message_id = f"{UUID}-{die_at}"
        await asyncio.to_thread(child, "accept", home, message_id, die_at)
        taken = [await home.take("pay", message_id=message_id) for _ in range(2)]
        assert len({one.accepted.message_id for one in taken}) == 1
        rows = await home.database.reading(
            transcript.of_conversation, W, taken[0].accepted.conversation_id, staff=True
        )
        assert len(rows) == 1


@pytest.mark.attack
async def test_a_delivery_killed_anywhere_reaches_her_once_or_is_shown_as_unknown(
    database: Database, tmp_path: Path, child: Work
) -> None:
    home, chance = house(database, tmp_path), random.Random(SEED)
    async with post(home) as takes_once, post(home, repeatable=False) as takes_twice:
        both = [takes_once, takes_twice]
        status, suspensions, _ = await killed_delivery(child, takes_once, "+0", 10_000)
        assert status == 0 and int(suspensions) >= 4
        killed = 0
        tried = places(int(suspensions))
        for die_at in tried if FULL else tried[::2]:
            for mail in both if FULL else [chance.choice(both)]:
                address = f"+{die_at}{mail.provider.repeatable}"
                status, _, conversation_id = await killed_delivery(child, mail, address, die_at)
                killed += status == -9  # how often it waits for the network is not always the same
                await recovers(mail, conversation_id, address)
        assert killed >= 2


async def killed_delivery(
    child: Work, mail: Post, address: str, die_at: int
) -> tuple[int, str, str]:
    """Let a customer have two replies, and a process die while it sends the first."""
    conversation_id = await mail.answered("one", address)
    await mail.answered("two", address)
    subject = f"{conversation_id} {mail.provider.url}"
    work = "deliver" if mail.provider.repeatable else "deliver-unrepeatable"
    status, printed = await asyncio.to_thread(child, work, mail.home, subject, die_at)
    return status, printed, conversation_id


async def recovers(mail: Post, conversation_id: str, address: str) -> None:
    """Let another process go on, and hold what reached her against what is said of it."""
    reached, said = mail.texts(address), ["You said one.", "You said two."]
    await wait_for_lease()
    for _ in range(2):  # who waits for the provider's word waits in vain
        await mail.hasten()
        while await mail.courier.deliver(conversation_id):
            pass
    first, second = await mail.rows(conversation_id)
    assert second["state"] == "sent"
    if mail.provider.repeatable or first["state"] == "sent":
        assert (first["state"], mail.texts(address)) == ("sent", said)
    else:
        assert (first["state"], mail.texts(address)) == ("unknown", [*reached, said[1]])


@pytest.mark.attack
async def test_a_merge_killed_anywhere_has_not_happened_and_is_carried_out_by_another(
    database: Database, tmp_path: Path, child: Work
) -> None:
    home = house(database, tmp_path)

    async def two(number: int) -> tuple[str, str, str]:
        hers = await home.take(
            f"hers {number}", Visitor(asserted=Assertion(external_id=f"C-{number}"))
        )
        strangers = await home.say("something big, broken, wait")
        ids = [one.accepted.conversation_id for one in (hers, strangers)]
        for conversation_id in ids:
            await home.runner.answer(conversation_id)
        row = await home.database.reading(found, W, ids[0])
        return row["customer_id"], ids[0], ids[1]

    customer_id, _, strangers = await two(0)
    status, statements = await asyncio.to_thread(
        child, "merge", home, f"{customer_id} {strangers}", 10_000
    )
    assert status == 0 and int(statements) > 40
    tried = places(int(statements))
    for die_at in tried if FULL else tried[1::2]:
        customer_id, kept, strangers = await two(die_at)
        before = home.database.read(everything)
        status, _ = await asyncio.to_thread(
            child, "merge", home, f"{customer_id} {strangers}", die_at
        )
        assert status == -9, die_at
        assert home.database.read(everything) == before, die_at
        await home.database.writing(merging.join, W, customer_id, also=strangers)
        row = await home.database.reading(found, W, strangers)
        assert row["conversation_id"] == kept


def everything(tx: Tx) -> dict[str, list[str]]:
    return {
        table.name: sorted(map(str, tx.execute(sa.select(table)).all()))
        for table in metadata.sorted_tables
    }
