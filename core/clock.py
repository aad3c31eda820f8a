"""The time, where the domain needs it; leases take theirs from the database.

In a demo the domain's clock may run ahead (`REGENTE_CLOCK_FILE`): what turns, procedures, tools and
opening hours take for now. Leases, heartbeats and deliveries never do.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.errors import BadInput

Clock = Callable[[], datetime]

LONGEST = 9
"""Digits of the seconds that a clock may run ahead: three decades."""

_followed: list[Path] = []


def follow(path: Path | None) -> None:
    """Run ahead by the seconds that a file holds, read anew each time; None: run with the world."""
    _followed[:] = [path] if path else []


def ahead() -> timedelta:
    """Give how far the domain's clock runs ahead; nothing where the file is missing.

    Raises:
        BadInput: the file holds something else than a number of seconds that is not negative.
    """
    if not _followed:
        return timedelta()
    try:
        told = _followed[0].read_text("utf-8").strip() or "0"
    except FileNotFoundError:
        return timedelta()
    if not told.isdecimal() or len(told) > LONGEST:
        raise BadInput(
            f"{_followed[0]} holds {told[:40]!r}; write a whole number of seconds, such as 172800."
        )
    return timedelta(seconds=int(told))


def system_clock() -> datetime:
    """Give the present moment, in UTC, as the domain sees it."""
    return datetime.now(UTC) + ahead()


def seconds(moment: datetime) -> float:
    """Give a moment as the database keeps it: seconds since 1970 in UTC."""
    return moment.timestamp()


def moment(seconds: float) -> datetime:
    """Give a stored moment back as a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
