"""The doctor: what is wrong is found, with what to do, and what is well is not complained of."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conversations.tables import approvals, conversations, effects, handoffs, outbox, turns
from core import checks, durability
from core.access import first_key
from core.database import Database, Tx
from core.doctor import examine
from core.events import emit, events
from core.findings import Deployment, Finding
from core.processes import processes, register
from core.settings import Settings
from core.upgrade import OPTIONS, upgrade
from core.workspace import Workspace
from knowledge import dense
from models import Spent, spending, standing
from models.checks import checks as models_checks
from models.scripted import ScriptedServer
from models.spending import Limits
from models.tables import servers
from tests.conversations.echo import W, house

ROOT = Path(__file__).parents[2]


def deployment(database: Database, folder: Path, **given: Any) -> Deployment:
    """Give a deployment of a small house."""
    home = house(database, folder)
    url = database.url.render_as_string(hide_password=False)
    given = {"data_dir": folder, "workspace": home.workspace.path, "database_url": url, **given}
    settings = Settings(_env_file=None, **{"embedder": "lexical", **given})  # pyright: ignore
    return Deployment(settings, Workspace(settings.workspace), database)


def found(place: Deployment, about: str) -> list[Finding]:
    return [finding for name, finding in examine(place) if name == about]


def wrong(place: Deployment) -> list[tuple[str, str]]:
    """Give what is wrong, but for what the tests' own PostgreSQL has switched off to be fast."""
    return [
        (about, finding.what)
        for about, finding in examine(place)
        if finding.level in ("BROKEN", "RISK") and about != "durability"
    ]


@pytest.fixture
def place(empty_database: Database, tmp_path: Path) -> Deployment:
    """A deployment whose server has been started once."""
    upgrade(empty_database)
    return deployment(empty_database, tmp_path)


def test_a_deployment_that_is_well_gets_no_complaint(place: Deployment) -> None:
    assert wrong(place) == []
    assert {finding.level for _, finding in examine(place)} == {"well", "note"} or (
        place.database.dialect == "postgresql"
    )


def test_each_finding_that_is_not_well_says_what_to_do(place: Deployment) -> None:
    for _, finding in examine(place):
        assert (finding.level == "well") == (finding.do == "")


def late(tx: Tx, table: sa.Table, **values: Any) -> None:
    """Insert a row, all of it empty but for what is given."""
    row: dict[str, Any] = {"workspace_id": W}
    for column in table.c:
        if column.name not in row and not column.nullable:
            kind = column.type.python_type if not isinstance(column.type, sa.JSON) else dict
            row[column.name] = kind()
    tx.execute(table.insert().values(**(row | values)))


def silent(tx: Tx) -> None:
    register(tx, W, "1")
    tx.execute(processes.update().values(seen_at=processes.c.seen_at - 60))


def two(tx: Tx) -> None:
    register(tx, W, "1")
    register(tx, W, "1")


def given_up(tx: Tx) -> None:
    emit(tx, workspace_id=W, kind="k", subject={})
    tx.execute(events.update().values(failed_at=1.0, failure="why"))


def row(table: sa.Table, **values: Any) -> Callable[[Tx], None]:
    return lambda tx: late(tx, table, **values)


SICK: dict[str, tuple[Callable[[Tx], Any], str, str]] = {
    "silent process": (silent, "processes", r"has been silent for 6\d s"),
    "two on one folder": (two, "processes", "2 processes serve with Chroma or SQLite"),
    "printed key": (lambda tx: first_key(tx, W), "keys", "The key of the first start"),
    "event given up": (given_up, "events", "1 events were given up"),
    "customer waits": (
        row(conversations, conversation_id="c", state="open", owner="ai", ready_at=1.0, attempts=2),
        "waiting",
        r"1 customers wait for an answer.*1 turns were tried more than once \(c\)",
    ),
    "dead letter": (
        row(outbox, delivery_id="d", key="k", state="dead"),
        "undelivered",
        "1 messages did not reach their customers",
    ),
    "message that waits": (
        row(outbox, delivery_id="d", key="k", state="waiting", due_at=1.0, created_at=1.0),
        "undelivered",
        "1 messages have waited for more than 10 minutes",
    ),
}


