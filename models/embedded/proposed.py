"""What a yes would carry out: its words, what will be done, and whether that stops something."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from models.embedded import words
from models.embedded.phrasebook import listed, taught

BESIDE = 1
"""Words to each side of one that is said twice, where what is exchanged differs."""

ENDING = 3
"""Letters in which forms of a word may differ."""

OFFERS = re.compile(
    r"\b(?:vou|vamos|posso|podemos|i will|we will|i can|we can|i'll|shall i)\b", re.IGNORECASE
)
"""Where the words of a proposal begin; what stands before it tells how things are."""

ALTERNATING = (("qu", "c"), ("gu", "g"))
"""Ends of a stem that are the same: "troque" and "trocar"."""

ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")

SURE_NUMBER = 2
"""Digits of a number that can only be the one of the proposal; "2" may count something."""


@dataclass(frozen=True)
class Proposed:
    """What was proposed."""

    stems: frozenset[str] = frozenset()
    """All that carries meaning."""

    head: frozenset[str] = frozenset()
    """What will be done, without what it is done to."""

    acts: frozenset[str] = frozenset()
    """What will be done, in other words too."""

    besides: frozenset[str] = frozenset()
    """What it is called besides, as long as nothing is named with it: "take it off", of a charge."""

    signs: frozenset[str] = frozenset()
    """The words that tell so: "take that charge off"."""

    named: frozenset[str] = frozenset()
    """Words and values that a yes may name: not what something will be exchanged from."""

    stops: bool = False
    """Whether it would stop something, so that "send it" is no yes to it."""

    language: str = ""

    def does(self, word: str) -> bool:
        """Say whether a word tells what will be done."""
        return stem_of(word, self.language) in self.acts

    def besides_of(self, each: Iterable[str]) -> frozenset[str]:
        """Give what words may call the act besides: nothing, where they name a thing of the proposal."""
        others = self.stems - self.acts - self.besides - self.signs
        return frozenset() if others & {*stems_of(each, self.language)} else self.besides

    def names(self, word: str) -> bool:
        """Say whether a word is of the proposal, in whatever form; "30th" is the 30."""
        if self.does(word) or ORDINAL.sub("", word) in self.named:
            return True
        stem = stem_of(word, self.language)
        return any(
            stem_of(one, self.language) == stem and one[: len(word) - ENDING] == word[:-ENDING]
            for one in self.named
            if one.isalpha()
        )

    def touches(self, part: str) -> bool:
        """Say whether words name something of it besides what will be done: "make it green"."""
        said = words.content(words.words(part, self.language), (self.language,))
        return bool((self.stems - self.head) & {*stems_of(said, self.language)})


@lru_cache(maxsize=128)
def proposed_of(about: str, base: str) -> Proposed:
    """Read what is proposed from how it was put."""
    about = offered(about)
    said = words.words(about, base)
    told = [word for word in words.content(said, (base,)) if word.isalpha() and len(word) > 2]
    stems = stems_of(told, base)
    stopping = _stems_of("stops", base) & {*stems}
    usual = bool(told) and told[0] in taught(base)
    head = stopping or frozenset(stems[: 2 if usual else 1])  # "open the return"
    acts = head | (_stems_of("ends", base) if stopping else _same_acts(frozenset(stems), base))
    rows = [] if stopping else _rows_besides(frozenset(stems), base)
    return Proposed(
        stems=frozenset(stems), head=head, acts=acts, named=_named(about, said, base),
        besides=frozenset[str]().union(*(_stems(row[1:], base) for row in rows)),
        signs=frozenset[str]().union(*(_stems(row[:1], base) for row in rows)),
        stops=bool(stopping), language=base,
    )  # fmt: skip


def offered(about: str) -> str:
    """Give what is offered, without what is told before it: "It was delivered. I can search for it"."""
    asks = about.rstrip().rpartition(". ")[2]
    start = OFFERS.search(about.removesuffix(asks)) or OFFERS.search(about)
    return about[start.start() :] if start else about


def stem_of(word: str, base: str) -> str:
    """Give the stem of a word, the same for all forms of a verb."""
    stem = words.stem(word, base)
    if base == "pt":
        for ending, same in ALTERNATING:
            if stem.endswith(ending):
                return stem.removesuffix(ending) + same
    return stem


def stems_of(said: Iterable[str], base: str) -> list[str]:
    return [stem_of(word, base) for word in said]


def _rows_besides(stems: frozenset[str], base: str) -> list[list[str]]:
    """Give the rows of what acts are called besides whose first word stands in the proposal."""
    rows = words.load(f"answers_{base}")["besides"]
    return [row for row in rows if _stems(row[:1], base) & stems]


def _same_acts(stems: frozenset[str], base: str) -> frozenset[str]:
    """Give the acts that a proposal tells, in other words; sending one and collecting another is a swap."""
    kinds = words.load(f"answers_{base}")
    rows = [_stems(row, base) for row in kinds["acts"]]
    found = frozenset[str]().union(*(row for row in rows if row & stems))
    swap, *by = [_stems(row, base) for row in kinds["swaps"]]
    return found | (swap if all(row & stems for row in by) else frozenset())


def _named(about: str, said: list[str], base: str) -> frozenset[str]:
    """Give the words and values of a proposal, "G" and numbers too, and what calls such things."""
    told = words.content(said, (base,))
    named = {word for word in told if not word.isdigit() or len(word) >= SURE_NUMBER}
    listed_too = ("things", "addresses") if "@" in about else ("things",)
    called = words.words(" ".join(one for kind in listed_too for one in listed(base)[kind]), base)
    return frozenset((named - _replaced(said, base)) | {*words.content(called, (base,))})


def _replaced(said: list[str], base: str) -> set[str]:
    """Give what stands beside words that are said twice, and only the first time: "M for ... G"."""
    grammar = words.function_words((base,))
    places: dict[str, list[int]] = {}
    for at, word in enumerate(said):
        places.setdefault(word, []).append(at)
    twice = {word: at for word, at in places.items() if len(at) > 1 and word not in grammar}
    if not twice:
        return set()
    again = min(at[1] for at in twice.values())
    beside = {
        said[near]
        for at in twice.values()
        for near in range(max(0, at[0] - BESIDE), min(len(said), at[0] + BESIDE + 1))
    }
    return {word for word in beside - grammar if max(places[word]) < again - BESIDE}


@cache
def _stems_of(kind: str, base: str) -> frozenset[str]:
    """Give the stems of the words of a list."""
    return _stems(listed(base)[kind], base)


def _stems(phrases: list[str], base: str) -> frozenset[str]:
    return frozenset(stems_of(words.words(" ".join(map(str, phrases)), base), base))
