"""Numbers that the procedures take: what a clause is about, whatever its words."""

import re
from typing import Any

from agents import Kit
from agents.clauses import (
    BY_FORM,
    BY_VALUE,
    COURTESIES,
    DOUBTFUL,
    PLAIN,
    QUESTION,
    UNLIKELY,
    acts,
    flattened,
    general,
    pattern_of,
)
from journeys import Journey
from models.embedded import words

NUMBERED = ("numero", "number", "num", "nr", "codigo", "code")
JOINT = re.compile(
    r"(?:^|[\s,.;]+)(?:e tambem|e também|and also|e|and|n|&|mas|but)\s+", re.IGNORECASE
)


def numbers(text: str, language: str, kit: Kit) -> list[str]:
    """Give the numbers in a text that procedures take, as they are written there."""
    entities = kit.understanding.entities(text, language, kit.context.now)
    return [str(entity["text"]) for entity in entities if entity["kind"] == "code"]


def by_value(segment: str, language: str, kit: Kit) -> Journey | None:
    """Find the procedure that looks up what a number in the clause stands for.

    Of several it is the one that the workspace says numbers alone ask for.
    """
    looking = [journey for journey in kit.journeys.values() if journey.looks_up]
    for journey in sorted(looking, key=lambda one: not one.by_number):
        schemas = {
            name: slot.schema_ for name, slot in journey.slots.items() if "pattern" in slot.schema_
        }
        if schemas and kit.understanding.values(schemas, segment, language, kit.context.now):
            return journey
    return None


def by_numbers(intent: dict[str, Any], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Part a wish that names two numbers where each part is a wish of its own."""
    text = intent["text"]
    marks = sorted({text.find(value) for value in numbers(text, language, kit)} - {-1})
    if len(marks) < 2:
        return [intent]
    for at in (match.start() for match in JOINT.finditer(text) if match.start() > 0):
        first, second = text[:at].strip(), JOINT.sub("", text[at:].strip(" ,.;"), count=1).strip()
        if not (numbers(first, language, kit) and numbers(second, language, kit)):
            continue
        before, after = (_own_wish(part, language, kit) for part in (first, second))
        if before and before["name"] != (after or {}).get("name"):
            unread = {"name": QUESTION, "confidence": BY_FORM, "text": second}
            return [before, after or unread]
    return [intent]


def _own_wish(text: str, language: str, kit: Kit) -> dict[str, Any] | None:
    """Give what a part of a message asks for on its own, a question aside."""
    read = [one for one in kit.understanding.intents(text, language) if one["name"] not in PLAIN]
    return read[0] | {"text": text} if read else None


def parted(
    intent: dict[str, Any], clauses: list[str], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Part a wish that covers a question in general and something about the customer's own matter."""
    covered = [segment for segment in clauses if segment in intent["text"]]
    if len(covered) < 2:
        return [looked_up(intent, language, kit)]
    numbered = [segment for segment in covered if by_value(segment, language, kit)]
    asks = intent["name"] == QUESTION
    about = [one for one in covered if one not in numbered and (asks or general(one, language))]
    own = [segment for segment in covered if segment not in about]
    if not numbered or not about:
        return [looked_up(intent, language, kit)]
    question = {"name": QUESTION, "confidence": max(BY_FORM, asks * intent["confidence"])}
    parts: list[dict[str, Any]] = [question | {"text": " ".join(about)}]
    for segment in own:
        read = kit.understanding.intents(segment, language)
        read = [one for one in read if one["name"] != QUESTION]
        if not read and not asks:
            read = [intent | {"text": segment}]
        read = [looked_up(one, language, kit) for one in read]
        parts += read or unclaimed(segment, language, kit, alone=False)
    return parts


def looked_up(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Give the look-up where a clause only names a number and asks to look: "see A-1 for me"."""
    journey = by_value(intent["text"], language, kit)
    if journey is None or journey.trigger.intent == intent["name"]:
        return intent
    found = intent | {"name": journey.trigger.intent, "confidence": BY_VALUE}
    if intent["name"] == QUESTION and intent["confidence"] < DOUBTFUL:
        return found  # what articles answer has no number of hers
    if _takes_no_number(intent["name"], kit) and intent["confidence"] < UNLIKELY:
        return found  # nor does a procedure that begins something new
    return found if only_looks(intent["text"], language) else intent


def only_looks(text: str, language: str) -> bool:
    """Say whether a clause with a number asks to look and says nothing else: "see A-1 for me"."""
    said = pattern_of("looking", language).sub(" ", flattened(text, language))
    told = words.content(words.words(said, language), (language,))
    return not any(len(word) > 1 and word.isalpha() for word in told)


def passes_over_number(intent: dict[str, Any], language: str, kit: Kit) -> bool:
    """Say whether a wish is for a procedure that has no place for the number of hers in its words."""
    return _takes_no_number(intent["name"], kit) and bool(by_value(intent["text"], language, kit))


def _takes_no_number(name: str, kit: Kit) -> bool:
    """Say whether a wish is for a procedure none of whose slots is a number of something there is."""
    journey = next((one for one in kit.journeys.values() if one.trigger.intent == name), None)
    return journey is not None and not any(
        "pattern" in slot.schema_ for slot in journey.slots.values()
    )


def unclaimed(segment: str, language: str, kit: Kit, *, alone: bool) -> list[dict[str, Any]]:
    """Read a clause that is like none of the examples."""
    if journey := by_value(segment, language, kit):
        return [{"name": journey.trigger.intent, "confidence": BY_VALUE, "text": segment}]
    asks = segment.endswith("?") and len(segment.split()) > 2
    in_general = general(segment, language) and not acts(segment, language)
    if (asks and not alone) or in_general:
        return [{"name": QUESTION, "confidence": BY_FORM, "text": segment}]
    return []


def only_a_number(segment: str, language: str, kit: Kit) -> bool:
    """Say whether a clause holds no more than a number and what it numbers: "order A-1"."""
    journey = by_value(segment, language, kit)
    if journey is None:
        return False
    called = " ".join(text for slot in journey.slots.values() for text in slot.ask.values())
    stems = set(words.stems(words.words(called), words.base(language)))
    said = words.content(words.words(segment, language), (language,))
    told = [word for word in said if word.isalpha() and len(word) > 1]
    return all(word in NUMBERED or words.stem(word, words.base(language)) in stems for word in told)


def without_numbers(found: list[dict[str, Any]], language: str, kit: Kit) -> list[dict[str, Any]]:
    """Leave out a clause that is only a number where a wish beside it says what is to be done."""
    kept = [
        one
        for one in found
        if words.is_question(one["text"], language) or not only_a_number(one["text"], language, kit)
    ]
    return kept if wish_beside(kept) else found


def wish_beside(found: list[dict[str, Any]]) -> bool:
    return any(intent["name"] not in (QUESTION, *COURTESIES) for intent in found)