@pytest.mark.parametrize(("harm", "about", "says"), SICK.values(), ids=SICK)
def test_finds(place: Deployment, harm: Callable[[Tx], Any], about: str, says: str) -> None:
    place.database.write(harm)
    (complaint,) = wrong(place)
    assert complaint[0] == about
    assert re.search(says, complaint[1])


def test_finds_what_people_must_settle(place: Deployment) -> None:
    def harm(tx: Tx) -> None:
        now = checks.time.time()
        late(tx, turns, turn_id="t", conversation_id="c1", status="dead", finished_at=now - 60)
        for state, number in (("lost", 1), ("decided", 2)):
            late(
                tx, approvals, approval_id=f"a{number}", state=state,
                finished_at=now - 60, due_at=now - 3600,
            )  # fmt: skip
        late(tx, effects, proposal_id="p", state="unknown", started_at=now - 3600)
        late(tx, handoffs, handoff_id="h", state="waiting", created_at=now - 7200)

    place.database.write(harm)
    said = " ".join(what for _, what in wrong(place))
    for expected in ("1 turns of the last day failed", "(c1)", "1 approvals of the last day", "(a1)",
                     "1 writes were begun", "(p)", "1 decided approvals", "(a2)"):  # fmt: skip
        assert expected in said
    (note,) = [finding for finding in found(place, "unsettled") if finding.level == "note"]
    assert "waited for a person" in note.what


