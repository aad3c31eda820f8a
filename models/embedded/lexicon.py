"""Which words a language has, and how often they are said: frequency lists, and our own word lists.

The lists come with pyspellchecker. They are of films' subtitles, so of how people talk, and hold no slips
of the finger; a language without one has the words of whoever asks.
"""

import gzip
import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import spellchecker

from models.embedded import words

LISTS = Path(spellchecker.__file__).parent / "resources"
ENTRY = re.compile(r'"([^"]+)": *(\d+)')
ACCENTS = re.compile("[\u0300-\u036f]+")
FREQUENT = 25_000
"""Words of a language that an unknown one may be a slip for; rarer ones are only known."""

COMMON = 10_000
"""Words of another language that are known in this one, too: people mix them."""

WORLDWIDE = ("pt", "en")
"""Languages whose common words are known in every language."""


def known(word: str, language: str) -> bool:
    """Say whether a folded word is one: of this language, common in another, or a form of one of its own."""
    return _known(word, words.base(language))


@lru_cache(maxsize=50_000)
def _known(word: str, base: str) -> bool:
    if is_listed(word, base) or word in _said():
        return True
    if any(_rank(other).get(word, FREQUENT) < COMMON for other in WORLDWIDE if other != base):
        return True
    return any(is_listed(other, base) or other in _said() for other in variants(word, base))


def share(word: str, language: str) -> float:
    """Give how much of what is said a frequent word is, 0 to 1; 0 for every other."""
    return frequent(language).get(word, 0.0)


@cache
def frequent(language: str) -> dict[str, float]:
    """Give the most frequent words of a language, folded, most frequent first, each with its share."""
    return _list(words.base(language))[1]


@cache
def _rank(base: str) -> dict[str, int]:
    return {word: at for at, word in enumerate(frequent(base))}


def is_listed(word: str, language: str) -> bool:
    """Say whether a language's list has a folded word, as it is."""
    if word in words.load("spelling")["things"].get(words.base(language), ()):
        return True
    signs = _list(words.base(language))[0]
    at = int(np.searchsorted(signs, hash(word)))
    return at < len(signs) and int(signs[at]) == hash(word)


@cache
def _list(base: str) -> tuple[np.ndarray, dict[str, float]]:
    """Give a language's words by their hashes, which take a tenth of the memory, and the frequent ones."""
    path = LISTS / f"{base}.json.gz"
    if not path.exists():
        return np.zeros(0, np.int64), {}
    # Folded as a whole, which is five times as fast as word by word.
    text = ACCENTS.sub(
        "", unicodedata.normalize("NFKD", gzip.decompress(path.read_bytes()).decode())
    )
    found = ENTRY.findall(text)
    counts = np.fromiter((int(count) for _, count in found), np.int64, len(found))
    signs = np.fromiter((hash(word) for word, _ in found), np.int64, len(found))
    shares = counts / counts.sum()
    top: dict[str, float] = defaultdict(float)
    for at in np.argsort(-counts)[:FREQUENT].tolist():
        top[found[at][0]] += float(shares[at])
    return np.sort(signs), dict(top)


@cache
def _said() -> frozenset[str]:
    """Give our own words, those of chats and of grammar, of all languages."""
    own = words.load("spelling")["also"].values()
    said: set[str] = {words.folded(word) for listed in own for word in listed}
    for language, spellings in words.load("chat").items():
        said.update(words.function_words((language,)), map(words.folded, map(str, spellings)))
    return frozenset(said)


@lru_cache(maxsize=10_000)
def variants(word: str, base: str) -> tuple[str, ...]:
    """Give how a word may be listed if it is a form that no list has: "colour", "papelzinho"."""
    match = _endings(base).search(word) if len(word) > 4 else None
    found: list[str] = []
    while match is not None:
        stem, ending = word[: match.start()], match[0]
        found += [stem + other for other in words.load("spelling")["variants"][base][ending]]
        match = _endings(base).search(word, match.start() + 1)
    return tuple(found)


@cache
def _endings(base: str) -> re.Pattern[str]:
    listed = words.load("spelling")["variants"].get(base, {})
    inner = "|".join(sorted(map(re.escape, listed), key=len, reverse=True)) or r"\Z\A."
    return re.compile(rf"(?:{inner})$")
