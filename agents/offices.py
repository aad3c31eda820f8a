"""What is wanted of a back office where the words alone are unsure: its values in a message speak for it.

What customers say to a back office nobody has seen is guessed at from its document. "I need a room from the
20th to the 23rd for two" is like none of the guesses; that it holds two days and a number of people, as an
operation takes, is a sign of its own.
"""

from collections.abc import Sequence
from typing import Any

from agents import Kit
from agents.clauses import BY_FORM
from journeys.direct import of_tool
from models.embedded import words
from tools import Tool

SURE = 0.9
"""Confidence from which a wish is one, whatever values stand beside it."""

LIKELY = 0.03
"""Score below which words are not even a little like what is said for an operation."""

PER_VALUE = 0.1
"""What each value found adds to a score, by the share of what an operation takes that was found."""

TELLING = ("date", "date-time", "time")
NEAREST = 8
"""Intents among which an operation must be."""

VAGUE = ("question", "small_talk", "recommend", "capabilities", "goodbye", "greeting", "")
"""What is read from words that are like nothing else."""


async def wanted(
    text: str, intents: Sequence[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Give the wishes, or the one operation that a message holds values for where no wish is sure."""
    read = [dict(one) for one in intents]
    if any(one["confidence"] >= SURE or one["name"] not in VAGUE for one in read):
        return read
    scores = dict(kit.understanding.likely(text, language, NEAREST))
    near = {
        name: scores[name] + _evidence(tool, text, language, kit)
        for name, tool in kit.tools.items()
        if tool.office and scores.get(name, 0) >= LIKELY
    }
    told = {name: score for name, score in near.items() if score > scores[name]}
    if not told or await kit.search(text, language=language, limit=1):
        return read
    best = max(told, key=told.__getitem__)
    return [{"name": best, "confidence": BY_FORM, "text": text.strip()}]


def _evidence(tool: Tool, text: str, language: str, kit: Kit) -> float:
    """Give how much the values in a text speak for a tool: those of its arguments that say what they are."""
    properties: dict[str, Any] = tool.parameters.get("properties", {})
    slots = of_tool(tool, kit.journeys).slots
    schemas = {
        name: schema | {"x-labels": slots[name].labels}
        for name, schema in properties.items()
        if "enum" in schema or "pattern" in schema or schema.get("format") in TELLING
        or schema.get("type") in ("integer", "number")
    }  # fmt: skip
    if not schemas or not words.words(text):
        return 0.0
    found = kit.understanding.values(schemas, text, language, kit.context.now)
    return PER_VALUE * len(found) * len(found) / len(schemas)
