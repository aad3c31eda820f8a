"""Places in Brazil that a text names, so that a question on a city finds the line on its state or region."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from models.embedded import words

CODE = re.compile(r"[A-Z]{2}")
CODES = re.compile(r"[A-Z]{2}(?:(?:\s*[,/;]\s*|\s+(?:e|and|&)\s+)[A-Z]{2})*")
LONGEST = 5
"""Words of the longest name."""


@dataclass(frozen=True)
class Place:
    """A region, a state of it, or a city of a state."""

    region: str
    state: str = ""
    city: str = ""

    def holds(self, other: "Place") -> bool:
        """Say whether a place is this one or in it."""
        return (
            self.region == other.region
            and self.state in ("", other.state)
            and self.city in ("", other.city)
        )

    @property
    def depth(self) -> int:
        """How narrow it is: 0 a region, 1 a state, 2 a city."""
        return bool(self.state) + bool(self.city)


def nearness(asked: Iterable[Place], said: Iterable[Place]) -> float:
    """Say how well the places of a line answer for the places asked: 0 not at all, 1 they are the same.

    The narrowest line that holds the place answers for it; lines on parts of a place answer for the whole.
    """
    best = 0.0
    for one in asked:
        for other in said:
            if other.holds(one):
                best = max(best, 1 - 0.15 * (one.depth - other.depth))
            elif one.holds(other):
                best = max(best, 0.5)
    return best


@lru_cache(maxsize=5_000)
def named(text: str) -> tuple[Place, ...]:
    """Give the places that a text names, the widest reading of each name first; `()` where none.

    The code of a state counts after a word that leads to a place, "to RJ", and in a list of codes, "RJ, MG".
    """
    found: list[Place] = [place for _, _, places in at(text) for place in places]
    if CODES.fullmatch(text.strip()):
        found += [_coded()[code] for code in CODE.findall(text) if code in _coded()]
    return tuple(dict.fromkeys(found))


def mentions(text: str) -> int:
    """Say how often a text names places; a list of codes in a cell of a table counts as one."""
    cells = [cell.strip() for cell in text.split("|")] if "|" in text else []
    return len(at(text)) + sum(bool(CODES.fullmatch(cell) and named(cell)) for cell in cells)


def at(text: str) -> list[tuple[int, int, tuple[Place, ...]]]:
    """Give where places are named: first word, behind the last one, and what the name may stand for."""
    said = words.words(text)
    known, leading = _names(), _leading()
    found: list[tuple[int, int, tuple[Place, ...]]] = []
    start = 0
    while start < len(said):
        for size in range(min(LONGEST, len(said) - start), 0, -1):
            name = " ".join(said[start : start + size])
            alone = len(said) == size
            if (entry := known.get(name)) and (
                entry[1] or alone or (start and said[start - 1] in leading)
            ):
                found.append((start, start + size, entry[0]))
                start += size
                break
        else:
            start += 1
    return found


@cache
def _listed() -> Any:
    return words.load("places")


@cache
def _leading() -> frozenset[str]:
    return frozenset(
        phrase.split()[-1] for phrases in _listed()["leading"].values() for phrase in phrases
    )


@cache
def _coded() -> dict[str, Place]:
    return {code: Place(state["region"], code) for code, state in _listed()["states"].items()}


@cache
def _names() -> dict[str, tuple[tuple[Place, ...], bool]]:
    """Give what each name stands for, and whether it is nothing but a place."""
    found: dict[str, tuple[tuple[Place, ...], bool]] = {}

    def add(name: str, place: Place) -> None:
        plain = words.plain(name.removeprefix("~"))
        before, sure = found.get(plain, ((), True))
        found[plain] = ((*before, place), sure and not name.startswith("~"))

    for region, names in _listed()["regions"].items():
        for name in names:
            add(name, Place(region))
    for code, state in _listed()["states"].items():
        ordinary = words.function_words(("pt", "en"))
        codes = [] if code.lower() in ordinary else [f"~{code}"]
        for name in [*state["names"], *codes]:
            add(name, Place(state["region"], code))
        for name in state["cities"]:
            add(name, Place(state["region"], code, words.plain(name)))
    return found
