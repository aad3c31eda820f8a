"""The summary of a long conversation, and the index by which its messages are found again.

Written after a commit, a batch at a time, never in a turn: a turn costs the same at any length.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Protocol

import sqlalchemy as sa

from conversations import summing
from conversations.rows import change, locked
from conversations.tables import conversations, message_terms, messages, summaries, turns
from core.clock import moment
from core.database import Database, Tx, domain_now, insert_once
from knowledge.reading import terms

BATCH = 40
"""Messages that make a summary due, and that one transaction takes in."""

TERMS = 80
"""Terms by which one message is found, at most."""

LONGEST_TERM = 60
_READ = (
    "message_id", "sequence", "role", "text", "event", "agent", "language", "turn_id", "created_at",
)  # fmt: skip
_FOLLOWING = (
    sa.select(*(messages.c[name] for name in _READ), messages.c.state)
    .where(
        messages.c.workspace_id == sa.bindparam("workspace"),
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.sequence > sa.bindparam("after"),
    )
    .order_by(messages.c.sequence)
    .limit(BATCH)
)


class Values(Protocol):
    """What finds values in a text: a part of `models.Understanding`."""

    def entities(self, text: str, language: str, now: datetime) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """Messages that follow what is summed up already, with what was understood of them."""

    summed_seq: int
    summary: dict[str, Any]
    messages: list[dict[str, Any]]
    signals: dict[str, Mapping[str, Any]]
    unanswered: dict[str, str]

    def summed(self) -> dict[str, Any]:
        """Give the summary with these messages."""
        return summing.summed(self.summary, self.messages, self.signals, self.unanswered)


def chapter(tx: Tx, workspace_id: str, conversation_id: str) -> Chapter:
    """Read what follows the summary, up to the first message that nobody has answered."""
    summed_seq = _summed_seq(tx, workspace_id, conversation_id)
    following = _following(tx, workspace_id, conversation_id, summed_seq)
    found = list(takewhile(lambda message: message["state"] != "waiting", following))
    signals, unanswered = _understood(tx, workspace_id, found)
    return Chapter(
        summed_seq=summed_seq,
        summary=stored(tx, workspace_id, conversation_id),
        messages=found,
        signals=signals,
        unanswered=unanswered,
    )


def _summed_seq(tx: Tx, workspace_id: str, conversation_id: str) -> int:
    theirs = (conversations.c.workspace_id == workspace_id) & (
        conversations.c.conversation_id == conversation_id
    )
    return tx.scalar(sa.select(conversations.c.summed_seq).where(theirs)) or 0


def _following(tx: Tx, workspace_id: str, conversation_id: str, after: int) -> list[dict[str, Any]]:
    wanted = {"workspace": workspace_id, "conversation": conversation_id, "after": after}
    return [dict(message) for message in tx.execute(_FOLLOWING, wanted).mappings()]


def stored(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give the summary as it was last written; `{}`: the conversation was never long enough."""
    return (
        tx.scalar(
            sa.select(summaries.c.summary).where(
                summaries.c.workspace_id == workspace_id,
                summaries.c.conversation_id == conversation_id,
            )
        )
        or {}
    )


def current(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give the summary with the next batch of what it does not have yet."""
    return chapter(tx, workspace_id, conversation_id).summed()


def whole(tx: Tx, workspace_id: str, conversation_id: str, values: Values) -> dict[str, Any]:
    """Give the summary of all that was said, for people: also of what was said to a person, or waits.

    No turn has read that, so its values are found here; what was wanted is told by turns alone.
    """
    summary = stored(tx, workspace_id, conversation_id)
    after = _summed_seq(tx, workspace_id, conversation_id)
    while found := _following(tx, workspace_id, conversation_id, after):
        signals, unanswered = _understood(tx, workspace_id, found)
        for message in found:
            if message["role"] == "customer" and message["turn_id"] not in signals:
                text, at = message["text"], moment(message["created_at"])
                message["turn_id"] = message["message_id"]
                heard = {"entities": values.entities(text, message["language"], at)}
                signals[message["message_id"]] = heard
        summary = summing.summed(summary, found, signals, unanswered)
        after = found[-1]["sequence"]
    return summary


def _understood(
    tx: Tx, workspace_id: str, found: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """Give the signals of the turns of messages, and why some could not be answered."""
    ids = sorted({message["turn_id"] for message in found if message["turn_id"]})
    statement = sa.select(turns.c.turn_id, turns.c.record, turns.c.agents).where(
        turns.c.workspace_id == workspace_id, turns.c.turn_id.in_(ids)
    )
    signals: dict[str, Mapping[str, Any]] = {}
    unanswered: dict[str, str] = {}
    for row in tx.execute(statement) if ids else ():
        signals[row.turn_id] = (row.record or {}).get("signals") or {}
        for step in row.agents or []:
            if step.get("goal") == "offer_person":
                unanswered[row.turn_id] = str(step.get("why", ""))
    return signals, unanswered


def found_by(message: Mapping[str, Any], values: Values, now: datetime) -> set[str]:
    """Give the terms by which a message is found again."""
    text, language = message["text"], message["language"]
    kinds = {f"#{value['kind']}" for value in values.entities(text, language, now)}
    said = dict.fromkeys(term for term in terms(text, language) if len(term) <= LONGEST_TERM)
    return kinds | set(list(said)[:TERMS])


def write(
    tx: Tx, workspace_id: str, conversation_id: str, read: Chapter, index: Sequence[tuple[str, int]]
) -> bool:
    """Store what was made of a chapter; False, and nothing stored, when another process was faster."""
    row = locked(tx, workspace_id, conversation_id)
    moved = row["conversation_id"] != conversation_id
    if moved or row["summed_seq"] != read.summed_seq or not read.messages:
        return False
    last = read.messages[-1]
    theirs = {"workspace_id": workspace_id, "conversation_id": conversation_id}
    kept = {
        "up_to_message_id": last["message_id"],
        "summary": read.summed(),
        "updated_at": domain_now(tx),
    }
    if not insert_once(tx, summaries, theirs | kept):
        tx.execute(
            summaries.update()
            .where(*(summaries.c[name] == value for name, value in theirs.items()))
            .values(kept)
        )
    if index:
        tx.execute(
            message_terms.insert(),
            [theirs | {"term": term, "sequence": sequence} for term, sequence in index],
        )
    change(tx, row, summed_seq=last["sequence"])
    return True


async def catch_up(
    database: Database, workspace_id: str, conversation_id: str, values: Values
) -> int:
    """Sum up what is there in full batches; give how many messages were taken in."""
    taken = 0
    while True:
        read = await database.reading(chapter, workspace_id, conversation_id)
        if len(read.messages) < BATCH:
            return taken
        index = await _indexed(read, values)
        if not await database.writing(write, workspace_id, conversation_id, read, index):
            return taken
        taken += len(read.messages)


async def _indexed(read: Chapter, values: Values) -> list[tuple[str, int]]:
    """Give the index of a chapter; reading texts takes CPU, so not on the loop."""
    return await asyncio.to_thread(lambda: list(_index(read, values)))


def _index(read: Chapter, values: Values) -> Iterator[tuple[str, int]]:
    for message in read.messages:
        for term in sorted(found_by(message, values, moment(message["created_at"]))):
            yield term, message["sequence"]
