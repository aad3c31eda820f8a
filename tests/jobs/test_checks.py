"""What the doctor says of jobs."""

from pathlib import Path

from core.database import Database, Tx
from core.findings import Deployment, Finding
from core.settings import Settings
from core.workspace import Workspace
from jobs import queue
from jobs.checks import checks
from jobs.tables import jobs
from tests.conversations.echo import house
from tests.jobs.works import NOTE


async def test_dead_letters_and_what_is_overdue_are_found(
    database: Database, tmp_path: Path
) -> None:
    workspace = Workspace(house(database, tmp_path).workspace.path)
    deployment = Deployment(Settings(data_dir=tmp_path), workspace, database)

    def found() -> list[Finding]:
        return [finding for check in checks for finding in check.look(deployment)]

    def spoil(tx: Tx) -> None:
        for key, values in (("1", {"state": "dead"}), ("2", {"due_at": 0.0})):
            queue.enqueue(tx, workspace.workspace_id, NOTE, key)
            tx.execute(jobs.update().where(jobs.c.key == key).values(**values))

    assert [finding.level for finding in found()] == ["well", "well"]
    database.write(spoil)
    dead, late = found()
    assert (dead.level, late.level) == ("RISK", "RISK")
    assert "note:1" in dead.what and "replay" in dead.do
    assert "note:2" in late.what and "note:1" not in late.what
