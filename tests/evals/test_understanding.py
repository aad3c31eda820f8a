"""What an evaluation of the understanding says, on outcomes whose figures can be worked out by hand."""

from pathlib import Path

import pytest

from evals import understanding
from evals.understanding import Read
from models.embedded import bank
from models.embedded.intents import Reading


def _read(intent: str, label: str, confidence: float = 0.75) -> Read:
    return Read("said", intent, Reading(label, confidence, "", 1.0), 0.3)


def test_intents_count_the_same_however_often_they_are_asked_for() -> None:
    outcomes = [_read("a", "a"), _read("a", "a"), _read("a", "a"), _read("b", "a")]
    assert understanding.macro_f1(outcomes) == pytest.approx((6 / 7 + 0) / 2)


def test_confidence_is_compared_with_how_often_it_was_right() -> None:
    outcomes = [_read("a", "a"), _read("a", "b"), _read("b", "b"), _read("b", "b")]
    assert understanding.calibration_error(outcomes) == pytest.approx(0)
    assert understanding.calibration_error(outcomes[:2]) == pytest.approx(0.25)


def test_what_is_surer_than_all_that_is_foreign_is_told_from_it() -> None:
    assert understanding.auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert understanding.auroc([0.5], [0.5]) == 0.5


def test_a_pair_of_translations_is_left_out_together() -> None:
    own = {"pt-BR": ["um", "dois", "três"], "en": ["one"]}
    said = bank.examples("store_hours")
    for fold in range(understanding.FOLDS):
        left = {
            language: understanding._part([*own[language], *texts], fold, left_out=True)
            for language, texts in said.items()
        }
        places = [
            {texts.index(text) for text in left[language] if text in texts}
            for language, texts in said.items()
        ]
        assert places[0] == places[1]


def test_a_folder_that_is_no_workspace_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert understanding.main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err
