"""Conditions are small, safe and never fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.conditions import ConditionError, holds, names

KNOWN: dict[str, Any] = {
    "visit": {"state": "past", "fee": 80.5, "paid": False, "doctor": {"name": "Lia"}},
    "reason": "ill",
    "count": 2,
}


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("visit.state == 'past'", True),
        ("visit.state in ['past', 'lost']", True),
        ("visit.state not in ('past', 'lost')", False),
        ("visit.fee > 80 and not visit.paid", True),
        ("visit.fee <= 80 or reason == 'ill'", True),
        ("1 < count <= 2", True),
        ("visit.doctor.name == 'Lia'", True),
        ("$visit.paid == false", True),
        ("visit.paid is null", False),
        ("nothing.there == null", True),
        ("nothing", False),
        ("nothing > 3", False),
        ("reason > 3", False),
        ("3 in count", False),
        ("count == -2", False),
        ("visit.state.deeper", False),
        ("true", True),
    ],
)
def test_conditions_are_held_against_what_is_known(condition: str, true: bool) -> None:
    assert holds(condition, KNOWN) is true


@pytest.mark.parametrize(
    "condition",
    ["__import__('os')", "visit.get('x')", "[x for x in visit]", "lambda: 1", "count + 1", "visit['a']",
     "f'{count}'", "a = 1", "", "visit.", "(" * 300, "count if reason else 1", "9" * 600],
)  # fmt: skip
def test_more_than_a_condition_is_refused(condition: str) -> None:
    with pytest.raises(ConditionError):
        holds(condition, KNOWN)


def test_the_names_are_known() -> None:
    assert sorted(names("visit.state == 'x' and not true or count in [other]")) == [
        "count",
        "other",
        "visit",
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


@given(
    VALUES, VALUES,
    st.sampled_from(["a == b", "a < b", "a in b", "not a.b", "a.a >= b.b", "a and b or -a < 1", "a is b"]),
)  # fmt: skip
def test_no_value_makes_a_condition_fail(a: Any, b: Any, condition: str) -> None:
    assert holds(condition, {"a": a, "b": b}) in (True, False)
