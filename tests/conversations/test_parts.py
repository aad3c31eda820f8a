"""A long message goes out whole and in order, or not beyond the part that could not go out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels.providers import Status
from conversations import handoffs, letters, settling
from conversations.letters import Decision
from conversations.outbox import TAKEN_OVER, TORN
from conversations.settling import GIVEN_UP_AFTER_S, LATE
from conversations.tables import outbox
from core.database import Tx
from core.errors import Conflict
from tests.conversations.echo import House, W
from tests.conversations.post import Post, courier, post

LONG = " ".join(f"w{number}" for number in range(600))


@pytest.fixture
async def mail(home: House) -> AsyncIterator[Post]:
    async with post(home) as given:
        yield given


async def restarted(mail: Post, conversation_id: str) -> None:
    """Let a process that knows nothing but the database send what there is to send."""
    other = courier(mail.home, mail.accounts, process_id="another")
    while await other.deliver(conversation_id):
        pass
    await other.stop()


async def decide(mail: Post, part: int, decision: Decision) -> None:
    delivery_id = (await mail.rows())[part]["delivery_id"]
    await mail.home.database.writing(
        letters.decide, W, delivery_id, decision, person="Bia", actor="key_1"
    )


async def told(mail: Post, part: int, state: str) -> None:
    key = (await mail.rows())[part]["key"]
    status = Status(state=state, key=key)  # pyright: ignore[reportArgumentType]
    await mail.home.database.writing(settling.reconcile, W, "loopback", "demo", status)


async def refused(mail: Post, part: int, *, then: str = "") -> str:
    """Let a part of a long reply be refused for good, and its process end there; give the conversation."""
    conversation_id = await mail.answered(LONG)
    if then:
        await mail.answered(then)
    for _ in range(part):
        await mail.courier.deliver(conversation_id)
    mail.provider.faults.append("400")
    await mail.courier.deliver(conversation_id)
    assert (await mail.states())[: part + 2] == ["sent"] * part + ["dead", "waiting"]
    return conversation_id


@pytest.mark.parametrize("part", [0, 1])
async def test_no_part_goes_out_after_one_that_is_dead_and_the_next_message_goes_on(
    mail: Post, part: int
) -> None:
    conversation_id = await refused(mail, part, then="and now?")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent"] * part + ["dead", *["cancelled"] * (2 - part), "sent"]
    assert {row["reason"] for row in (await mail.rows())[part + 1 : 3]} == {TORN}
    assert mail.texts()[part:] == ["You said and now?."]


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("at_once", [True, False])
async def test_replayed_it_is_followed_by_the_rest_in_order(
    mail: Post, part: int, at_once: bool
) -> None:
    conversation_id = await refused(mail, part)
    if not at_once:
        await restarted(mail, conversation_id)
    await decide(mail, part, "replay")
    await restarted(mail, conversation_id)
    assert " ".join(mail.texts()) == f"You said {LONG}."
    assert await mail.states() == ["sent"] * 3


@pytest.mark.parametrize("at_once", [True, False])
async def test_dropped_it_takes_the_rest_with_it(mail: Post, at_once: bool) -> None:
    conversation_id = await refused(mail, 1, then="and now?")
    if not at_once:
        await restarted(mail, conversation_id)
    await decide(mail, 1, "drop")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent", "cancelled", "cancelled", "sent"]
    assert mail.texts()[1:] == ["You said and now?."]


async def test_refused_once_more_it_stops_the_rest_again(mail: Post) -> None:
    conversation_id = await refused(mail, 0)
    await restarted(mail, conversation_id)
    await decide(mail, 0, "replay")
    mail.provider.faults.append("400")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["dead", "cancelled", "cancelled"]
    assert mail.texts() == []


async def test_what_the_provider_says_later_stops_the_rest_and_lets_it_go_again(mail: Post) -> None:
    conversation_id = await mail.answered(LONG)
    await mail.courier.deliver(conversation_id)
    await told(mail, 0, "failed")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["dead", "cancelled", "cancelled"]
    await told(mail, 0, "delivered")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent"] * 3
    assert " ".join(mail.texts()) == f"You said {LONG}."


async def test_of_two_dead_parts_the_first_is_replayed_first(mail: Post) -> None:
    conversation_id = await mail.answered(LONG)
    while await mail.courier.deliver(conversation_id):
        pass
    for part in (0, 1):
        await told(mail, part, "failed")
    with pytest.raises(Conflict, match="comes first"):
        await decide(mail, 1, "replay")
    for part in (0, 1):
        await decide(mail, part, "replay")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent"] * 3


# --- stopped parts that are not sent after all -----------------------------------------------------


async def torn(mail: Post) -> str:
    """Let the provider say of a long reply's first part that it failed, and the rest be stopped."""
    conversation_id = await mail.answered(LONG)
    await mail.courier.deliver(conversation_id)
    await told(mail, 0, "failed")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["dead", "cancelled", "cancelled"]
    return conversation_id


