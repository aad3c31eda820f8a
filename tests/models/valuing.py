"""Measures how values in messages are read: `python tests/models/valuing.py [FILE LANGUAGE]`.

A file has a message a line: `message => kind value; kind value`, with `money value CURRENCY` and `kind?`
for what a careful reader could not be sure of.
"""

import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.embedded.entities import entities

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Tuesday
DATA = Path(__file__).with_name("data")


@dataclass
class Figures:
    """How many messages there were, and which were not read as they should be."""

    count: int = 0
    wrong: list[str] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)
    """Those with a value, taken for sure, that is none or another."""

    @property
    def right(self) -> float:
        return 1 - len(self.wrong) / self.count


def measured(language: str, path: Path | None = None) -> Figures:
    """Read every message of a file, the development set of the language unless another is named."""
    figures = Figures()
    path = path or DATA / f"values_{language[:2]}.txt"
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, said = (part.strip() for part in line.rsplit("=>", 1))
        sure, doubted = _expected(said)
        found = entities(text, language, NOW)
        read = sorted((one.kind, str(one.value), one.currency) for one in found if not one.doubt)
        unsure = {one.kind for one in found if one.doubt}
        figures.count += 1
        if read != sure or unsure != doubted:
            shown = [*read, *sorted(f"{kind}?" for kind in unsure)]
            figures.wrong.append(f"{text} => {said} | {shown}")
        if set(read) - set(sure):
            figures.guessed.append(f"{text} => {said} | {read}")
    return figures


def _expected(said: str) -> tuple[list[tuple[str, str, str]], set[str]]:
    sure, doubted = [], set()
    for part in filter(None, (part.strip() for part in said.split(";"))):
        kind, *told = part.split()
        if kind.endswith("?"):
            doubted.add(kind[:-1])
            continue
        value: Any = " ".join(told[:1] if kind == "money" else told)
        if kind == "money":
            value = float(value)
        elif kind == "number":
            value = float(value) if "." in value else int(value)
        sure.append((kind, str(value), told[1] if kind == "money" and len(told) > 1 else ""))
    return sorted(sure), doubted


if __name__ == "__main__":
    asked = (
        [(Path(sys.argv[1]), sys.argv[2])] if len(sys.argv) > 2 else [(None, "pt-BR"), (None, "en")]
    )
    for path, language in asked:
        figures = measured(language, path)
        print(
            f"{language}: {figures.right:.3f} of {figures.count} exact, {len(figures.guessed)} silent guesses"
        )
        print(*figures.wrong, sep="\n")
