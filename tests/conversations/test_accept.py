"""Taking messages in: once, and never lost."""

import asyncio

import pytest
import sqlalchemy as sa

from conversations import transcript
from conversations.tables import conversations, messages
from conversations.visitors import Visitor
from core.database import Tx
from core.errors import Unauthenticated
from customers import Assertion
from customers.tables import customers
from tests.conversations.echo import House, W

UUID = "0b54c3f6-6f0e-4a44-8f8b-0f7b1f4f2f11"


def count(tx: Tx, table: sa.Table) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


async def test_twenty_identical_first_messages_make_one_of_everything(home: House) -> None:
    taken = await asyncio.gather(*(home.take("hi", message_id=UUID) for _ in range(20)))
    assert len({one.accepted.conversation_id for one in taken}) == 1
    assert sum(not one.accepted.repeated for one in taken) == 1
    for table in (customers, conversations, messages):
        assert await home.database.reading(count, table) == 1


async def test_twenty_different_messages_of_a_verified_customer_share_one_conversation(
    home: House,
) -> None:
    visitor = Visitor(asserted=Assertion(external_id="C-1"))
    taken = await asyncio.gather(*(home.take(f"message {n}", visitor) for n in range(20)))
    assert len({one.accepted.conversation_id for one in taken}) == 1
    rows = await home.database.reading(
        transcript.of_conversation, W, taken[0].accepted.conversation_id, staff=True
    )
    assert [row["sequence"] for row in rows] == list(range(1, 21))


async def test_a_short_message_id_never_opens_a_strangers_conversation(home: House) -> None:
    first, second = await home.take("hi", message_id="1"), await home.take("hi", message_id="1")
    assert first.accepted.conversation_id != second.accepted.conversation_id


async def test_the_same_message_id_in_one_conversation_is_taken_once(home: House) -> None:
    first = await home.say("hi")
    again = [await home.say("more", first, "m1") for _ in range(3)]
    assert [one.accepted.repeated for one in again] == [False, True, True]


async def test_each_new_message_moves_the_fence_and_a_repeated_one_does_not(home: House) -> None:
    first = await home.say("hi")
    await home.say("more", first, "m1")
    await home.say("more", first, "m1")
    claim = await home.claim(first.accepted.conversation_id)
    assert claim.standing.fence == 2
    assert [message["text"] for message in claim.batch] == ["hi", "more"]


async def test_a_claim_gets_its_own_conversation_whoever_it_names(home: House) -> None:
    hers = await home.take("hi", Visitor(asserted=Assertion(external_id="C-1")))
    claimed = await home.take("hi", Visitor(claims={"user": "C-1"}))
    unknown = await home.take("hi", Visitor(claims={"user": "C-999"}))
    ids = {one.accepted.conversation_id for one in (hers, claimed, unknown)}
    assert len(ids) == 3


@pytest.mark.parametrize("exists", [True, False])
async def test_a_conversation_named_without_its_token_is_refused_alike(
    home: House, exists: bool
) -> None:
    first = await home.say("hi")
    named = first.accepted.conversation_id if exists else "conversation_none"
    with pytest.raises(Unauthenticated, match="needs its token"):
        await home.take("hi", Visitor(conversation_id=named))
    with pytest.raises(Unauthenticated, match="needs its token"):
        await home.take("hi", Visitor(conversation_id=named, asserted=Assertion(external_id="C-2")))


async def test_signing_in_within_a_conversation_keeps_it_and_ends_its_old_token(
    home: House,
) -> None:
    first = await home.say("hi")
    hers = Visitor(token=first.token, asserted=Assertion(external_id="C-1"))
    second = await home.take("it is me", hers)
    assert second.accepted.conversation_id == first.accepted.conversation_id
    assert second.token != first.token
    with pytest.raises(Unauthenticated):
        await home.say("who is this?", first)
