"""The time, where the domain needs it; leases take theirs from the database."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Give the present moment, in UTC."""
    return datetime.now(UTC)


def seconds(moment: datetime) -> float:
    """Give a moment as the database keeps it: seconds since 1970 in UTC."""
    return moment.timestamp()


def moment(seconds: float) -> datetime:
    """Give a stored moment back as a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
