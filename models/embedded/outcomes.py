"""How a customer asks how something stands, and whether it was done."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from models.embedded import acting, turns, words

SHORTEST_VERB = 4
BESIDE_DEEDS = 1
"""Words of meaning beside a question on what we have done."""

SHORT = 7
"""Words of a question on what became of something."""


def asks_decision(text: str, language: str) -> bool:
    """Say whether a text asks what was decided."""
    return turns.said_of(language, "decided").search(words.plain(text, language)) is not None


def asks_status(text: str, language: str) -> bool:
    """Say whether a text asks how something stands, with a mark or without."""
    plain = words.plain(text, language)
    return "?" in text or turns.said_of(language, "asking").search(plain) is not None


def only_asks_why(text: str, language: str) -> bool:
    """Say whether a text asks why, and no more: it is about what was said last."""
    plain = words.plain(text, language)
    return turns.said_of(language, "why").fullmatch(plain) is not None


def asks_deeds(text: str, language: str) -> bool:
    """Say whether a text asks what we have done: "what did you just do?", "mais alguma coisa foi feita?".

    Where it speaks of more than one thing besides, it complains, or asks or wants something else.
    """
    said, count = turns.said_of(language, "deeds").subn(" ", words.plain(text, language))
    said = turns.said_of(language, "so_far").sub(" ", said)
    beside = words.content(said.split(), (words.base(language),))
    return count > 0 and len(beside) <= BESIDE_DEEDS


def asks_reference(text: str, language: str) -> bool:
    """Say whether a text asks for the number under which something of hers is kept."""
    said = words.plain(text, language)
    return len(said.split()) <= SHORT and (
        turns.said_of(language, "reference").search(said) is not None
    )


def asks_open(text: str, language: str) -> bool:
    """Say whether a text asks which of something is open: "which return is open now?"."""
    said = words.plain(text, language)
    which = turns.said_of(language, "which").search(said)
    return which is not None and turns.said_of(language, "open").search(said) is not None


def asks_standing(text: str, language: str) -> bool:
    """Say whether a text asks how something is getting on, and not that anything be done with it."""
    said = words.plain(text, language)
    asks = turns.said_of(language, "standing").search(said) is not None
    return asks and not turns.said_of(language, "asking_for").search(said)


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


def asks_if_done(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text asks if what the examples ask for was done, and not that it be done.

    "Was it cancelled?", but not "can it be cancelled?".
    """
    base, said = words.base(language), words.plain(text, language)
    if not asks_outcome(text, language) or turns.said_of(language, "asking_for").search(said):
        return False
    if asks_generally(text, language):
        return True
    things = turns.said_of(language, "things")
    done = [word for word in said.split() if _is_past(word, base) and not things.fullmatch(word)]
    if base == "en" and "did" in said.split()[:2]:  # "did you cancel it": the verb has no ending
        after = words.content(said.split(), (base,))
        done = [word for word in after if len(word) >= SHORTEST_VERB][:1]
    return bool(_ours(tuple(examples), base) & set(words.stems(done, base)))


@cache
def _ours(examples: tuple[str, ...], base: str) -> frozenset[str]:
    """Give the stems of what we are told to do; "they charged me twice" tells what has been done to her."""
    said = words.words(" ".join(examples), base)
    counts = Counter(words.stem(word, base) for word in said)
    past = Counter(words.stem(word, base) for word in said if _is_past(word, base))
    return frozenset(stem for stem, count in counts.items() if count > 2 * past[stem])


def _is_past(word: str, base: str) -> bool:
    return re.fullmatch(rf"\w{{3,}}{turns.listed(base)['past']}", word) is not None


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
