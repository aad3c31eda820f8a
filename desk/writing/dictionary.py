"""Which words a language has, as they are written: with their accents, and how often each is said.

The lists are those of `models.embedded.lexicon`, which reads them without accents because customers leave
them out. The Portuguese one is European: a Brazilian spelling is known by the rule that it differs by.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from core.workspace import read_yaml
from models.embedded import lexicon, words
from models.embedded.spelling import EACH, MOST, PLAIN, SHORTEST, cost

FREQUENT = 60_000
"""Words that are suggested; rarer ones are only known."""

ACCENTED = 10
"""How much more often than a word its accented twin must be said: then that is what was meant ("até")."""

OWN_SHARE = 1e-5
"""How often our own words are taken to be said: as often as "balcão"."""

ACCENT = 0.2
"""What accents that differ cost, beside the slips of `models.embedded.spelling`."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SLIP, TWO_SLIPS = 2, 4
"""By how many letters two words may differ that are so many slips apart."""

BRAZILIAN = str.maketrans("éó", "êô")
EUROPEAN = str.maketrans("êô", "éó")
CLOSED = re.compile("[êô]")
OPEN = re.compile("[éó](?=[mn][aeiouáéíóúâêôãõ])")
SILENT = re.compile("[cp](?=[tçc])")
BEFORE_SILENT = re.compile("(?<=[aeiouáéíóúâêô])(?=[tç])")
CLITIC = re.compile(r"(?:me|te|se|lhes?|nos|vos|[ao]s?)$")
CUT_INFINITIVE = re.compile(r"(?:á|ê|í|ô)$")
AFTER_CUT = re.compile(r"l[ao]s?$")
INFINITIVES = {"á": "ar", "ê": "er", "í": "ir", "ô": "or"}
SMALL = re.compile(r"inh[oa]s?$")
PARTICIPLE = re.compile(r"(?:[ai]d)[oa]s?$")

OWN: dict[str, dict[str, Any]] = read_yaml(Path(__file__).with_name("words.yaml"))


class Dictionary:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = words.base(language)
        counted = _counts(self.language)
        signs = np.fromiter(map(hash, counted), np.int64, len(counted))
        counts = np.fromiter(counted.values(), np.int64, len(counted))
        shares, order = counts / counts.sum(), np.argsort(signs)
        self._signs, self._shares = signs[order], shares[order]
        self._own = _own(self.language)
        self._bare = frozenset(OWN["bare"].get(self.language, "").split())
        self._meant: dict[str, str] = OWN["meant"].get(self.language, {})
        self._forms = self._frequent(list(counted), shares)
        self._folded = list(self._forms)
        self._letters = _letters(self._folded)

    def knows(self, word: str) -> bool:
        """Say whether the language has a word in small letters, by a list or by a rule."""
        return word not in self._meant and self._knows(word)

    def _knows(self, word: str) -> bool:
        return self._has(word) or any(map(self._has, self._variants(word)))

    def often(self, word: str) -> bool:
        """Say whether a word in small letters is said so often that people mix it into other languages."""
        return any(word == twin for _, twin in self._forms.get(words.folded(word), ()))

    def accented(self, word: str) -> str:
        """Give the word with the accents that it almost always has; empty where it is right as it is."""
        if word in self._own or word in self._bare or words.folded(word) != word:
            return ""
        share = self._share(word)
        twins = [(other, said) for said, other in self._forms.get(words.folded(word), ())]
        best = max(twins, key=lambda twin: twin[1], default=("", 0.0))
        return best[0] if best[0] != word and best[1] > ACCENTED * max(share, 1e-12) else ""

    def near(self, word: str, most: int = 3) -> list[str]:
        """Give what a word may have been meant to be, likeliest first; `[]`: nothing is near enough."""
        if word in self._meant:
            return [self._meant[word]]
        folded = words.folded(word)
        limit = next(limit for size, limit in MOST if len(folded) >= size)
        for others in self._candidates(folded):
            if found := dict(self._ranked(word, folded, limit, others)):
                return sorted(found, key=found.__getitem__, reverse=True)[:most]
        return []

    def _candidates(self, folded: str) -> Iterator[list[str]]:
        """Give words that one slip may have made a folded one of, then those that two may."""
        apart = np.abs(self._letters - _letters([folded])[0]).sum(axis=1)
        one = [self._folded[at] for at in np.flatnonzero(apart <= SLIP).tolist()]
        if len(folded) < SHORTEST:
            yield [other for other in one if sorted(other) == sorted(folded) and self._plain(other)]
            return
        yield [other for other in one if abs(len(other) - len(folded)) <= 1]
        two = [self._folded[at] for at in np.flatnonzero(apart <= TWO_SLIPS).tolist()]
        # Who slips twice has begun well.
        yield [other for other in two if other[0] == folded[0]]

    def _plain(self, folded: str) -> bool:
        """Say whether a word is so frequent that three letters are enough to know it."""
        return any(share >= PLAIN for share, _ in self._forms[folded])

    def _ranked(
        self, word: str, folded: str, limit: float, others: list[str]
    ) -> Iterator[tuple[str, float]]:
        for other in others:
            slips = cost(folded, other, self.language)
            if slips > limit:
                continue
            for share, written in self._forms[other]:
                if written != word:
                    accents = ACCENT if other != folded and words.folded(word) == word else 0.0
                    yield written, log(share) - EACH * (slips + accents)

    def _frequent(
        self, written: list[str], shares: np.ndarray
    ) -> dict[str, list[tuple[float, str]]]:
        """Give the frequent words and our own by how they are without accents."""
        places = np.argsort(-shares)[:FREQUENT].tolist()
        shown = [self._as_here(written[at]) for at in places] + sorted(self._own)
        said = [float(shares[at]) for at in places] + [OWN_SHARE] * len(self._own)
        forms: dict[str, dict[str, float]] = {}
        for word, folded, share in zip(shown, _folded(shown), said, strict=True):
            forms.setdefault(folded, {}).setdefault(word, share)
        return {
            folded: [(share, word) for word, share in twins.items()]
            for folded, twins in forms.items()
        }

    def _as_here(self, word: str) -> str:
        """Give a word of the list as it is spelled in Brazil: "prémio" is "prêmio"."""
        if self.language != "pt":
            return word
        return OPEN.sub(lambda match: match[0].translate(BRAZILIAN), word)

    def _has(self, word: str) -> bool:
        return word in self._own or self._share(word) > 0

    def _share(self, word: str) -> float:
        sign = hash(word)
        at = int(np.searchsorted(self._signs, sign))
        found = at < len(self._signs) and int(self._signs[at]) == sign
        return float(self._shares[at]) if found else 0.0

    def _variants(self, word: str) -> Iterator[str]:
        """Give how a word may be listed if it is a form that no list has."""
        if len(word) > 3 and word.endswith("s"):
            yield word[:-1]
        if self.language == "en":
            yield from lexicon.variants(word, "en")
            yield re.sub("[ao]e", "e", word)  # "paediatric"
        elif self.language == "pt":
            yield from _european(word)


