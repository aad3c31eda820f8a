"""What of a text the classifier looks at: stems, pairs of them, meanings, character n-grams."""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import pairwise

from models.embedded import words

VERSION = "7"
CODE_WORD = re.compile(r"(?<![\w@.-])[a-z]{4,}\d{1,4}(?![\w@-])")
"""A word with figures at its end, such as the code of a coupon."""

DIGITS = re.compile(r"(?<![^\W_])(?:[a-z]{1,3}[- ]?)?#?\d[\d./:,-]*\b|\S+@\S+")
NUMBER, CODE = "0", "0x"
SIGNS = frozenset({NUMBER, CODE})
"""What stands for every number, and for every word with figures at its end."""

WORDS, PARTS, MEANINGS = "w", "c", "m"
"""Groups of features; each is brought to length 1 before they are weighed against each other."""


def features(said: list[str], language: str) -> dict[str, dict[str, float]]:
    """Give the weighted features of a text's `tokens` by group."""
    languages = (language,)
    grammar = words.function_words(languages)
    groups: dict[str, dict[str, float]] = {WORDS: {}, PARTS: {}, MEANINGS: {}}
    stemmed = [words.stem(token, language) for token in said]
    for token, stem in zip(said, stemmed, strict=True):
        weight = 0.5 if token in grammar else 1.0
        _add(groups[WORDS], stem, weight)
        for part in words.ngrams(token):
            _add(groups[PARTS], part, weight)
    for left, right in pairwise(["<", *stemmed, ">"]):
        _add(groups[WORDS], f"{left} {right}", 0.7)
    for meaning in meanings(said, languages):
        _add(groups[MEANINGS], meaning, 1.0)
    return groups


def meanings(tokens: list[str], languages: tuple[str, ...]) -> list[str]:
    """Give the meanings that the thesaurus finds in words, each once, in order."""
    return list(dict.fromkeys(meaning for _, _, meaning in meanings_at(tokens, languages)))


def meanings_at(tokens: list[str], languages: tuple[str, ...]) -> Iterator[tuple[int, int, str]]:
    """Give each meaning with the place of its first word and how many words say it."""
    known, longest, begins = _thesaurus(languages)
    stems = [_stems(token, languages) for token in tokens]
    for at in range(len(tokens)):
        if begins.isdisjoint(stems[at]):
            continue
        for size in range(1, min(longest, len(tokens) - at) + 1):
            for way in range(len(languages)):
                phrase = " ".join(stem[min(way, len(stem) - 1)] for stem in stems[at : at + size])
                for meaning in known.get(phrase, ()):
                    yield at, size, meaning


def _add(group: dict[str, float], feature: str, weight: float) -> None:
    group[feature] = group.get(feature, 0.0) + weight


def tokens(text: str, language: str, mended: Callable[[str], str] | None = None) -> list[str]:
    """Give the words in full, every code and number as one sign: which number it is says nothing.

    A word that ends in figures, as "spring20", has a sign of its own.

    `mended` gives a word as it was meant, where the finger slipped.
    """
    said: list[str] = []
    signed = DIGITS.sub(f" {NUMBER} ", CODE_WORD.sub(f" {CODE} ", words.folded(text)))
    for word in words.words(signed):
        full = _written_out(word, (language,))
        if mended and full == (word,):
            full = _written_out(mended(word), (language,))
        said += full
    if "?" in text:
        said.append("?")
    return said


@lru_cache(maxsize=20_000)
def _written_out(token: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Give a chat word in full; as the first language that knows it would."""
    for language in languages:
        said = words.words(token, language)
        if said and said != [token]:
            return tuple(said)
    return (token,)


@lru_cache(maxsize=50_000)
def _stems(token: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.stem(token, language) for language in languages))


@cache
def _thesaurus(
    languages: tuple[str, ...],
) -> tuple[dict[str, tuple[str, ...]], int, frozenset[str]]:
    """Give the meanings by phrase, the words of the longest phrase, and the words that begin one."""
    known: dict[str, tuple[str, ...]] = {}
    for meaning, phrases in words.load("thesaurus").items():
        for phrase in phrases:
            tokens = [
                full
                for token in words.words(str(phrase))
                for full in _written_out(token, languages)
            ]
            for way in range(len(languages)):
                key = " ".join(_stems(token, languages)[min(way, len(_stems(token, languages)) - 1)]
                               for token in tokens)  # fmt: skip
                if meaning not in known.get(key, ()):
                    known[key] = (*known.get(key, ()), meaning)
    longest = max(key.count(" ") + 1 for key in known)
    return known, longest, frozenset(key.split(" ", 1)[0] for key in known)
