"""A look-up that was heard where nothing of what it looks up is named: "do you have a shop?".

What is like "do you have this book?" and names nothing that could be looked up is a question for the
articles, if one of them answers it.
"""

from typing import Any

from agents import Kit, choosing
from agents.clauses import QUESTION, flattened, looking, owns
from models.embedded import words

UNSURE = 0.9
"""Confidence from which a wish is one, whatever it does not name."""

ANSWERED = 0.45
"""Chance that an article answers, from which it is one for the articles."""


async def told(intents: list[dict[str, Any]], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Give the wishes with a look-up that names nothing as a question, where an article answers."""
    return [await _told(intent, language, kit) for intent in intents]


async def _told(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    text, name = intent["text"], intent["name"]
    if name not in looking(kit) or intent["confidence"] >= UNSURE:
        return intent
    asks = words.is_question(text, language) and not owns(flattened(text, language), language)
    if not asks or _names(name, text, language, kit):
        return intent
    found = await kit.search(text, language=language, limit=1)
    return intent | {"name": QUESTION} if found and found[0]["score"] >= ANSWERED else intent


def _names(name: str, text: str, language: str, kit: Kit) -> bool:
    """Say whether a text has a value for what the look-up of an intent needs, or may mean several."""
    journey = next(one for one in kit.journeys.values() if one.trigger.intent == name)
    schemas = {
        slot: one.schema_ | ({"x-labels": one.labels} if one.labels else {})
        for slot, one in journey.slots.items()
    }
    found = kit.understanding.values(schemas, text, language, kit.context.now)
    return bool(found or choosing.names(kit.journeys, language).mentions(text))
