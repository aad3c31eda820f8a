"""A figure, what it is compared with, and the table of them."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEADS = ("what", "gate", "stretch", "measured", "reference", "scaled", "holds", "profile")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    reference: float | None = None
    against: str = ""
    """What the reference is; it was measured in the same run."""

    then: float | None = None
    """What the reference was on the machine where the gate was set."""

    gate: float | None = None
    stretch: float | None = None
    """What the gate should come to one day."""

    profile: str = ""
    """File with what cost most, where the gate does not hold."""

    least: bool = False
    """The gate is the least that is wanted; else the most that is allowed."""

    @property
    def ratio(self) -> float | None:
        """How many times the reference."""
        return self.value / self.reference if self.reference else None

    @property
    def scaled(self) -> float | None:
        """What the figure would be at the speed of the machine where the gate was set."""
        if not (self.then and self.reference):
            return None
        slower = self.reference / self.then
        return self.value * slower if self.least else self.value / slower

    @property
    def holds(self) -> bool | None:
        """Whether the gate holds, at the speed of its machine where that is known; None without one."""
        if self.gate is None:
            return None
        value = self.value if self.scaled is None else self.scaled
        return value >= self.gate if self.least else value <= self.gate


def printed(figures: Sequence[Figure]) -> str:
    """Give the table."""
    rows = [HEADS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    sign = "≥" if figure.least else "≤"
    return (
        figure.what,
        f"{sign} {figure.gate:g}" if figure.gate is not None else "",
        f"{sign} {figure.stretch:g}" if figure.stretch is not None else "",
        f"{_number(figure.value)} {figure.unit}".strip(),
        f"{_number(figure.reference)} ({figure.against})" if figure.reference is not None else "",
        _number(figure.scaled) if figure.scaled is not None else "",
        {True: "yes", False: "NO", None: ""}[figure.holds],
        figure.profile,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def as_data(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """Give the table as plain data."""
    return [
        {**asdict(figure), "ratio": figure.ratio, "holds": figure.holds, "scaled": figure.scaled}
        for figure in figures
    ]


def cpu_ms(work: Callable[[], object]) -> float:
    """Give the CPU time of a call, all threads of this process included."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


async def cpu_ms_of(work: Awaitable[object]) -> float:
    """Give the CPU time of this process until `work` is done."""
    begun = time.process_time()
    await work
    return (time.process_time() - begun) * 1000


def median(values: Sequence[float]) -> float:
    """Give the value in the middle."""
    return statistics.median(values)
