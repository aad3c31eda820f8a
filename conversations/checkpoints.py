"""The graph's state between turns: stored by the commit that it belongs to, in its transaction."""

from collections.abc import Sequence

import sqlalchemy as sa

from conversations.tables import checkpoints
from core.database import Tx, database_now
from graph.saver import Row


def load(tx: Tx, workspace_id: str, thread_id: str) -> list[Row]:
    """Give the committed state of a thread, for a `TurnSaver`; `[]`: there is none yet."""
    statement = sa.select(checkpoints).where(
        checkpoints.c.workspace_id == workspace_id, checkpoints.c.thread_id == thread_id
    )
    return [
        Row(row.namespace, row.checkpoint_id, row.checkpoint, row.metadata, row.writes)
        for row in tx.execute(statement)
    ]


def store(
    tx: Tx, workspace_id: str, thread_id: str, rows: Sequence[Row], *, conversation_id: str
) -> None:
    """Put what a run changed in the place of what was there."""
    now = database_now(tx)
    for row in rows:
        tx.execute(
            checkpoints.delete().where(
                checkpoints.c.workspace_id == workspace_id,
                checkpoints.c.thread_id == thread_id,
                checkpoints.c.namespace == row.namespace,
            )
        )
        tx.execute(
            checkpoints.insert().values(
                workspace_id=workspace_id,
                thread_id=thread_id,
                namespace=row.namespace,
                conversation_id=conversation_id,
                checkpoint_id=row.checkpoint_id,
                checkpoint=row.checkpoint,
                metadata=row.metadata,
                writes=row.writes,
                updated_at=now,
            )
        )


def forget(tx: Tx, workspace_id: str, thread_id: str) -> None:
    """Delete a thread: its matter is over."""
    tx.execute(
        checkpoints.delete().where(
            checkpoints.c.workspace_id == workspace_id, checkpoints.c.thread_id == thread_id
        )
    )
