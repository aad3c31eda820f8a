"""Which processes are alive: each one writes its heartbeat, and the sweep works for the dead."""

import os
import platform
from collections.abc import Sequence

import sqlalchemy as sa

from core.database import Moment, Tx, database_now, metadata
from core.ids import new_id

processes = sa.Table(
    "processes",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("process_id", sa.String, primary_key=True),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.String, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)


def register(tx: Tx, workspace_id: str, version: str, *, process_id: str = "") -> str:
    """Enter this process and give its id: a new one, or again the one it had before it was buried."""
    now = database_now(tx)
    process_id = process_id or new_id("process")
    tx.execute(
        processes.insert().values(
            workspace_id=workspace_id,
            process_id=process_id,
            host=platform.node(),
            pid=os.getpid(),
            version=version,
            started_at=now,
            seen_at=now,
        )
    )
    return process_id


def beat(tx: Tx, workspace_id: str, process_id: str) -> bool:
    """Say that the process lives; False: it was taken for dead and buried, and must enter again."""
    alive = tx.execute(_entry(workspace_id, process_id).values(seen_at=database_now(tx)))
    return alive.rowcount == 1


def bury(tx: Tx, workspace_id: str, older_than_s: float) -> list[str]:
    """Remove the processes that have not been seen for longer than this and give their ids.

    Each is given to one caller only, who frees in the same transaction what it held.
    """
    oldest = database_now(tx) - older_than_s
    silent = processes.delete().where(
        processes.c.workspace_id == workspace_id, processes.c.seen_at < oldest
    )
    return list(tx.scalars(silent.returning(processes.c.process_id)))


def bury_here(tx: Tx, workspace_id: str, pids: Sequence[int]) -> list[str]:
    """Remove processes of this machine that are known to be dead, and give their ids."""
    dead = processes.delete().where(
        processes.c.workspace_id == workspace_id,
        processes.c.host == platform.node(),
        processes.c.pid.in_(pids),
    )
    return list(tx.scalars(dead.returning(processes.c.process_id))) if pids else []


def leave(tx: Tx, workspace_id: str, process_id: str) -> None:
    """Remove a process that ended."""
    tx.execute(
        processes.delete().where(
            processes.c.workspace_id == workspace_id, processes.c.process_id == process_id
        )
    )


def _entry(workspace_id: str, process_id: str) -> sa.Update:
    return processes.update().where(
        processes.c.workspace_id == workspace_id, processes.c.process_id == process_id
    )
