"""What people do with jobs: see what there is, end one, begin one anew."""

from typing import Any

import sqlalchemy as sa

from core import audit
from core.database import Tx, database_now
from core.errors import Conflict, NotFound
from jobs.queue import change, locked
from jobs.tables import jobs


def listed(
    tx: Tx, workspace_id: str, *, state: str = "", name: str = "", limit: int = 50
) -> list[dict[str, Any]]:
    """Give jobs, the newest first; with the state `dead`, the dead letters."""
    query = sa.select(jobs).where(jobs.c.workspace_id == workspace_id)
    if state:
        query = query.where(jobs.c.state == state)
    if name:
        query = query.where(jobs.c.name == name)
    query = query.order_by(jobs.c.created_at.desc(), jobs.c.job_id).limit(limit)
    return [dict(row) for row in tx.execute(query).mappings()]


def cancel(tx: Tx, workspace_id: str, job_id: str, *, actor: str) -> dict[str, Any]:
    """End a job that waits or runs; one that runs notices at its next step, or within a second.

    Raises:
        Conflict: it has ended.
    """
    row = _known(tx, workspace_id, job_id)
    if row["state"] not in ("waiting", "running"):
        raise Conflict(f"The job {job_id!r} has ended already: it is {row['state']}.")
    ended = {"state": "cancelled", "finished_at": database_now(tx), "held_by": None}
    return _by_person(tx, row, actor, "job.cancelled", {**ended, "sleeping_until": None})


def replay(tx: Tx, workspace_id: str, job_id: str, *, actor: str) -> dict[str, Any]:
    """Begin a job anew that has ended, as a dead letter whose cause was mended.

    Raises:
        Conflict: it waits or runs.
    """
    row = _known(tx, workspace_id, job_id)
    if row["state"] in ("waiting", "running"):
        raise Conflict(f"The job {job_id!r} has not ended: it is {row['state']}; cancel it first.")
    anew = {
        "state": "waiting", "attempt": row["attempt"] + 1, "failures": 0, "done": 0, "total": None,
        "due_at": database_now(tx), "started_at": None, "finished_at": None,
    }  # fmt: skip
    return _by_person(tx, row, actor, "job.replayed", anew)


def _by_person(
    tx: Tx, row: dict[str, Any], actor: str, action: str, values: dict[str, Any]
) -> dict[str, Any]:
    change(tx, row, **values)
    audit.append(
        tx, workspace_id=row["workspace_id"], actor=actor, action=action, subject=row["job_id"]
    )
    return {**row, **values}


def _known(tx: Tx, workspace_id: str, job_id: str) -> dict[str, Any]:
    row = locked(tx, workspace_id, job_id)
    if row is None:
        raise NotFound(
            f"There is no job {job_id[:200]!r}; `python -m jobs list` shows what there is."
        )
    return row
