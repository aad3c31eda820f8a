"""The chat page: nothing foreign, nothing inline, and every text in both languages."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from channels.http import PAGE, router
from core.errors import NotFound
from core.settings import Settings
from core.workspace import Workspace
from decisions import deciding
from graph import planning

FILES = sorted(path for path in PAGE.iterdir() if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "workspace.yaml").write_text(
        "id: clinic\nname: Clínica Luz\nassistant: Clara\ndemo: true\n"
        "about: {pt-BR: Consultas perto de você., en: Appointments near you.}\n",
        "utf-8",
    )
    journeys = tmp_path / "journeys"
    journeys.mkdir()
    (journeys / "move.yaml").write_text(
        "journey: move\ntrigger: {examples: {pt-BR: [remarcar, mudar o dia], en: [move it], fr: [non]}}\n"
    )
    (journeys / "again.yaml").write_text("trigger: {examples: {pt-BR: [remarcar]}}\n")
    (journeys / "odd.yaml").write_text("- not\n- a journey\n")
    (journeys / "proactive.yaml").write_text("trigger: {event: visit_missed}\n")
    (journeys / "broken.yaml").write_text("trigger: {examples: [")
    app = FastAPI()
    app.state.workspace = Workspace(tmp_path)
    app.state.settings = Settings(attachment_mb=2, _env_file=None)  # pyright: ignore[reportCallIssue]
    app.include_router(router)
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_loads_anything_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.findall(
        r"""(?:src|href|url|import|from|fetch)\s*[=(]?\s*["']?(?:https?:)?//""", text
    )
    assert "@import" not in text


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_from_text(path: Path) -> None:
    banned = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b"
    )
    assert re.findall(banned, path.read_text("utf-8")) == []


def test_every_text_exists_in_both_languages_with_the_same_places_to_fill() -> None:
    texts = json.loads((PAGE / "texts.json").read_text("utf-8"))
    assert set(texts) == {"pt-BR", "en"}
    assert set(texts["en"]) == set(texts["pt-BR"])
    for key, words in texts["en"].items():
        assert words.strip() and texts["pt-BR"][key].strip()
        assert set(re.findall(r"\{\w+\}", words)) == set(
            re.findall(r"\{\w+\}", texts["pt-BR"][key])
        ), key


def test_every_text_that_page_and_scripts_name_exists() -> None:
    texts = json.loads((PAGE / "texts.json").read_text("utf-8"))["en"]
    page = (PAGE / "index.html").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in SCRIPTS)
    named = set(re.findall(r'data-(?:text|label|placeholder)="(\w+)"', page))
    named |= set(re.findall(r'\b(?:say|announce|showBanner)\("(\w+)"', code))
    named |= set(re.findall(r'"((?:state|presence)_\w+)"', code))
    assert len(named) > 30
    assert named <= set(texts)


def test_every_reason_that_a_plan_an_offer_or_the_review_gives_is_worded_in_both_languages() -> (
    None
):
    code = (PAGE / "reasons.js").read_text("utf-8")
    texts = json.loads((PAGE / "texts.json").read_text("utf-8"))
    keys = set(re.findall(r', "(\w+)"[,\]]', code))
    assert len(keys) > 30 and keys <= set(texts["en"])
    patterns = [re.compile(found) for found in re.findall(r"\[/(\^.+?\$)/,", code)]
    assert len(patterns) == len(keys)
    given = list(reasons())
    assert len(given) > 15
    unknown = [why for why in given if not any(known.match(why) for known in patterns)]
    assert unknown == [], "word them in `reasons.js` and, in both languages, in `texts.json`"


