"""What only leads up to a wish, and belongs to it with all its words."""

import re
from typing import Any

from agents import Kit
from agents.clauses import (
    COMPLAINT,
    COURTESIES,
    DOUBTFUL,
    PERSON,
    QUESTION,
    RECALL,
    acts,
    flattened,
    general,
    owns,
    pattern_of,
    procedures,
    requests,
    writing,
)
from agents.numbered import numbers
from models.embedded import words

FEWEST = 2
"""Words of meaning from which a clause may be a matter of its own."""

APART = (COMPLAINT, PERSON, RECALL, *COURTESIES)
"""What is a matter of its own, wherever it stands."""


def without_context(
    text: str, found: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Leave out what only leads up to a request: "it is too small. May I change it for an M?".

    A sentence that states something asks for nothing where the other one does; its words go with it.
    """
    found = _with_ends(text, found, language)
    asked = [
        one for one in found if one["name"] in procedures(kit) and requests(one["text"], language)
    ]
    told = [
        one
        for one in found
        if one not in asked
        and one["name"] not in COURTESIES
        and asked
        and _only_leads_up(text, one, asked, language, kit)
    ]
    kept = [one for one in found if one not in told]
    if not told or len(kept) > 1:
        return kept
    return [kept[0] | {"text": text.strip()}]


def _with_ends(text: str, found: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Give a wish with the few words after it that say no more than how it goes on: "... and it fails"."""
    kept: list[dict[str, Any]] = []
    for one in found:
        start = text.find(kept[-1]["text"]) if kept else -1
        if start >= 0 and _only_ends(one, language):
            end = text.find(one["text"], start) + len(one["text"])
            kept[-1] = kept[-1] | {"text": text[start:end]}
        else:
            kept.append(one)
    return kept


def _only_ends(one: dict[str, Any], language: str) -> bool:
    """Say whether a clause has hardly a word of its own, and asks for nothing."""
    if one["name"] in APART or requests(one["text"], language) or general(one["text"], language):
        return False
    told = words.content(words.words(one["text"], language), (language,))
    return sum(word.isalpha() and len(word) > 1 for word in told) < FEWEST


def _only_leads_up(
    text: str, one: dict[str, Any], asked: list[dict[str, Any]], language: str, kit: Kit
) -> bool:
    """Say whether what was read as a wish is a statement on the matter of a request beside it."""
    if one["name"] in APART or requests(one["text"], language):
        return False
    if general(one["text"], language) or pattern_of("besides", language).search(
        flattened(text, language)
    ):
        return False
    numbered = {*numbers(one["text"], language, kit)}
    named = {number for other in asked for number in numbers(other["text"], language, kit)}
    if numbered and named and not numbered & named:
        return False
    if one["name"] not in writing(kit) or one["confidence"] < DOUBTFUL:
        return True
    # A harm that is surely told is a matter of its own unless the request goes on in the same sentence.
    end = text.find(one["text"]) + len(one["text"])
    return not re.search(r"[.!?\n]", text[end - 1 : end + 1])


def whole_complaint(
    text: str, found: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Give a complaint with all of a message that asks for nothing else: it tells what is complained of."""
    others = [one for one in found if one["name"] not in (COMPLAINT, *COURTESIES)]
    asks = any(words.is_question(one["text"], language) or "?" in one["text"] for one in others)
    if (
        asks
        or len({*numbers(text, language, kit)}) > 1
        or any(one["name"] in APART for one in others)
    ):
        return found
    return [one | {"text": text.strip()} if one["name"] == COMPLAINT else one for one in found]


def of_anybody(found: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Leave out a wish for a person where "can someone explain?" only asks for the wish beside it."""
    others = [one for one in found if one["name"] not in (PERSON, *COURTESIES)]
    return [one for one in found if not others or not _asks_anybody(one, language)]


def _asks_anybody(one: dict[str, Any], language: str) -> bool:
    flat = flattened(one["text"], language)
    anybody, talks = pattern_of("anybody", language), pattern_of("talking", language)
    return one["name"] == PERSON and bool(anybody.search(flat)) and not talks.search(flat)


def one_question(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Join clauses that only lead up to a question: "I regret it. May I return it? Until when?"."""
    about = {intent["name"] for intent in intents}
    if len(about) < 2 or QUESTION not in about or not about <= {QUESTION, *writing(kit)}:
        return intents
    if acts(text, language) or owns(flattened(text, language), language):
        return intents
    surest = max(intent["confidence"] for intent in intents)
    return [{"name": QUESTION, "confidence": surest, "text": text.strip()}]
