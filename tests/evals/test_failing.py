"""When a role of the models fails, what customers read gives nothing away; what does is told."""

import shutil
from pathlib import Path

import pytest

from core.workspace import Workspace
from evals.cases import cases, load
from evals.failing import NOWHERE, WELL, fail
from tests.learned import Learned

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"
DIALOGUES = """
- dialogue: keeping
  about: How long a book may be kept.
  steps: [{customer: ask}]
  wordings: {en: ["How many days may I keep a book?"], pt-BR: ["Por quanto tempo posso ficar com o livro?"]}
- dialogue: complaint
  about: Somebody complains.
  steps: [{customer: ask}]
  wordings: {en: ["This is terrible service, I want to complain!"]}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "club"
    shutil.copytree(CLUB, folder)
    (folder / "evals").mkdir(exist_ok=True)
    (folder / "evals" / "keeping.yaml").write_text(DIALOGUES)
    return Workspace(folder)


async def test_replies_are_quoted_under_each_failure_and_roles_that_nobody_asks_are_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, learned: Learned, tmp_path: Path
) -> None:
    monkeypatch.setenv("REGENTE_EMBEDDER", "lexical")
    chosen = list(cases(load(workspace)))
    data = tmp_path / "data"
    with learned(data):
        came = await fail(workspace, chosen, folder=data, modes=("500", "cut", NOWHERE))
    assert {one.mode for one in came.quoted} == {WELL, "500", "cut", NOWHERE}
    asked = {(one.message.role, one.message.case.language) for one in came.quoted}
    assert asked == {("answer", "en"), ("answer", "pt-BR"), ("write", "en")}
    assert all(bool(one.degraded) == (one.mode != WELL) for one in came.quoted)
    assert [one.wrong for one in came.quoted if one.wrong] == []
    assert came.unasked == ["route in pt-BR", "route in en", "write in pt-BR"]
    printed = came.printed()
    assert "> Por quanto tempo posso ficar com o livro?" in printed
    assert "No dialogue's first message asks write in pt-BR." in printed
    assert "12 replies, 0 of them give the failure away." in printed
