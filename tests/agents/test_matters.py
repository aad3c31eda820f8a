"""Two matters in one message, told apart by the things of hers they are about, at the test clinic."""

from collections.abc import Sequence
from typing import Any

import pytest

from agents import Brief, Kit, Report, settling
from tests.agents.customer import Customer, clinic


class Read:
    """The clinic's understanding, which takes a text for the first of these whose sign it has."""

    def __init__(self, *signs: tuple[str, str, float]) -> None:
        self.signs = signs

    def __getattr__(self, name: str) -> Any:
        return getattr(clinic().understanding, name)

    def likely(self, text: str, language: str, limit: int = 5) -> list[tuple[str, float]]:
        return next(([(name, score)] for sign, name, score in self.signs if sign in text), [])


CANCEL_AND_LOOK = (("V-1001", "cancel", 0.8), ("V-1002", "visit", 0.7))
OPEN: Any = [{"agent": "transactions", "slot": "visit_id", "text": "Which visit?"}]


async def heard(
    text: str, language: str, signs: Sequence[tuple[str, str, float]], name: str, **of: Any
) -> list[tuple[str, str]]:
    """Give what a message is taken for, of which one wish was heard before."""
    found: list[tuple[str, str]] = []

    async def several(brief: Brief, kit: Kit) -> Report:
        intents = [{"name": name, "confidence": 0.98, "text": text}]
        told = await settling.settled(text, intents, language, brief, kit)
        found.extend((one["name"], one["text"]) for one in told)
        return Report(agent="intent", text="")

    changes = {"understanding": Read(*signs)}
    customer = Customer(respond=several, language=language, kit_changes=changes, **of)
    await customer.wants("", text)
    assert customer.ledger.performed == []
    return found


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("cancel V-1001 and tell me when V-1002 is", "en", ("cancel V-1001", "tell me when V-1002 is")),
        ("cancela a V-1001 e me diz quando é a V-1002", "pt-BR",
         ("cancela a V-1001", "me diz quando é a V-1002")),
    ],
)  # fmt: skip
async def test_a_second_matter_is_heard_where_each_part_is_about_another_thing(
    text: str, language: str, parts: tuple[str, str]
) -> None:
    found = await heard(text, language, CANCEL_AND_LOOK, "cancel")
    assert found == [("cancel", parts[0]), ("visit", parts[1])]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cancel V-1001 and tell me when it was", "en"),
        ("cancela a V-1001 e me diz quando era", "pt-BR"),
        ("cancel V-1001 and tell me when V-1001 was", "en"),
    ],
)
async def test_two_sentences_on_one_thing_are_one_matter(text: str, language: str) -> None:
    signs = (("cancel", "cancel", 0.8), ("", "visit", 0.7))
    assert await heard(text, language, signs, "cancel") == [("cancel", text)]


async def test_while_a_question_is_open_a_message_is_not_cut() -> None:
    text = "cancel V-1001 and tell me when V-1002 is"
    assert await heard(text, "en", CANCEL_AND_LOOK, "cancel", awaiting=OPEN) == [("cancel", text)]


async def test_what_is_complained_of_in_a_message_of_its_own_is_looked_at_too() -> None:
    text = "I am furious\nV-1002 is late"
    found = await heard(text, "en", (("V-1002", "visit", 0.4),), "complaint")
    assert found == [("complaint", text), ("visit", "V-1002 is late")]
