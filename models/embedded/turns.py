"""The words by which people turn, point, take note and ask what became of something."""

import re
from functools import cache

from models.embedded import words


@cache
def said_of(language: str, kind: str) -> re.Pattern[str]:
    """Give a pattern that finds the phrases of a kind in a plain text."""
    phrases = listed(language)[kind]
    return words.pattern(*(words.plain(str(phrase), language) for phrase in phrases))


@cache
def grammar(language: str) -> frozenset[str]:
    """Give the grammar words of a language."""
    return words.function_words((words.base(language),))


def listed(language: str) -> dict:
    """Give the phrases of a language by their kind; English where it has none."""
    lists = words.load("turns")
    return lists.get(words.base(language), lists["en"])
