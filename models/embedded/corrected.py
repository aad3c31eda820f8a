"""What a customer puts right in the same breath: "ten bags, actually fifteen", "às 10, não, às 11h"."""

import re
from datetime import datetime
from functools import cache

from models.embedded import words
from models.embedded.clock import times
from models.embedded.dates import dates
from models.embedded.numbers import numbers
from models.embedded.spans import Span

REACH = 60
"""Characters between a value and what puts it right."""

LEAD = re.compile(r"[^\w]*(?:[^\W\d_]{1,3}\s+){0,2}$")
"""Small words that may stand between what puts right and the new value: "no, at 11"."""


def corrected(text: str, language: str, now: datetime) -> str:
    """Give a text with a value that is put right in place of the one before; else as it is.

    Both values must be of a kind, and count the same thing where both say what they count.
    """
    for mark in reversed([*_marks(words.base(language)).finditer(words.flat(text))]):
        kinds = (dates(text, language, now), times(text, language), numbers(text, language))
        pairs = (_pair(text, mark, spans) for spans in kinds)
        if pair := next((pair for pair in pairs if pair is not None), None):
            text = _put(text, mark, *pair)
    return text


def _pair(text: str, mark: re.Match[str], spans: list[Span]) -> tuple[Span, Span] | None:
    """Give the last value before a mark and the one right behind it."""
    before = [span for span in spans if mark.start() - REACH <= span.start < mark.start()]
    behind = [
        span for span in spans
        if span.start >= mark.end() and LEAD.fullmatch(text[mark.end() : span.start])
    ]  # fmt: skip
    if not before or not behind or before[-1].end > mark.start():
        return None
    counted, anew = _behind(text, before[-1].end, mark.start()), _behind(text, behind[0].end)
    return None if counted and anew and counted != anew else (before[-1], behind[0])


def _behind(text: str, at: int, end: int | None = None) -> str:
    """Give the word that a number counts."""
    match = re.match(r"\s+([^\W\d_]{3,})", text[at:end])
    return words.folded(match[1]).removesuffix("s") if match else ""


def _put(text: str, mark: re.Match[str], old: Span, new: Span) -> str:
    told = _behind(text, old.end, mark.start())
    end = new.end
    if told and _behind(text, end) == told:
        again = re.match(r"\s+[^\W\d_]+", text[end:])
        end += again.end() if again else 0
    said = text[new.start : new.end]
    return f"{text[: old.start]}{said}{text[old.end : mark.start()]}{text[end:]}"


@cache
def _marks(base: str) -> re.Pattern[str]:
    lists = words.load("arguments")["corrections"]
    said = sorted(map(words.folded, lists.get(base, lists["en"])), key=len, reverse=True)
    ways = "|".join(
        re.escape(one) if one[0] == "," else rf"[,;.–-]?\s*(?<![^\W_]){re.escape(one)}"
        for one in said
    )
    return re.compile(rf"\s*(?:{ways})(?![^\W_])[,:]?\s+")


__all__ = ["corrected"]
