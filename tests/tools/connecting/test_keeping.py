"""What was accepted is what is used: a wrong file stops the start, and a changed document is only told."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
import yaml

from core.audit import audit
from core.database import Database
from core.errors import WorkspaceError
from core.findings import Deployment
from core.settings import Settings
from core.workspace import Workspace
from tests.tools.connecting.office import Answering, Asked, Office, always, by_route, office
from tools.checks import checks
from tools.loading import load

Run = Callable[..., int]

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.0",
    "paths": {
        "/services": {"get": {"operationId": "list_services", "summary": "What we do"}},
        "/visits": {"post": {"operationId": "book_visit", "requestBody": {"required": True, "content": {
            "application/json": {"schema": {"type": "object", "required": ["day"], "properties": {
                "day": {"type": "string", "format": "date"}}}}}}}},
    },
}  # fmt: skip


@contextmanager
def garage(run: Run) -> Iterator[tuple[Office, dict[str, Any]]]:
    """Connect to a back office whose document may be changed."""
    document = deepcopy(DOCUMENT)
    routes = {"GET /openapi.json": document, "GET /services": [{"name": "Wash", "price": 10.5}]}
    with office(by_route(routes)) as running:
        assert run("add", "garage", f"{running.url}/openapi.json") == 0
        yield running, document


def change(workspace: Workspace, mend: Callable[[dict[str, Any]], None]) -> None:
    path = workspace.path / "connectors.yaml"
    listed = yaml.safe_load(path.read_text("utf-8"))
    mend(listed["garage"])
    path.write_text(yaml.safe_dump(listed), "utf-8")


def unknown_field(garage: dict[str, Any]) -> None:
    garage["timeout"] = 3


def unknown_operation(garage: dict[str, Any]) -> None:
    garage["operations"]["wash"] = {"effect": "read", "enabled": True}


def unknown_argument(garage: dict[str, Any]) -> None:
    garage["operations"]["book_visit"]["arguments"]["dai"] = {"value": 1}


def choice_from_nowhere(garage: dict[str, Any]) -> None:
    choose = {"operation": "book_visit", "value": "id"}
    garage["operations"]["book_visit"]["arguments"]["day"] = {"choose": choose}


def no_address(garage: dict[str, Any]) -> None:
    garage["url"] = "garage.example"


def limit_of_a_read(garage: dict[str, Any]) -> None:
    garage["operations"]["list_services"]["approval"] = {"approval": "always"}


WRONG = {
    unknown_field: ("garage: timeout", "Extra inputs"),
    unknown_operation: ("garage.operations.wash", "it has book_visit, list_services"),
    unknown_argument: ("garage.operations.book_visit", "no argument 'dai'; it has day"),
    choice_from_nowhere: ("book_visit.arguments.day.choose", "writes"),
    no_address: ("garage: url", "https://"),
    limit_of_a_read: ("garage: operations.list_services", "moves nothing"),
}


@pytest.mark.parametrize(("mend", "says"), WRONG.items(), ids=[one.__name__ for one in WRONG])
def test_a_wrong_file_stops_the_start_and_says_where(
    mend: Callable[[dict[str, Any]], None], says: tuple[str, ...], workspace: Workspace, run: Run
) -> None:
    with garage(run):
        change(workspace, mend)
    with pytest.raises(WorkspaceError) as error:
        load(workspace)
    for part in ("connectors.yaml", *says):
        assert part in str(error.value)
    tools, problems = load(workspace, strict=False)
    assert (tools, len(problems)) == ({}, 1)


def altered(text: str) -> str:
    return text.replace("What we do", "What we did")


def broken(text: str) -> str:
    return text[:-9]


def gone(text: str) -> str:
    return ""


def the_same_to_a_machine(text: str) -> str:
    return f"{text}\n"


@pytest.mark.parametrize("lose", [altered, broken, the_same_to_a_machine, gone])
def test_a_document_that_nobody_accepted_stops_the_start(
    lose: Callable[[str], str], workspace: Workspace, run: Run
) -> None:
    with garage(run):
        path = workspace.path / "connectors" / "garage.json"
        before = workspace.version()
        if left := lose(path.read_text()):
            path.write_text(left)
        else:
            path.unlink()
        assert workspace.version() != before
        wrong = "not the document that was accepted" if left else "missing"
        with pytest.raises(WorkspaceError, match=f"{wrong} .*refresh garage --accept"):
            load(workspace)
        assert run("refresh", "garage") == 2
        assert run("refresh", "garage", "--accept") == 0
    assert load(workspace)[0] == {}, "what nobody can compare is off until a person has seen it"


def test_what_was_never_accepted_does_not_come_in_by_the_file(
    workspace: Workspace, run: Run
) -> None:
    with garage(run) as (_, document):
        document["paths"]["/services"]["get"]["parameters"] = [{"name": "of", "in": "query"}]
        path = workspace.path / "connectors" / "garage.json"
        path.write_text(json.dumps(document))
        assert run("refresh", "garage", "--accept") == 0
    assert load(workspace)[0] == {}


@pytest.mark.parametrize("asks", [False, True], ids=["open", "asks for a key"])
def test_the_key_goes_only_to_where_operations_are_called(
    asks: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARAGE_KEY", "sesame")
    document = deepcopy(DOCUMENT)

    def shown(asked: Asked) -> Answering:
        keyed = "sesame" in str(asked.headers)
        return Answering(document) if keyed or not asks else Answering(status=401)

    with office(shown) as here, office(always(document)) as elsewhere:
        document["servers"] = [{"url": here.url}]
        at_home = ("add", "garage", f"{here.url}/openapi.json", "--key-env", "GARAGE_KEY")
        assert run(*at_home) == 0
        assert "sesame" in str(here.asked[-1].headers), "its document as who has the key sees it"
        away = ("add", "other", f"{elsewhere.url}/openapi.json", "--key-env", "GARAGE_KEY")
        assert run(*away) == 0
        assert run("refresh", "other") == 0
        assert "sesame" not in str(elsewhere.asked)


def test_what_has_changed_is_told_and_taken_only_when_it_is_accepted(
    workspace: Workspace, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with garage(run) as (_, document):
        assert run("enable", "garage", "book_visit") == 0
        assert run("refresh", "garage") == 0
        document["paths"]["/visits"]["post"]["requestBody"]["content"]["application/json"]["schema"][
            "properties"]["note"] = {"type": "string"}  # fmt: skip
        document["paths"]["/staff"] = {"delete": {"operationId": "dismiss_staff"}}
        del document["paths"]["/services"]
        assert run("refresh", "garage") == 2
        told = capsys.readouterr().out
        for part in (
            "changed: book_visit",
            "added: dismiss_staff",
            "removed: list_services",
            "nothing of it was taken",
        ):
            assert part in told
        assert {*load(workspace)[0]} == {"garage_list_services", "garage_book_visit"}
        assert run("refresh", "garage", "--accept") == 0
    assert load(workspace)[0] == {}, "what is new or has changed is off"


def test_a_person_switches_operations_on_and_off_and_that_is_written_down(
    workspace: Workspace, run: Run
) -> None:
    with garage(run):
        assert {*load(workspace)[0]} == {"garage_list_services"}
        assert run("enable", "garage", "book_visit") == 0
        assert {*load(workspace)[0]} == {"garage_list_services", "garage_book_visit"}
        assert run("disable", "garage", "--all") == 0
        assert load(workspace)[0] == {}
        assert run("enable", "garage", "wash") == 1
    database = Database(Settings().database)
    rows = database.read(lambda tx: tx.execute(audit.select().order_by(audit.c.sequence)).all())
    database.close()
    assert [(row.action, row.subject) for row in rows][:2] == [
        ("connector.added", "garage"), ("connector.enabled", "garage_book_visit"),
    ]  # fmt: skip


def test_a_read_is_tried_and_a_write_is_not(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with garage(run) as (running, _):
        assert run("try", "garage", "list_services", "--language", "pt-BR", "--data") == 0
        assert "Encontrei: nome: Wash; preço: 10,50." in capsys.readouterr().out
        assert run("try", "garage", "book_visit", "day=2026-03-03") == 1
        assert "changes something" in capsys.readouterr().err
        assert {one.method for one in running.asked} == {"GET"}


def test_wrong_words_say_what_to_do(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with garage(run) as (running, document):
        url = f"{running.url}/openapi.json"
        assert run("add", "garage", url) == 1
        assert "`refresh` it" in capsys.readouterr().err
        assert run("add", "other", url, "--key-env", "NO_SUCH_KEY") == 1
        assert "'NO_SUCH_KEY' is not set" in capsys.readouterr().err
        assert run("add", "other", f"{running.url}/nowhere") == 1
        assert "404" in capsys.readouterr().err
        assert run("add", "other", url.replace("//", "//user:secret@")) == 1
        assert "name a variable" in capsys.readouterr().err
        document["servers"] = [{"url": running.url.replace("//", "//user:secret@")}]
        assert run("add", "other", url) == 1
        assert "name a variable" in capsys.readouterr().err
        del document["servers"]
        assert run("add", "other", "garage.example") == 1
        assert "should begin with https://" in capsys.readouterr().err
        assert run("add", "Other one", url) == 1
        assert "lower-case" in capsys.readouterr().err
    assert run("add", "other", url) == 1
    assert "cannot be reached" in capsys.readouterr().err


def test_the_file_is_made_to_be_read_and_bettered(workspace: Workspace, run: Run) -> None:
    with garage(run):
        text = (workspace.path / "connectors.yaml").read_text("utf-8")
        assert text.startswith("# Back offices")
        assert "quanto custa um serviço?" not in json.dumps(DOCUMENT)
        change(workspace, lambda one: one["operations"]["list_services"].update(
            purpose={"pt-BR": "ver o que fazemos", "en": "see what we do"}))  # fmt: skip
        assert run("enable", "garage", "book_visit") == 0
    assert load(workspace)[0]["garage_list_services"].purpose["en"] == "see what we do"


def test_what_is_on_is_chosen_from_what_is_on(
    workspace: Workspace, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with garage(run):
        choose = {"operation": "list_services", "value": "name"}
        change(workspace, lambda one: one["operations"]["book_visit"]["arguments"].update(
            day={"choose": choose}))  # fmt: skip
        assert run("enable", "garage", "book_visit") == 0
        assert run("disable", "garage", "list_services") == 1
        assert "'list_services' is off; switch it on as well" in capsys.readouterr().err
        assert {*load(workspace)[0]} == {"garage_list_services", "garage_book_visit"}


def test_the_doctor_says_how_each_back_office_is(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[tuple[str, str]]:
        database = Database(Settings().database)
        deployment = Deployment(Settings(), workspace, database)
        told = [(one.level, one.what) for check in checks for one in check.look(deployment)]
        database.close()
        return told

    assert found() == []
    with garage(run) as (_, document):
        assert found() == [("well", "garage is as it was accepted; 1 operations are on.")]
        document["paths"]["/staff"] = {"get": {"operationId": "list_staff"}}
        assert found()[0][0] == "RISK"
        change(workspace, lambda one: one.update(key_env="GARAGE_KEY"))
        assert found() == [("BROKEN", "garage needs a key, and GARAGE_KEY is not set.")]
        monkeypatch.setenv("GARAGE_KEY", "k")
    assert "cannot be reached" in found()[0][1]
