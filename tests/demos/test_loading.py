"""The demo's past: what is in it, where it goes, and where it never goes."""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from conversations.approvals import listed
from conversations.handoffs import promises, queue
from conversations.http import router
from conversations.tables import attachments, conversations, messages
from core import audit
from core.access import issue_key
from core.clock import moment
from core.database import Database, Tx
from core.errors import WorkspaceError
from core.settings import Settings
from core.workspace import Workspace
from customers.cases import due_cases
from customers.tables import cases, customers
from demos import dump
from demos.dates import Days
from demos.loading import FILE, Loaded, load
from desk.http import router as desk

AURORA = Path(__file__).parents[2] / "examples" / "aurora"
W = "aurora"
DAY_S = 86_400


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(**{"data_dir": folder, "demo_life": True, **given})


def loaded(
    database: Database, folder: Path, workspace: Path = AURORA, **given: Any
) -> Loaded | None:
    return load(database, Workspace(workspace), settings(folder, **given))


def counted(tx: Tx, table: sa.Table, *columns: str) -> Counter[Any]:
    rows = tx.execute(sa.select(*(table.c[column] for column in columns))).all()
    return Counter(row[0] if len(columns) == 1 else tuple(row) for row in rows)


def company(tmp_path: Path, past: dump.Past | None = None, *, demo: bool = True) -> Path:
    """Give a small company, with a past of its own."""
    folder = tmp_path / "company"
    (folder / "data").mkdir(parents=True)
    told = f"id: aurora\nname: Small\ndemo: {str(demo).lower()}\n"
    (folder / "workspace.yaml").write_text(told)
    dump.write(folder / FILE, past or dump.read(AURORA / FILE))
    return folder


async def test_three_months_of_a_company_are_loaded_and_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    found = loaded(database, tmp_path)
    assert found is not None
    assert found.conversations >= 300
    assert found.days >= 88
    rows = database.read(counted, conversations, "conversation_id")
    assert loaded(database, tmp_path) is None
    assert database.read(counted, conversations, "conversation_id") == rows
    assert set(database.read(counted, conversations, "simulated")) == {True}
    assert set(database.read(counted, customers, "simulated")) == {True}
    assert database.read(audit.verify, W).broken_at is None
    states = database.read(counted, conversations, "state")
    outcomes = database.read(counted, conversations, "outcome")
    assert states["closed"] >= 250
    assert {"solved", "unsolved", "quiet"} <= outcomes.keys()
    assert set(database.read(counted, cases, "state")) == {"open", "closed"}
    assert {"webchat", "whatsapp", "email"} <= database.read(counted, messages, "channel").keys()
    kept = database.read(counted, attachments, "digest")
    assert kept
    assert all((tmp_path / "attachments" / W / name[:2] / name).is_file() for name in kept)


async def test_it_is_moved_to_the_day_on_which_it_is_loaded(
    database: Database, tmp_path: Path
) -> None:
    past = dump.read(AURORA / FILE)
    now = past.ended_at + 40 * DAY_S + 3600
    url = database.url.render_as_string(hide_password=False)
    later = Database(url, clock=lambda: datetime.fromtimestamp(now, UTC))
    loaded(later, tmp_path)
    found = {row.message_id: row for row in later.read(_rows, messages)}
    later.close()
    for row in past.rows["messages"]:
        then, at = found[row["message_id"]], row["created_at"]
        last_day = past.ended_at - at < DAY_S
        assert then.created_at == pytest.approx(at + 40 * DAY_S + 3600 * last_day)
        assert then.text == Days(moment(past.ended_at).date(), 40)(row["text"])
    assert sum(found[row["message_id"]].text != row["text"] for row in past.rows["messages"]) > 200


def _rows(tx: Tx, table: sa.Table) -> list[Any]:
    return list(tx.execute(sa.select(table)).all())


async def test_people_find_all_kinds_of_customers_waiting(
    database: Database, tmp_path: Path
) -> None:
    loaded(database, tmp_path)
    now = time.time()
    waiting = database.read(queue, W)
    assert len([row for row in waiting if row["state"] == "waiting"]) >= 12
    assert {row["state"] for row in waiting} == {"waiting", "taken"}
    waited = [now - row["created_at"] for row in waiting]
    assert min(waited) < 3600 < 5 * 3600 < max(waited) < 2 * DAY_S
    assert len(database.read(listed, W, "pending")) >= 2
    assert all(row["expires_at"] > now for row in database.read(listed, W, "pending"))
    assert database.read(due_cases, W, now=now)
    assert any(database.read(promises, W, row["customer_id"]) for row in waiting)


