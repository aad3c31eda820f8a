"""Texts in rough English, word by word: what a sentence model that reads only English is given.

What a word means is learned from the starter bank, whose sentences are pairs (IBM's first model), and is
written down in `data/gloss.yaml` for phrases and for words that the bank lacks or is unsure about.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import numpy as np

from models.embedded import words

ROUNDS = 6
"""Times that the pairs are gone through: after a few the best translation stays the same."""

PLAIN = 0.7
"""Chance from which the bank's translation of a word stands against the one written down."""

LIKELY = 0.15
"""Chance from which it stands where none is written down."""

LONGEST = 6
"""Words of a phrase."""


class Glossary:
    """Phrases and words with their rough English; unknown words by their stem, or as they are."""

    def __init__(self, language: str, known: Mapping[str, str]) -> None:
        self.known = known
        self._language = language

    def english(self, said: list[str]) -> str:
        """Give the words in rough English, the longest phrase first."""
        found: list[str] = []
        at = 0
        while at < len(said):
            size = self._longest(said, at)
            found.append(self._word(said[at]) if not size else self.known[_phrase(said, at, size)])
            at += size or 1
        return " ".join(filter(None, found))

    def _longest(self, said: list[str], at: int) -> int:
        for size in range(min(LONGEST if said[at] in self._opening else 1, len(said) - at), 0, -1):
            if _phrase(said, at, size) in self.known:
                return size
        return 0

    def _word(self, word: str) -> str:
        return self._stems.get(words.stem(word, self._language), word)

    @cached_property
    def _opening(self) -> frozenset[str]:
        return frozenset(phrase.split(" ", 1)[0] for phrase in self.known if " " in phrase)

    @cached_property
    def _stems(self) -> dict[str, str]:
        """The shortest word of each stem stands for those that nobody wrote down."""
        found: dict[str, str] = {}
        for word in sorted(self.known, key=len):
            if " " not in word:
                found.setdefault(words.stem(word, self._language), self.known[word])
        return found


def compiled(
    language: str, pairs: Iterable[tuple[str, str]], written: Mapping[str, Mapping[str, str]]
) -> Glossary:
    """Give the glossary of a language, from sentences with their English and what is written down."""
    learned = aligned((words.words(said), words.words(english)) for said, english in pairs)
    known = {**written.get("phrases", {})}
    by_hand = written.get("words", {})
    for word in {*learned, *by_hand}:
        english, chance = learned.get(word, ("", 0.0))
        if chance >= PLAIN or (word not in by_hand and chance >= LIKELY):
            known[word] = english
        elif word in by_hand:
            known[word] = by_hand[word]
    return Glossary(language, dict(sorted(known.items())))


def aligned(pairs: Iterable[tuple[list[str], list[str]]]) -> dict[str, tuple[str, float]]:
    """Give each word its likeliest English word with the chance of it (IBM's first model)."""
    foreign: dict[str, int] = {"": 0}  # what English says of its own
    english: dict[str, int] = {}
    of, into, at = [], [], []
    slots = 0
    for said, meant in pairs:
        places = [0, *(foreign.setdefault(word, len(foreign)) for word in said)]
        for word in meant:
            of += places
            into += [english.setdefault(word, len(english))] * len(places)
            at += [slots] * len(places)
            slots += 1
    links, which = np.unique(np.array(of) * len(english) + np.array(into), return_inverse=True)
    owner = links // max(1, len(english))
    chances = np.ones(len(links))
    for _ in range(ROUNDS):
        share = chances[which]
        counts = np.bincount(which, share / np.bincount(at, share)[at])
        chances = counts / np.bincount(owner, counts)[owner]
    back, there = [*foreign], [*english]
    best = {
        back[owner[link]]: (there[links[link] % len(english)], float(chances[link]))
        for link in np.argsort(chances, kind="stable")
    }
    best.pop("", None)
    return best


def meant(text: str, mended: Callable[[str], str] | None) -> list[str]:
    """Give the words of a text as they were meant."""
    said = words.words(text)
    return [mended(word) for word in said] if mended else said


def _phrase(said: list[str], at: int, size: int) -> str:
    return " ".join(said[at : at + size])
