"""What the doctor looks at in jobs: what was given up, and what is overdue."""

from collections.abc import Iterator

import sqlalchemy as sa

from core.database import Tx, database_now
from core.findings import Check, Deployment, Finding
from jobs.tables import OPEN, jobs

OVERDUE_S = 3600.0
SHOWN = 3


def _dead(deployment: Deployment) -> Iterator[Finding]:
    dead = deployment.database.read(_given_up, deployment.workspace_id)
    if dead:
        yield Finding(
            "RISK",
            f"{len(dead)} jobs failed too often and wait for people ({', '.join(dead[:SHOWN])}).",
            "`python -m jobs list --state dead` says why; mend that, then `python -m jobs replay JOB_ID`.",
        )
    else:
        yield Finding("well", "No job has been given up.")


def _given_up(tx: Tx, workspace_id: str) -> list[str]:
    given_up = sa.select(jobs.c.job_id).where(
        jobs.c.workspace_id == workspace_id, jobs.c.state == "dead"
    )
    return list(tx.scalars(given_up))


def _late(deployment: Deployment) -> Iterator[Finding]:
    late = deployment.database.read(_overdue, deployment.workspace_id)
    if late:
        yield Finding(
            "RISK",
            f"{len(late)} jobs have been due for more than {OVERDUE_S / 3600:.0f} h and were not begun"
            f" ({', '.join(late[:SHOWN])}).",
            "If no process runs, start one. Else read its log for jobs_look_failed.",
        )
    else:
        yield Finding("well", "No job is overdue.")


def _overdue(tx: Tx, workspace_id: str) -> list[str]:
    overdue = sa.select(jobs.c.job_id).where(
        jobs.c.workspace_id == workspace_id,
        OPEN,
        jobs.c.state == "waiting",
        jobs.c.due_at < database_now(tx) - OVERDUE_S,
    )
    return list(tx.scalars(overdue))


checks = (
    Check("jobs", _dead, reads_tables=True),
    Check("jobs", _late, reads_tables=True),
)
