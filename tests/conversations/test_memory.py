"""What is found again of a long conversation, on each database: only what was said, and only where."""

import re
from datetime import datetime
from typing import Any

import pytest

from conversations import handoffs, summaries, transcript
from conversations.memory import BEGINNING, NEWEST, PLACES, Recollection, remembered
from conversations.rows import locked
from conversations.transcript import Utterance
from core.database import Tx
from knowledge.reading import terms
from tests.conversations.echo import House, W
from tests.conversations.test_runner import answer, hand_back, take_over

FULL = 3 * summaries.BATCH


class Codes:
    """Finds numbers of cases: what of `models.Understanding` the index needs."""

    def entities(self, text: str, language: str, now: datetime) -> list[dict[str, Any]]:
        found = re.findall(r"\bK-\d+", text)
        return [{"kind": "code", "value": code, "text": code} for code in found]


async def long(home: House) -> str:
    """Hold a conversation whose beginning is far behind; give its id."""
    first = await home.say("My case is K-77 and the gift is for Olga")
    conversation_id = first.accepted.conversation_id
    assert await answer(home, conversation_id)

    def fill(tx: Tx) -> None:
        row = locked(tx, W, conversation_id)
        for number in range(FULL):
            said = Utterance(
                role="customer", text=f"talk about item {number}", key=f"fill:{number}"
            )
            transcript.add(tx, row, said)

    await home.database.writing(fill)
    return conversation_id


async def found(
    home: House, conversation_id: str, text: str, channel: str = "webchat"
) -> list[str]:
    memory = Recollection(home.database, W, conversation_id, channel=channel, turn_id="now")
    return [one["text"] for one in await memory(terms(text, "en"))]


async def test_what_lies_far_behind_is_found_with_few_rows(home: House) -> None:
    conversation_id = await long(home)
    taken = await summaries.catch_up(home.database, W, conversation_id, Codes())
    assert taken == FULL
    said = await found(home, conversation_id, "item 60")
    assert "talk about item 60" in said
    assert said[0] == "My case is K-77 and the gift is for Olga"
    assert len(said) <= BEGINNING + NEWEST + 3 * PLACES
    assert "talk about item 60" not in await found(home, conversation_id, "gift")


async def test_summing_up_again_takes_nothing_twice(home: House) -> None:
    conversation_id = await long(home)
    read = await home.database.reading(summaries.chapter, W, conversation_id)
    await summaries.catch_up(home.database, W, conversation_id, Codes())
    late = await home.database.writing(summaries.write, W, conversation_id, read, [("x", 1)])
    assert late is False
    assert await summaries.catch_up(home.database, W, conversation_id, Codes()) == 0


async def test_a_channel_shows_only_what_was_said_on_it(home: House) -> None:
    conversation_id = await long(home)

    def elsewhere(tx: Tx) -> None:
        row = locked(tx, W, conversation_id)
        said = Utterance(role="customer", text="the gift is a secret", key="sms:1", channel="sms")
        transcript.add(tx, row, said)
        inside = Utterance(role="person", kind="internal", text="the gift: check", key="inside:1")
        transcript.add(tx, row, inside)

    await home.database.writing(elsewhere)
    here = await found(home, conversation_id, "gift")
    assert not [text for text in here if "secret" in text or "check" in text]
    assert await found(home, conversation_id, "gift", channel="sms") == ["the gift is a secret"]


async def test_what_waits_and_what_is_being_answered_is_not_remembered(home: House) -> None:
    first = await home.say("about the gift")
    conversation_id = first.accepted.conversation_id
    assert await found(home, conversation_id, "gift") == []
    assert await answer(home, conversation_id)
    theirs = {"workspace": W, "conversation": conversation_id}
    turn_id = f"{conversation_id}:1"
    said = await home.database.reading(remembered, theirs, (), channel="webchat", but=turn_id)
    assert said == []


@pytest.mark.parametrize("length", ["short", "long"])
async def test_a_packet_has_what_people_promised_earlier(home: House, length: str) -> None:
    first = await home.say("hello")
    conversation_id = first.accepted.conversation_id
    assert await answer(home, conversation_id)
    await take_over(home, conversation_id)

    def promise(tx: Tx) -> None:
        row = locked(tx, W, conversation_id)
        said = Utterance(role="person", text="I'll call you on Friday.", key="p:1", agent="Ana")
        transcript.add(tx, row, said)

    await home.database.writing(promise)
    await hand_back(home, conversation_id, promised="")
    assert await answer(home, conversation_id)
    if length == "long":
        for number in range(summaries.BATCH):
            await home.say(f"more {number}", first)
            home.runner.ring(conversation_id)
            await home.runner.settled()
        await summaries.catch_up(home.database, W, conversation_id, Codes())
    await take_over(home, conversation_id)
    row = await home.database.reading(locked, W, conversation_id)
    packet = (await home.database.reading(handoffs.current, row) or {})["packet"]
    (promised,) = packet["summary"]["promises"]
    assert promised["text"] == "I'll call you on Friday."
    assert promised["by"] == "Ana"
    assert promised["message_id"]
