"""Rules on how a reply speaks: no orders or prompts, no marks, the right language, the company's tone."""

import re
from functools import cache

from core.injected import injected
from graph.reviewing import reading
from graph.reviewing.grounds import Grounds
from models.embedded import words

RUN = 7
"""Words in a row that no reply shares with a prompt by chance."""

LEAST_WORDS = 5
"""Words from which a sentence tells its language."""


def order_to_model(sentence: str, grounds: Grounds) -> str | None:
    """What gives orders to a model came from a place where only data belongs."""
    return "it gives orders to a model" if injected(sentence) else None


def leaked_prompt(sentence: str, grounds: Grounds) -> str | None:
    """A reply says nothing of the orders that made it."""
    if _leaks().search(words.folded(sentence)):
        return "it speaks of its own instructions"
    if runs(sentence) & grounds.prompts:
        return "it repeats its own instructions"
    return None


def runs(text: str) -> frozenset[str]:
    """Give every few words in a row of a text."""
    said = reading.plainly(text).split()
    return frozenset(" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1))


def markup(sentence: str, grounds: Grounds) -> str | None:
    """A reply is plain text: no tags, no pictures, no code."""
    return "it holds markup" if _markup().search(sentence.lower()) else None


def avoided_word(sentence: str, grounds: Grounds) -> str | None:
    """Words that the company does not use are not said."""
    if not grounds.avoid_words:
        return None
    said = f" {reading.plainly(sentence)} "
    for phrase in grounds.avoid_words:
        if f" {reading.plainly(phrase)} " in said:
            return f"tone: {phrase!r} is not said here"
    return None


def other_language(sentence: str, grounds: Grounds) -> str | None:
    """A sentence is in the language of the reply; quotes of articles are marked as foreign elsewhere."""
    said = [word for word in reading.WORD.findall(sentence) if word.isalpha()]
    if grounds.read_language is None or len(said) < LEAST_WORDS:
        return None
    spoken = grounds.read_language(reading.MARKER.sub("", sentence))
    return None if spoken == grounds.language else f"it is in {spoken or 'another language'}"


@cache
def _leaks() -> re.Pattern[str]:
    return re.compile("|".join(reading.lists()["leaks"]))


@cache
def _markup() -> re.Pattern[str]:
    return re.compile(reading.lists()["markup"])
