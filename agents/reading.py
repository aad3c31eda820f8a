"""What examples alone do not tell of a message: clauses nobody claimed, and asking told from acting.

The classifier knows what customers say when they want something. Two things are read besides: a number
that one of the workspace's procedures takes says what a clause is about, whatever its words; and a
question on how things are in general is for the articles, even where a procedure has the same words.
"""

from typing import Any

from agents import Brief, Kit, choosing
from agents.clauses import (
    BY_FORM,
    COMPLAINT,
    COURTESIES,
    DOUBTFUL,
    QUESTION,
    UNLIKELY,
    acts,
    flattened,
    general,
    looking,
    measures,
    owns,
    pattern_of,
    procedures,
    requests,
    segments,
    supposes,
    writing,
)
from agents.leading import of_anybody, one_question, whole_complaint, without_context
from agents.numbered import (
    by_numbers,
    only_a_number,
    parted,
    unclaimed,
    wish_beside,
    without_numbers,
)
from journeys.repairing import fits
from models import Understanding
from models.embedded import splitting, words
from models.embedded.language import ANSWERING, LATER, OPENING

OF_HERSELF = ("cpf", "email", "phone", "card")
"""Values that tell who she is or how she pays."""

LIKELY = 0.98
"""Confidence below which a wish is none where she only tells such a value."""

LEADS = {"greeting": "greets", "thanks": "thanks"}
"""Courtesies before which more may follow, with the list of their words."""

GREETING_WORDS = 3
"""Words after a greeting that may still belong to it: "hi, how are you"."""


def language_of(brief: Brief, understanding: Understanding) -> str:
    """Give the language that her message is in: that of before, unless it shows enough of another."""
    talking = any(said["role"] != "customer" for said in brief["history"])
    needed = ANSWERING if brief["awaiting"] else LATER if talking else OPENING
    return understanding.language(brief["text"], brief["language"], needed=needed)


async def completed(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit, *, asked: bool = False
) -> list[dict[str, Any]]:
    """Give the intents of all clauses, in order: those the classifier read, and those it did not.

    With `asked`, a question of ours is open: a word of regret is then an answer, not a complaint.
    """
    clauses = segments(text, language)
    intents = _worded(text, intents)
    intents = _beyond_courtesy(text, intents, language, kit)
    intents = [part for intent in intents for part in by_numbers(intent, language, kit)]
    known = [part for intent in intents for part in parted(intent, clauses, language, kit)]
    known = [await _told_apart(intent, language, kit) for intent in known]
    found = one_question(text, without_numbers(known, language, kit), language, kit)
    for segment in clauses:
        if not any(_same(segment, intent["text"]) for intent in found):
            if wish_beside(found) and only_a_number(segment, language, kit):
                continue  # it says which one the wish beside it is about
            found = [*found, *unclaimed(segment, language, kit, alone=len(clauses) == 1)]
    if not found and not asked and kit.understanding.bitter(text, language):
        found = [{"name": COMPLAINT, "confidence": BY_FORM, "text": text.strip()}]
    found.sort(key=lambda intent: text.find(intent["text"][:12]))
    found = without_context(text, of_anybody(found, language), language, kit)
    found = whole_complaint(text, found, language, kit)
    if {intent["name"] for intent in found} == {QUESTION}:
        return [found[0] | {"text": text.strip()}]  # "are you open? at what time"
    found = [
        one | {"text": splitting.bare(one["text"], language)} if one["name"] == QUESTION else one
        for one in found
    ]
    return [*{intent["name"]: intent for intent in reversed(found)}.values()][::-1]


def _worded(text: str, intents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the wishes that the words of a message can carry.

    Figures, signs and single letters are like no example; a word alone must be surely like one. A number
    of hers is read all the same.
    """
    count = sum(word.isalpha() and len(word) > 1 for word in words.words(text))
    if not count:
        return []
    return [one for one in intents if count > 1 or one["confidence"] >= DOUBTFUL]


def _beyond_courtesy(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Read what follows a greeting or thanks, where that is all that was read of a longer message."""
    if len(intents) != 1 or intents[0]["name"] not in LEADS:
        return intents
    name = intents[0]["name"]
    courtesy = pattern_of(LEADS[name], language)
    rest, flat = text, words.flat(text)
    while (match := courtesy.match(flat)) is not None:
        rest = rest[match.end() :].lstrip(" ,;.!?\n")
        flat = words.flat(rest)
    rest = splitting.bare(rest, language)
    asks = requests(rest, language)
    if rest == text or (
        len(words.words(rest)) <= GREETING_WORDS and not (asks and name == "thanks")
    ):
        return intents
    read = [dict(one) for one in kit.understanding.intents(rest, language)]
    if name == "thanks":
        read = [one for one in read if one["name"] not in COURTESIES]
        if not asks:
            return intents  # "thanks, you are a great help"
    return read or [{"name": QUESTION, "confidence": BY_FORM, "text": rest}]


def _same(segment: str, claimed: str) -> bool:
    bare = segment.strip(" ,;.!?")
    return bare in claimed or claimed.strip(" ,;.!?") in bare


def _tells_who(text: str, name: str, language: str, kit: Kit) -> bool:
    """Say whether a text tells a number of hers that a procedure has no slot for, and nothing that it does.

    "Change my CPF, it is ..." is somewhat like a change of anything else.
    """
    if choosing.names(kit.journeys, language).words(text):
        return False
    found = kit.understanding.entities(text, language, kit.context.now)
    told = [one["value"] for one in found if one["kind"] in OF_HERSELF]
    slots = [slot for one in kit.journeys.values() if one.trigger.intent == name
             for slot in one.slots.values()]  # fmt: skip
    return bool(told) and not any(
        fits(slot, value)
        for value in told
        for slot in slots
        if "pattern" in slot.schema_ or "format" in slot.schema_
    )


async def _told_apart(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Turn a wish to act, or a complaint, into a question where the clause asks how things are in general.

    "How many days do I have to complain?" complains of nothing, unless it is bitter.
    """
    text = intent["text"]
    guessed = intent["name"] in procedures(kit) and intent["confidence"] < UNLIKELY
    if guessed and supposes(text, language) and not owns(flattened(text, language), language):
        return intent | {"name": QUESTION}
    if intent["name"] in looking(kit) and supposes(text, language):
        return intent | {"name": QUESTION}  # how it stands now tells nothing of what would be
    if intent["confidence"] < LIKELY and _tells_who(text, intent["name"], language, kit):
        return intent | {"name": QUESTION}
    if intent["name"] in writing(kit) and measures(text, language):
        return intent | {"name": QUESTION}
    if intent["name"] not in (COMPLAINT, *writing(kit)) or not general(text, language):
        return intent
    if intent["name"] == COMPLAINT:
        bitter = kit.understanding.bitter(text, language)
        return intent if bitter else intent | {"name": QUESTION}
    if acts(text, language) and not await kit.search(text, language=language):
        return intent
    return intent | {"name": QUESTION}
