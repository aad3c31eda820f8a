"""Reading and changing a conversation's row; whoever changes one locks it first.

A turn does this dozens of times. Building a statement costs SQLAlchemy several times what SQLite needs
to execute it, so the statements are built once and get their values as parameters.
"""

from typing import Any

import sqlalchemy as sa

from conversations.ownership import Standing
from conversations.tables import conversations
from core.database import Tx
from core.errors import NotFound

_OF = (conversations.c.workspace_id == sa.bindparam("of_workspace")) & (
    conversations.c.conversation_id == sa.bindparam("of_conversation")
)
_FOUND = sa.select(conversations).where(_OF)
_LOCKED = _FOUND.with_for_update()
_CHANGED = conversations.update().where(_OF)


def found(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row.

    Raises:
        NotFound: there is no such conversation.
    """
    return _row(tx, _FOUND, workspace_id, conversation_id)


def locked(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any]:
    """Give a conversation's row and keep others from changing it until this transaction ends.

    Raises:
        NotFound: there is no such conversation.
    """
    return _row(tx, _LOCKED, workspace_id, conversation_id)


def _row(
    tx: Tx, statement: sa.Select[Any], workspace_id: str, conversation_id: str
) -> dict[str, Any]:
    wanted = {"of_workspace": workspace_id, "of_conversation": conversation_id}
    row = tx.execute(statement, wanted).mappings().first()
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id!r}.")
    return dict(row)


def change(tx: Tx, row: dict[str, Any], **values: Any) -> None:
    """Change columns of a locked conversation, in the database and in `row`."""
    theirs = {"of_workspace": row["workspace_id"], "of_conversation": row["conversation_id"]}
    tx.execute(_CHANGED, theirs | values)
    row.update(values)


def standing(row: dict[str, Any]) -> Standing:
    """Give what a run compares before it speaks or commits."""
    return Standing(
        epoch=row["epoch"], fence=row["fence"], tenure=row["tenure"], owner=row["owner"]
    )