def reasons() -> Iterator[str]:
    """Give every plain sentence with which planning and the offers' rules give a reason."""
    for node in ast.walk(ast.parse(inspect.getsource(planning))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "step" and len(node.args) > 2:
            yield from worded(node.args[2])
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "why":
            yield from worded(node.value)
    for rule in deciding.RULES:
        for node in ast.walk(ast.parse(inspect.getsource(rule))):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from worded(node.value)


def worded(node: ast.expr) -> Iterator[str]:
    """Give the sentence that an expression is, if it is one without places to fill."""
    if isinstance(node, ast.IfExp):
        yield from worded(node.body)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_element_that_the_scripts_look_up_is_on_the_page() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    code = "".join(path.read_text("utf-8") for path in SCRIPTS)
    assert set(re.findall(r'\$\("([\w-]+)"\)', code)) <= set(re.findall(r'\bid="([\w-]+)"', page))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_imports_is_exported(path: Path) -> None:
    code = path.read_text("utf-8")
    for names, source in re.findall(r'import \{([^}]+)\} from "/webchat/([\w.]+)"', code):
        exported = re.findall(
            r"^export (?:async )?(?:function|class|const|let) ([\w$]+)",
            (PAGE / source).read_text("utf-8"),
            re.MULTILINE,
        )
        assert {name.strip() for name in names.split(",") if name.strip()} <= set(exported), source


def test_what_is_read_out_stands_on_the_page_before_it_speaks() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    regions = re.findall(r'<\w+[^>]*\b(?:role="(?:status|log)"|aria-live)[^>]*>', page)
    assert len(regions) == 4
    assert [tag for tag in regions if re.search(r"\shidden[\s>]", tag)] == []


def test_everything_one_can_press_has_a_name() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    for tag in re.findall(r"<button[^>]*>", page):
        filled_in = re.search(r'id="(?:change-who|language)"', tag)
        assert filled_in or "data-label=" in tag or "data-text=" in tag, tag


@pytest.mark.parametrize(
    "address", ["/", "/webchat/chat.js", "/webchat/chat.css", "/webchat/texts.json"]
)
def test_files_come_guarded_and_are_not_sent_twice(client: TestClient, address: str) -> None:
    first = client.get(address)
    assert first.status_code == 200
    assert first.headers["x-content-type-options"] == "nosniff"
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    again = client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_the_page_refers_to_is_served(client: TestClient) -> None:
    page = client.get("/").text
    code = "".join(path.read_text("utf-8") for path in SCRIPTS)
    for address in set(re.findall(r'"(/webchat/[\w.]+)"', page + code)):
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "name", ["../__init__.py", "..%2Fterminal.py", "index.html.bak", "%2Fetc%2Fpasswd"]
)
def test_only_the_pages_own_files_are_given(client: TestClient, name: str) -> None:
    try:
        status = client.get(f"/webchat/{name}").status_code
    except NotFound:
        status = 404
    assert status == 404


def test_the_config_says_whose_chat_it_is(client: TestClient) -> None:
    config = client.get("/webchat/config").json()
    assert config["company"] == "Clínica Luz"
    assert config["assistant"] == "Clara"
    assert config["about"]["en"] == "Appointments near you."
    assert config["languages"] == ["pt-BR", "en"]
    assert config["demo"] is True
    assert config["people_answer"] is True
    assert (config["files"]["max"], config["files"]["max_bytes"]) == (10, 2_000_000)
    assert "image/jpeg" in config["files"]["types"] and "image/svg+xml" not in str(config)


def test_suggestions_are_the_first_example_of_each_journey_and_broken_files_do_no_harm(
    client: TestClient,
) -> None:
    assert client.get("/webchat/config").json()["suggestions"] == {
        "pt-BR": ["remarcar"],
        "en": ["move it"],
    }


def test_a_changed_journey_changes_the_suggestions(client: TestClient) -> None:
    client.get("/webchat/config")
    journeys = client.app.state.workspace.path / "journeys"  # type: ignore[attr-defined]
    (journeys / "new.yaml").write_text("trigger: {examples: {en: [cancel my visit]}}\n")
    assert "cancel my visit" in client.get("/webchat/config").json()["suggestions"]["en"]
