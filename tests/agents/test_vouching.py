"""What a model writes into a call counts only as far as somebody has said it."""

from typing import Any

import pytest

from agents.vouching import vouched

SCHEMA = {
    "properties": {
        "visit_id": {"type": "string"},
        "amount": {"type": "number"},
        "mode": {"type": "string", "enum": ["fast", "slow"]},
    }
}
BRIEF: Any = {
    "text": "refund 120 for V-1002 please",
    "history": [{"role": "ai", "text": "V-7777 is open."}, {"role": "customer", "text": "hi"}],
    "slots": {"visit_id": {"value": "V-1003", "source": "care", "verification": "verified"}},
}


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ({"visit_id": "V-1002", "amount": 120.0}, {"visit_id": "V-1002", "amount": 120.0}),
        ({"visit_id": "v 1003"}, {"visit_id": "v 1003"}),
        ({"visit_id": "V-9999", "amount": 9999}, {}),
        ({"visit_id": "V-7777"}, {}),
        ({"mode": "fast"}, {"mode": "fast"}),
    ],
)
def test_an_argument_needs_the_word_of_the_customer(
    arguments: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert vouched(arguments, SCHEMA, BRIEF) == kept


def test_or_of_a_result() -> None:
    result = ["Visit V-9999 is on Monday."]
    assert vouched({"visit_id": "V-9999"}, SCHEMA, BRIEF, result) == {"visit_id": "V-9999"}
