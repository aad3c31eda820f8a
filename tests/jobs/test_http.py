"""Jobs as admins and operators see them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from core import web
from core.access import issue_key
from core.database import Database
from jobs import queue
from jobs.http import router
from tests.jobs.works import NOTE, W

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def http(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    app.state.database, app.state.workspace_id = database, W
    web.add_to(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://acme") as client:
        yield client


async def test_admins_list_cancel_and_replay_and_nobody_else_does(
    database: Database, http: httpx.AsyncClient
) -> None:
    await database.writing(queue.enqueue, W, NOTE, "at-2027-10-31T01:30+00:00", {"about": "x"})
    keys = {
        role: {"X-API-Key": await database.writing(issue_key, W, role, scopes=["staff"], role=role)}
        for role in ("admin", "lead")
    }
    job_id = "note:at-2027-10-31T01:30+00:00"
    for headers, status in (({}, 401), (keys["lead"], 403)):
        assert (await http.get("/jobs", headers=headers)).status_code == status
        for change in ("cancel", "replay"):
            answer = await http.post(f"/jobs/{job_id}/{change}", headers=headers)
            assert answer.status_code == status
    admin = keys["admin"]
    (row,) = (await http.get("/jobs", headers=admin)).json()["jobs"]
    assert (row["job_id"], row["state"], row["ids"]) == (job_id, "waiting", {"about": "x"})
    assert (await http.get("/jobs?state=dead", headers=admin)).json() == {"jobs": []}
    assert (await http.get("/jobs?state=odd", headers=admin)).status_code == 422
    answer = await http.post(f"/jobs/{job_id}/cancel", headers=admin)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert (await http.post(f"/jobs/{job_id}/cancel", headers=admin)).status_code == 409
    answer = await http.post(f"/jobs/{job_id}/replay", headers=admin)
    assert (answer.json()["state"], answer.json()["attempt"]) == ("waiting", 2)
    assert (await http.post("/jobs/note:none/replay", headers=admin)).status_code == 404


async def test_the_command_lists_cancels_and_replays_without_a_server(
    database: Database, tmp_path: Path
) -> None:
    from core.workspace import Workspace

    workspace_id = Workspace(ROOT / "examples" / "aurora").workspace_id
    await database.writing(queue.enqueue, workspace_id, NOTE, "1")

    def command(*arguments: str) -> "subprocess.CompletedProcess[str]":
        url = database.url.render_as_string(hide_password=False)
        return subprocess.run(
            [sys.executable, "-m", "jobs", *arguments], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, "REGENTE_DATABASE_URL": url, "REGENTE_DATA_DIR": str(tmp_path)},
        )  # fmt: skip

    assert "waiting" in command("list", "--state", "waiting").stdout
    assert command("cancel", "note:1").stdout == "note:1 is cancelled.\n"
    again = command("cancel", "note:1")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "The job 'note:1' has ended already: it is cancelled.\n"
    assert command("replay", "note:1").stdout == "note:1 is waiting.\n"
