"""What was said earlier in a conversation, found without reading all of it.

The beginning, the newest that no summary has yet, and by their terms the messages in between: each
read by an index and limited, so that a question at turn 300 reads no more than one at turn 30. A
channel shows only what was said on it.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from agents import Remembered
from conversations import summaries
from conversations.tables import conversations, message_terms, messages
from core.database import Database, Tx

BEGINNING = 16
NEWEST = 2 * summaries.BATCH
"""Messages read from the end; a summary is due when half as many wait for it."""

ASKED_TERMS = 16
OF_A_TERM = 24
"""Places of one term that are read, as many of the oldest as of the newest."""

PLACES = 24
"""Places found by terms that are read, each with the messages beside it."""

SPOKE = ("customer", "ai", "person")


def _theirs(table: sa.Table) -> Any:
    return (table.c.workspace_id == sa.bindparam("workspace")) & (
        table.c.conversation_id == sa.bindparam("conversation")
    )


_MESSAGES = sa.select(
    *(
        messages.c[name]
        for name in ("message_id", "sequence", "role", "class", "channel", "agent", "text")
    ),
    messages.c.language,
    messages.c.turn_id,
    messages.c.state,
    messages.c.created_at,
).where(_theirs(messages))
_BEGINNING = _MESSAGES.order_by(messages.c.sequence).limit(BEGINNING)
_NEWEST = (
    _MESSAGES.where(messages.c.sequence > sa.bindparam("after"))
    .order_by(messages.c.sequence.desc())
    .limit(NEWEST)
)
_SUMMED = sa.select(conversations.c.summed_seq).where(_theirs(conversations))
_PLACES = sa.select(message_terms.c.sequence).where(
    _theirs(message_terms), message_terms.c.term == sa.bindparam("term")
)
_OLDEST_PLACES = _PLACES.order_by(message_terms.c.sequence).limit(OF_A_TERM // 2)
_NEWEST_PLACES = _PLACES.order_by(message_terms.c.sequence.desc()).limit(OF_A_TERM // 2)


class Recollection:
    """The memory of one turn; an `agents.Memory`."""

    def __init__(
        self,
        database: Database,
        workspace_id: str,
        conversation_id: str,
        *,
        channel: str,
        turn_id: str,
    ) -> None:
        self._database = database
        self._theirs = {"workspace": workspace_id, "conversation": conversation_id}
        self._channel = channel
        self._turn_id = turn_id

    async def __call__(self, terms: Sequence[str] = ()) -> list[Remembered]:
        """Give the beginning, the newest, and what holds one of `terms`, in order."""
        return await self._database.reading(
            remembered, self._theirs, tuple(terms), channel=self._channel, but=self._turn_id
        )

    async def summary(self) -> dict[str, Any]:
        """Give the summary, with the newest that it has not been told of yet."""
        return await self._database.reading(
            summaries.current, self._theirs["workspace"], self._theirs["conversation"]
        )


def remembered(
    tx: Tx, theirs: dict[str, Any], terms: tuple[str, ...], *, channel: str, but: str
) -> list[Remembered]:
    """Read what was said on `channel`, without the turn `but`."""
    rows = {row["sequence"]: row for row in tx.execute(_BEGINNING, theirs).mappings()}
    summed = tx.execute(_SUMMED, theirs).scalar() or 0
    newest = tx.execute(_NEWEST, theirs | {"after": summed}).mappings()
    rows |= {row["sequence"]: row for row in newest}
    if terms and summed:
        wanted = _beside(_places(tx, theirs, terms)) - rows.keys()
        statement = _MESSAGES.where(messages.c.sequence.in_(sorted(wanted)))
        rows |= {row["sequence"]: row for row in tx.execute(statement, theirs).mappings()}
    return [
        _shown(row)
        for _, row in sorted(rows.items())
        if row["role"] in SPOKE
        and row["class"] != "internal"
        and row["channel"] == channel
        and row["state"] != "waiting"
        and row["turn_id"] != but
    ]


def _places(tx: Tx, theirs: dict[str, Any], terms: tuple[str, ...]) -> list[int]:
    """Give the places that hold most of the terms; a rare term counts more than a common one."""
    weight: dict[int, float] = defaultdict(float)
    for term in dict.fromkeys(terms[:ASKED_TERMS]):
        asked = theirs | {"term": term}
        found = {
            *tx.execute(_OLDEST_PLACES, asked).scalars(),
            *tx.execute(_NEWEST_PLACES, asked).scalars(),
        }
        for place in found:
            weight[place] += 1 / len(found)
    return sorted(weight, key=weight.__getitem__, reverse=True)[:PLACES]


def _beside(places: Sequence[int]) -> set[int]:
    """Give the places with those before and after: what was asked, and what was answered."""
    return {near for place in places for near in (place - 1, place, place + 1)}


def _shown(row: Any) -> Remembered:
    return Remembered(
        message_id=row["message_id"],
        sequence=row["sequence"],
        role=row["role"],
        by=row["agent"],
        text=row["text"],
        language=row["language"],
        said_at=row["created_at"],
    )
