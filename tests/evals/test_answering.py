"""How questions on articles are judged."""

import pytest

from evals.answering import outcome


@pytest.mark.parametrize(
    ("said", "right", "came"),
    [
        ("You have 7 days. [1]", "7 days", "right"),
        ("The label is good for 10 days. [1]", "7 days", "wrong"),
        ("", "7 days", "silent"),
        ("", "", "refused"),
        ("We take your card. [1]", "", "made up"),
    ],
)
def test_an_answer_is_right_wrong_silent_refused_or_made_up(
    said: str, right: str, came: str
) -> None:
    assert outcome(said, right) == came
