"""A value found in a text, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

ONE_OF_TWO = "one of two"
"""The doubt where a text names two values; nothing that rules one out says that the other is meant."""


@dataclass(frozen=True)
class Span:
    """`text[start:end]` says `value`."""

    kind: str
    value: Any
    start: int
    end: int
    currency: str = ""
    """Of money: ISO 4217; empty where the text does not say."""

    doubt: str = ""
    """Why a careful reader could not be sure, in a few words; such a value is asked for, never taken."""

    readings: tuple[Any, ...] = ()
    """The values that a doubtful text may mean, likeliest first; empty where they cannot be told."""


def doubted(span: Span, doubt: str, *readings: Any) -> Span:
    """Give a span that is not sure."""
    return replace(span, doubt=doubt, readings=readings)


def apart(spans: Iterable[Span]) -> list[Span]:
    """Give the spans in order of place without overlaps: the earlier listed and the longer win."""
    kept: list[Span] = []
    for span in spans:
        start, end = span.start, span.end
        for other in kept:
            if start < other.end and other.start < end:
                break
        else:
            kept.append(span)
    return sorted(kept, key=attrgetter("start"))
