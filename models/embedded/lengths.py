"""Measures told in another unit than an argument has: a week is seven days, pounds are no kilos."""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from models.embedded import words
from models.embedded.numbers import numbers
from models.embedded.schemas import spelled_out

MEASURES = ("kg", "lb", "cm", "m", "km", "gb")
ONE = ("a", "an", "one", "um", "uma")


def in_other_unit(
    name: str, schema: Mapping[str, Any], text: str, language: str
) -> tuple[bool, int | None]:
    """Say whether a text counts in another unit than the argument, and give how many of its own that is.

    None where it is no whole number of them, or never the same.
    """
    own = _unit([*words.words(spelled_out(name)), *words.words(str(schema.get("description", "")))])
    spans = numbers(text, language, article=True)
    told = [
        (span.value, unit)
        for span in spans
        if not span.doubt and (unit := _unit(words.words(text[span.end :])[:1]))
    ]
    said = words.words(text)
    if not spans:
        told = [(1, unit) for one, word in pairwise(said) if one in ONE and (unit := _unit([word]))]
    if own is None or len(told) != 1 or len(spans) > 1 or told[0][1] == own:
        return False, None
    value, (kind, length) = told[0]
    count = value * length / own[1]
    whole = kind == own[0] and count == int(count)
    low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return True, int(count) if whole and low <= count <= high else None


def _unit(said: list[str]) -> tuple[str, int] | None:
    return next((units[word] for word in said if word in (units := _units())), None)


@cache
def _units() -> dict[str, tuple[str, int]]:
    measures = {
        words.folded(word): (unit, 1)
        for unit, called in words.load("arguments")["units"].items()
        for word in called
        if unit in MEASURES and len(word) > 1
    }
    return measures | {
        words.folded(word): (kind, length)
        for kind, units in words.load("arguments")["lengths"].items()
        for word, length in units.items()
    }


__all__ = ["in_other_unit"]
