"""How a customer asks how something stands, and whether it was done."""

import re
from collections.abc import Sequence

from models.embedded import acting, turns, words

SHORTEST_VERB = 4
SHORT = 7
"""Words of a question on what became of something."""


def asks_decision(text: str, language: str) -> bool:
    """Say whether a text asks what was decided."""
    return turns.said_of(language, "decided").search(words.plain(text, language)) is not None


def asks_status(text: str, language: str) -> bool:
    """Say whether a text asks how something stands, with a mark or without."""
    plain = words.plain(text, language)
    return "?" in text or turns.said_of(language, "asking").search(plain) is not None


def asks_whereabouts(text: str, language: str) -> bool:
    """Say whether a text asks where something is, not what was said of it."""
    plain = words.plain(text, language)
    return turns.said_of(language, "whereabouts").search(plain) is not None


def asks_when(text: str, language: str) -> bool:
    """Say whether a text asks when something is to be: "e quando chega?", "which day?"."""
    return turns.said_of(language, "when").search(words.plain(text, language)) is not None


def remains(text: str, language: str) -> bool:
    """Say whether a text asks how long something is still to take: "how many more days till …?"."""
    return turns.said_of(language, "remaining").search(words.plain(text, language)) is not None


def asks_outcome(text: str, language: str) -> bool:
    """Say whether a text asks if something was done: "cancelou?", "did it go through?"."""
    plain = words.plain(text, language)
    if "?" not in text or len(plain.split()) > SHORT:
        return False
    if turns.said_of(language, "what").search(plain):
        return False
    if turns.said_of(language, "happened").search(plain):
        return True
    if words.base(language) == "en" and plain.startswith(("did ", "have you ", "has it ")):
        return True
    ending = turns.listed(language)["past"]
    return any(re.fullmatch(rf"\w{{3,}}{ending}", word) for word in plain.split())


def asks_generally(text: str, language: str) -> bool:
    """Say whether a text asks if it was done without saying what."""
    return turns.said_of(language, "happened").search(words.plain(text, language)) is not None


def asks_whether(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text asks if what the examples ask for was done: "cancelou?"."""
    base = words.base(language)
    ending = turns.listed(language)["past"]
    wished = acting.wished(tuple(examples), base)
    return any(
        re.fullmatch(rf"\w{{3,}}{ending}", word) is not None and words.stem(word, base) in wished
        for word in words.plain(text, language).split()
    ) or (base == "en" and _did(text, wished))


def _did(text: str, wished: frozenset[str]) -> bool:
    """Read "did you cancel it?": the verb of the question has no ending."""
    said = words.plain(text, "en").split()
    return "did" in said[:2] and any(
        words.stem(word, "en") in wished for word in said if len(word) >= SHORTEST_VERB
    )
