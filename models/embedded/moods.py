"""What a message sounds like, whatever it asks for: blame, a feeling, and the wish for no more promotions.

A kernel machine for each (`moods_fitting` learns them from `bank/moods`) over words, parts of words,
meanings, how sentences are built and, where the embedder is MiniLM, sentence vectors. Courtesies stay: they
tell a feeling. What was learned is in `data/moods.npz` (made by `building`), so that nothing is learned at a
start. A signal, not a decision: nobody opens a case because of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np

from models.embedded import words
from models.embedded.features import meanings, tokens
from models.embedded.spelling import Spelling
from models.embedded.vectors import Vectors

BUILT = words.DATA / "moods.npz"

COMPLAINT, NEGATIVE, NEUTRAL, POSITIVE, LEAVING = range(5)
"""Columns of the scores."""

SHARES = {"u": 0.2, "p": 0.2, "m": 0.1, "s": 0.5}
"""How much of the likeness of two texts their words, parts of words, meanings and build make."""

VECTOR_SHARE = 0.6
VECTOR_SHARPNESS = 3.0
"""How fast the likeness falls with the distance of the vectors."""

UNKNOWN = 8.0
"""What a feature that no example has adds to the square of a text's length."""

PLAIN = 0.3
"""Score from which a wish for no promotions is plain: other things are stopped and cancelled, too."""

SPREAD = 0.5
"""Difference of the scores of liking and disliking at which a feeling is 0.76."""

KEPT = 64
"""Texts whose scores are kept: each is asked about blame, feeling and promotions."""


@dataclass(frozen=True)
class Built:
    """What was learned; a score is above 0 for what is likelier so than not, if both were as frequent."""

    embedder: str
    """The name of the model that `vectors` are of."""

    said: Mapping[str, Mapping[str, int]]
    """By language, the examples' words with how often they are said."""

    thresholds: Mapping[str, list[float]]
    """By language and way of reading (`pt words`, `pt both`), the least scores of blame and of leaving."""

    places: Mapping[int, int]
    rarity: np.ndarray
    """(n_features,)"""

    by_words: np.ndarray
    """(n_features, 5) weights where there are no vectors."""

    beside: np.ndarray
    """(n_features, 5) weights beside vectors."""

    vectors: np.ndarray
    """(n_examples, n) of length 1."""

    coefficients: np.ndarray
    """(n_examples, 5) that the likeness of vectors counts with."""


@cache
def built() -> Built:
    """Give what was learned."""
    with np.load(BUILT, allow_pickle=False) as stored:
        about = json.loads(bytes(stored["about"]).decode())
        vectors = stored["vectors"] * stored["steps"]
        return Built(
            about["embedder"],
            about["said"],
            about["thresholds"],
            {int(mark): at for at, mark in enumerate(stored["marks"])},
            stored["rarity"].astype(np.float32),
            stored["by_words"].astype(np.float32),
            stored["beside"].astype(np.float32),
            (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32),
            stored["coefficients"].astype(np.float32),
        )


