"""Routes of jobs, for admins: see what there is, end one, begin one anew."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from core.access import Admin
from jobs import operating
from jobs.queue import State

router = APIRouter(tags=["jobs"])


class JobListed(BaseModel):
    """One run of a job. Moments are seconds since 1970 in UTC."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "job_id": "retention:cron-2026-11-28T03:30-03:00",
                    "name": "retention",
                    "ids": {},
                    "state": "done",
                    "attempt": 1,
                    "failures": 0,
                    "failure": "",
                    "done": 4,
                    "total": 4,
                    "due_at": 1795847400.0,
                    "sleeping_until": None,
                    "created_at": 1795761000.0,
                    "started_at": 1795847400.8,
                    "finished_at": 1795847401.9,
                }
            ]
        }
    )

    job_id: str
    name: str
    ids: dict[str, str]
    state: State
    attempt: int
    failures: int
    failure: str
    done: int
    total: int | None
    due_at: float
    sleeping_until: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None


class Jobs(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobListed]


@router.get("/jobs", summary="What runs in the background, waits for it, or failed")
async def list_jobs(
    request: Request,
    caller: Admin,
    state: State | None = None,
    name: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Jobs:
    """Give jobs; `state=dead` gives those that failed too often."""
    rows = await request.app.state.database.reading(
        operating.listed, caller.workspace_id, state=state or "", name=name, limit=limit
    )
    return Jobs(jobs=[JobListed(**row) for row in rows])


@router.post("/jobs/{job_id}/cancel", summary="End a job that waits or runs")
async def cancel_job(job_id: str, request: Request, caller: Admin) -> JobListed:
    """End it; one that runs notices at its next step, or within a second."""
    return await _change(request, caller, operating.cancel, job_id)


@router.post("/jobs/{job_id}/replay", summary="Begin a job anew that has ended")
async def replay_job(job_id: str, request: Request, caller: Admin) -> JobListed:
    """Begin it at its first line, with all its attempts again; for dead letters whose cause was mended."""
    return await _change(request, caller, operating.replay, job_id)


async def _change(request: Request, caller: Admin, change: Any, job_id: str) -> JobListed:
    row = await request.app.state.database.writing(
        change, caller.workspace_id, job_id, actor=caller.key_id
    )
    return JobListed(**row)