def _european(word: str) -> Iterator[str]:
    """Give how a Brazilian word is spelled in Portugal, where the list is from, or is inflected there."""
    yield CLOSED.sub(lambda match: match[0].translate(EUROPEAN), word)
    for silent in SILENT.finditer(word):
        yield word[: silent.start()] + word[silent.end() :]
    for gap in BEFORE_SILENT.finditer(word):
        yield from (word[: gap.start()] + letter + word[gap.start() :] for letter in "cp")
    if PARTICIPLE.search(word):
        stem = PARTICIPLE.sub("", word)
        yield from (stem + ending for ending in ("ar", "er", "ir"))
    if word.endswith("ns"):
        yield f"{word[:-2]}m"
    if word.endswith("ões"):
        yield f"{word[:-3]}ão"
    if SMALL.search(word):
        yield from (form for form in lexicon.variants(words.folded(word), "pt"))
    if word.endswith("mente"):  # of "rápida" is made "rapidamente", without its accent
        yield word.removesuffix("mente")


def without_clitic(word: str, following: str) -> str:
    """Give a verb's part before a hyphen as it is listed: "comprá" in "comprá-lo" is "comprar"."""
    if AFTER_CUT.match(following) and (cut := CUT_INFINITIVE.search(word)):
        return word[: cut.start()] + INFINITIVES[cut[0]]
    return f"{word}s" if CLITIC.match(following) and word.endswith("mo") else word


def _letters(folded: list[str]) -> np.ndarray:
    """Give how often each letter stands in each word, `(n_words, 26)` int8."""
    signs = np.array([word.encode("ascii", "replace") for word in folded], "S")
    places = signs.view(np.uint8).reshape(len(folded), -1)
    return np.stack(
        [(places == ord(letter)).sum(axis=1) for letter in LETTERS], axis=1, dtype=np.int8
    )


def _folded(written: list[str]) -> list[str]:
    """Give words without accents; all at once is five times as fast as word by word."""
    return lexicon.ACCENTS.sub("", unicodedata.normalize("NFKD", "\n".join(written))).split("\n")


def _counts(base: str) -> dict[str, int]:
    return orjson.loads(gzip.decompress((lexicon.LISTS / f"{base}.json.gz").read_bytes()))


def _own(base: str) -> frozenset[str]:
    """Give the words that no list has: of trade, and those by which customers' words are read."""
    listed = words.load("spelling")
    verbs = (verb.removesuffix("ar") for verb in OWN["verbs"].get(base, "").split())
    endings = OWN["endings"].get(base, "").split()
    return frozenset(
        {
            *OWN["words"].get(base, "").split(),
            *listed["also"].get(base, ()),
            *listed["things"].get(base, ()),
            *(f"{stem}{ending}" for stem in verbs for ending in endings),
        }
    )


@cache
def dictionary(language: str) -> Dictionary:
    """Give the dictionary of a language, read once; it takes a second, so do it on a thread."""
    return Dictionary(words.base(language))
