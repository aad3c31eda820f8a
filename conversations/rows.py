"""Reading and changing a conversation's row; whoever changes one locks it first.

A merged conversation is a redirect: whoever asks for it gets the one in which it went on.

A turn does this dozens of times, by statements that are prepared once.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations.ownership import Standing
from conversations.tables import conversations
from core.database import Tx
from core.errors import NotFound
from core.statements import Prepared, change_of

_OF = (conversations.c.workspace_id == sa.bindparam("of_workspace")) & (
    conversations.c.conversation_id == sa.bindparam("of_conversation")
)
_FOUND = Prepared(sa.select(conversations).where(_OF))
_LOCKED = Prepared(sa.select(conversations).where(_OF).with_for_update())
_KEYS = ("workspace_id", "conversation_id")


def found(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row, or that of the one it was merged into.

    Raises:
        NotFound: there is no such conversation.
    """
    return _row(tx, _FOUND, workspace_id, conversation_id)


def locked(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row, or that of the one it was merged into, and keep others from changing it
    until this transaction ends.

    Raises:
        NotFound: there is no such conversation.
    """
    return _row(tx, _LOCKED, workspace_id, conversation_id)


def exactly(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give this very row, locked, though it may be a redirect: for who makes one.

    Raises:
        NotFound: there is no such conversation.
    """
    return _one(tx, _LOCKED, workspace_id, conversation_id)


def _row(tx: Tx, statement: Prepared, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    row = _one(tx, statement, workspace_id, conversation_id)
    while row["redirect_to"]:
        row = _one(tx, statement, workspace_id, row["redirect_to"])
    return row


def _one(tx: Tx, statement: Prepared, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    row = statement.first(tx, of_workspace=workspace_id, of_conversation=conversation_id)
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    return row


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a conversation goes on, and by how much its feed's numbers are higher there."""

    conversation_id: str
    feed_offset: int = 0


def place(tx: Tx, workspace_id: str, conversation_id: str) -> Place:
    """Give where a conversation goes on: as a rule in itself."""
    offset = 0
    while row := _FOUND.first(tx, of_workspace=workspace_id, of_conversation=conversation_id):
        if not row["redirect_to"]:
            break
        conversation_id, offset = row["redirect_to"], offset + row["feed_offset"]
    return Place(conversation_id=conversation_id, feed_offset=offset)


def change(tx: Tx, row: dict[str, Any], **values: Any) -> None:
    """Change columns of a locked conversation, in the database and in `row`."""
    of = {f"of_{key}": row[key] for key in _KEYS}
    to = {f"to_{column}": value for column, value in values.items()}
    change_of(conversations, _KEYS, tuple(values)).run(tx, **of, **to)
    row.update(values)


def standing(row: dict[str, Any]) -> Standing:
    """Give what a run compares before it speaks or commits."""
    return Standing(
        epoch=row["epoch"], fence=row["fence"], tenure=row["tenure"], owner=row["owner"]
    )
