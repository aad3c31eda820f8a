"""Approved actions run exactly once; all others never."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conversations import acting, approvals, handoffs, transcript
from conversations.approvals import Kind
from conversations.rows import found
from core.database import Database, Tx
from core.errors import Conflict, ToolFailed
from tests.conversations.echo import House, W, house


async def proposed(home: House) -> tuple[str, str, Any]:
    """Let a customer ask for something that a person must approve."""
    first = await home.say("something big")
    await home.runner.answer(first.accepted.conversation_id)
    (pending,) = await home.database.reading(approvals.listed, W)
    return first.accepted.conversation_id, pending["approval_id"], first


async def decide(
    home: House, approval_id: str, kind: Kind, person: str = "Ana", **more: Any
) -> None:
    await home.database.writing(
        approvals.decide, W, approval_id, kind, person=person, actor=f"key_{person}", **more
    )


async def state(home: House, approval_id: str) -> str:
    return (await home.database.reading(approvals.one, W, approval_id))["state"]


async def carry_out(home: House, approval_id: str) -> None:
    await home.runner._carry_out(approval_id)


async def settled(home: House, conversation_id: str) -> None:
    await home.runner.settled()
    while await home.runner.answer(conversation_id):
        await home.runner.settled()


async def test_an_approved_write_runs_once_and_the_customer_hears_of_it(home: House) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    await decide(home, approval_id, "approve")
    await asyncio.gather(*(carry_out(home, approval_id) for _ in range(5)))
    assert (home.paid, await state(home, approval_id)) == (1, "done")
    await settled(home, conversation_id)
    event = home.conductor.seen[-1].event
    assert (event["decision"], event["outcome"]["text"], event["person"]) == (
        "approve", "Paid 5.00.", "Ana",
    )  # fmt: skip
    assert len([one for one in home.conductor.seen if one.event]) == 1


async def test_of_two_people_and_ten_clicks_one_decision_counts(home: House) -> None:
    _, approval_id, _ = await proposed(home)
    clicks: list[tuple[Kind, str]] = [("approve", "Ana"), ("reject", "Rui")]
    tries = [decide(home, approval_id, kind, person, reason="no") for kind, person in clicks * 5]
    told = await asyncio.gather(*tries, return_exceptions=True)
    refused = [error for error in told if error is not None]
    assert len(refused) == 9
    assert all(isinstance(error, Conflict) for error in refused)
    decided = await home.database.reading(approvals.one, W, approval_id)
    assert all(decided["decided_by"] in str(error) for error in refused)


@pytest.mark.parametrize("kind", ["reject", "expire", "withdraw"])
async def test_what_is_not_approved_never_runs(home: House, kind: str) -> None:
    conversation_id, approval_id, first = await proposed(home)
    if kind == "reject":
        await decide(home, approval_id, "reject", reason="too much")
    elif kind == "expire":

        def late(tx: Tx) -> None:
            approvals.change(tx, approvals.one(tx, W, approval_id), expires_at=1.0)

        await home.database.writing(late)
        with pytest.raises(Conflict, match="expired"):
            await decide(home, approval_id, "approve")
        await home.database.writing(approvals.expire, W)
    else:
        await home.say("never mind", first)
        await home.runner.answer(conversation_id)
        with pytest.raises(Conflict, match="took"):
            await decide(home, approval_id, "approve")
    await carry_out(home, approval_id)
    await settled(home, conversation_id)
    ends = {"reject": "rejected", "expire": "expired", "withdraw": "withdrawn"}
    assert (home.paid, await state(home, approval_id)) == (0, ends[kind])
    if kind != "withdraw":
        assert home.conductor.seen[-1].event["decision"] == kind


async def test_edited_arguments_are_what_is_executed(home: House) -> None:
    _, approval_id, _ = await proposed(home)
    await decide(home, approval_id, "edit", arguments={"amount": 3})
    await carry_out(home, approval_id)
    assert home.book.read_text().split() == [approval_id, "3"]


async def test_a_question_is_relayed_and_the_approval_stays_pending(home: House) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    await decide(home, approval_id, "respond", reason="Which day?")
    await settled(home, conversation_id)
    assert home.conductor.seen[-1].event["reason"] == "Which day?"
    await decide(home, approval_id, "approve")
    await carry_out(home, approval_id)
    assert (home.paid, await state(home, approval_id)) == (1, "done")


async def test_a_withdrawal_that_lost_the_race_is_not_confirmed(home: House) -> None:
    conversation_id, approval_id, first = await proposed(home)
    await home.say("never mind", first)

    async def faster(request: Any) -> None:
        home.conductor.before = None
        await decide(home, approval_id, "approve")

    home.conductor.before = faster
    await home.runner.answer(conversation_id)
    await home.runner.answer(conversation_id)
    assert home.conductor.seen[-1].facts["pending_approvals"] == []
    await carry_out(home, approval_id)
    assert home.paid == 1


async def test_an_action_without_its_thread_is_told_to_people_as_lost(home: House) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    from conversations import checkpoints

    await home.database.writing(checkpoints.forget, W, approval_id)
    await decide(home, approval_id, "approve")

    def now(tx: Tx) -> None:
        approvals.change(tx, approvals.one(tx, W, approval_id), due_at=1.0)

    for _ in range(acting.MAX_DRIVES):
        await carry_out(home, approval_id)
        if await state(home, approval_id) == "decided":
            await home.database.writing(now)
    assert (home.paid, await state(home, approval_id)) == (0, "lost")
    assert (await home.database.reading(found, W, conversation_id))["owner"] == "queue"


async def test_an_action_that_kills_whoever_carries_it_out_is_tried_three_times_and_told_to_people(
    home: House,
) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    await decide(home, approval_id, "approve")
    for number in range(acting.MAX_DRIVES):
        dies = await home.database.writing(
            acting.claim, W, approval_id, process_id=f"p{number}", lease_s=-1
        )
        assert dies is not None
    await carry_out(home, approval_id)
    assert (home.paid, await state(home, approval_id)) == (0, "lost")
    row = await home.database.reading(found, W, conversation_id)
    assert row["owner"] == "queue", "a person finds out"


async def test_restarts_in_the_middle_of_an_approved_write_are_not_counted_as_tries(
    database: Database, tmp_path: Path
) -> None:
    home = house(database, tmp_path, retry="key")
    _, approval_id, _ = await proposed(home)
    till, go_on = home.conductor.tools["pay"], threading.Event()
    called: list[float] = []

    def pay(amount: float, *, context: Any) -> Any:
        called.append(amount)
        go_on.wait(30)
        raise ConnectionError("the process is gone")

    home.conductor.tools["pay"] = replace(till, function=pay)
    await decide(home, approval_id, "approve")
    for stops in range(1, acting.MAX_DRIVES + 2):
        home.runner._driver.stopping = False
        home.runner.ring_approval(approval_id)
        async with asyncio.timeout(5):
            while len(called) < stops:
                await asyncio.sleep(0.01)
        await home.runner.stop(grace_s=0)
        row = await home.database.reading(approvals.one, W, approval_id)
        assert (row["attempts"], row["lease_owner"]) == (0, None)
    go_on.set()
    home.conductor.tools["pay"] = till
    await carry_out(home, approval_id)
    assert (home.paid, await state(home, approval_id)) == (1, "done")


async def test_the_outcome_goes_to_the_person_when_one_has_the_conversation(home: House) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    await home.database.writing(handoffs.take_over, W, conversation_id, person="Ana", actor="k")
    await decide(home, approval_id, "approve")
    await carry_out(home, approval_id)
    await settled(home, conversation_id)
    assert home.conductor.seen[-1].event == {}
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=True)
    assert rows[-1]["event"]["outcome"]["text"] == "Paid 5.00."


async def test_an_outcome_finds_the_customer_after_her_conversation_was_closed(
    home: House,
) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    from conversations.rows import change, locked

    await home.database.writing(
        lambda tx: change(tx, locked(tx, W, conversation_id), state="closed")
    )
    await decide(home, approval_id, "approve")
    await carry_out(home, approval_id)
    async with asyncio.timeout(5):
        await home.runner.settled()
    assert home.conductor.seen[-1].event["decision"] == "approve"
    assert home.conductor.seen[-1].conversation_id != conversation_id


BROKEN = {
    "says no": ("before", ToolFailed("There is no money."), "failed", 0),
    "raises before it acts": ("before", ValueError("boom"), "unknown", 0),
    "raises after it acted": ("after", ConnectionError("the line went dead"), "unknown", 1),
}


@pytest.mark.attack
@pytest.mark.parametrize(("when", "error", "ends", "paid"), BROKEN.values(), ids=BROKEN)
async def test_a_tool_that_raises_is_asked_once_and_the_customer_hears_how_it_ended(
    home: House, when: str, error: Exception, ends: str, paid: int
) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    till = home.conductor.tools["pay"]
    asked = 0

    def pay(amount: float, *, context: Any) -> Any:
        nonlocal asked
        asked += 1
        if when == "after":
            till.function(amount, context=context)
        raise error

    home.conductor.tools["pay"] = replace(till, function=pay)
    await decide(home, approval_id, "approve")
    for _ in range(3):
        await carry_out(home, approval_id)
    assert (asked, home.paid, await state(home, approval_id)) == (1, paid, ends)
    await heard(home, conversation_id, ends)


@pytest.mark.attack
async def test_a_tool_that_hangs_is_not_waited_for_and_what_it_did_late_is_not_repeated(
    home: House,
) -> None:
    conversation_id, approval_id, _ = await proposed(home)
    till, go_on = home.conductor.tools["pay"], threading.Event()

    def pay(amount: float, *, context: Any) -> Any:
        go_on.wait(10)
        return till.function(amount, context=context)

    home.conductor.tools["pay"] = replace(till, function=pay, timeout_s=0.2)
    await decide(home, approval_id, "approve")
    async with asyncio.timeout(5):
        await carry_out(home, approval_id)
    assert (home.paid, await state(home, approval_id)) == (0, "unknown")
    await heard(home, conversation_id, "unknown")
    go_on.set()
    async with asyncio.timeout(5):
        while not home.paid:
            await asyncio.sleep(0.01)
    await carry_out(home, approval_id)
    await home.runner.sweep()
    await settled(home, conversation_id)
    assert (home.paid, await state(home, approval_id)) == (1, "unknown")
    with pytest.raises(Conflict):
        await decide(home, approval_id, "approve", "Rui")


async def heard(home: House, conversation_id: str, ends: str) -> None:
    """Check that the customer is told of it once, and that a person is called where nobody knows."""
    await settled(home, conversation_id)
    told = [one.event["outcome"]["state"] for one in home.conductor.seen if one.event]
    assert told == [ends]
    row = await home.database.reading(found, W, conversation_id)
    assert row["owner"] == ("queue" if ends == "unknown" else "ai")
    waiting = await home.database.reading(handoffs.queue, W)
    assert [one["reason"] for one in waiting] == ["approval_unknown"] * (ends == "unknown")
