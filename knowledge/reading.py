"""How questions and articles are read: as stems of the words that mean something, and as shared meanings.

A customer writes "guarantee" and the article "warranty": both are read as the same meaning, from
`synonyms.yaml`, beside their own stems. A mistyped word is read as the nearest word of the articles.
"""

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path

from core.workspace import read_yaml
from models.embedded import words as reading

LONGEST = 5
"""Words of the longest phrase that is looked up among the meanings."""

SHORTEST_MENDED = 5
NEAR_ENOUGH = 0.84

Meanings = dict[tuple[str, ...], tuple[str, ...]]


def terms(text: str, language: str) -> list[str]:
    """Give what a text is found by: stems, chat spelling written out, and the meanings in it."""
    stems, meanings = _read(text, language)
    return [*(stem for stem, _ in stems), *meanings]


def weights(question: str, language: str) -> dict[str, float]:
    """Give the terms of a question, each with how much of the question it is.

    A word is two: its stem and its meaning, or its stem twice where no other word means the same.
    """
    stems, meanings = _read(question, language)
    return {stem: 1.0 if shared else 2.0 for stem, shared in stems} | dict.fromkeys(meanings, 1.0)


def _read(text: str, language: str) -> tuple[list[tuple[str, bool]], list[str]]:
    """Give the stems of the words that mean something, each with whether it is in a meaning, and those."""
    tokens = reading.words(text, language)
    stems = reading.stems(tokens, language)
    known = _meanings(reading.base(language))
    meanings: list[str] = []
    shared: set[int] = set()
    for start in range(len(stems)):
        for end in range(start + 1, min(start + LONGEST, len(stems)) + 1):
            if found := known.get(tuple(stems[start:end])):
                meanings += found
                shared.update(range(start, end))
    grammar = reading.function_words((language,))
    said = [
        (stem, place in shared)
        for place, (token, stem) in enumerate(zip(tokens, stems, strict=True))
        if token not in grammar
    ]
    return said, meanings


@cache
def _meanings(base: str) -> Meanings:
    """Give the meanings of each phrase, by its stems; a meaning is named by the line's first phrase."""
    listed: dict[str, list[str]] = read_yaml(Path(__file__).with_name("synonyms.yaml"))
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for line in listed.get(base, []):
        phrases = [phrase.strip() for phrase in line.split(",")]
        for phrase in phrases:
            stems = tuple(reading.stems(reading.words(phrase, base), base))
            name = f"={phrases[0]}"
            if name not in found[stems]:
                found[stems].append(name)
    return {stems: tuple(names) for stems, names in found.items()}


class Spelling:
    """The words of the articles, so that a mistyped word is read as the one that was meant."""

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self._language = language
        self._known: set[str] = set()
        self._stems: set[str] = set()
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for text in texts:
            self._known.update(reading.words(text, language))
        for word in sorted(self._known):
            self._stems.add(reading.stem(word, language))
            if len(word) >= SHORTEST_MENDED:
                self._by_letter[word[0]].append(word)
        self._mended = lru_cache(maxsize=10_000)(self._nearest)

    def mended(self, question: str) -> str:
        """Give the question with each unknown word replaced by a known one that is nearly the same."""
        return " ".join(map(self._mended, reading.words(question, self._language)))

    def _nearest(self, word: str) -> str:
        if len(word) < SHORTEST_MENDED or not word.isalpha() or word in self._known:
            return word
        stem = reading.stem(word, self._language)
        if stem in self._stems or (stem,) in _meanings(reading.base(self._language)):
            return word
        # The first letter is seldom mistyped, and without this "train" would be read as "rain".
        near = [other for other in self._by_letter[word[0]] if abs(len(other) - len(word)) < 3]
        return next(iter(get_close_matches(word, near, n=1, cutoff=NEAR_ENOUGH)), word)
