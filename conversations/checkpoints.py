"""The graph's state between turns: stored by the commit that it belongs to, in its transaction."""

from collections.abc import Sequence

import sqlalchemy as sa

from conversations.tables import checkpoints
from core.database import Tx, database_now
from graph.saver import Row

# Built once: every turn needs them.
_THREAD = (checkpoints.c.workspace_id == sa.bindparam("workspace")) & (
    checkpoints.c.thread_id == sa.bindparam("thread")
)
_OF_THREAD = sa.select(checkpoints).where(_THREAD)
_REPLACED = checkpoints.delete().where(
    _THREAD, checkpoints.c.namespace == sa.bindparam("of_namespace")
)
_SAVED = checkpoints.insert()


def load(tx: Tx, workspace_id: str, thread_id: str) -> list[Row]:
    """Give the committed state of a thread, for a `TurnSaver`; `[]`: there is none yet."""
    wanted = {"workspace": workspace_id, "thread": thread_id}
    return [
        Row(row.namespace, row.checkpoint_id, row.checkpoint, row.metadata, row.writes)
        for row in tx.execute(_OF_THREAD, wanted)
    ]


def store(
    tx: Tx, workspace_id: str, thread_id: str, rows: Sequence[Row], *, conversation_id: str
) -> None:
    """Put what a run changed in the place of what was there."""
    now = database_now(tx)
    for row in rows:
        before = {"workspace": workspace_id, "thread": thread_id, "of_namespace": row.namespace}
        tx.execute(_REPLACED, before)
        saved = {
            "workspace_id": workspace_id,
            "thread_id": thread_id,
            "namespace": row.namespace,
            "conversation_id": conversation_id,
            "checkpoint_id": row.checkpoint_id,
            "checkpoint": row.checkpoint,
            "metadata": row.metadata,
            "writes": row.writes,
            "updated_at": now,
        }
        tx.execute(_SAVED, saved)


def forget(tx: Tx, workspace_id: str, thread_id: str) -> None:
    """Delete a thread: its matter is over."""
    tx.execute(
        checkpoints.delete().where(
            checkpoints.c.workspace_id == workspace_id, checkpoints.c.thread_id == thread_id
        )
    )
