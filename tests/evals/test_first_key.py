"""What a real endpoint makes of a workspace is priced first, asked then, and written down."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import settings
from evals.first_key import __main__ as first_key
from models.scripted import ScriptedServer
from tests.learned import Learned

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"
DIALOGUE = """
dialogue: keeping
about: How long a book may be kept.
steps: [{customer: ask, expect: {any: ["21 days"]}}]
wordings: {en: ["How many days may I keep a book?"]}
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedServer]:
    """A server that speaks as OpenAI's does; to the product it is as real as any."""
    server = ScriptedServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: ScriptedServer, learned: Learned
) -> Iterator[Path]:
    """The settings of somebody who has just got a key."""
    folder = tmp_path / "club"
    shutil.copytree(CLUB, folder)
    (folder / "evals").mkdir(exist_ok=True)
    (folder / "evals" / "keeping.yaml").write_text(DIALOGUE)
    for name, value in {
        "REGENTE_WORKSPACE": str(folder),
        "REGENTE_EMBEDDER": "lexical",
        "REGENTE_DATA_DIR": str(tmp_path),
        "REGENTE_MODEL": "big",
        "REGENTE_OPENAI_BASE_URL": endpoint.url,
        "REGENTE_PRICE_PER_MILLION_INPUT": "1000",
        "REGENTE_PRICE_PER_MILLION_OUTPUT": "2000",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    endpoint.requests.clear()
    with learned(tmp_path):
        yield tmp_path / "evaluation.md"
    settings.cache_clear()


def test_without_an_endpoint_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, told: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGENTE_MODEL", "embedded")
    settings.cache_clear()
    assert first_key.main(["--output", str(told)]) == first_key.NOTHING_ASKED
    assert "REGENTE_MODEL" in capsys.readouterr().err
    assert not told.exists()


@pytest.mark.parametrize(
    ("unset", "arguments", "says"),
    [
        ("REGENTE_PRICE_PER_MILLION_INPUT", ["--most-usd", "2", "--yes"], "prices"),
        ("", ["--yes", "--output", "/no/such/folder/evaluation.md"], "is no folder"),
    ],
)
def test_what_cannot_be_held_or_kept_is_refused_before_it_is_paid_for(
    monkeypatch: pytest.MonkeyPatch,
    told: Path,
    endpoint: ScriptedServer,
    capsys: pytest.CaptureFixture[str],
    unset: str,
    arguments: list[str],
    says: str,
) -> None:
    if unset:
        monkeypatch.delenv(unset)
        monkeypatch.delenv("REGENTE_PRICE_PER_MILLION_OUTPUT")
        settings.cache_clear()
    assert first_key.main(["--output", str(told), *arguments]) == first_key.NOTHING_ASKED
    assert says in capsys.readouterr().err
    assert endpoint.requests == []


def test_it_is_priced_before_it_is_asked_and_figures_are_written_after(
    told: Path, endpoint: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--every", "6", "--output", str(told)]
    assert first_key.main([*arguments, "--most-usd", "0.01"]) == first_key.NOTHING_ASKED
    out, err = capsys.readouterr()
    assert "calls of big (answer)" in out
    assert "USD." in out
    assert "more than 0.01 USD" in err
    assert endpoint.requests == [], "nothing was asked"

    assert first_key.main([*arguments, "--yes"]) == 0
    written = told.read_text("utf-8")
    counted = re.search(r": (\d+) calls, ", written)
    assert counted
    assert int(counted[1]) >= len(endpoint.requests) > 0
    for part in ("routes", "answers", "procedures"):
        assert f"| {part} | " in written
    assert "| procedures | en | 1.000 |" in written
    assert "`agents/intent.md@" in written
