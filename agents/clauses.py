"""How a clause asks: for something to be done, to be told, or how things are for anybody."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from agents import Kit
from core.workspace import read_yaml
from models.embedded import expected, spelling, splitting, words

QUESTION = "question"
COMPLAINT = "complaint"
PERSON = "person"
RECALL = "recall"
COURTESIES = ("greeting", "thanks", "small_talk", "goodbye")
PLAIN = (QUESTION, *COURTESIES)

BY_VALUE = 0.77
"""Confidence of a wish that is read from a number alone: looking something up harms nobody."""

DOUBTFUL = 0.82
"""Confidence below which a number in a clause tells more than what the clause is like."""

UNLIKELY = 0.9
"""Confidence below which a wish is doubted that has no use for the number in its clause."""

BY_FORM = 0.71
"""Confidence of a wish that is read from the form of a question alone."""

CODE_SIGNS = re.compile(r"--|[{}\[\]<>;='\"|\\^$%]")
LONGEST_WORD = 60
"""Signs of a run from which it is no word, nor a link or an address that is worth reading."""

CODE_LIKE = 5
"""Signs of a programme or of markup from which a text may be one."""

WORDS: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("intent.yaml"))


def requests(text: str, language: str) -> bool:
    """Say whether a text asks for something to be done or told."""
    flat = flattened(text, language)
    if introduces(text, language):
        return False
    if "?" in text or words.is_question(text, language):
        return True
    return any(
        pattern_of(kind, language).search(flat) for kind in ("acting", "knowing", "requesting")
    )


def introduces(text: str, language: str) -> bool:
    """Say whether a text only brings up a thing: "you know the book that came on Monday?"."""
    flat = flattened(text, language).strip(" ,;.!?")
    opening = pattern_of("opening", language).match(flat)
    if opening is None:
        return False
    rest = flat[opening.end() :]
    asks = any(pattern_of(kind, language).search(rest) for kind in ("acting", "knowing"))
    return not asks and not re.search(r"[?.!;]", rest)


def general(text: str, language: str) -> bool:
    """Say whether a text asks how things are, for anybody."""
    flat = flattened(text, language)
    return pattern_of("general", language).search(flat) is not None and not owns(flat, language)


def supposes(text: str, language: str) -> bool:
    """Say whether a text asks what would be if: "e se eu já usei?", "what if I have worn it?"."""
    return "?" in text and pattern_of("supposing", language).match(words.flat(text)) is not None


def owns(flat: str, language: str) -> bool:
    """Say whether a text speaks of the customer's own matter: "my order", "this one", a number."""
    said = pattern_of("not_own", language).sub(" ", flat)
    return any(map(str.isdigit, said)) or pattern_of("own", language).search(said) is not None


def acts(text: str, language: str) -> bool:
    """Say whether a text asks to do something, rather than to be told how it is."""
    asked = pattern_of("knowing", language).sub(" ", flattened(text, language))
    return pattern_of("acting", language).search(asked) is not None


def asks_leave(text: str, language: str) -> bool:
    """Say whether a text asks whether one may do something: "posso devolver?", "can one return it?"."""
    return pattern_of("leave", language).search(flattened(text, language)) is not None


def measures(text: str, language: str) -> bool:
    """Say whether a text asks only how long or how much something takes: "how long is the refund?"."""
    if "?" not in text or acts(text, language):
        return False
    return expected.strict(text, language) and not owns(flattened(text, language), language)


def segments(text: str, language: str) -> list[str]:
    """Cut a message where a sentence ends or another matter is joined."""
    found: list[str] = []
    for clause in splitting.clauses(text, language):
        turns = pattern_of("general", language).search(flattened(clause.text, language)) is not None
        if clause.strong or turns or not found:
            found.append(clause.text)
        else:
            found[-1] += clause.text
    return [segment.strip() for segment in found]


def is_code(text: str) -> bool:
    """Say whether a text is for machines: brackets and quotes, or runs longer than any word."""
    signs = CODE_SIGNS.findall(text)
    said = [word for word in words.words(CODE_SIGNS.sub(" ", text)) if word.isalpha()]
    if len(signs) >= CODE_LIKE and 2 * len(signs) >= 3 * len(said):
        return True
    runs = text.split()
    return 2 * sum(len(run) for run in runs if len(run) > LONGEST_WORD) > sum(map(len, runs))


def surely_looks_up(intent: Mapping[str, Any], kit: Kit) -> bool:
    """Say whether it is surely a wish to look something up."""
    return intent["name"] in looking(kit) and intent["confidence"] >= UNLIKELY


def procedures(kit: Kit) -> set[str]:
    """Give the intents of all procedures."""
    return {journey.trigger.intent for journey in kit.journeys.values()}


def writing(kit: Kit) -> set[str]:
    """Give the intents of the procedures that change something."""
    return {journey.trigger.intent for journey in kit.journeys.values() if journey.writes}


def looking(kit: Kit) -> set[str]:
    """Give the intents of the procedures that only look something up."""
    return {journey.trigger.intent for journey in kit.journeys.values() if journey.looks_up}


@lru_cache(maxsize=512)
def flattened(text: str, language: str) -> str:
    """Give a text as the word lists are looked up in it, slips of the finger mended."""
    return words.flat(spelling.listening(_listened(language), language).text(text))


@cache
def _listened(language: str) -> frozenset[str]:
    listed = (kind.get(language, kind["en"]) for kind in WORDS.values())
    return frozenset(
        word for phrases in listed for phrase in phrases for word in words.words(phrase)
    )


@cache
def pattern_of(kind: str, language: str) -> re.Pattern[str]:
    return words.pattern(*WORDS[kind].get(language, WORDS[kind]["en"]))
