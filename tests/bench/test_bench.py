"""The command measures what it is asked for, beside a reference of the same run, and judges by gates."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import remote
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
    assert figure["holds"] is (figure["scaled"] <= figure["gate"])
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


def test_a_gate_holds_at_the_speed_of_the_machine_where_it_was_set() -> None:
    # This machine takes two and a half times as long.
    slow: dict[str, Any] = {"reference": 5, "then": 2}
    assert Figure(what="a turn", value=20, unit="ms", gate=10, **slow).scaled == 8
    assert Figure(what="a turn", value=20, unit="ms", gate=10, **slow).holds
    assert Figure(what="turns", value=40, unit="/s", gate=80, least=True, **slow).scaled == 100
    assert Figure(what="turns", value=30, unit="/s", gate=80, least=True, **slow).holds is False


@pytest.mark.parametrize(
    ("shown", "replies", "committed", "handed_off", "sound"),
    [
        (["It left."], ["It left. [1]"], ["It left. [1]"], False, True),
        ([], [], [], True, True),
        ([], [], [], False, False),
        (["It le"], ["It left."], ["It left."], False, True),
        (["It was lost."], ["It left."], ["It left."], False, False),
        ([], ["It left."], ["It left today."], False, False),
        (["It le"], ["It le"], ["It le"], False, False),
    ],
)
def test_what_a_customer_saw_of_a_turn_is_held_against_its_committed_messages(
    shown: list[str], replies: list[str], committed: list[str], handed_off: bool, sound: bool
) -> None:
    wrong = remote._held_against(shown, replies, committed, handed_off=handed_off)
    assert (not wrong) is sound, wrong
