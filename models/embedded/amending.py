"""A value that was written out, put right by a few words: "it is 210, not 120", "the flat is 15"."""

import re

from models.embedded import words

NUMBER = re.compile(r"\d+(?:[-./]\d+)*")
SHORTEST = 2
"""Letters of a word before a number by which it is known: "ap 51", "apto 51"."""

ABBREVIATED = 4
"""Letters of a word that may be the beginning of a longer one."""


def amended(value: str, text: str, language: str) -> str | None:
    """Give a value with the number that a text puts right; None where it is not clear which, or which to.

    Only a number is put in place of another: what it says besides is not guessed.
    """
    there, said = [*NUMBER.finditer(value)], [*NUMBER.finditer(text)]
    known = {match[0] for match in there}
    new = {match[0] for match in said} - known
    old = [match for match in there if match[0] in {each[0] for each in said}]
    if len(new) != 1:
        return None
    (number,) = new
    if len(old) == 1:
        return _put(value, old[0], number)
    if len(there) == 1:
        return _put(value, there[0], number)
    named = next(match for match in said if match[0] == number)
    fits = [match for match in there if _alike(value, match, text, named, language)]
    return _put(value, fits[0], number) if len(fits) == 1 and not old else None


def _put(value: str, place: re.Match[str], number: str) -> str:
    return f"{value[: place.start()]}{number}{value[place.end() :]}"


def _alike(
    value: str, there: re.Match[str], text: str, named: re.Match[str], language: str
) -> bool:
    """Say whether two numbers are called alike: by the word that stands before them."""
    word = _called(text, named, language)
    other = _called(value, there, language)
    short = min(len(word), len(other))
    if short < SHORTEST:
        return False
    begin = SHORTEST if short <= ABBREVIATED else short
    return word[:begin] == other[:begin]


def _called(text: str, number: re.Match[str], language: str) -> str:
    """Give the last word of meaning before a number."""
    before = words.content(words.words(text[: number.start()], language), (words.base(language),))
    return before[-1] if before else ""
