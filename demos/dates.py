"""Moving a past to another day: moments by seconds, and the days that its texts speak of.

A text is read for the ways in which the product and its people write a day: `2026-11-24`, `24/11`,
`24/11/2026`, `24 Nov`. Words such as "Friday" or "tomorrow" stay as they were said.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO = re.compile(r"(?<![\w-])(20\d\d)-(\d\d)-(\d\d)(?![\d-])")
_NUMBERS = re.compile(r"(?<![\w/.,-])(\d\d)/(\d\d)(?:/(20\d\d))?(?![\w/])")
_WORDS = re.compile(rf"(?<!\w)(\d{{1,2}}) ({'|'.join(MONTHS)})\b")
_MOMENT = re.compile(r"(?:.*_)?(?:at|until)")
MOMENTS_AFTER = 1e9
"""Seconds since 1970; a smaller number under such a name is something else."""


def is_moment(name: str, value: Any) -> bool:
    """Say whether a column or a key of that name holds a moment."""
    return (
        isinstance(value, float) and value > MOMENTS_AFTER and _MOMENT.fullmatch(name) is not None
    )


def moved(value: Any, shift: Callable[[float], float], text: Callable[[str], str]) -> Any:
    """Give a value of JSON with its moments and its texts moved."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return [moved(item, shift, text) for item in value]
    if isinstance(value, dict):
        return {
            key: shift(item) if is_moment(key, item) else moved(item, shift, text)
            for key, item in value.items()
        }
    return value


class Days:
    """Moves the days in texts that were written around one day."""

    def __init__(self, around: date, days: int) -> None:
        self._around = around
        self._by = timedelta(days=days)

    def __call__(self, text: str) -> str:
        """Give a text with its days moved; what is no day of the calendar stays."""
        if not self._by or not any(map(str.isdigit, text)):
            return text
        text = _ISO.sub(self._iso, text)
        text = _NUMBERS.sub(self._numbers, text)
        return _WORDS.sub(self._words, text)

    def _iso(self, found: re.Match[str]) -> str:
        day = self._moved(int(found[1]), int(found[2]), int(found[3]))
        return day.isoformat() if day else found[0]

    def _numbers(self, found: re.Match[str]) -> str:
        year = int(found[3]) if found[3] else None
        day = self._moved(year, int(found[2]), int(found[1]))
        if day is None:
            return found[0]
        return f"{day:%d/%m/%Y}" if found[3] else f"{day:%d/%m}"

    def _words(self, found: re.Match[str]) -> str:
        day = self._moved(None, MONTHS.index(found[2]) + 1, int(found[1]))
        return f"{day.day} {MONTHS[day.month - 1]}" if day else found[0]

    def _moved(self, year: int | None, month: int, day: int) -> date | None:
        years = [year] if year else [self._around.year + more for more in (-1, 0, 1)]
        try:
            days = [date(each, month, day) for each in years]
        except ValueError:
            return None
        return min(days, key=lambda each: abs(each - self._around)) + self._by
