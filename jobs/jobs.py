"""This folder's own work: every night, forget what was kept long enough (`core.retention`)."""

import structlog

from core.database import Database, Tx, database_now
from core.retention import AT_ONCE, Kept, all_kept, prune
from core.settings import Settings
from jobs import Job, Run
from jobs.engine import Engine

log = structlog.get_logger(__name__)

DAY_S = 86400.0


async def retain(run: Run) -> None:
    """Prune each table that has a limit of days, then what DBOS remembers of jobs that ended."""
    limited = [kept for kept in all_kept(run.the(Settings).keep_days) if kept.days is not None]
    for number, kept in enumerate(limited):
        await run.progress(number, len(limited) + 1)
        pruned = await run.step(_pruned, run, kept)
        if pruned:
            log.info("pruned", rows=kept.rows, number=pruned)
    await run.step(run.the(Engine).forget)
    await run.progress(len(limited) + 1)


async def _pruned(run: Run, kept: Kept) -> int:
    assert kept.days is not None, "those that are kept for ever are left out"
    before = await run.the(Database).reading(database_now) - kept.days * DAY_S
    pruned = 0
    while some := await run.writing(_prune, kept, run.workspace_id, before):
        pruned += some
        if some < AT_ONCE:
            break
    return pruned


def _prune(tx: Tx, kept: Kept, workspace_id: str, before: float) -> int:
    return prune(tx, kept, workspace_id, before=before)


jobs = (Job(name="retention", work=retain, cron="30 3 * * *"),)
