"""Reading and changing a conversation's row; whoever changes one locks it first."""

from typing import Any

import sqlalchemy as sa

from conversations.ownership import Standing
from conversations.tables import conversations
from core.database import Tx
from core.errors import NotFound


def _of(workspace_id: str, conversation_id: str) -> sa.ColumnElement[bool]:
    return (conversations.c.workspace_id == workspace_id) & (
        conversations.c.conversation_id == conversation_id
    )


def found(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row.

    Raises:
        NotFound: there is no such conversation.
    """
    return _row(
        tx, sa.select(conversations).where(_of(workspace_id, conversation_id)), conversation_id
    )


def locked(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row and keep others from changing it until this transaction ends.

    Raises:
        NotFound: there is no such conversation.
    """
    statement = sa.select(conversations).where(_of(workspace_id, conversation_id)).with_for_update()
    return _row(tx, statement, conversation_id)


def _row(tx: Tx, statement: sa.Select[Any], conversation_id: str) -> dict[str, Any]:
    row = tx.execute(statement).mappings().first()
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    return dict(row)


def change(tx: Tx, row: dict[str, Any], **values: Any) -> None:
    """Change columns of a locked conversation, in the database and in `row`."""
    tx.execute(
        conversations.update()
        .where(_of(row["workspace_id"], row["conversation_id"]))
        .values(**values)
    )
    row.update(values)


def standing(row: dict[str, Any]) -> Standing:
    """Give what a run compares before it speaks or commits."""
    return Standing(
        epoch=row["epoch"], fence=row["fence"], tenure=row["tenure"], owner=row["owner"]
    )
