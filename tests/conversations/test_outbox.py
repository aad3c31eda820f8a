"""What goes out through a provider: once, in order, and only what still may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels.providers import Status
from conversations import closing, handoffs, outbox, sending, settling, transcript
from conversations.courier import Courier
from conversations.outcomes import Outcome
from conversations.pulse import DEAD_AFTER_S, Pulse
from conversations.rows import locked
from conversations.sending import MAX_ATTEMPTS, RECONCILE_S, Delivery, Later
from conversations.transcript import Utterance
from core.database import Tx
from core.errors import Unavailable
from core.processes import processes
from tests.conversations.echo import House, W
from tests.conversations.post import ANA, Post, courier, post, until


@pytest.fixture
async def mail(home: House) -> AsyncIterator[Post]:
    async with post(home) as given:
        yield given


async def take(mail: Post, conversation_id: str, process_id: str = "me") -> Delivery | Later | None:
    return await mail.home.database.writing(
        sending.take, W, conversation_id,
        process_id=process_id, lease_s=15.0, accounts=mail.accounts,
    )  # fmt: skip


async def taken(mail: Post, conversation_id: str) -> Delivery:
    found = await take(mail, conversation_id)
    assert isinstance(found, Delivery)
    return found


async def settle(mail: Post, delivery: Delivery, outcome: Outcome) -> float | None:
    return await mail.home.database.writing(settling.settle, delivery, outcome)


async def take_over(mail: Post, conversation_id: str) -> None:
    await mail.home.database.writing(
        handoffs.take_over, W, conversation_id, person="Bia", actor="k"
    )


async def deliver_all(mail: Post, conversation_id: str) -> None:
    while await mail.courier.deliver(conversation_id):
        pass


async def test_a_reply_is_written_with_its_commit_and_sent_with_the_key_of_its_turn(
    mail: Post,
) -> None:
    conversation_id = (await mail.write("hello")).conversation_id
    assert await mail.rows() == []
    await mail.home.runner.answer(conversation_id)
    (row,) = await mail.rows()
    assert (row["state"], row["key"]) == ("waiting", f"{conversation_id}:1:0")
    await deliver_all(mail, conversation_id)
    (row,) = await mail.rows()
    assert (row["state"], row["receipt"], row["due_at"]) == ("sent", "sent", None)
    assert row["provider_message_id"] == "loop-1"
    assert [got.key for got in mail.provider.received] == [row["key"]]
    assert mail.texts() == ["You said hello."]


async def test_web_chat_has_no_outbox(home: House) -> None:
    async with post(home) as given:
        await home.runner.answer((await home.say("hello")).accepted.conversation_id)
        assert await given.rows() == []


async def test_a_person_speaks_through_it_as_well_and_a_long_text_goes_in_parts(mail: Post) -> None:
    conversation_id = await mail.answered("hello")
    await take_over(mail, conversation_id)
    text = " ".join(f"w{number}" for number in range(600))
    said = {"text": text, "person": "Bia", "actor": "k", "message_id": "número\n1"}
    for _ in range(2):
        await mail.home.database.writing(handoffs.reply, W, conversation_id, **said)
    await deliver_all(mail, conversation_id)
    assert " ".join(mail.texts()) == text
    assert len(mail.texts()) == 3
    assert len({got.key for got in mail.provider.received}) == 3
    assert all(len(got.key) < 100 for got in mail.provider.received), "a header can carry it"


async def test_the_next_message_waits_until_the_one_before_is_settled(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    await mail.answered("two")
    mail.provider.faults.append("500")
    await deliver_all(mail, conversation_id)
    assert mail.texts() == []
    assert await take(mail, conversation_id) is None, "the first one waits for its next try"
    await mail.hasten()
    await deliver_all(mail, conversation_id)
    assert mail.texts() == ["You said one.", "You said two."]


async def test_of_many_processes_one_gets_a_delivery(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    await mail.answered("two")
    found = await asyncio.gather(*(take(mail, conversation_id, f"p{n}") for n in range(10)))
    assert [isinstance(one, Delivery) for one in found].count(True) == 1


async def test_a_take_over_stops_what_was_not_sent_and_shows_what_is_in_flight(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    await mail.answered("two")
    in_flight = await taken(mail, conversation_id)
    await take_over(mail, conversation_id)
    assert await mail.states() == ["sending", "cancelled"]
    rows = await mail.home.database.reading(
        transcript.of_conversation, W, conversation_id, staff=True
    )
    (shown,) = (row["event"] for row in rows if row["event"].get("kind") == "recall")
    said = [row["message_id"] for row in rows if row["role"] == "ai"]
    assert (shown["in_flight"], shown["stopped"]) == (said[:1], said[1:])
    # It did not get through: a person speaks now, so it is not tried again, not even after hand-back.
    wrap_up = {"did": "", "promised": "", "changed": "", "follow_up": ""}
    await mail.home.database.writing(
        handoffs.hand_back, W, conversation_id, wrap_up=wrap_up, person="Bia", actor="k"
    )
    assert await settle(mail, in_flight, Outcome(kind="failed", reason="no")) is None
    assert await mail.states() == ["cancelled", "cancelled"]


async def test_what_was_in_flight_and_arrived_is_sent(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    in_flight = await taken(mail, conversation_id)
    await take_over(mail, conversation_id)
    await settle(mail, in_flight, Outcome(kind="sent", provider_message_id="x"))
    assert await mail.states() == ["sent"]


async def test_closing_a_conversation_stops_the_ai_but_not_the_persons_last_words(
    mail: Post,
) -> None:
    conversation_id = await mail.answered("one")
    await take_over(mail, conversation_id)
    said = {"text": "Good bye.", "person": "Bia", "actor": "k"}
    await mail.home.database.writing(handoffs.reply, W, conversation_id, **said)
    ended = {"person": "Bia", "actor": "k"}
    await mail.home.database.writing(closing.close, W, conversation_id, "solved", **ended)
    await deliver_all(mail, conversation_id)
    assert mail.texts() == ["Good bye."]
    assert await mail.states() == ["cancelled", "sent"]


def campaign(tx: Tx, conversation_id: str, text: str, kind: str) -> None:
    """Put what a campaign would say into the transcript and the outbox."""
    row = locked(tx, W, conversation_id)
    said = Utterance(role="system", text=text, key=f"campaign:{text}")
    message_id = transcript.add(tx, row, said)
    message = transcript.by_key(tx, W, said.key)
    assert message_id and message
    outbox.put(tx, message, kind=kind, lane=outbox.CAMPAIGNS)


async def test_replies_go_before_campaigns_and_promotions_only_with_a_consent(mail: Post) -> None:
    conversation_id = (await mail.write("hello")).conversation_id
    for text, kind in (("Your parcel is here.", "transactional"), ("Buy!", "promotional")):
        await mail.home.database.writing(campaign, conversation_id, text, kind)
    await mail.home.runner.answer(conversation_id)
    await deliver_all(mail, conversation_id)
    assert mail.texts() == ["You said hello.", "Your parcel is here."]
    (stopped,) = (row for row in await mail.rows() if row["state"] == "cancelled")
    assert (stopped["class"], stopped["reason"]) == ("promotional", "no consent is known")


async def test_replies_do_not_wait_for_a_campaign_that_uses_up_the_rate(home: House) -> None:
    async with post(home, per_minute=240, burst=4) as given:
        for number in range(6):
            customer = (await given.write("hi", f"+1{number}")).conversation_id
            await home.database.writing(campaign, customer, f"Parcel {number}.", "transactional")
        for number in range(4):
            await given.answered("hi", f"+2{number}")
        given.courier.start()
        await until(lambda: len(given.provider.received) == 10)
        order = [got.address[:2] for got in given.provider.received]
        assert order[-3:] == ["+1"] * 3, order
        await until(lambda: sent(given))
        assert {row["attempts"] for row in await given.rows()} == {1}, "waiting is no try"


async def sent(given: Post) -> bool:
    return set(await given.states()) == {"sent"}


async def test_a_throttled_account_is_left_alone_by_all_processes(mail: Post) -> None:
    mail.provider.retry_after_s = 30
    mail.provider.faults.append("429")
    first = await mail.answered("one", "+1")
    second = await mail.answered("two", "+2")
    await mail.courier.deliver(first)
    assert {one["state"] for one in await mail.rows()} == {"waiting"}
    later = await take(mail, second, "another process")
    assert isinstance(later, Later)
    assert 25 < later.in_s <= 31
    assert [key for key, _ in mail.provider.requests] == [f"{first}:1:0"]


async def test_what_is_refused_for_good_is_a_dead_letter_and_the_next_one_goes_on(
    mail: Post,
) -> None:
    conversation_id = await mail.answered("one")
    await mail.answered("two")
    mail.provider.faults.append("400")
    await deliver_all(mail, conversation_id)
    dead, sent = await mail.rows()
    assert (dead["state"], sent["state"]) == ("dead", "sent")
    assert dead["reason"] == 'The provider answered 400: {"error": "No."}'


@pytest.mark.parametrize(("away", "state"), [(True, "dead"), (False, "unknown")])
async def test_what_was_tried_too_often_is_left_to_people(
    mail: Post, away: bool, state: str
) -> None:
    conversation_id = await mail.answered("one")
    mail.provider.faults.extend(["500"] * MAX_ATTEMPTS)
    if away:
        mail.provider.stop()
    async with asyncio.timeout(30):
        while (row := (await mail.rows())[0])["due_at"] is not None:
            if row["state"] != "sending":  # a try is under way: its own time has come as well
                await mail.hasten()
            await mail.courier.deliver(conversation_id)
    assert (row["state"], row["attempts"]) == (state, MAX_ATTEMPTS)


async def test_a_provider_that_is_away_is_tried_again(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    mail.provider.stop()
    await mail.courier.deliver(conversation_id)
    (row,) = await mail.rows()
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    assert row["reason"].startswith("ConnectError")


async def test_an_account_that_is_gone_makes_dead_letters(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    mail.accounts.clear()
    assert await take(mail, conversation_id) is None
    (row,) = await mail.rows()
    assert (row["state"], row["reason"]) == ("dead", "workspace.yaml has no account 'demo'")


def word(state: str, key: str, reason: str = "") -> Status:
    return Status(state=state, key=key, reason=reason)  # pyright: ignore[reportArgumentType]


async def told(mail: Post, status: Status, account: str = "demo") -> str | None:
    return await mail.home.database.writing(settling.reconcile, W, "loopback", account, status)


async def test_the_providers_word_settles_what_nobody_knew_and_frees_the_next(home: House) -> None:
    async with post(home, repeatable=False) as given:
        conversation_id = await given.answered("one")
        await given.answered("two")
        delivery = await taken(given, conversation_id)
        wait_s = await settle(given, delivery, Outcome(kind="unknown", reason="cut"))
        assert wait_s == pytest.approx(RECONCILE_S, abs=1)
        assert await take(given, conversation_id) is None
        assert await told(given, word("delivered", delivery.key), "another") is None
        assert await told(given, word("delivered", delivery.key)) == conversation_id
        assert await given.states() == ["sent", "waiting"]
        second = await taken(given, conversation_id)
        assert second.key == f"{conversation_id}:3:0"


async def test_without_a_word_it_stays_unknown_is_not_sent_again_and_the_next_goes_on(
    home: House,
) -> None:
    async with post(home, repeatable=False) as given:
        conversation_id = await given.answered("one")
        await given.answered("two")
        given.provider.faults.append("close")
        await given.courier.deliver(conversation_id)
        assert await given.states() == ["unknown", "waiting"]
        await given.hasten()
        await deliver_all(given, conversation_id)
        await given.courier.stop()
        assert await given.states() == ["unknown", "sent"]
        assert given.texts() == ["You said two."]
        (first, _) = await given.rows()
        assert await told(given, word("delivered", first["key"])), "late, and still true"
        assert await given.states() == ["sent", "sent"]


@pytest.mark.parametrize("kind", ["failed", "refused", "throttled"])
async def test_what_may_have_arrived_once_is_never_said_to_be_stopped(
    mail: Post, kind: Any
) -> None:
    conversation_id = await mail.answered("one")
    first = await taken(mail, conversation_id)
    await settle(mail, first, Outcome(kind="unknown", reason="cut"))
    await mail.hasten()
    second = await taken(mail, conversation_id)
    await settle(mail, second, Outcome(kind=kind, reason="no"))
    assert await mail.states() == ["unknown"]
    await take_over(mail, conversation_id)
    await mail.hasten()
    assert await take(mail, conversation_id) is None
    assert await mail.states() == ["unknown"]


async def test_words_come_in_any_order_and_the_one_that_says_most_is_kept(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    await deliver_all(mail, conversation_id)
    (row,) = await mail.rows()
    for state, kept in (("read", "read"), ("delivered", "read"), ("failed", "read")):
        await told(mail, word(state, row["key"]))
        (row,) = await mail.rows()
        assert (row["receipt"], row["state"]) == (kept, "sent")


async def test_what_the_provider_could_not_deliver_is_a_dead_letter(mail: Post) -> None:
    conversation_id = await mail.answered("one")
    await deliver_all(mail, conversation_id)
    (row,) = await mail.rows()
    await told(mail, word("failed", row["key"], "no such number"))
    (row,) = await mail.rows()
    assert (row["state"], row["reason"]) == ("dead", "no such number")


async def test_a_dead_process_delivery_is_sent_by_another_and_its_late_word_counts_for_nothing(
    mail: Post,
) -> None:
    database, conversation_id = mail.home.database, await mail.answered("one")
    pulse = Pulse(database, W, "1")
    await pulse.begin()
    await pulse.beat()
    dead = await Pulse(database, W, "1").begin()
    zombie = await take(mail, conversation_id, dead)
    assert isinstance(zombie, Delivery)
    assert not await mail.courier.deliver(conversation_id)
    aged = processes.update().where(processes.c.process_id == dead)
    age = {"seen_at": processes.c.seen_at - DEAD_AFTER_S - 1}
    await database.writing(lambda tx: tx.execute(aged.values(age)))
    await pulse.beat()
    await deliver_all(mail, conversation_id)
    assert mail.texts() == ["You said one."]
    assert await settle(mail, zombie, Outcome(kind="refused", reason="no")) is None
    assert await mail.states() == ["sent"]


async def test_stopping_lets_a_delivery_end_and_of_one_cut_off_nobody_knows(home: House) -> None:
    async with post(home, timeout_s=10.0) as given:
        first, second = await given.answered("one", "+1"), await given.answered("two", "+2")
        given.provider.late_s = 0.4
        given.provider.faults.append("late")
        given.courier.ring(first)
        await asyncio.sleep(0.2)
        await given.courier.stop(grace_s=5)
        assert await given.states(first) == ["sent"]
        slow: Courier = courier(home, given.accounts, timeout_s=10.0)
        given.provider.late_s = 2.0
        given.provider.faults.append("late")
        slow.ring(second)
        await asyncio.sleep(0.3)
        await slow.stop(grace_s=0.1)
        assert await given.states(second) == ["unknown"]


async def test_a_process_that_only_slept_says_how_it_ended_after_all(home: House) -> None:
    async with post(home, repeatable=False) as given:
        conversation_id = await given.answered("one", ANA)
        sleeper = await taken(given, conversation_id)
        await home.database.writing(outbox.free_all, W, "me")
        assert await take(given, conversation_id) is None
        assert await given.states() == ["unknown"]
        await settle(given, sleeper, Outcome(kind="sent", provider_message_id="late"))
        assert await given.states() == ["sent"]


async def test_how_a_delivery_ended_is_entered_once_the_database_is_back(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ["The disk is full."] * 3
    settle_it = settling.settle

    def entered(*given: Any) -> float | None:
        if away:
            raise Unavailable(away.pop())
        return settle_it(*given)

    monkeypatch.setattr(settling, "settle", entered)
    monkeypatch.setattr("conversations.entering.AGAIN_S", 0.01)
    async with post(home, repeatable=False) as given:
        conversation_id = await given.answered("one")
        await given.answered("two")
        await deliver_all(given, conversation_id)
        assert await given.states() == ["sent", "sent"], "only this process knew it"
        assert given.texts() == ["You said one.", "You said two."]
