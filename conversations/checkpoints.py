"""The graph's state between turns: stored by the commit that it belongs to, in its transaction."""

from collections.abc import Sequence
from dataclasses import fields

import sqlalchemy as sa

from conversations.tables import checkpoints
from core.database import Tx, domain_now
from core.statements import Prepared
from graph.saver import Row

_THREAD = (checkpoints.c.workspace_id == sa.bindparam("workspace")) & (
    checkpoints.c.thread_id == sa.bindparam("thread")
)
_OF_THREAD = Prepared(sa.select(checkpoints).where(_THREAD))
_REPLACED = Prepared(
    checkpoints.delete().where(_THREAD, checkpoints.c.namespace == sa.bindparam("of_namespace"))
)
_SAVED = Prepared(checkpoints.insert())


def load(tx: Tx, workspace_id: str, thread_id: str) -> list[Row]:
    """Give the committed state of a thread, for a `TurnSaver`; `[]`: there is none yet."""
    stored = _OF_THREAD.rows(tx, workspace=workspace_id, thread=thread_id)
    return [Row(**{field.name: row[field.name] for field in fields(Row)}) for row in stored]


def store(
    tx: Tx, workspace_id: str, thread_id: str, rows: Sequence[Row], *, conversation_id: str
) -> None:
    """Put what a run changed in the place of what was there."""
    now = domain_now(tx)
    for row in rows:
        _REPLACED.run(tx, workspace=workspace_id, thread=thread_id, of_namespace=row.namespace)
        _SAVED.run(
            tx,
            workspace_id=workspace_id,
            thread_id=thread_id,
            conversation_id=conversation_id,
            updated_at=now,
            **vars(row),
        )


def replace(tx: Tx, workspace_id: str, conversation_id: str, rows: Sequence[Row]) -> None:
    """Put these rows in the place of all that is there of a conversation's own thread."""
    forget(tx, workspace_id, conversation_id)
    store(tx, workspace_id, conversation_id, rows, conversation_id=conversation_id)


def forget(tx: Tx, workspace_id: str, thread_id: str) -> None:
    """Delete a thread: its matter is over."""
    tx.execute(
        checkpoints.delete().where(
            checkpoints.c.workspace_id == workspace_id, checkpoints.c.thread_id == thread_id
        )
    )
