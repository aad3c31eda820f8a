"""What was expected is held against what was seen, and every difference is named."""

from dataclasses import replace
from typing import Any

import pytest

from evals.cases import Expect
from evals.scoring import Seen, language_of, objections

GOOD = Seen(
    replies=["Your visit is on Friday at 10:00, and it takes an hour."],
    cited=["Visits › When"],
    status="answered",
    agents=["transactions"],
    effects=["move"],
    approvals=[],
    cases=1,
)


def test_a_reply_may_have_to_be_in_another_language_than_the_wording() -> None:
    expect = Expect.model_validate(
        {"spoken": {"pt-BR": "en"}, "all": [{"en": "friday", "pt-BR": "sexta"}]}
    )
    assert objections(expect, GOOD, "pt-BR") == []
    told = Seen(replies=["A sua visita é na sexta e não vai demorar mais do que uma hora."])
    wrong = objections(expect, told, "pt-BR")
    assert "it speaks pt-BR instead of en" in wrong
    assert "it does not say 'friday'" in wrong


def test_buttons_are_held_against_what_is_expected_in_order() -> None:
    expect = Expect.model_validate({"buttons": [{"en": "Yes"}, {"en": "No"}]})
    assert objections(expect, replace(GOOD, buttons=["Yes", "No"]), "en") == []
    assert objections(expect, replace(GOOD, buttons=["No", "Yes"]), "en")


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"all": ["friday", {"en": "10:00", "pt-BR": "10h"}]},
        {"any": ["monday", "friday"]},
        {"none": ["monday"]},
        {"cites": {"en": "visits", "pt-BR": "visitas"}},
        {"status": "answered", "agents": ["transactions"], "not_agents": ["knowledge"]},
        {"effects": ["move"], "approvals": [], "cases": 1},
    ],
)
def test_what_fits_has_no_objections(expect: dict[str, Any]) -> None:
    assert objections(Expect.model_validate(expect), GOOD, "en") == []


@pytest.mark.parametrize(
    ("expect", "objection"),
    [
        ({"all": ["friday", "monday"]}, "it does not say 'monday'"),
        ({"all": [{"pt-BR": "sexta"}]}, "it does not say ''"),
        ({"any": ["monday", "sunday"]}, "it says none of 'monday', 'sunday'"),
        ({"none": ["FRIDAY"]}, "it says 'FRIDAY'"),
        ({"cites": "Prices"}, "no citation of 'Prices'; it cites ['Visits › When']"),
        ({"status": "handoff"}, "the status is 'answered' instead of 'handoff'"),
        ({"agents": ["care"]}, "['care'] did not act; ['transactions'] did"),
        ({"not_agents": ["transactions"]}, "['transactions'] acted"),
        ({"effects": []}, "the effects are ['move'] instead of []"),
        ({"approvals": ["pay"]}, "the approvals are [] instead of ['pay']"),
        ({"cases": 0}, "1 open cases instead of 0"),
        ({"replies": 0}, "1 replies instead of 0"),
    ],
)
def test_every_difference_is_an_objection(expect: dict[str, Any], objection: str) -> None:
    assert objections(Expect.model_validate(expect), GOOD, "en") == [objection]


def test_a_reply_in_the_other_language_is_an_objection() -> None:
    assert objections(Expect(), GOOD, "pt-BR") == ["it speaks en instead of pt-BR"]
    assert objections(Expect(speaks=False), GOOD, "pt-BR") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O seu pedido está a caminho e não vai demorar para chegar.", "pt-BR"),
        ("Your order is on its way and should be with you on Friday.", "en"),
        ("OK!", ""),
        ("", ""),
    ],
)
def test_a_language_is_told_only_where_it_shows(text: str, language: str) -> None:
    assert language_of(text) == language
