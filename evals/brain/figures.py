"""A figure, the gate that it is held against, and how they are printed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    of: int
    """Cases that it rests on."""

    gate: float | None = None
    """None: it is printed for what it tells of another."""

    stretch: float | None = None
    most: bool = False
    """The gate is the most that it may be."""

    share: bool = True
    """It is a share of the cases, so that chance alone says how far it may be off."""

    @property
    def holds(self) -> bool | None:
        """Whether the gate holds; None: there is none."""
        if self.gate is None:
            return None
        return self.value <= self.gate if self.most else self.value >= self.gate

    @property
    def interval(self) -> tuple[float, float] | None:
        """Give Wilson's 95 % interval of a share."""
        if not self.share or not self.of or not 0 <= self.value <= 1:
            return None
        z, n, p = 1.96, self.of, self.value
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def table(figures: Sequence[Figure]) -> str:
    """Give the figures as a Markdown table."""
    lines = [
        "| what | gate | stretch | measured | 95 % | of | holds |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        sign = "≤" if one.most else "≥"
        bounds = [
            f"{sign} {bound:g}" if bound is not None else "" for bound in (one.gate, one.stretch)
        ]
        sure = f"{one.interval[0]:.2f}–{one.interval[1]:.2f}" if one.interval else ""
        holds = {True: "yes", False: "**no**", None: ""}[one.holds]
        lines.append(
            f"| {one.what} | {bounds[0]} | {bounds[1]} | {one.value:.3f} | {sure} | {one.of} | {holds} |"
        )
    return "\n".join(lines)


def macro_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """Give the mean over labels of F1, from (right, read); each label of the right ones counts the same."""
    pairs = list(pairs)
    names = {right for right, _ in pairs}
    scores = []
    for name in names:
        found = sum(right == read == name for right, read in pairs)
        asked = sum(right == name for right, _ in pairs) + sum(read == name for _, read in pairs)
        scores.append(2 * found / asked)
    return sum(scores) / len(scores) if scores else 0.0


__all__ = ["Figure", "macro_f1", "table"]
