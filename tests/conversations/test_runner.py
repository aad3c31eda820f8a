"""Turns under attack: two claims, a zombie, newer messages, a person in between, failures."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conversations import (
    checkpoints,
    commit,
    effects,
    handoffs,
    mailbox,
    transcript,
    turns,
)
from conversations.rows import change, found, locked
from conversations.tables import conversations
from core import audit
from core.database import Tx
from core.errors import LeaseLost, Unavailable
from customers import cases
from graph.saver import TurnSaver
from graph.turn import Reply, TurnRequest, TurnResult
from tests.conversations.echo import House, W, context, house, memory, proposal
from tools import Context

DRAFT = TurnResult(replies=[Reply(text="from the dead", agent="echo")], language="en")


async def replies(home: House, conversation_id: str) -> list[str]:
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows if row["role"] == "ai"]


async def answer(home: House, conversation_id: str) -> bool:
    return await home.runner.answer(conversation_id)


async def take_over(home: House, conversation_id: str) -> None:
    await home.database.writing(handoffs.take_over, W, conversation_id, person="Ana", actor="key_1")


async def hand_back(home: House, conversation_id: str, promised: str = "a call") -> None:
    wrap_up = {"did": "called", "promised": promised, "changed": "", "follow_up": ""}
    await home.database.writing(
        handoffs.hand_back, W, conversation_id, wrap_up=wrap_up, person="Ana", actor="key_1"
    )


async def test_a_burst_gets_one_reply_and_the_next_turn_sees_the_state(home: House) -> None:
    first = await home.say("one")
    await home.say("two", first)
    conversation_id = first.accepted.conversation_id
    assert await answer(home, conversation_id)
    assert not await answer(home, conversation_id)
    await home.say("three", first)
    assert await answer(home, conversation_id)
    assert await replies(home, conversation_id) == ["You said one + two.", "You said three."]
    rows = await home.database.reading(checkpoints.load, W, conversation_id)
    state = await memory(TurnSaver(rows), conversation_id)
    assert state.values == {"heard": ["one + two", "three"], "slot": "three"}
    assert [request.facts["first_turn"] for request in home.conductor.seen] == [True, False]
    assert (await home.database.reading(audit.verify, W)).broken_at is None


async def test_only_one_of_many_claims_gets_the_conversation(home: House) -> None:
    first = await home.say("hi")
    claims = await asyncio.gather(
        *(
            home.database.writing(
                mailbox.claim, W, first.accepted.conversation_id, process_id=str(n), lease_s=9
            )
            for n in range(10)
        )
    )
    assert sum(claim is not None for claim in claims) == 1


async def test_what_a_turn_begins_with_is_found_by_its_own_keys(home: House) -> None:
    first = await home.say("hi")
    claim = await home.claim(first.accepted.conversation_id, "one")
    if home.database.dialect != "sqlite":
        pytest.skip("PostgreSQL keeps statistics to choose an index by")

    def plans(tx: Tx) -> list[str]:
        asked: list[str] = []
        driver: Any = tx.connection.dbapi_connection
        driver.set_trace_callback(asked.append)
        turns.opening(tx, claim)
        driver.set_trace_callback(None)
        return [step[3] for text in asked for step in driver.execute(f"EXPLAIN QUERY PLAN {text}")]

    read = [step for step in await home.database.reading(plans) if step.startswith("S")]
    many = [
        step
        for step in read
        if "approvals" not in step  # those that wait for a person's decision are few
        and ("SCAN" in step or "(workspace_id=?)" in step or "(workspace_id=? AND state=?)" in step)
    ]
    assert read
    assert [step for step in many if step != "SCAN CONSTANT ROW"] == []


async def test_the_sweep_finds_what_nobody_was_told_of(home: House) -> None:
    first = await home.say("hi")
    home.runner.start()
    try:
        async with asyncio.timeout(5):
            while not await replies(home, first.accepted.conversation_id):
                await asyncio.sleep(0.02)
    finally:
        await home.runner.stop()


async def test_a_zombies_commit_is_refused_and_leaves_no_trace(home: House) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id
    zombie = await home.claim(conversation_id, "zombie", lease_s=-1)
    assert await answer(home, conversation_id)
    before = await home.database.reading(found, W, conversation_id)
    assert await home.database.writing(commit.commit, zombie, DRAFT, []) == "lost"
    with pytest.raises(LeaseLost):
        await home.database.writing(mailbox.renew, zombie, 9)
    await home.database.writing(mailbox.back_off, zombie)
    await home.database.writing(mailbox.give_back, zombie)
    assert not await home.database.writing(commit.give_up, zombie, failure="none")
    assert await home.database.reading(found, W, conversation_id) == before
    assert await replies(home, conversation_id) == ["You said hi."]


async def test_a_run_that_slept_before_its_write_leaves_alone_what_a_newer_run_is_doing(
    home: House,
) -> None:
    conversation_id = (await home.say("pay")).accepted.conversation_id
    sleeper = await home.claim(conversation_id, "sleeper", lease_s=-1)
    opening = await home.database.reading(turns.opening, sleeper)
    newer = await home.claim(conversation_id)
    till, called, go_on = home.conductor.tools["pay"], threading.Event(), threading.Event()

    def pay(amount: float, *, context: Context) -> Any:
        called.set()
        go_on.wait(10)
        return till.function(amount, context=context)

    home.conductor.tools["pay"] = replace(till, function=pay)
    turn = asyncio.create_task(home.runner._turn(newer))
    await asyncio.to_thread(called.wait, 10)
    ledger = home.runner._ledger(home.conductor, sleeper, opening.done)
    wanted = proposal(opening.request), context(opening.request)
    assert (await ledger.perform(*wanted))["state"] == "stopped"
    go_on.set()
    await turn
    assert (home.paid, await replies(home, conversation_id)) == (
        1, ["You said pay. done: Paid 5.00."],
    )  # fmt: skip
    told = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=True)
    assert [row["role"] for row in told] == ["customer", "ai"], "nobody was told it was uncertain"


async def test_how_a_write_ended_is_entered_once_the_database_is_back(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ["The disk is full."] * 3
    end_it = effects.Effects._end

    def entered(*given: Any) -> None:
        if away:
            raise Unavailable(away.pop())
        end_it(*given)

    monkeypatch.setattr(effects.Effects, "_end", entered)
    monkeypatch.setattr("conversations.entering.AGAIN_S", 0.01)
    conversation_id = (await home.say("pay")).accepted.conversation_id
    assert await answer(home, conversation_id)
    assert home.paid == 1
    assert await replies(home, conversation_id) == ["You said pay. done: Paid 5.00."]


async def test_a_stale_draft_is_dropped_with_its_state_and_all_is_answered_at_once(
    home: House,
) -> None:
    first = await home.say("wait one")  # its draft would leave an interrupt behind
    conversation_id = first.accepted.conversation_id

    async def newer(request: TurnRequest) -> None:
        home.conductor.before = None
        await home.say("two", first)

    home.conductor.before = newer
    await answer(home, conversation_id)
    assert await replies(home, conversation_id) == []
    assert await home.database.reading(checkpoints.load, W, conversation_id) == []
    await answer(home, conversation_id)
    assert await replies(home, conversation_id) == ["You said wait one + two."]
    assert len({request.turn_id for request in home.conductor.seen}) == 1


async def test_after_two_stale_reruns_the_draft_goes_out_and_the_newest_gets_its_own_turn(
    home: House,
) -> None:
    first = await home.say("0")
    conversation_id = first.accepted.conversation_id
    numbers = iter("1234")

    async def newer(request: TurnRequest) -> None:
        if (number := next(numbers, None)) and number != "4":
            await home.say(number, first)

    home.conductor.before = newer
    while await answer(home, conversation_id):
        pass
    assert await replies(home, conversation_id) == ["You said 0 + 1 + 2.", "You said 3."]


async def test_past_answer_by_the_draft_goes_out(home: House) -> None:
    first = await home.say("one")
    conversation_id = first.accepted.conversation_id

    async def newer(request: TurnRequest) -> None:
        home.conductor.before = None
        await home.say("two", first)
        await home.database.writing(late)

    def late(tx: Tx) -> None:
        change(tx, locked(tx, W, conversation_id), answer_by=1.0)

    home.conductor.before = newer
    while await answer(home, conversation_id):
        pass
    assert await replies(home, conversation_id) == ["You said one.", "You said two."]


async def test_a_person_who_comes_while_the_turn_runs_silences_it_at_every_step(
    home: House,
) -> None:
    first = await home.say("broken, I want a person")
    conversation_id = first.accepted.conversation_id
    reader = home.hub.subscribe(conversation_id)

    async def person(request: TurnRequest) -> None:
        await take_over(home, conversation_id)

    home.conductor.before = person
    await answer(home, conversation_id)
    assert await replies(home, conversation_id) == []
    assert [event["event"] for event in reader.provisional] == ["delta", "retract"]
    assert await home.database.reading(checkpoints.load, W, conversation_id) == []
    customer_id = (await home.database.reading(found, W, conversation_id))["customer_id"]
    assert await home.database.reading(cases.open_cases, W, customer_id) == []
    assert not await answer(home, conversation_id)


async def test_a_draft_from_before_a_persons_stretch_never_goes_out_after_it(home: House) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id
    old = await home.claim(conversation_id)
    await take_over(home, conversation_id)
    await home.say("are you a person?", first)
    await home.database.writing(
        handoffs.reply, W, conversation_id, text="I am", person="Ana", actor="key_1"
    )
    await hand_back(home, conversation_id)
    assert await home.database.writing(commit.commit, old, DRAFT, []) == "withhold"
    await answer(home, conversation_id)
    request = home.conductor.seen[-1]
    assert request.event["promised"] == "a call"
    assert request.facts["promises"] == ["a call"]
    assert [(said["role"], said["text"]) for said in request.missed] == [
        ("customer", "hi"),
        ("customer", "are you a person?"),
        ("person", "I am"),
    ]
    await home.say("thanks", first)
    await answer(home, conversation_id)
    assert home.conductor.seen[-1].missed == ()


async def test_no_sentence_is_released_once_a_person_or_a_newer_message_came(home: House) -> None:
    for change_it in ("person", "message"):
        first = await home.say("hi")
        conversation_id = first.accepted.conversation_id
        claim = await home.claim(conversation_id)
        from conversations.live import TurnLive

        live, reader = TurnLive(home.database, home.hub, claim), home.hub.subscribe(conversation_id)
        assert await live.release("One.")
        if change_it == "person":
            await take_over(home, conversation_id)
        else:
            await home.say("more", first)
        assert not await live.release("Two.")
        shown = [(event["event"], event.get("text")) for event in reader.provisional]
        assert shown == [("delta", "One."), ("retract", None)]


async def test_a_person_is_given_only_what_was_asked_of_her_and_nothing_runs(home: House) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id
    await answer(home, conversation_id)
    await take_over(home, conversation_id)
    second = await home.say("hello?", first)
    assert second.accepted.owner == "person"
    assert not await answer(home, conversation_id)
    result = await home.database.reading(turns.answer, W, second.accepted.message_id)
    assert (result.status, result.replies) == ("with_person", [])


async def test_a_turn_that_always_fails_ends_with_a_person_and_never_in_silence(
    home: House,
) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id

    async def fail(request: TurnRequest) -> None:
        raise RuntimeError("a bug")

    home.conductor.before = fail

    for _ in range(3):
        assert await answer(home, conversation_id)
        await home.database.writing(_now, conversation_id)
    said = await replies(home, conversation_id)
    assert len(said) == 1 and "someone from our team" in said[0]
    row = await home.database.reading(found, W, conversation_id)
    assert (row["owner"], row["first_waiting_at"]) == ("queue", None)
    (waiting,) = await home.database.reading(handoffs.queue, W)
    assert (waiting["reason"], waiting["packet"]["failure"]) == ("turn_failed", "RuntimeError")
    home.conductor.before = None
    assert not await answer(home, conversation_id)
    await take_over(home, conversation_id)
    await hand_back(home, conversation_id)
    await answer(home, conversation_id)
    assert [said["text"] for said in home.conductor.seen[-1].missed] == ["hi"]


async def test_who_has_paid_hears_so_though_the_turn_is_given_up(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await home.say("pay")
    conversation_id = first.accepted.conversation_id

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(commit, "finish", refuse)
    for _ in range(3):
        assert await answer(home, conversation_id)
        await home.database.writing(_now, conversation_id)
    (said,) = await replies(home, conversation_id)
    assert said.startswith("Paid 5.00. ") and "someone from our team" in said
    assert home.paid == 1


def _now(tx: Tx, conversation_id: str) -> None:
    change(tx, locked(tx, W, conversation_id), ready_at=1.0)


async def test_a_run_that_hangs_is_ended_and_a_lost_lease_ends_it_too(home: House) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id
    cancelled = asyncio.Event()

    async def hang(request: TurnRequest) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    home.conductor.before = hang
    home.runner._lease_s = 0.15
    task = asyncio.create_task(answer(home, conversation_id))
    await asyncio.sleep(0.05)

    def steal(tx: Tx) -> None:
        row = locked(tx, W, conversation_id)
        change(tx, row, epoch=row["epoch"] + 1)

    await asyncio.sleep(0.2)
    await home.database.writing(steal)
    async with asyncio.timeout(5):
        await task
    assert cancelled.is_set()
    assert await replies(home, conversation_id) == []


async def test_events_keep_their_place_among_messages_and_never_move_the_fence(
    home: House,
) -> None:
    first = await home.say("hi")
    conversation_id = first.accepted.conversation_id
    await answer(home, conversation_id)
    await take_over(home, conversation_id)
    await hand_back(home, conversation_id)
    fence = (await home.database.reading(found, W, conversation_id))["fence"]
    await home.say("and now?", first)
    while await answer(home, conversation_id):
        pass
    kinds = [request.event.get("kind", "messages") for request in home.conductor.seen]
    assert kinds == ["messages", "handback", "messages"]
    assert (await home.database.reading(found, W, conversation_id))["fence"] == fence + 1


async def test_a_hand_off_and_a_case_are_committed_with_the_reply(home: House) -> None:
    first = await home.say("it is broken, a person please")
    conversation_id = first.accepted.conversation_id
    await answer(home, conversation_id)
    result = await home.database.reading(turns.answer, W, first.accepted.message_id)
    assert (result.status, result.handoff and result.handoff["reason"]) == ("handoff", "asked")
    customer_id = (await home.database.reading(found, W, conversation_id))["customer_id"]
    (case,) = await home.database.reading(cases.open_cases, W, customer_id)
    assert case.kind == "complaint"
    await home.say("a person, really", first)
    await answer(home, conversation_id)
    assert home.conductor.seen[-1].facts["owner"] == "queue"
    assert len(await home.database.reading(handoffs.queue, W)) == 1


class TestEffects:
    """Each proposal is executed at most once."""

    async def test_a_write_survives_newer_messages_and_its_reply_goes_out(
        self, home: House
    ) -> None:
        first = await home.say("pay")
        conversation_id = first.accepted.conversation_id
        tool = home.conductor.tools["pay"]

        async def pay_slowly(amount: float, *, context: Any) -> Any:
            await home.say("hurry", first)
            return tool.function(amount, context=context)

        home.conductor.tools["pay"] = replace(tool, function=pay_slowly)
        await answer(home, conversation_id)
        assert await replies(home, conversation_id) == ["You said pay. done: Paid 5.00."]
        assert home.paid == 1
        await answer(home, conversation_id)
        assert (await replies(home, conversation_id))[-1] == "You said hurry."

    async def test_newer_messages_before_the_write_stop_it(self, home: House) -> None:
        first = await home.say("pay")
        conversation_id = first.accepted.conversation_id

        async def newer(request: TurnRequest) -> None:
            home.conductor.before = None
            await home.say("no, do not", first)

        home.conductor.before = newer
        await answer(home, conversation_id)
        assert home.paid == 0
        assert await replies(home, conversation_id) == []

    async def test_a_take_over_withholds_the_reply_and_shows_the_effect_to_the_person(
        self, home: House
    ) -> None:
        first = await home.say("pay")
        conversation_id = first.accepted.conversation_id
        tool = home.conductor.tools["pay"]

        async def pay_slowly(amount: float, *, context: Any) -> Any:
            await take_over(home, conversation_id)
            return tool.function(amount, context=context)

        home.conductor.tools["pay"] = replace(tool, function=pay_slowly)
        await answer(home, conversation_id)
        assert await replies(home, conversation_id) == []
        rows = await home.database.reading(
            transcript.of_conversation, W, conversation_id, staff=True
        )
        assert rows[-1]["event"] == {"kind": "withheld", "effects": ["Paid 5.00."]}

    async def test_a_rerun_is_told_what_is_done_and_does_not_pay_again(self, home: House) -> None:
        first = await home.say("pay")
        conversation_id = first.accepted.conversation_id
        claim = await home.claim(conversation_id, lease_s=-1)
        opening = await home.database.reading(turns.opening, claim)
        ledger = home.runner._ledger(home.conductor, claim, opening.done)
        await home.conductor.conduct(opening.request, TurnSaver(), ledger=ledger)
        assert home.paid == 1  # ... and the process dies before its commit
        await answer(home, conversation_id)
        assert home.paid == 1
        assert await replies(home, conversation_id) == ["You said pay. Already: Paid 5.00."]

    @pytest.mark.parametrize(("retry", "paid"), [("never", 0), ("key", 1)])
    async def test_an_effect_cut_off_is_retried_only_with_a_key_else_a_person_gets_it(
        self, home: House, retry: Any, paid: int
    ) -> None:
        home.conductor.tools["pay"] = replace(home.conductor.tools["pay"], retry=retry)
        first = await home.say("pay")
        conversation_id = first.accepted.conversation_id
        dead = await home.claim(conversation_id, lease_s=-1)
        request = (await home.database.reading(turns.opening, dead)).request
        ledger = home.runner._ledger(home.conductor, dead, [])
        from tests.conversations.echo import proposal

        await home.database.writing(ledger._begin, proposal(request), ledger._tools["pay"])
        home.conductor.seen.clear()
        # The next run knows nothing of it but its key: `done` says it is uncertain, so ask again.
        claim = await home.claim(conversation_id)
        again = home.runner._ledger(home.conductor, claim, [])
        from tests.conversations.echo import context

        outcome = await again.perform(proposal(request), context(request))
        assert outcome["state"] == ("done" if retry == "key" else "unknown")
        assert home.paid == paid
        known = await home.database.reading(effects.of_turn, W, claim.turn_id)
        assert [effect["state"] for effect in known] == [outcome["state"]]
        decided = await home.database.writing(commit.commit, claim, DRAFT, [])
        assert decided == "commit"
        owner = (await home.database.reading(found, W, conversation_id))["owner"]
        assert owner == ("ai" if retry == "key" else "queue")

    async def test_a_zombie_starts_no_effect(self, home: House) -> None:
        first = await home.say("pay")
        zombie = await home.claim(first.accepted.conversation_id, lease_s=-1)
        await home.claim(first.accepted.conversation_id)
        request = (await home.database.reading(turns.opening, zombie)).request
        ledger = home.runner._ledger(home.conductor, zombie, [])
        from tests.conversations.echo import context, proposal

        outcome = await ledger.perform(proposal(request), context(request))
        assert outcome["state"] == "stopped"
        assert home.paid == 0


async def test_feed_numbers_have_no_gaps_whoever_writes(home: House) -> None:
    first = await home.say("0")
    await asyncio.gather(*(home.say(str(n), first) for n in range(1, 15)), home.runner.answer(
        first.accepted.conversation_id
    ))  # fmt: skip
    from conversations.feed import since

    rows = await home.database.reading(since, W, first.accepted.conversation_id, 0, staff=True)
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    top = await home.database.reading(
        lambda tx: tx.execute(sa.select(conversations.c.feed_seq)).scalar_one()
    )
    assert top == len(rows)


async def test_what_does_not_end_in_time_is_given_back_and_answered_once_by_the_next(
    home: House, tmp_path: Path
) -> None:
    async def hangs(_: Any) -> None:
        await asyncio.Event().wait()

    conversation_id = (await home.say("hi")).accepted.conversation_id
    home.conductor.before = hangs
    home.runner.ring(conversation_id)
    while not (await home.database.reading(found, W, conversation_id))["lease_owner"]:
        await asyncio.sleep(0.01)
    await home.runner.stop(grace_s=0.1)
    left = await home.database.reading(found, W, conversation_id)
    assert (left["lease_owner"], left["attempts"]) == (None, 0)
    assert left["ready_at"] is not None

    following = house(home.database, tmp_path)
    assert await following.runner.answer(conversation_id)
    said = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=False)
    assert [row["text"] for row in said] == ["hi", "You said hi."]
