"""What a dead process had begun, and nobody will run again."""

from typing import Any

import pytest

from conversations import approvals, effects, handoffs, transcript
from conversations.effects import Effects
from conversations.rows import found
from tests.conversations.echo import House, W

WRAP_UP = {"did": "", "promised": "", "changed": "", "follow_up": ""}


def ledger(home: House, conversation_id: str, turn_id: str) -> Effects:
    return Effects(
        home.database, home.conductor.tools, workspace_id=W, conversation_id=conversation_id,
        turn_id=turn_id, run=1, guard=lambda _tx, _started: True, before=[],
    )  # fmt: skip


async def begun(home: House, conversation_id: str, turn_id: str) -> tuple[Effects, str]:
    """Begin a write, as a process does that dies in it; give its ledger and the proposal's id."""
    kept, proposal_id = ledger(home, conversation_id, turn_id), f"{turn_id}:pay"
    proposal: Any = {
        "proposal_id": proposal_id, "tool": "pay", "arguments": {"amount": 5},
        "preview": "pay 5.00", "asked": "", "turn_id": turn_id,
    }  # fmt: skip
    leave, _ = await home.database.writing(kept._begin, proposal, home.conductor.tools["pay"])
    assert leave == "call"
    return kept, proposal_id


async def took_over(home: House, conversation_id: str) -> None:
    await home.database.writing(handoffs.take_over, W, conversation_id, person="Ana", actor="key_1")


async def shown(home: House, conversation_id: str, role: str) -> list[str]:
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=True)
    return [row["text"] for row in rows if row["role"] == role]


async def state(home: House, turn_id: str) -> str:
    (effect,) = await home.database.reading(effects.of_turn, W, turn_id)
    return effect["state"]


@pytest.fixture
async def dead(home: House) -> str:
    """A conversation whose turn died in a write; its lease has run out."""
    conversation_id = (await home.say("pay")).accepted.conversation_id
    claim = await home.claim(conversation_id, "dead", lease_s=-1)
    await begun(home, conversation_id, claim.turn_id)
    return conversation_id


async def test_a_person_who_took_over_is_told_once_that_something_may_have_happened(
    home: House, dead: str
) -> None:
    await took_over(home, dead)
    for _ in range(2):
        await home.runner.sweep()
    assert await shown(home, dead, "system") == ["pay 5.00: not certain whether it was done"]
    assert await state(home, f"{dead}:1") == "unknown"
    assert await shown(home, dead, "ai") == []


async def test_what_was_done_before_the_process_died_is_told_as_well(
    home: House, dead: str
) -> None:
    outcome: Any = {"state": "done", "text": "Paid 5.00.", "data": {}}
    kept = ledger(home, dead, f"{dead}:1")
    await home.database.writing(kept._end, f"{dead}:1:pay", outcome)
    await took_over(home, dead)
    for _ in range(2):
        await home.runner.sweep()
    assert await shown(home, dead, "system") == ["Paid 5.00."]
    assert await state(home, f"{dead}:1") == "done"


async def test_when_the_ai_speaks_again_a_person_is_called_and_the_customer_hears_so(
    home: House, dead: str
) -> None:
    await took_over(home, dead)
    await home.database.writing(
        handoffs.hand_back, W, dead, wrap_up=WRAP_UP, person="Ana", actor="key_1"
    )
    while await home.runner.answer(dead):
        pass
    await home.runner.sweep()
    assert (await home.database.reading(found, W, dead))["owner"] == "queue"
    (waiting,) = await home.database.reading(handoffs.queue, W)
    assert (waiting["reason"], len(waiting["packet"]["effects"])) == ("unknown_outcome", 1)
    assert "will check what happened" in (await shown(home, dead, "ai"))[-1]


async def test_what_will_be_run_again_is_left_to_that_run(home: House, dead: str) -> None:
    await home.runner.sweep()
    await home.runner.settled()
    assert await shown(home, dead, "system") == []
    assert "not certain" in (await shown(home, dead, "ai"))[0]


async def test_what_is_under_way_in_a_living_process_is_left_alone(home: House) -> None:
    conversation_id = (await home.say("pay")).accepted.conversation_id
    claim = await home.claim(conversation_id)
    await begun(home, conversation_id, claim.turn_id)
    await took_over(home, conversation_id)
    await home.runner.sweep()
    assert await state(home, claim.turn_id) == "started"


async def test_what_an_approval_has_begun_is_the_approvals(home: House) -> None:
    conversation_id = (await home.say("something big")).accepted.conversation_id
    await home.runner.answer(conversation_id)
    (pending,) = await home.database.reading(approvals.listed, W)
    await begun(home, conversation_id, pending["approval_id"])
    await home.runner.sweep()
    assert await state(home, pending["approval_id"]) == "started"


async def test_who_was_told_that_nobody_is_sure_is_told_how_it_ended_after_all(
    home: House,
) -> None:
    conversation_id = (await home.say("pay")).accepted.conversation_id
    claim = await home.claim(conversation_id, "slow", lease_s=-1)
    slow, proposal_id = await begun(home, conversation_id, claim.turn_id)
    await took_over(home, conversation_id)
    await home.runner.sweep()
    outcome: Any = {"state": "done", "text": "Paid 5.00.", "data": {}}
    for _ in range(2):
        await home.database.writing(slow._end, proposal_id, outcome)
    assert (await shown(home, conversation_id, "system"))[1:] == [
        "pay 5.00: done after all. Paid 5.00."
    ]
    assert await state(home, claim.turn_id) == "done"


async def test_a_slow_run_that_ends_while_another_drafts_is_told_as_done(home: House) -> None:
    conversation_id = (await home.say("pay")).accepted.conversation_id
    claim = await home.claim(conversation_id, "slow", lease_s=-1)
    slow, proposal_id = await begun(home, conversation_id, claim.turn_id)

    async def ends(_request: object) -> None:
        home.conductor.before = None
        outcome: Any = {"state": "done", "text": "Paid 5.00.", "data": {}}
        await home.database.writing(slow._end, proposal_id, outcome)

    home.conductor.before = ends
    while await home.runner.answer(conversation_id):
        pass
    assert await shown(home, conversation_id, "ai") == ["You said pay. Already: Paid 5.00."]