async def taken_over_and_back(mail: Post, conversation_id: str) -> None:
    bia = {"person": "Bia", "actor": "key_1"}
    await mail.home.database.writing(handoffs.take_over, W, conversation_id, **bia)
    wrap_up = {"did": "", "promised": "", "changed": "", "follow_up": ""}
    await mail.home.database.writing(handoffs.hand_back, W, conversation_id, wrap_up=wrap_up, **bia)


def _aged(tx: Tx) -> None:
    tx.execute(outbox.update().values(created_at=outbox.c.created_at - GIVEN_UP_AFTER_S - 1))


@pytest.mark.parametrize("why", ["a later message went out", "it is old"])
async def test_told_too_late_the_rest_does_not_follow_by_itself_and_is_left_to_people(
    mail: Post, why: str
) -> None:
    conversation_id = await torn(mail)
    if why == "it is old":
        await mail.home.database.writing(_aged)
    else:
        await mail.answered("and now?")
        await restarted(mail, conversation_id)
    got = mail.texts()
    await told(mail, 0, "delivered")
    await restarted(mail, conversation_id)
    assert mail.texts() == got
    assert (await mail.states())[:3] == ["sent", "dead", "cancelled"]
    (letter,) = await mail.home.database.reading(letters.listed, W, None)
    assert (letter["part"], letter["reason"]) == (1, LATE)
    await decide(mail, 1, "replay")
    await restarted(mail, conversation_id)
    assert (await mail.states())[:3] == ["sent"] * 3


async def test_what_waits_behind_does_not_keep_the_rest_from_following(mail: Post) -> None:
    conversation_id = await torn(mail)
    await mail.answered("and now?")
    await told(mail, 0, "delivered")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent"] * 4
    assert " ".join(mail.texts()) == f"You said {LONG}. You said and now?."


@pytest.mark.attack
@pytest.mark.parametrize("by", ["the provider's word", "a person's replay"])
async def test_no_part_from_before_a_take_over_follows_after_it(mail: Post, by: str) -> None:
    conversation_id = await torn(mail)
    await taken_over_and_back(mail, conversation_id)
    if by == "the provider's word":
        await told(mail, 0, "delivered")
    else:
        await decide(mail, 0, "replay")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent", "cancelled", "cancelled"]
    assert {row["reason"] for row in (await mail.rows())[1:]} == {TAKEN_OVER}


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_a_person_dropped_does_not_follow_whatever_the_provider_says_later(
    mail: Post, at_once: bool
) -> None:
    conversation_id = await mail.answered(LONG)
    await mail.courier.deliver(conversation_id)
    await told(mail, 0, "failed")
    if not at_once:
        await restarted(mail, conversation_id)
    await decide(mail, 0, "drop")
    await told(mail, 0, "delivered")
    await restarted(mail, conversation_id)
    assert await mail.states() == ["sent", "cancelled", "cancelled"]
    assert {row["reason"] for row in (await mail.rows())[1:]} == {"Bia dropped it"}


async def test_a_replay_revives_no_part_that_a_person_dropped(mail: Post) -> None:
    conversation_id = await mail.answered(LONG)
    while await mail.courier.deliver(conversation_id):
        pass
    for part in (0, 1):
        await told(mail, part, "failed")
    await decide(mail, 1, "drop")
    await decide(mail, 0, "replay")
    await restarted(mail, conversation_id)
    assert (await mail.states())[:2] == ["sent", "cancelled"]
    assert (await mail.rows())[1]["reason"] == "Bia dropped it"


@asynccontextmanager
async def unsure(home: House) -> AsyncIterator[tuple[Post, str]]:
    """A message whose first part she may have got, and whose second was refused."""
    async with post(home, repeatable=False) as given:
        conversation_id = await given.answered(LONG)
        given.provider.faults.extend(["close", "400"])
        await given.courier.deliver(conversation_id)
        await given.hasten()
        await restarted(given, conversation_id)
        yield given, conversation_id


async def test_behind_a_part_that_she_may_have_got_and_a_person_dropped_the_next_is_replayed(
    home: House,
) -> None:
    async with unsure(home) as (given, conversation_id):
        assert await given.states() == ["unknown", "dead", "cancelled"]
        await decide(given, 0, "drop")
        await decide(given, 1, "replay")
        await restarted(given, conversation_id)
        assert await given.states() == ["cancelled", "sent", "sent"]
        assert LONG.endswith(given.texts()[-1].removesuffix("."))


async def test_what_did_not_reach_her_for_sure_still_comes_first_when_a_person_has_dropped_it(
    home: House,
) -> None:
    async with unsure(home) as (given, _):
        await told(given, 0, "failed")
        await decide(given, 0, "drop")
        with pytest.raises(Conflict, match="comes first"):
            await decide(given, 1, "replay")
