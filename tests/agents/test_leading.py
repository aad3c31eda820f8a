"""Whoever may see to a wish is no person who is wanted in the conversation, at the test clinic."""

import pytest

from agents import reading
from tests.agents.test_reading import kit


@pytest.mark.parametrize(
    ("asked", "language", "names"),
    [
        ("Can someone take care of it?", "en", ["cancel"]),
        ("Can I talk to someone?", "en", ["cancel", "person"]),
        ("Alguém resolve isso?", "pt-BR", ["cancel"]),
        ("Alguém pode falar comigo?", "pt-BR", ["cancel", "person"]),
    ],
)
async def test_whoever_may_see_to_a_wish_is_no_wish_for_a_person(
    asked: str, language: str, names: list[str]
) -> None:
    wish = {"en": "I want to cancel my visit.", "pt-BR": "Quero desmarcar a visita."}[language]
    read = [
        {"name": "cancel", "confidence": 0.9, "text": wish},
        {"name": "person", "confidence": 0.9, "text": asked},
    ]
    found = await reading.completed(f"{wish} {asked}", read, language, kit())
    assert [one["name"] for one in found] == names
