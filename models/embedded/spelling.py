"""Mends words that nobody taught: one slip of the finger away from one that somebody did."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

SHORTEST = 4
"""Letters of a word that may be mended; shorter ones are too like each other."""


class Spelling:
    """Words that are known, with how often they were said."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._mended: dict[str, str] = {}

    def mended(self, word: str) -> str:
        """Give the known word that this one was meant to be, or the word itself.

        A letter that is missing, too many, another, or in the wrong place is one slip.
        """
        if word in self._known or len(word) < SHORTEST or not word.isalpha():
            return word
        if word not in self._mended:
            self._mended[word] = max(self._near(word), default=(0.0, 0, word))[-1]
        return self._mended[word]

    def _near(self, word: str) -> Iterator[tuple[float, int, str]]:
        found = {known for part in (word, *_shorter(word)) for known in self._index.get(part, ())}
        for known in found:
            if len(known) < SHORTEST and sorted(known) != sorted(word):
                continue
            same = (known[0] == word[0]) + (known[-1] == word[-1])
            yield same - (sorted(known) != sorted(word)), self._known[known], known

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for known in self._known:
            if len(known) >= SHORTEST - 1 and known.isalpha():
                for part in {known, *_shorter(known)}:
                    index[part].append(known)
        return index


def _shorter(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
