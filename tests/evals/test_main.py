"""The command says what there is, and by its exit status how it went."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import settings
from evals.__main__ import NOTHING_RAN, main
from tests.learned import Learned


@pytest.fixture
def workspace(tmp_path: Path) -> str:
    (tmp_path / "workspace.yaml").write_text("id: acme\nname: Acme\n")
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "hi.yaml").write_text(
        "dialogue: hi\nabout: A greeting.\nsteps: [{customer: ask}]\n"
        "wordings: {en: [hi, hello], pt-BR: [oi]}\n"
    )
    return str(tmp_path)


def test_the_dialogues_are_listed(workspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--workspace", workspace]) == 0
    assert capsys.readouterr().out == "hi  2 en, 1 pt-BR     A greeting.\n"


@pytest.mark.parametrize("only", ["bye", "("])
def test_nothing_to_run_is_not_a_success(workspace: str, only: str) -> None:
    assert main(["run", "--workspace", workspace, "--only", only]) == NOTHING_RAN


def test_a_folder_that_is_no_workspace_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list", "--workspace", str(tmp_path / "none")]) == NOTHING_RAN
    assert "workspace.yaml" in capsys.readouterr().err


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, learned: Learned) -> Iterator[None]:
    """A data folder of this machine's, in which something was learned before."""
    monkeypatch.setenv("REGENTE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGENTE_EMBEDDER", "lexical")
    settings.cache_clear()
    with learned(tmp_path / "data"):
        yield
    settings.cache_clear()


@pytest.mark.usefixtures("before")
def test_dialogues_run_against_a_server_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Two wordings of one customer: the second greeting says again that an AI speaks, as a first
    # reply does, so what the first one left behind is gone.
    report = tmp_path / "report.json"
    aurora = Path(__file__).parents[2] / "examples" / "aurora"
    arguments = ["run", "--workspace", str(aurora), "--only", "^greeting/en/[12]$"]
    assert main([*arguments, "--json", str(report)]) == 0
    assert json.loads(report.read_text("utf-8"))["dialogues"][0]["passed"] is True
    assert "1 of 1 dialogues passed (2 wordings" in capsys.readouterr().out


@pytest.mark.usefixtures("before")
def test_dialogues_run_with_a_model_server_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    aurora = Path(__file__).parents[2] / "examples" / "aurora"
    arguments = ["run", "--workspace", str(aurora), "--only", "^return_policy/en/1$", "--stream"]
    assert main([*arguments, "--fail", "401", "--json", str(report)]) == 0
    (wording,) = json.loads(report.read_text("utf-8"))["dialogues"][0]["wordings"]
    assert wording["calls"] >= 1
    assert "401" in next(iter(wording["degraded"].values()))
    assert "1 turns degraded" in capsys.readouterr().out