class Moods:
    """Reads texts in the languages that were learned; `source` gives their vectors, where there are any."""

    def __init__(self, source: Vectors | None = None) -> None:
        self._source = source
        self._scores = lru_cache(maxsize=KEPT)(self._read)

    def speaks(self, language: str) -> bool:
        """Say whether a language was learned."""
        return words.base(language) in self._built.said

    def complains(self, text: str, language: str) -> bool:
        """Say whether a text blames the company or its people."""
        return self._counts(text, language, COMPLAINT, 0)

    def leaves(self, text: str, language: str, *, surely: bool = False) -> bool:
        """Say whether a text wants no more promotions, news or calls that sell; `surely`, or may be."""
        if not self._counts(text, language, LEAVING, 1):
            return False
        return not surely or bool(self._scores(text, words.base(language))[LEAVING] >= PLAIN)

    def feeling(self, text: str, language: str) -> float:
        """Give -1 (angry) to 1 (delighted); 0 where a text is likelier to feel nothing."""
        if not self.speaks(language):
            return 0.0
        scores = self._scores(text, words.base(language))
        if scores[NEUTRAL] >= max(scores[NEGATIVE], scores[POSITIVE]):
            return 0.0
        return round(float(np.tanh((scores[POSITIVE] - scores[NEGATIVE]) / SPREAD)), 3)

    def _counts(self, text: str, language: str, column: int, which: int) -> bool:
        if not self.speaks(language):
            return False
        base = words.base(language)
        wanted = self._built.thresholds[f"{base} {'both' if self._sees(base) else 'words'}"]
        return bool(self._scores(text, base)[column] >= wanted[which])

    def _sees(self, base: str) -> bool:
        """Say whether texts of a language have vectors that examples were embedded as."""
        return (
            self._source is not None
            and self._source.embedder.name == self._built.embedder
            and self._source.speaks(base)
        )

    def _read(self, text: str, base: str) -> np.ndarray:
        mended = self._spelling[base].mended
        places, weights = self._weighed(text, base)
        if self._source is None or not self._sees(base):
            return weights @ self._built.by_words[places]
        near = self._built.vectors @ self._source.sounding(text, base, mended)
        return weights @ self._built.beside[places] + likeness(near) @ self._built.coefficients

    def _weighed(self, text: str, base: str) -> tuple[list[int], np.ndarray]:
        found: list[int] = []
        weights: list[np.ndarray] = []
        for group, said in groups(text, base, self._spelling[base]).items():
            at = [
                place
                for one in said
                if (place := self._built.places.get(mark(base, one))) is not None
            ]
            found += at
            weights.append(weighed(self._built.rarity[at], len(said) - len(at), SHARES[group]))
        return found, np.concatenate(weights)

    @cached_property
    def _built(self) -> Built:
        return built()

    @cached_property
    def _spelling(self) -> dict[str, Spelling]:
        return {base: Spelling(said, base) for base, said in self._built.said.items()}


def likeness(near: np.ndarray) -> np.ndarray:
    """Give how like texts are by the cosines of their vectors."""
    return VECTOR_SHARE * np.exp((near - 1) * VECTOR_SHARPNESS)


def weighed(rarity: np.ndarray, unknown: int, share: float) -> np.ndarray:
    """Give the weights of a group's features, its length brought to the root of its share."""
    length = np.sqrt((rarity**2).sum() + UNKNOWN * unknown) or 1.0
    return (rarity / length * share**0.5).astype(np.float32)


def mark(base: str, feature: str) -> int:
    """Give the number that a feature of a language is found by."""
    return crc32(f"{base} {feature}".encode())


def groups(text: str, base: str, spelling: Spelling | None = None) -> dict[str, list[str]]:
    """Give the features of a text by group, each once."""
    said = tokens(text, base, spelling.mended if spelling else None)
    found = {
        "u": [f"u{word}" for word in said] + [f"u{a} {b}" for a, b in pairwise(["<", *said, ">"])],
        "p": [f"p{part}" for word in said for part in words.ngrams(word)],
        "m": [f"m{meaning}" for meaning in meanings(said, (base,))],
        "s": [f"s{build}" for build in builds(said, base)],
    }
    return {group: [*dict.fromkeys(one)] for group, one in found.items()}


def builds(said: list[str], base: str) -> Iterator[str]:
    """Give how a text is built, whatever its trade: "your _er never _ed" of "your plumber never called"."""
    grammar = words.function_words((base,))
    plain = [word in grammar or len(word) < 3 for word in said]
    ends = [
        "<",
        *(word if known else f"_{word[-2:]}" for word, known in zip(said, plain, strict=True)),
        ">",
    ]
    bare = ["_" if one.startswith("_") else one for one in ends]
    for size in range(1, 5):
        yield from (" ".join(ends[at : at + size]) for at in range(len(ends) - size + 1))
    for size in range(2, 6):
        yield from (f"={' '.join(bare[at : at + size])}" for at in range(len(bare) - size + 1))