class TestDatabase:
    def test_that_is_away_is_the_one_thing_that_is_said_of_it(self, tmp_path: Path) -> None:
        with closing(Database("postgresql://127.0.0.1:1/none")) as away:
            place = deployment(away, tmp_path)
            (complaint,) = wrong(place)
            assert complaint[0] == "database"
            assert not found(place, "waiting")

    def test_of_a_newer_version_or_changed_by_hand_is_found(self, place: Deployment) -> None:
        place.database.write(
            lambda tx: tx.exec_driver_sql("ALTER TABLE events ADD COLUMN more INT")
        )
        assert "by hand" in wrong(place)[0][1]
        newer = sa.text(f"UPDATE {OPTIONS['version_table']} SET version_num = '9999'")
        place.database.write(lambda tx: tx.execute(newer))
        (complaint,) = wrong(place)
        assert "newer Regente" in complaint[1]

    def test_without_tables_is_one_that_was_not_started_yet(
        self, empty_database: Database, tmp_path: Path
    ) -> None:
        place = deployment(empty_database, tmp_path)
        assert wrong(place) == []
        assert any("first start" in finding.do for finding in found(place, "database"))

    def test_that_forgets_at_a_power_cut_is_found(self, place: Deployment) -> None:
        said = [finding.what for finding in found(place, "durability")]
        if place.database.dialect == "sqlite":
            assert said[0].startswith("What is acknowledged is on disk")
        else:  # as the tests' own server is
            assert {what.split()[0] for what in said} == {
                "fsync", "synchronous_commit", "full_page_writes"
            }  # fmt: skip

    def test_on_another_machines_disk_is_found(
        self, place: Deployment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(durability, "_kind_of_files", lambda _: "nfs4")
        said = any("another machine" in finding.what for finding in found(place, "durability"))
        assert said == (place.database.dialect == "sqlite")


def test_a_clock_that_is_wrong_is_found(place: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    real = checks.database_now
    monkeypatch.setattr(checks, "database_now", lambda tx: real(tx) - 30)
    (complaint,) = wrong(place)
    assert complaint[0] == "clock"
    assert "differ by 30.0 s" in complaint[1] or "differ by 29.9 s" in complaint[1]


def test_a_disk_that_is_nearly_full_is_found(
    place: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = type("Usage", (), {"free": 50_000_000})
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: free)
    ((about, what),) = wrong(place)
    assert (about, what.split(" MB")[0]) == ("disk", "50")


@pytest.mark.parametrize(
    ("given", "proxy", "says"),
    [
        ({"host": "0.0.0.0"}, "", "without TLS, and no proxy is named"),
        ({"host": "0.0.0.0"}, "*", "whoever reaches the port"),
        ({"host": "0.0.0.0"}, "10.0.0.7", ""),
        ({"openai_base_url": "http://models.example.com/v1"}, "", "without TLS: words"),
        ({"openai_base_url": "http://models:8080/v1"}, "", ""),
        ({"chroma_url": "http://192.0.2.1:8000"}, "", "REGENTE_CHROMA_URL goes to"),
    ],
)
def test_open_doors_are_found(
    place: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any], proxy: str, says: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", proxy)
    here = deployment(place.database, tmp_path, **given)
    looks = [check.look for check in checks.checks if check.about in ("doors", "links")]
    risks = [finding for look in looks for finding in look(here) if finding.level == "RISK"]
    said = " ".join(finding.what for finding in risks)
    assert says in said
    assert bool(says) == bool(said)


def test_a_secret_that_can_be_guessed_or_is_missing_is_found(
    place: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "acme" / "workspace.yaml"
    file.write_text(f"{file.read_text()}token_secret_env: SHOP_SECRET\n")
    here = Deployment(place.settings, Workspace(tmp_path / "acme"), place.database)
    monkeypatch.delenv("SHOP_SECRET", raising=False)
    assert "SHOP_SECRET, which signs customers' tokens, is empty" in wrong(here)[0][1]
    monkeypatch.setenv("SHOP_SECRET", "secret")
    assert "SHOP_SECRET has 6 bytes" in wrong(here)[0][1]
    monkeypatch.setenv("SHOP_SECRET", "s" * 32)
    assert wrong(here) == []


class TestModel:
    def test_that_answers_is_well_and_one_that_is_away_is_found(
        self, place: Deployment, tmp_path: Path
    ) -> None:
        server = ScriptedServer()
        server.start()
        prices = {"price_per_million_input": 1, "price_per_million_output": 1}
        here = deployment(
            place.database, tmp_path, model="scripted", openai_base_url=server.url, **prices
        )
        listed, able = found(here, "model")
        server.stop()
        assert {listed.level, able.level} == {"well"}
        assert "streams, calls tools, function_calling, json_schema, json_mode" in able.what
        assert re.search(r"5 calls, \d+ tokens read, \d+ written, 0\.000\d USD", able.what)
        (gone,) = found(here, "model")
        assert (gone.level, "did not answer" in gone.what) == ("BROKEN", True)
        assert "REGENTE_OPENAI_BASE_URL" in gone.do

    def test_that_cannot_do_what_its_role_needs_is_found_with_what_it_can(
        self, place: Deployment, tmp_path: Path
    ) -> None:
        server = ScriptedServer()
        server.script.refuses = ("tools", "stream")
        server.start()
        roles = {"route": {"model": "scripted"}, "write": {"model": "embedded"}}
        given = {"model": "m", "openai_base_url": server.url, "roles": roles}
        findings = found(deployment(place.database, tmp_path, **given), "model")
        server.stop()
        said = {finding.what: finding.do for finding in findings if finding.level == "RISK"}
        (form,) = [what for what in said if "scripted (route) fills no form by function_c" in what]
        assert said[form].endswith("to json_schema.")
        for expected in (
            "does not list 'm'",
            "m (answer, judge) does not stream",
            "calls no tools",
        ):
            assert any(expected in what for what in said)
        assert len(said) == 4

    def test_with_a_wrong_key_is_asked_no_more_than_once(
        self, place: Deployment, tmp_path: Path
    ) -> None:
        server = ScriptedServer()
        server.start()
        server.fail("401", times=None)
        here = deployment(place.database, tmp_path, model="scripted", openai_base_url=server.url)
        broken = [finding for finding in found(here, "model") if finding.level == "BROKEN"]
        server.stop()
        assert len(broken) == 1 and "Check REGENTE_OPENAI_API_KEY" in broken[0].what
        assert len(server.requests) == 2, "streamed, and whole"

    def test_that_is_switched_off_is_asked_nothing(self, place: Deployment, tmp_path: Path) -> None:
        server = ScriptedServer()
        server.start()
        place.database.write(standing.turn, W, stopped=True, by="command")
        here = deployment(place.database, tmp_path, model="scripted", openai_base_url=server.url)
        said = [finding.what for finding in found(here, "model")]
        server.stop()
        assert "was asked nothing: models are switched off" in said[-1]
        assert server.requests == []

    def test_of_vectors_that_gives_others_than_the_articles_have_is_found(
        self, place: Deployment, tmp_path: Path
    ) -> None:
        server = ScriptedServer()
        server.start()
        client = dense.connect(tmp_path / "chroma")
        given = {"embedder": "openai", "openai_base_url": server.url, "embedding_model": "e"}
        here = deployment(place.database, tmp_path, **given)
        client.create_collection(dense.name_of(W, "en", "customer", "openai:e:64", "v1"))
        (well,) = found(here, "vectors")
        client.delete_collection(dense.name_of(W, "en", "customer", "openai:e:64", "v1"))
        client.create_collection(dense.name_of(W, "en", "customer", "openai:e:128", "v1"))
        (other,) = found(here, "vectors")
        server.stop()
        assert (well.level, other.level) == ("well", "note")
        assert "not of openai:e:64" in other.what and "openai.e.128" in other.what


def test_what_stops_models_and_what_they_may_cost_is_found(
    place: Deployment, tmp_path: Path
) -> None:
    def said(**given: Any) -> str:
        here = deployment(
            place.database, tmp_path, model="m", openai_base_url="http://127.0.0.1:1/v1", **given
        )
        (look,) = [check.look for check in models_checks if check.about == "spending"]
        return " ".join(finding.what for finding in look(here) if finding.level == "RISK")

    priced = {"price_per_million_input": 1, "price_per_million_output": 1}
    assert said(**priced) == ""
    assert "no price is set for route, answer, write, judge" in said(spend_limit_usd=5)
    today = datetime.now(place.workspace.zone).date().isoformat()
    spent = Spent("care", "write", "m", 1, 1, 1, 3.0)
    place.database.write(spending.add, W, today, [spent], Limits())
    assert "warned from 2 on" in said(spend_warn_usd=2, spend_limit_usd=5, **priced)
    assert "the limit of 3 is reached" in said(spend_limit_usd=3, **priced)
    place.database.write(standing.turn, W, stopped=True, by="command", reason="odd")
    assert "switched off (odd)" in said(**priced)
    place.database.write(
        late, servers, server="http://h/v1", failed=3, open_until=2e9, reason="It hung."
    )
    assert "http://h/v1 is left alone: It hung." in said(**priced)


def test_chroma_that_is_away_is_found(place: Deployment, tmp_path: Path) -> None:
    here = deployment(place.database, tmp_path, chroma_url="http://127.0.0.1:1")
    assert wrong(here) == [
        ("chroma", "Chroma does not answer at http://127.0.0.1:1 (Unavailable).")
    ]


def run(folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "core.doctor"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={
            "PATH": os.environ["PATH"], "REGENTE_DATA_DIR": str(folder), "REGENTE_EMBEDDER": "lexical",
            "REGENTE_WORKSPACE": "tests/workspaces/clube", **more,
        },
    )  # fmt: skip


def test_the_command_ends_with_1_only_when_something_is_wrong(tmp_path: Path) -> None:
    well = run(tmp_path)
    assert (well.returncode, well.stdout.splitlines()[-1][:13]) == (0, "Nothing wrong")
    ill = run(tmp_path, REGENTE_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert ill.returncode == 1
    assert ill.stdout.startswith("BROKEN  database")
    assert "\n                     -> Start the database" in ill.stdout
    unread = run(tmp_path, REGENTE_PORT="no")
    assert (unread.returncode, unread.stderr) == (1, "")
    assert unread.stdout.startswith("BROKEN  settings     REGENTE_PORT: ")
