"""Dialogues are read strictly, and their wordings are completed."""

from pathlib import Path
from typing import Any

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace, check
from evals.cases import Dialogue, cases, load


def dialogue(**given: Any) -> Dialogue:
    data = {
        "dialogue": "move",
        "about": "A visit is moved.",
        "steps": [{"customer": "ask"}, {"customer": "agree"}, {"staff": "approve"}],
        "said": {"agree": {"en": "yes", "pt-BR": "sim"}},
        "wordings": {"en": ["move it", {"ask": "another day", "agree": "sure"}], "pt-BR": ["muda"]},
    }
    return check(Path("evals/x.yaml"), Dialogue, data | given)


def test_a_bare_text_is_the_first_thing_said_and_the_rest_is_what_all_say() -> None:
    assert dialogue().spoken("en") == [
        {"agree": "yes", "ask": "move it"},
        {"agree": "sure", "ask": "another day"},
    ]
    assert dialogue().spoken("pt-BR") == [{"agree": "sim", "ask": "muda"}]


def test_a_wording_that_leaves_something_unsaid_is_refused() -> None:
    with pytest.raises(WorkspaceError, match=r"wording 1 of en does not say \['agree'\]"):
        dialogue(said={})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"steps": [{"customer": "ask", "staff": "approve"}]}, "one of them"),
        ({"steps": [{"expect": {}}]}, "one of them"),
        ({"steps": [{"customer": "ask", "days": 2}]}, "one of them"),
        ({"steps": [{"days": 2, "expect": {}}]}, "expect something of the next step"),
        ({"wordings": {"en": [{"ask": []}]}}, "ask"),
        ({"steps": [{"customer": "ask", "expect": {"all": ["("]}}]}, "no regular expression"),
        ({"steps": [{"customer": "ask", "expect": {"says": []}}]}, "says"),
        ({"policy": "most"}, "3 of 4"),
        ({"policy": "5 of 4"}, "3 of 4"),
        ({"wordings": {"en": []}}, "at least 1"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], why: str) -> None:
    with pytest.raises(WorkspaceError, match=why):
        dialogue(**given)


@pytest.mark.parametrize(
    ("policy", "ran", "least"),
    [("all", 4, 4), ("3 of 4", 4, 3), ("3 of 4", 1, 1), ("1 of 2", 4, 2), ("2 of 3", 4, 3)],
)
def test_a_policy_says_how_many_wordings_must_pass(policy: str, ran: int, least: int) -> None:
    assert dialogue(policy=policy).least(ran) == least


def test_cases_are_chosen_by_name_and_by_language() -> None:
    names = [case.name for case in cases([dialogue()])]
    assert names == ["move/en/1", "move/en/2", "move/pt-BR/1"]
    assert [case.name for case in cases([dialogue()], language="pt-BR")] == ["move/pt-BR/1"]
    assert [case.name for case in cases([dialogue()], only="en/2")] == ["move/en/2"]


def test_a_workspace_may_not_have_a_dialogue_twice(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("id: acme\nname: Acme\n")
    (tmp_path / "evals").mkdir()
    text = "dialogue: hi\nabout: Hello.\nsteps: [{customer: ask}]\nwordings: {en: [hi]}\n"
    (tmp_path / "evals" / "one.yaml").write_text(text)
    assert [found.dialogue for found in load(Workspace(tmp_path))] == ["hi"]
    (tmp_path / "evals" / "two.yaml").write_text(text)
    with pytest.raises(WorkspaceError, match="twice"):
        load(Workspace(tmp_path))
