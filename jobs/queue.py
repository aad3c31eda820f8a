"""The rows of jobs: what may happen to one, each change a transaction.

enqueue ─▶ waiting ──claim──▶ running ──▶ done
              ▲                 │  └────▶ dead       failed too often: people look at it
              ├──failed, again──┘
              └──replay── done | dead | cancelled    `cancel` ends what waits or runs
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import sqlalchemy as sa

from core.database import Tx, database_now, insert_once
from core.errors import BadInput, LeaseLost
from core.processes import processes
from jobs import Job
from jobs.tables import OPEN, jobs

State = Literal["waiting", "running", "done", "dead", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
KEY = re.compile(r"[^\s/\x00]{1,150}")
MOST_IDS, LONGEST_ID = 12, 200


@dataclass(frozen=True)
class Claim:
    """A job that this process took to run."""

    job_id: str
    attempt: int
    resumed: bool
    """It was running elsewhere: what it has done is known to DBOS."""


@dataclass(frozen=True)
class Execution:
    """One execution of a job; valid as long as the row has its epoch."""

    workspace_id: str
    job_id: str
    name: str
    epoch: int
    ids: Mapping[str, str]


def enqueue(
    tx: Tx,
    workspace_id: str,
    job: Job,
    key: str,
    ids: Mapping[str, str] | None = None,
    *,
    in_s: float = 0.0,
    at: float | None = None,
) -> bool:
    """Have a job run, now, in so many seconds or at a moment; False: the key was enqueued before.

    A key is known for as long as its row is kept, also when the job has ended.

    Raises:
        BadInput: the key or the ids are none; content belongs into a table, its id here.
    """
    ids = dict(ids or {})
    if not KEY.fullmatch(key):
        raise BadInput(
            f"{key[:60]!r} is no key of a job: 1 to 150 characters without blanks or '/'."
        )
    wrong = {name for name, value in ids.items() if not 0 < len(value) <= LONGEST_ID}
    if wrong or len(ids) > MOST_IDS:
        raise BadInput(
            f"A job takes up to {MOST_IDS} ids of 1 to {LONGEST_ID} characters (wrong: {sorted(wrong)})."
        )
    now = database_now(tx)
    row = {
        "workspace_id": workspace_id, "job_id": f"{job.name}:{key}", "name": job.name, "key": key,
        "ids": ids, "state": "waiting", "attempt": 1, "failures": 0, "epoch": 0, "held_by": None,
        "due_at": now + in_s if at is None else at, "sleeping_until": None, "done": 0, "total": None,
        "failure": "", "created_at": now, "started_at": None, "finished_at": None,
    }  # fmt: skip
    return insert_once(tx, jobs, row)


# --- taking and running ------------------------------------------------------------------------


def stirring(tx: Tx, workspace_id: str, names: Collection[str], process_id: str) -> bool:
    """Say whether there is something to claim; cheap, for it is asked every second."""
    ready = _to_claim(workspace_id, names, process_id, database_now(tx))
    return tx.execute(sa.select(jobs.c.job_id).where(ready).limit(1)).first() is not None


def claim(
    tx: Tx, workspace_id: str, kinds: Mapping[str, Job], process_id: str, limit: int
) -> list[Claim]:
    """Take jobs that are due, and those whose process is gone; each is given to one process.

    Who was at work in a process that died may have been what killed it: that is a failure of the job.
    """
    now = database_now(tx)
    found = (
        sa.select(jobs)
        .where(_to_claim(workspace_id, kinds, process_id, now))
        .order_by(jobs.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claims = []
    for row in tx.execute(found).mappings().all():
        failures = row["failures"]
        if row["held_by"] is not None and row["sleeping_until"] is None:
            failures += 1
        if failures >= kinds[row["name"]].attempts and failures > row["failures"]:
            change(
                tx, row, state="dead", failures=failures, finished_at=now, held_by=None,
                failure=f"the process died while it ran, {failures} failures in all",
            )  # fmt: skip
            continue
        change(tx, row, state="running", failures=failures, held_by=process_id)
        claims.append(Claim(row["job_id"], row["attempt"], row["state"] == "running"))
    return claims


def _to_claim(
    workspace_id: str, names: Collection[str], process_id: str, now: float
) -> sa.ColumnElement[bool]:
    living = sa.select(processes.c.process_id).where(processes.c.workspace_id == workspace_id)
    # Who was taken for dead, and asks, is not.
    abandoned = jobs.c.held_by.not_in(living) & (jobs.c.held_by != process_id)
    return sa.and_(
        jobs.c.workspace_id == workspace_id,
        OPEN,
        jobs.c.name.in_(names),  # what only a newer version knows is left to it
        sa.or_(
            sa.and_(jobs.c.state == "waiting", jobs.c.due_at <= now),
            sa.and_(jobs.c.state == "running", jobs.c.held_by.is_(None) | abandoned),
        ),
    )


def begin(
    tx: Tx, workspace_id: str, job_id: str, attempt: int, process_id: str
) -> Execution | None:
    """Begin an execution in this process; None: there is nothing to execute any more."""
    row = locked(tx, workspace_id, job_id)
    if row is None or row["state"] != "running" or row["attempt"] != attempt:
        return None
    epoch = row["epoch"] + 1
    change(
        tx, row, epoch=epoch, held_by=process_id, sleeping_until=None,
        started_at=row["started_at"] or database_now(tx),
    )  # fmt: skip
    return Execution(workspace_id, job_id, row["name"], epoch, row["ids"])


def holds(tx: Tx, execution: Execution) -> dict[str, Any]:
    """Give the row, locked, of an execution that is still valid.

    Raises:
        LeaseLost: the job was cancelled, or another process has it.
    """
    row = locked(tx, execution.workspace_id, execution.job_id)
    if row is None or row["state"] != "running" or row["epoch"] != execution.epoch:
        raise LeaseLost(f"The job {execution.job_id!r} is not this process's any more.")
    return row


def note(tx: Tx, execution: Execution, **values: Any) -> None:
    """Write down how far it is, or until when it sleeps."""
    change(tx, holds(tx, execution), **values)


def finish(tx: Tx, execution: Execution) -> None:
    """Write down that the work has ended."""
    change(
        tx, holds(tx, execution), state="done", finished_at=database_now(tx), held_by=None,
        sleeping_until=None, failure="",
    )  # fmt: skip


def failed(tx: Tx, execution: Execution, failure: str, job: Job) -> State:
    """Write down that it raised: it begins anew later, or is left to people."""
    row, now = holds(tx, execution), database_now(tx)
    failures = row["failures"] + 1
    known = {"failures": failures, "failure": failure, "held_by": None, "sleeping_until": None}
    if failures >= job.attempts:
        change(tx, row, state="dead", finished_at=now, **known)
        return "dead"
    wait_s = job.retry_s * 4 ** (failures - 1)
    change(tx, row, state="waiting", attempt=row["attempt"] + 1, due_at=now + wait_s, **known)
    return "waiting"


def again(tx: Tx, workspace_id: str, job_id: str, attempt: int, *, in_s: float = 0.0) -> None:
    """Let an attempt that DBOS cannot go on with begin anew; nobody failed."""
    row = locked(tx, workspace_id, job_id)
    if row is not None and row["state"] == "running" and row["attempt"] == attempt:
        due_at = database_now(tx) + in_s
        change(tx, row, state="waiting", attempt=attempt + 1, due_at=due_at, held_by=None)


def give_back(tx: Tx, workspace_id: str, process_id: str) -> int:
    """Leave what this process runs to the others; give how many jobs it had."""
    held = jobs.update().where(
        jobs.c.workspace_id == workspace_id,
        jobs.c.state == "running",
        jobs.c.held_by == process_id,
    )
    return tx.execute(held.values(held_by=None)).rowcount


def lost(tx: Tx, running: Mapping[str, Execution]) -> dict[str, State | None]:
    """Give those of these executions that are not valid any more, with the state of their rows."""
    if not running:
        return {}
    workspace_id = next(iter(running.values())).workspace_id
    rows = {
        row.job_id: row
        for row in tx.execute(
            sa.select(jobs.c.job_id, jobs.c.state, jobs.c.epoch).where(
                jobs.c.workspace_id == workspace_id, jobs.c.job_id.in_(running)
            )
        )
    }
    return {
        job_id: rows[job_id].state if job_id in rows else None
        for job_id, execution in running.items()
        if job_id not in rows
        or (rows[job_id].state, rows[job_id].epoch) != ("running", execution.epoch)
    }


def going(tx: Tx, workspace_id: str) -> set[str]:
    """Give the attempts that wait or run, as `job_id/attempt`."""
    now = sa.select(jobs.c.job_id, jobs.c.attempt).where(jobs.c.workspace_id == workspace_id, OPEN)
    return {f"{row.job_id}/{row.attempt}" for row in tx.execute(now)}


def held(tx: Tx, workspace_id: str, process_id: str) -> dict[str, int]:
    """Give the jobs that this process has taken and not ended, with their attempts."""
    mine = sa.select(jobs.c.job_id, jobs.c.attempt).where(
        jobs.c.workspace_id == workspace_id,
        OPEN,
        jobs.c.state == "running",
        jobs.c.held_by == process_id,
    )
    return {row.job_id: row.attempt for row in tx.execute(mine)}


# --- planned runs ------------------------------------------------------------------------------

PLANNED = "cron-"
"""Begins the keys of runs that a schedule has planned."""


def plan(tx: Tx, workspace_id: str, job: Job, key: str, at: float) -> bool:
    """Have the next run of a schedule wait for its moment, in place of what an older one planned."""
    stale = jobs.delete().where(
        jobs.c.workspace_id == workspace_id,
        jobs.c.name == job.name,
        jobs.c.state == "waiting",
        jobs.c.attempt == 1,
        jobs.c.key.startswith(PLANNED, autoescape=True),
        jobs.c.key != PLANNED + key,
        jobs.c.due_at > database_now(tx),
    )
    tx.execute(stale)
    return enqueue(tx, workspace_id, job, PLANNED + key, at=at)


def locked(tx: Tx, workspace_id: str, job_id: str) -> dict[str, Any] | None:
    """Give a row that nobody else changes until the transaction ends."""
    one = sa.select(jobs).where(jobs.c.workspace_id == workspace_id, jobs.c.job_id == job_id)
    row = tx.execute(one.with_for_update()).mappings().first()
    return dict(row) if row else None


def change(tx: Tx, row: Mapping[str, Any] | sa.RowMapping, **values: Any) -> None:
    """Change a row that is locked."""
    tx.execute(
        jobs.update()
        .where(jobs.c.workspace_id == row["workspace_id"], jobs.c.job_id == row["job_id"])
        .values(**values)
    )
