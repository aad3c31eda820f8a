"""A value found in a text, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Span:
    """`text[start:end]` says `value`."""

    kind: str
    value: Any
    start: int
    end: int


def apart(spans: Iterable[Span]) -> list[Span]:
    """Give the spans in order of place without overlaps: the earlier listed and the longer win."""
    kept: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
