"""The command measures what it is asked for, beside a reference of the same run, and judges by gates."""

import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.figures import Figure


def test_a_measure_gives_figures_with_references_and_gates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "figures.json"
    assert main(["--quick", "--only", "client", "--json", str(report)]) == 0
    (figure,) = json.loads(report.read_text("utf-8"))
    assert 0 < figure["value"] < figure["reference"], (
        "the lean client costs more than the stock one"
    )
    assert figure["holds"] is (figure["value"] <= figure["gate"])
    assert figure["what"] in capsys.readouterr().out


def test_a_measure_that_does_not_exist_is_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "weather"])
    assert "orchestration" in capsys.readouterr().err


def test_a_gate_is_the_most_that_is_allowed_or_the_least_that_is_wanted() -> None:
    most = Figure(what="bytes", value=5, unit="kB", gate=4)
    least = Figure(what="turns", value=5, unit="/s", gate=4, least=True)
    assert (most.holds, least.holds) == (False, True)
    assert Figure(what="start", value=5, unit="s").holds is None
