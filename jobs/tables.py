"""The table of jobs; its rows are the truth, whatever runs the work. Moments are of the database's clock."""

import sqlalchemy as sa

from core.columns import KEY, WORD, workspace
from core.database import Moment, metadata
from core.retention import Kept

jobs = sa.Table(
    "jobs",
    metadata,
    workspace(),
    sa.Column("job_id", KEY, primary_key=True),  # `name:key`
    sa.Column("name", WORD, nullable=False),
    sa.Column("key", KEY, nullable=False),
    sa.Column("ids", sa.JSON, nullable=False),
    sa.Column("state", WORD, nullable=False),  # waiting | running | done | dead | cancelled
    # Grows with each start from the first line: DBOS never runs a workflow's id again.
    sa.Column("attempt", sa.Integer, nullable=False),
    # Errors, and processes that died of it; DBOS forgets them when a workflow is resumed.
    sa.Column("failures", sa.Integer, nullable=False),
    # Grows with each execution: what an earlier one still writes is refused.
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("held_by", KEY),  # the process that runs it; null while `running`: it was given back
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("sleeping_until", Moment),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer),
    sa.Column("failure", sa.Text, nullable=False),  # the last one
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
)
OPEN = sa.text("jobs.state IN ('waiting', 'running')")
"""Said with just these words, a query finds the index of what has not ended: the rest grows old here."""

_OPEN = sa.text("state IN ('waiting', 'running')")
sa.Index(
    "ix_jobs_open",
    jobs.c.workspace_id,
    jobs.c.due_at,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
sa.Index("ix_jobs_state", jobs.c.workspace_id, jobs.c.state, jobs.c.created_at)

kept = (
    # As long as the row is kept, its key is known and runs nothing again.
    Kept(
        rows="jobs",
        table=jobs,
        since=jobs.c.finished_at,
        days=30,
        where=jobs.c.state.in_(("done", "cancelled")),
    ),
    Kept(
        rows="dead_jobs",
        table=jobs,
        since=jobs.c.finished_at,
        days=90,
        where=jobs.c.state == "dead",
    ),
)
