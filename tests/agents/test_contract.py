"""What every specialist promises, the product's own and a workspace's, whichever it is."""

import inspect
import re
from pathlib import Path

import pytest

import agents
from agents import Specialist
from agents.written import load_written
from core.discover import offered
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
OWN = offered(agents, "agent", Specialist)
WORKSPACES = [
    path.parent
    for pattern in ("examples/*/workspace.yaml", "tests/workspaces/*/workspace.yaml")
    for path in sorted(ROOT.glob(pattern))
]


def _everyone() -> dict[str, tuple[str, Specialist, Workspace | None]]:
    everyone: dict[str, tuple[str, Specialist, Workspace | None]] = {
        name: (name, member, None) for name, member in OWN.items()
    }
    for path in WORKSPACES:
        workspace = Workspace(path)
        members, _ = load_written(workspace)
        everyone |= {
            f"{path.name}-{name}": (name, member, workspace) for name, member in members.items()
        }
    return everyone


EVERY = _everyone()


def test_the_team_is_there() -> None:
    assert OWN.keys() >= {
        "care",
        "engagement",
        "intent",
        "knowledge",
        "recommendation",
        "sentiment",
        "transactions",
    }
    assert {name for name, member in OWN.items() if member.perceives} == {"intent", "sentiment"}


@pytest.mark.parametrize("folder", WORKSPACES, ids=lambda path: path.name)
def test_a_workspace_has_no_specialist_that_cannot_be_read(folder: Path) -> None:
    members, problems = load_written(Workspace(folder))
    assert not problems
    written = {path.stem for path in (folder / "agents").glob("*.md")}
    assert members.keys() == written
    assert not members.keys() & OWN.keys()


@pytest.mark.parametrize(("name", "member", "workspace"), EVERY.values(), ids=list(EVERY))
class TestEverySpecialist:
    def test_can_be_a_node_of_the_graph(
        self, name: str, member: Specialist, workspace: Workspace | None
    ) -> None:
        nodes = {"perceive", "supervisor", "decide", "compose", "review", "handoff"}
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", name)
        assert name not in nodes

    def test_says_in_a_sentence_what_it_is_for(
        self, name: str, member: Specialist, workspace: Workspace | None
    ) -> None:
        assert re.fullmatch(r"[^\n]{15,300}[.!]", member.purpose.strip())

    def test_answers_a_brief_with_a_kit_and_waits_for_nobody(
        self, name: str, member: Specialist, workspace: Workspace | None
    ) -> None:
        respond = member.respond
        function = respond if inspect.isroutine(respond) else getattr(respond, "func", respond)
        called = function if inspect.isroutine(function) else type(function).__call__
        assert inspect.iscoroutinefunction(called)
        inspect.signature(respond).bind("brief", "kit")

    def test_gives_examples_in_every_language_for_what_it_answers(
        self, name: str, member: Specialist, workspace: Workspace | None
    ) -> None:
        languages = set(workspace.profile.languages) if workspace else {"pt-BR", "en"}
        for intent, examples in member.intents.items():
            assert re.fullmatch(r"[a-z][a-z0-9_]*", intent)
            assert languages <= examples.keys(), intent
            for language in languages:
                said = examples[language]
                assert len(set(said)) == len(said) >= 1, f"{intent} in {language}"
                assert all(text == text.strip() != "" for text in said)

    def test_that_perceives_answers_no_intent(
        self, name: str, member: Specialist, workspace: Workspace | None
    ) -> None:
        assert not (member.perceives and member.intents)


def test_no_intent_has_two_owners() -> None:
    for workspace in WORKSPACES:
        owners: dict[str, str] = {}
        for key, (name, member, home) in EVERY.items():
            if home is None or home.path == workspace:
                for intent in member.intents:
                    assert owners.setdefault(intent, name) == name, (key, intent)
