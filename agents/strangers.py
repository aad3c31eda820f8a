"""What is asked by somebody whom we do not know: how things are for anybody is answered at once.

"Can I return swimwear?" is like a wish to return some. Only a procedure for something of her own needs
her to sign in; what she merely asks is for the articles.
"""

from typing import Any

from agents import Kit
from agents.clauses import QUESTION, acts, asks_leave, flattened, owns, pattern_of
from journeys import Journey
from models.embedded import words
from models.embedded.courtesy import ungreeted
from tools import LEVELS

ANSWERED = 0.6
"""Chance that an article answers, from which a question is one for the articles."""


async def asking(intents: list[dict[str, Any]], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Give the wishes with what is asked in general, by somebody who is not signed in, as a question."""
    return [await _told(intent, language, kit) for intent in intents]


async def _told(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    journey = _closed(intent["name"], kit)
    if journey is None or not _in_general(intent["text"], language):
        return intent
    if not (journey.writes and asks_leave(intent["text"], language)):
        asked = ungreeted(intent["text"], language)
        found = await kit.search(asked, language=language, limit=1)
        if not found or found[0]["score"] < ANSWERED:
            return intent
    return intent | {"name": QUESTION}


def _closed(name: str, kit: Kit) -> Journey | None:
    """Give the procedure of an intent if it is closed to who writes now, as she is not known enough."""
    journey = next((one for one in kit.journeys.values() if one.trigger.intent == name), None)
    known = LEVELS.index(kit.context.verification)
    return journey if journey and LEVELS.index(journey.needs) > known else None


def _in_general(text: str, language: str) -> bool:
    """Say whether a text asks, and neither for something to be done nor about what is hers."""
    flat = pattern_of("expletive", language).sub(" ", flattened(text, language))
    if not words.is_question(text, language) or acts(text, language):
        return False
    return not owns(flat, language) and not pattern_of("definite", language).search(flat)
