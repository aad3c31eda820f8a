"""The jobs that this version knows: what the folders' modules `jobs` offer."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from core.discover import everywhere
from core.errors import BadInput
from jobs import Job, cron

LONGEST_NAME = 40


def all_jobs() -> dict[str, Job]:
    """Give the jobs that the modules `jobs` of all folders offer, by name."""
    return by_name(job for jobs in everywhere("jobs", "jobs", tuple).values() for job in jobs)


def by_name(jobs: Iterable[Job]) -> dict[str, Job]:
    """Give jobs by their names.

    Raises:
        BadInput: two have one name, a name is none, or a schedule cannot be read.
    """
    found: dict[str, Job] = {}
    for job in jobs:
        if job.name in found or not job.name.isidentifier() or len(job.name) > LONGEST_NAME:
            raise BadInput(f"{job.name!r} is no name of a job, or the name of two.")
        if job.cron:
            cron.following(job.cron, ZoneInfo(job.zone or "UTC"), 0.0)
        found[job.name] = job
    return found
