"""Two matters in one message of which only one was heard; told apart by the things of hers they are about."""

from collections.abc import Iterator
from typing import Any

from agents import Kit
from agents.clauses import COMPLAINT, flattened, looking, pattern_of, procedures
from agents.numbered import JOINT
from agents.rehearsing import Stage
from agents.weighing import Heard
from models.embedded import splitting, words
from models.embedded.intents import ALIKE

PLAIN_WISH = 0.5
"""Score of the classifier from which a part of a message says plainly what it wants."""

MOST_CUTS = 4
"""Places at which a message is tried to be cut; one with more is a story."""

SHORTEST_PART = 3
"""Words of a part that may be a matter of its own."""


async def several(
    text: str, intents: list[dict[str, Any]], language: str, stage: Stage, kit: Kit
) -> list[dict[str, Any]]:
    """Give what a message asks for, with two wishes in place of one that covers two things of hers.

    "Cancel the red one and tell me where the blue one is" is like one wish as a whole; each part is like
    another, and the records know both things.
    """
    wishes = [one for one in intents if one["name"] in procedures(kit)]
    if {one["name"] for one in intents} == {COMPLAINT}:
        return [*intents, *await _complained_of(text, stage)]
    if len(wishes) != 1:
        return intents
    for first, second in _pairs(text, language, kit):
        one, other = await stage.best([first]), await stage.best([second])
        if one and not (other and are_two(one, other)):
            other = await _look(second, one, language, stage, kit)
        if one and other and (are_two(one, other) or _only_looks(other, kit)):
            found = [one.intent(first), other.intent(second)]
            known = {one.name, other.name}
            return [*found, *(i for i in intents if i not in wishes and i["name"] not in known)]
    return intents


def are_two(first: Heard, second: Heard) -> bool:
    """Say whether two parts want two things: each names its own by number, or says plainly what it wants."""
    if first.name == second.name or first.things & second.things:
        return False
    if not (first.stands and second.stands and first.things and second.things):
        return False
    numbered = all(one.fit and one.fit.coded for one in (first, second))
    return numbered or min(first.score, second.score) >= PLAIN_WISH


def _pairs(text: str, language: str, kit: Kit) -> Iterator[tuple[str, str]]:
    """Give the ways to cut a message in two where either part is like a wish of its own."""
    ends = [clause.start for clause in splitting.clauses(text, language) if clause.strong]
    joints = [match.start() for match in JOINT.finditer(text)]
    cuts = sorted({*ends, *joints} - {0})
    for at in cuts if len(cuts) <= MOST_CUTS else ():
        first, second = text[:at].strip(), JOINT.sub("", text[at:].strip(" ,.;\n"), count=1).strip()
        if min(len(words.words(first)), len(words.words(second))) < SHORTEST_PART:
            continue
        wished = [_like(part, language, kit) for part in (first, second)]
        asks = words.is_question(second, language)
        if all(wished) and (wished[0] != wished[1] or asks):
            yield first, second


def _like(text: str, language: str, kit: Kit) -> str:
    """Give the procedure's intent that a part is most like; empty where it is like none."""
    known = procedures(kit)
    likely = kit.understanding.likely(text, language, 1)
    return next((name for name, _ in likely if name in known), "")


async def _complained_of(text: str, stage: Stage) -> list[dict[str, Any]]:
    """Give what a message of its own, in a burst, tells of the thing of hers that is complained of."""
    for line in text.splitlines() if "\n" in text else ():
        for read in await stage.readings([line]):
            if read.things and read.fit and not read.fit.dead and read.score >= ALIKE:
                return [read.intent(line)]
    return []


async def _look(text: str, beside: Heard, language: str, stage: Stage, kit: Kit) -> Heard | None:
    """Give what a part asks to have looked up of another thing of hers: that harms nobody."""
    asks = pattern_of("knowing", language).search(flattened(text, language))
    if not (asks or words.is_question(text, language)) or not (beside.stands and beside.things):
        return None
    read = [one for one in await stage.readings([text]) if looks_up(one, kit)]
    return next((one for one in read if not one.things & beside.things), None)


def looks_up(read: Heard, kit: Kit) -> bool:
    """Say whether it is to look up something of hers, which harms nobody."""
    return bool(read.things) and _only_looks(read, kit)


def _only_looks(read: Heard, kit: Kit) -> bool:
    return read.name in looking(kit)
