"""What examples alone do not tell of a message: clauses nobody claimed, and asking told from acting.

The classifier knows what customers say when they want something. Two things are read besides: a number
that one of the workspace's procedures takes says what a clause is about, whatever its words; and a
question on how things are in general is for the articles, even where a procedure has the same words.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from agents import Kit
from core.workspace import read_yaml
from journeys import Journey
from models.embedded import splitting, words

QUESTION = "question"
BY_VALUE = 0.5
"""Confidence of a wish that is read from a number alone: looking something up harms nobody."""

BY_FORM = 0.4
"""Confidence of a wish that is read from the form of a question alone."""

WORDS: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("intent.yaml"))


async def completed(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Give the intents of all clauses, in order: those the classifier read, and those it did not."""
    known = [await _told_apart(intent, language, kit) for intent in intents]
    segments = _segments(text, language)
    found = list(known)
    for segment in segments:
        if not any(_same(segment, intent["text"]) for intent in intents):
            found += _unclaimed(segment, language, kit, alone=len(segments) == 1)
    found.sort(key=lambda intent: text.find(intent["text"][:12]))
    return [*{intent["name"]: intent for intent in reversed(found)}.values()][::-1]


def _segments(text: str, language: str) -> list[str]:
    """Cut a message where a sentence ends or another matter is joined."""
    segments: list[str] = []
    for clause in splitting.clauses(text, language):
        if clause.strong or not segments:
            segments.append(clause.text)
        else:
            segments[-1] += clause.text
    return [segment.strip() for segment in segments]


def _same(segment: str, claimed: str) -> bool:
    bare = segment.strip(" ,;.!?")
    return bare in claimed or claimed.strip(" ,;.!?") in bare


def _unclaimed(segment: str, language: str, kit: Kit, *, alone: bool) -> list[dict[str, Any]]:
    """Read a clause that is like none of the examples."""
    if journey := _by_value(segment, language, kit):
        return [{"name": journey.trigger.intent, "confidence": BY_VALUE, "text": segment}]
    if not alone and segment.endswith("?") and len(segment.split()) > 2:
        return [{"name": QUESTION, "confidence": BY_FORM, "text": segment}]
    return []


def _by_value(segment: str, language: str, kit: Kit) -> Journey | None:
    """Find the procedure that only looks up what a number in the clause stands for."""
    for journey in kit.journeys.values():
        if any(hasattr(step, "confirm") for step in journey.steps):
            continue
        schemas = {
            name: slot.schema_ for name, slot in journey.slots.items() if "pattern" in slot.schema_
        }
        if schemas and kit.understanding.values(schemas, segment, language, kit.context.now):
            return journey
    return None


async def _told_apart(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Turn a wish to act into a question where the clause asks how things are in general."""
    journey = next(
        (one for one in kit.journeys.values() if one.trigger.intent == intent["name"]), None
    )
    if journey is None or not any(hasattr(step, "confirm") for step in journey.steps):
        return intent
    flat = words.folded(intent["text"])
    if not _said("general", language).search(flat) or _said("own", language).search(flat):
        return intent
    if any(character.isdigit() for character in flat):
        return intent
    if not await kit.search(intent["text"], language=language):
        return intent
    return intent | {"name": QUESTION}


@cache
def _said(kind: str, language: str) -> re.Pattern[str]:
    return words.pattern(*WORDS[kind].get(language, WORDS[kind]["en"]))
