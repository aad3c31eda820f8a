"""What a value is looked for in, and which of several is meant by the words around it."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from models.embedded import words
from models.embedded.spans import Span

NEAR = 24
"""Characters between a value and the word that says what it is."""


@dataclass(frozen=True)
class Asking:
    """What is looked for, and where."""

    name: str
    schema: dict[str, Any]
    text: str
    language: str
    now: datetime
    asked: bool
    alone: bool
    """No other schema looks for the same kind of value."""

    beside: bool = False
    """Free words were asked for: a bare number among them is no value of another schema."""

    @property
    def about(self) -> str:
        """The words that say what the value is: its name and description."""
        told = (str(self.schema.get(key, "")) for key in ("description", "title"))
        return words.folded(" ".join((self.name.replace("_", " "), *told)))


def named(found: list[Span], asking: Asking) -> list[Span]:
    """Give the values that stand by a word of the schema's name or description."""
    keys = set(re.findall(r"[a-z]{3,}", asking.about)) - words.function_words(("pt", "en"))
    stems = {words.stem(word, language) for word in keys for language in ("pt", "en")}
    near = []
    for span in found:
        around = (
            asking.text[max(0, span.start - NEAR) : span.start]
            + " "
            + asking.text[span.end : span.end + NEAR // 2]
        )
        said = {
            words.stem(word, language) for word in words.words(around) for language in ("pt", "en")
        }
        if said & stems:
            near.append(span)
    return near


def affirmed(found: list[Span], asking: Asking) -> list[Span]:
    """Leave out what is named only to be excluded: "not V-1042", unless nothing else is there."""
    negations = words.load("values")["negations"].get(words.base(asking.language), ["not"])
    before = re.compile(words.pattern(*negations).pattern + r"\s+(?:[^\W\d_]+\s+){0,2}$")
    kept = [
        span for span in found
        if not before.search(words.flat(asking.text[max(0, span.start - 40) : span.start]))
    ]  # fmt: skip
    return kept if kept and len({span.value for span in found}) > 1 else found


def within(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


@cache
def hints_of(kind: str) -> frozenset[str]:
    """Give the words in the name of a schema by which its kind is known, folded."""
    return frozenset(words.folded(hint) for hint in words.load("values")["hints"][kind])


def lists_of(language: str) -> dict[str, list[str]]:
    """Give the words around values in a language; English ones for a language that has none."""
    lists = words.load("values")
    return lists.get(words.base(language), lists["en"])
