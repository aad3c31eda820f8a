"""A file that is added to a running server plays within seconds; a broken one takes nothing down."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.database import Database
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from graph.versions import Versions
from knowledge.retrieval import open_knowledge
from models.loading import load

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"
AGENT = """---
purpose: Plans reading evenings.
intents:
  evening:
    pt-BR: ["quero marcar um sarau", "quando é o próximo sarau?"]
    en: ["when is the next reading evening?", "I want to join a reading evening"]
---
Plan reading evenings.
"""
TOOL = '''"""Evenings."""

from tools import Context, Result
from tools.building import tool


@tool(needs="anonymous", examples={"en": ("which rooms are free?", "is there a free room?")})
def free_rooms(*, context: Context) -> Result:
    """Say which rooms are free."""
    return Result(text="The garden room is free.")


tools = [free_rooms]
'''


@pytest.fixture
def club(tmp_path: Path) -> Path:
    shutil.copytree(CLUB, tmp_path / "club")
    return tmp_path / "club"


@pytest.fixture
def versions(club: Path, tmp_path: Path) -> Iterator[Versions]:
    deployment = Settings(data_dir=tmp_path / "data", workspace=club, embedder="lexical")
    workspace = Workspace(club)
    database = Database(deployment.database)
    upgrade(database)
    models = load(deployment, workspace)
    knowledge = open_knowledge(database, workspace, models, deployment)
    yield Versions(deployment, models, knowledge)
    knowledge.close()
    database.close()


def test_nothing_is_built_while_nothing_changes(versions: Versions) -> None:
    before = versions.current
    assert not versions.refresh()
    assert versions.current is before


def test_an_agent_and_a_tool_that_are_added_play_at_once(versions: Versions, club: Path) -> None:
    (club / "agents" / "evenings.md").write_text(AGENT)
    (club / "tools" / "rooms.py").write_text(TOOL)
    assert versions.refresh()
    ensemble = versions.current.ensemble
    assert ensemble.team.owners["evening"] == "evenings"
    assert "free_rooms" in ensemble.tools
    said = ensemble.understanding.intents("when is the next reading evening?", "en")
    assert said[0]["name"] == "evening"


def test_an_article_that_is_added_is_found(versions: Versions, club: Path) -> None:
    article = (
        "---\ntitle: Parking\nquestions: ['where can I park my bicycle?']\n---\n"
        "Bicycles stand in the yard."
    )
    (club / "knowledge" / "en" / "parking.md").write_text(article)
    assert versions.refresh()


def test_a_broken_file_is_named_and_the_rest_plays(versions: Versions, club: Path) -> None:
    (club / "agents" / "broken.md").write_text("no front matter")
    (club / "agents" / "evenings.md").write_text(AGENT)
    assert versions.refresh()
    assert "evenings" in versions.current.ensemble.team.members
    assert "broken.md" in versions.problem


def test_a_workspace_that_cannot_be_read_leaves_the_version_before_playing(
    versions: Versions, club: Path
) -> None:
    before = versions.current
    (club / "workspace.yaml").write_text("id: [")
    assert not versions.refresh()
    assert versions.current is before
    assert "workspace.yaml" in versions.problem


def test_a_turn_ends_on_the_version_it_began_with(versions: Versions, club: Path) -> None:
    begun = versions.current
    (club / "agents" / "evenings.md").write_text(AGENT)
    versions.refresh()
    assert "evenings" not in begun.ensemble.team.members


ANSWERS = """
answers:
  - id: evening
    title: {pt-BR: Sarau, en: Reading evening}
    questions: {pt-BR: [quando é o sarau?], en: [when is the reading evening?]}
    text: {pt-BR: "É na sexta, {first_name}.", en: "On Friday, {first_name}."}
    approved_by: Rui
    approved_on: 2026-01-05
"""


def test_approved_answers_that_are_added_are_there_and_wrong_ones_are_told(
    versions: Versions, club: Path
) -> None:
    (club / "answers.yaml").write_text(ANSWERS, "utf-8")
    assert versions.refresh() and not versions.problem
    assert [one.id for one in versions.current.ensemble.approved.answers] == ["evening"]
    (club / "answers.yaml").write_text(ANSWERS.replace("{first_name}", "{shoe}"), "utf-8")
    assert versions.refresh()
    assert versions.current.ensemble.approved.answers == ()
    assert "'shoe'" in versions.problem and "answers.yaml" in versions.problem
