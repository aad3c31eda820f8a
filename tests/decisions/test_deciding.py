"""What else is said, and every reason against it."""

from datetime import date
from typing import Any

from decisions.deciding import Offer, Situation, decide

TODAY = date(2026, 3, 2)
CARD = Offer(id="card", text={"en": "Take the card."}, after=["status"])
PLAN = Offer(id="plan", text={"en": "Take the plan."}, after=["status"])


def situation(**known: Any) -> Situation:
    return Situation(**{"today": TODAY, "intents": ("status",), **known})


def test_the_first_offer_without_an_objection_wins() -> None:
    assert decide((CARD, PLAN), situation()) == {
        "winner": "card",
        "losers": {"plan": ["card comes first"]},
    }


def test_nothing_is_promoted_while_a_complaint_is_open() -> None:
    decision = decide((CARD,), situation(complaint_open=True))
    assert decision["winner"] == "nothing"
    assert "a complaint is open" in decision["losers"]["card"]


def test_nothing_is_promoted_to_somebody_who_wants_no_promotions() -> None:
    decision = decide((CARD,), situation(opted_out=True))
    assert decision == {"winner": "nothing", "losers": {"card": ["she wants no promotions"]}}


def test_every_reason_is_given_and_not_only_the_first() -> None:
    ended = CARD.model_copy(update={"until": date(2026, 3, 1)})
    decision = decide((ended,), situation(sentiment=-0.8, question_open=True, intents=()))
    assert len(decision["losers"]["card"]) == 4


def test_an_offer_is_made_once_in_a_conversation() -> None:
    assert decide((CARD, PLAN), situation(offered=("card",)))["winner"] == "plan"


def test_the_same_situation_always_has_the_same_winner() -> None:
    assert len({str(decide((CARD, PLAN), situation())) for _ in range(20)}) == 1