def test_every_simulated_conversation_is_shown_by_the_api(tmp_path: Path) -> None:
    from core.upgrade import upgrade

    database = Database(f"sqlite:///{tmp_path}/regente.sqlite")
    upgrade(database)
    loaded(database, tmp_path)
    app = FastAPI()
    app.include_router(router)
    app.include_router(desk)
    app.state.database, app.state.workspace_id = database, W
    app.state.workspace, app.state.settings = Workspace(AURORA), settings(tmp_path)
    key = database.write(issue_key, W, "test", scopes=("staff",), role="lead")
    with TestClient(app, headers={"X-API-Key": key}) as http:
        shown_ids, before = [], {}
        while page := http.get("/conversations", params={"simulated": True, **before}).json():
            assert {row["simulated"] for row in page["conversations"]} == {True}
            shown_ids += [row["conversation_id"] for row in page["conversations"]]
            if page["next_before"] is None:
                break
            before = {"before": page["next_before"]}
        assert set(shown_ids) == set(database.read(counted, conversations, "conversation_id"))
        assert http.get("/conversations?simulated=false").json()["conversations"] == []
        for conversation_id in shown_ids:
            path = f"/conversations/{conversation_id}"
            shown = http.get(path).json()
            assert shown["simulated"] is True
            said = http.get(f"{path}/messages").json()["messages"]
            assert said[0]["role"] == "customer"
            assert http.get(f"{path}/turns").json()["turns"]
        for route, name in (("/handoffs", "handoffs"), ("/approvals", "approvals")):
            assert {row["simulated"] for row in http.get(route).json()[name]} == {True}
    database.close()


class TestNothingIsLoaded:
    def test_where_somebody_has_written_already(self, database: Database, tmp_path: Path) -> None:
        row = {
            name: "x" if isinstance(column.type, sa.String) else 0
            for name, column in conversations.c.items()
        }
        real = row | {"workspace_id": W, "simulated": False}
        database.write(lambda tx: tx.execute(conversations.insert(), [real]))
        assert loaded(database, tmp_path) is None
        assert not list(tmp_path.glob("aurora-life.json"))

    def test_where_it_is_switched_off(self, database: Database, tmp_path: Path) -> None:
        assert loaded(database, tmp_path, demo_life=False) is None

    def test_where_the_company_is_no_demo(self, database: Database, tmp_path: Path) -> None:
        assert loaded(database, tmp_path, company(tmp_path, demo=False)) is None


class TestAPastOfAnotherVersion:
    def test_that_knows_what_is_gone_says_what_to_do(
        self, database: Database, tmp_path: Path
    ) -> None:
        past = dump.read(AURORA / FILE)
        older = [row | {"mood": "blue"} for row in past.rows["conversations"]]
        folder = company(tmp_path, replace(past, rows={**past.rows, "conversations": older}))
        with pytest.raises(WorkspaceError, match=r"'conversations' that are gone.*make life"):
            loaded(database, tmp_path, folder)
        assert not database.read(counted, conversations, "conversation_id")

    def test_that_lacks_what_is_new_is_loaded_with_that_empty(
        self, database: Database, tmp_path: Path
    ) -> None:
        past = dump.read(AURORA / FILE)
        older = [
            {name: value for name, value in row.items() if name not in ("outcome", "seen_seq")}
            for row in past.rows["conversations"]
        ]
        folder = company(tmp_path, replace(past, rows={**past.rows, "conversations": older}))
        assert loaded(database, tmp_path, folder)
        assert set(database.read(counted, conversations, "outcome", "seen_seq")) == {("", 0)}

    def test_that_is_no_such_file_is_refused(self, database: Database, tmp_path: Path) -> None:
        folder = company(tmp_path)
        (folder / FILE).write_bytes(b"no past")
        with pytest.raises(WorkspaceError, match="no past that can be read"):
            loaded(database, tmp_path, folder)
