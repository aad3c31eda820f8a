"""Whether the words of a text are bitter, and whether it presses for time: from word lists.

What a text sounds like is for `moods`; a list tells which words say it.
"""

import math
import re
from functools import cache

from models.embedded import words

NEGATION_REACH = 3
"""Words over which a negation turns a feeling around."""

BESIDE_FEELING = 1
"""Words of meaning beside those that only say how she feels, and about whom."""

SPREAD = 3.0
"""Sum of feelings at which the sentiment is 0.76."""

BITTER = -0.5
"""Feeling from which words are bitter."""


def bitter(text: str, language: str) -> bool:
    """Say whether the words of a text are bitter."""
    return of_words(text, language) <= BITTER


def of_words(text: str, language: str) -> float:
    """Give what the words of a text feel like, -1 (angry) to 1 (delighted); 0 where none feels."""
    language = words.base(language)
    tokens = words.words(text, language)
    stems = words.stems(tokens, language)
    total, at = 0.0, 0
    feelings, longest = _feelings(language)
    while at < len(stems):
        for size in range(min(longest, len(stems) - at), 0, -1):
            felt = feelings.get(" ".join(stems[at : at + size]))
            if felt is not None:
                total += felt * _force(tokens, at, size, language)
                at += size
                break
        else:
            at += 1
    if total < 0:
        total *= _loudness(text)
    return round(math.tanh(total / SPREAD), 3)


def only_feels(text: str, language: str) -> bool:
    """Say whether a text has hardly a word that tells what happened: "you are useless".

    Who asks to complain tells what she wants, if not what happened.
    """
    base = words.base(language)
    if any(sign.isdigit() for sign in text) or _asks_to_complain(base).search(
        words.plain(text, base)
    ):
        return False
    feelings, _ = _feelings(base)
    felt = {stem for phrase, feeling in feelings.items() if feeling < -1 for stem in phrase.split()}
    aimed = set(words.stems(sorted(_listed("aimed", base)), base))
    told = words.stems(words.content(words.words(text, language), (base,)), base)
    return len({*told} - felt - aimed) <= BESIDE_FEELING


def urgent(text: str, language: str) -> bool:
    """Say whether the customer presses for time."""
    said = words.plain(text, language)
    match = _urgency(words.base(language)).search(said)
    if match is None:
        return False
    before = said[: match.start()].split()[-2:]
    return not any(word in _listed("negations", words.base(language)) for word in before)


def _force(tokens: list[str], at: int, size: int, language: str) -> float:
    """Give how much a feeling counts: stronger, weaker, or turned around by what stands before it."""
    before = tokens[max(0, at - NEGATION_REACH) : at]
    own = tokens[at : at + size]
    negations = _listed("negations", language)
    force = 1.5 if any(word in _listed("stronger", language) for word in before[-1:]) else 1.0
    if any(word in negations for word in before) and not any(word in negations for word in own):
        return -0.6 * force
    return force


def _loudness(text: str) -> float:
    """Give more than 1 for a text that shouts: capitals, rows of exclamation marks."""
    letters = [sign for sign in text if sign.isalpha()]
    shouting = len(letters) > 12 and sum(sign.isupper() for sign in letters) > 0.7 * len(letters)
    return 1 + 0.3 * shouting + 0.15 * min(2, len(re.findall(r"[!?]{2,}", text)))


@cache
def _feelings(language: str) -> tuple[dict[str, float], int]:
    """Give the stems of words and phrases with how they feel, and the most words of a phrase."""
    found: dict[str, float] = {}
    for strength, phrases in words.load("sentiment").get(language, {}).items():
        for phrase in phrases:
            said = words.words(str(phrase), language)
            found[" ".join(words.stems(said, language))] = float(strength)
    return found, max((key.count(" ") + 1 for key in found), default=1)


@cache
def _listed(kind: str, language: str) -> frozenset[str]:
    return frozenset(words.folded(word) for word in words.load("sentiment")[kind].get(language, []))


@cache
def _asks_to_complain(language: str) -> re.Pattern[str]:
    listed = words.load("sentiment")["complains"].get(language, ["\0"])
    return words.pattern(*(words.plain(phrase, language) for phrase in listed))


@cache
def _urgency(language: str) -> re.Pattern[str]:
    listed = words.load("sentiment")["urgent"].get(language, ["\0"])
    return words.pattern(*(words.plain(phrase, language) for phrase in listed))
