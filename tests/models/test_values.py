"""What is read of the values in a message, and that nothing unsure passes for sure; `pytest -s` prints it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import valuing

LEAST_RIGHT = 0.97
"""Share of the messages whose values are read exactly."""


@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_values_are_read_or_doubted_and_never_guessed(language: str) -> None:
    figures = valuing.measured(language)
    print(language, figures.right, *figures.wrong, sep="\n  ")
    assert figures.count >= 150
    assert figures.right >= LEAST_RIGHT, figures.wrong
    assert not figures.guessed, figures.guessed
