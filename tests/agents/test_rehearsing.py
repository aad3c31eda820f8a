"""What is doubtful is settled by what procedures find on the customer's records, at the test clinic."""

from collections.abc import Mapping
from typing import Any

import pytest

from agents import Brief, Kit, Report, rehearsing
from tests.agents.customer import Customer, clinic


class Read:
    """The clinic's understanding, to which every text is as like to these intents."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = sorted(scores.items(), key=lambda one: -one[1])

    def __getattr__(self, name: str) -> Any:
        return getattr(clinic().understanding, name)

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        return self.scores[:limit]


async def settled(
    text: str, scores: Mapping[str, float], language: str = "en", *intents: tuple[str, float],
    **of: Any,
) -> list[str]:  # fmt: skip
    """Give what a customer's words are taken for."""
    found: list[str] = []

    async def settle(brief: Brief, kit: Kit) -> Report:
        read = [{"name": name, "confidence": chance, "text": text} for name, chance in intents]
        settled = await rehearsing.settled(text, read, language, brief, kit)
        found.extend(one["name"] for one in settled)
        return Report(agent="intent", text="")

    before = [*clinic().deeds]
    customer = Customer(
        respond=settle, language=language, kit_changes={"understanding": Read(scores)}, **of
    )
    await customer.wants("", text)
    assert clinic().deeds == before, "a rehearsal does nothing"
    assert customer.ledger.performed == []
    assert customer.journey == []
    return found


@pytest.mark.parametrize(
    ("text", "language"), [("it is about V-1001", "en"), ("é a V-1001", "pt-BR")]
)
async def test_a_number_of_hers_tells_a_procedure_from_what_takes_none(
    text: str, language: str
) -> None:
    assert await settled(text, {"question": 0.4, "visit": 0.3}, language) == ["visit"]


async def test_without_a_number_the_words_decide() -> None:
    assert await settled("it is about that", {"question": 0.5, "visit": 0.2}) == ["question"]


async def test_words_that_choose_among_what_is_hers_tell_as_much() -> None:
    words = "my hour with Prado"
    assert await settled(words, {"question": 0.4, "cancel": 0.3}) == ["cancel"]


async def test_a_procedure_that_finds_nothing_gives_way_to_one_that_does() -> None:
    scores = {"visit": 0.4, "question": 0.44}
    assert await settled("about V-1001", scores) == ["visit"]
    assert await settled("about V-9999", scores) == [], "now either may be meant"


async def test_what_is_like_nothing_stays_unknown() -> None:
    assert await settled("V-1001", {"": 0.05, "visit": 0.04}) == []


async def test_readings_as_good_as_each_other_are_left_as_they_are() -> None:
    scores = {"move": 0.3, "cancel": 0.3}
    assert await settled("V-1001", scores, "en", ("move", 0.4)) == ["move"]


async def test_a_sure_reading_is_not_rehearsed() -> None:
    assert await settled("V-1001", {"visit": 0.9}, "en", ("question", 0.8)) == ["question"]


async def test_words_of_no_weight_beside_a_sure_wish_only_lead_up_to_it() -> None:
    scores = {"visit": 0.05, "question": 0.05}
    assert await settled("well", scores, "en", ("cancel", 0.9), ("question", 0.4)) == ["cancel"]


async def test_an_open_question_is_answered_first() -> None:
    open_question = [{"agent": "transactions", "slot": "visit_id", "text": "Which visit?"}]
    assert await settled("V-1001", {"visit": 0.9}, awaiting=open_question) == []
