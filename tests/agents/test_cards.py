"""Cards, phrases and the team they make."""

import shutil
from pathlib import Path

import pytest

from agents.cards import filled, read_card
from agents.catalog import team
from agents.phrases import Phrases
from core.errors import WorkspaceError
from core.workspace import LANGUAGES, Workspace, read_yaml
from journeys import loading as journeys_loading
from tools import loading as tools_loading

ROOT = Path(__file__).parents[2]
CLUB = ROOT / "tests" / "workspaces" / "clube"


def card(folder: Path, text: str) -> Path:
    path = folder / "poems.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_card_is_front_matter_and_a_prompt(tmp_path: Path) -> None:
    read = read_card(card(tmp_path, "---\npurpose: Finds poems.\n---\nFind poems."))
    assert (read.purpose, read.prompt) == ("Finds poems.", "Find poems.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no front matter", "front matter"),
        ("---\npurpose: [\n---\n", "not YAML"),
        ("---\n- a\n---\n", "name: value"),
        ("---\nintents: {}\n---\n", "purpose"),
        ("---\npurpose: x\ntool: y\n---\n", "tool"),
    ],
)
def test_a_wrong_card_is_named_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(WorkspaceError, match=says) as error:
        read_card(card(tmp_path, text))
    assert "poems.md" in str(error.value)


def test_a_prompt_names_the_place_it_cannot_fill() -> None:
    assert filled("Be $tone, charge $$5", "x.md", tone="kind") == "Be kind, charge $5"
    with pytest.raises(WorkspaceError, match=r"x\.md.*tune"):
        filled("Be $tune", "x.md", tone="kind")


FOR_MODELS = "forms"
"""Models are told in English what customers are told in theirs."""

PHRASES = [path for path in sorted((ROOT / "agents").glob("*.yaml")) if path.stem != FOR_MODELS]


@pytest.mark.parametrize("path", PHRASES, ids=lambda path: path.stem)
def test_every_phrase_is_said_in_every_language(path: Path) -> None:
    for key, texts in read_yaml(path).items():
        assert set(texts) == set(LANGUAGES), f"{path.name}: {key}"
        assert all(texts.values()), f"{path.name}: {key}"


def test_a_phrase_falls_back_to_a_language_it_has(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("hello: {pt-BR: 'Oi, $name'}")
    assert Phrases(path)("hello", "en", name="Ana") == "Oi, Ana"


def test_two_owners_of_one_intent_are_refused(tmp_path: Path) -> None:
    shutil.copytree(CLUB, tmp_path / "club")
    workspace = Workspace(tmp_path / "club")
    (workspace.path / "agents" / "rude.md").write_text(
        "---\npurpose: x\nintents:\n  complaint:\n    en: [bad]\n---\nx"
    )
    tools, _ = tools_loading.load(workspace)
    journeys, _ = journeys_loading.load(workspace, tools)
    with pytest.raises(WorkspaceError, match="complaint"):
        team(workspace, tools, journeys)
