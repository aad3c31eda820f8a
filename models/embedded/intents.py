"""The reader of one language: which intent a text says, and how sure that is.

A text is read by its words, parts of words and meanings, courtesies taken off and slips of the finger
mended. Where they leave it unsure and there are sentence vectors, it is read again by both together: that
is slower by the vector of the text. `fitting` learns both readings from examples.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from models.embedded import words
from models.embedded.certainty import Signs, chance, of_best, same_names, signs
from models.embedded.courtesy import stripped
from models.embedded.features import MEANINGS, PARTS, SIGNS, WORDS, features, tokens
from models.embedded.spelling import Spelling

VERSION = "11"
GROUPS = {WORDS: 0.36, PARTS: 0.40, MEANINGS: 0.24}
SHARPNESS = 1.5

ALIKE = 0.15
"""Score from which a text without a single known word is like what was taught."""

SURE = 0.9
"""Confidence from which the words alone are enough."""

VECTOR_SHARE = 0.35
"""How much of the likeness of two texts their vectors make, in the second reading."""

FEW_SHARE = 0.9
"""The same where few examples were taught: what is said next has hardly a word of them."""

VECTOR_SHARPNESS = 3.0
"""How fast the likeness falls with the distance of the vectors."""

KEPT = 8
"""Texts whose reading is kept: those of the message that is being read."""

Examples = Mapping[str, Mapping[str, Sequence[str]]]
Mend = Callable[[str], str]
Embed = Callable[[str, Mend], np.ndarray]
"""Gives the vector of a text, whose words may have to be mended."""


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of one text."""

    label: str
    """The likeliest intent; `ELSEWHERE` when it is none of the workspace's business."""

    confidence: float
    """0 to 1: how often such a reading of a message is right."""

    runner_up: str
    known: float
    """0 to 1: how much of the text the examples know, by words."""

    figures: bool = False
    """Whether the text has nothing but figures."""


@dataclass
class Again:
    """What the second reading needs: words and sentence vectors of the same examples."""

    vectors: np.ndarray
    """(n_examples, dimensions) of length 1."""

    coefficients: np.ndarray
    """(n_examples, n_labels) of its own ridge regression."""

    calibration: np.ndarray
    """(n_signs + 3,): besides the signs, how near the words alone and the vectors alone are."""

    embed: Embed
    share: float = VECTOR_SHARE

    def asked(self, reading: Reading) -> bool:
        """Say whether a text is read again: where the words leave it unsure, always where vectors lead."""
        unsure = bool(reading.known) and reading.confidence < SURE
        return not reading.figures and (self.share >= FEW_SHARE or unsure)


@dataclass
class Classifier:
    """Plain arrays and words, so that it is stored and loaded without pickle."""

    language: str
    labels: list[str]
    """The intent that each column of `coefficients` speaks for; several may speak for one."""

    vocabulary: dict[str, int]
    known: dict[str, int]
    """The words of the examples, with how many examples say them."""

    rarity: np.ndarray
    """(n_features,) weights: a feature of few examples tells more."""

    columns: np.ndarray
    """(n_stored,) examples, feature after feature."""

    starts: np.ndarray
    """(n_features + 1,) where each feature's examples begin."""

    values: np.ndarray
    coefficients: np.ndarray
    """(n_examples, n_labels) of the ridge regression."""

    begins: np.ndarray
    """(n_labels,) where each label's examples begin."""

    calibration: np.ndarray
    """(n_signs + 1,) of the logistic regression from signs to confidence."""

    threshold: float
    """Confidence from which a reading is taken."""

    again: Again | None = None
    """The second reading; None where there are no vectors."""

    def likely(self, text: str) -> list[tuple[str, float]]:
        """Give every intent with its best score, likeliest first; about 1 for a plain case.

        By vectors, too, where the words leave it unsure and there are any.
        """
        similar, scores, reading = self._by_words(text)
        if self.again is not None and (self.again.asked(reading) or not reading.known):
            both = mixed(similar.copy(), self._by_vectors(text).copy(), self.again.share)
            scores = both @ self.again.coefficients
        best: dict[str, float] = {}
        for at in np.argsort(-scores):
            best.setdefault(self.labels[at], float(scores[at]))
        return [*best.items()]

    def read(self, text: str, *, haste: bool = False) -> Reading:
        """Give the likeliest label; well under a millisecond in `haste` or where the words are enough."""
        similar, _, reading = self._by_words(text)
        if self.again is None or haste or not self.again.asked(reading):
            return reading
        return self._read_again(text, similar[None], reading.known, self.again)

    def signs_again(self, text: str) -> Signs:
        """Give what the certainty of the second reading is read from, whether or not the words are enough."""
        assert self.again is not None
        similar, _, reading = self._by_words(text)
        return self._signs_again(text, similar[None], reading.known, self.again)

    @cached_property
    def _by_words(self) -> Callable[[str], tuple[np.ndarray, np.ndarray, Reading]]:
        """Give how like each example a text is, its scores, and what that says.

        The last texts are kept: a message is read for what it says, and again for what else it may say.
        """
        return lru_cache(maxsize=KEPT)(self._read_words)

    @cached_property
    def _by_vectors(self) -> Callable[[str], np.ndarray]:
        """Give how near each example's vector a text is; the last texts are kept."""
        return lru_cache(maxsize=KEPT)(self._read_vectors)

    def _read_vectors(self, text: str) -> np.ndarray:
        assert self.again is not None
        return self.again.vectors @ self.again.embed(text, self._spelling.mended)

    def _read_words(self, text: str) -> tuple[np.ndarray, np.ndarray, Reading]:
        said = self._said(text)
        similar = self._similar(said)
        known = known_share(said, self._stems, self.language, least=1)
        scores = np.power(similar, SHARPNESS) @ self.coefficients
        near = self._near(similar[None])
        found = signs(scores[None], near, np.array([known]), self._same)
        if figures := only_figures(said, self.language):
            known = 0.0
        # A text of no known word may be told by parts of words, unless it is hardly like anything.
        told = not figures and (known > 0 or float(scores.max()) >= ALIKE)
        [confidence] = chance(found.values, self.calibration) if told else [0.0]
        best, second = self.labels[found.best[0]], self.labels[found.second[0]]
        return similar, scores, Reading(best, float(confidence), second, known, figures)

    def _read_again(self, text: str, similar: np.ndarray, known: float, again: Again) -> Reading:
        found = self._signs_again(text, similar, known, again)
        [confidence] = chance(found.values, again.calibration)
        return Reading(
            self.labels[found.best[0]], float(confidence), self.labels[found.second[0]], known
        )

    def _signs_again(self, text: str, similar: np.ndarray, known: float, again: Again) -> Signs:
        near = self._by_vectors(text)[None]
        apart = [self._near(one) for one in (similar, near)]
        both = mixed(similar.copy(), near.copy(), again.share)
        found = signs(both @ again.coefficients, self._near(both), np.array([known]), self._same)
        nearest = [of_best(one, found.best, self._same) for one in apart]
        return replace(found, values=np.column_stack([found.values, *nearest]))

    def _near(self, similar: np.ndarray) -> np.ndarray:
        """Give the similarity of the nearest example of each column."""
        return np.maximum.reduceat(similar, self.begins, axis=1)

    def _said(self, text: str) -> list[str]:
        return tokens(stripped(text, self.language), self.language, self._spelling.mended)

    def _similar(self, said: list[str]) -> np.ndarray:
        """Give how like each example the words are: only examples that share something are looked at."""
        found = features(said, self.language)
        places: list[int] = []
        weights = [np.zeros(0, np.float32)]
        for group, share in GROUPS.items():
            known, weight = self._weighed(group, found[group])
            places += known
            weights.append(weight * np.float32(share**0.5))
        at = np.array(places, np.int64)
        begins = self.starts[at]
        sizes = self.starts[at + 1] - begins
        ends = np.cumsum(sizes)
        stored = np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - ends + sizes, sizes)
        shares = self.values[stored] * np.repeat(np.concatenate(weights), sizes)
        summed = np.bincount(self.columns[stored], shares, minlength=len(self.coefficients))
        return summed.astype(np.float32)

    @cached_property
    def _stems(self) -> Mapping[str, int]:
        return stemmed(self.known, self.language)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.known, self.language)

    @cached_property
    def _same(self) -> np.ndarray:
        return same_names(self.labels)

    @cached_property
    def _unknown_weight(self) -> float:
        return float(np.median(self.rarity)) ** 2 * 0.5

    def _weighed(self, group: str, found: Mapping[str, float]) -> tuple[list[int], np.ndarray]:
        places: list[int] = []
        said: list[float] = []
        unknown = 0.0
        for feature, weight in found.items():
            place = self.vocabulary.get(f"{group}:{feature}")
            if place is None:
                unknown += weight**2
            else:
                places.append(place)
                said.append(weight)
        weights = np.array(said, np.float32) * self.rarity[places]
        # What the examples never said counts as well: a text full of it is like none of them.
        length = float(np.sqrt((weights**2).sum() + unknown * self._unknown_weight))
        return places, weights / max(length, 1e-9)


def mixed(similar: np.ndarray, near: np.ndarray, share: float = VECTOR_SHARE) -> np.ndarray:
    """Give how like texts are by words and vectors together; both arrays are used up.

    `share` is that of the vectors.

    Both parts are kernels on their own (the second falls as a Gaussian), so that their sum is one.
    """
    near -= 1
    near *= VECTOR_SHARPNESS
    np.exp(near, out=near)
    near *= share
    similar *= 1 - share
    near += similar
    return near


def only_figures(said: Sequence[str], language: str) -> bool:
    """Say whether a text has figures and no word beside them but grammar: "at 9:30" is no wish."""
    telling = {*words.content(said, (language,))} - {"?"}
    return bool(telling) and telling <= SIGNS


def stemmed(counted: Mapping[str, int], language: str) -> Mapping[str, int]:
    """Give the stems of words with how often they are said in any form."""
    stems: Counter[str] = Counter()
    for word, count in counted.items():
        stems[words.stem(word, language)] += count
    return stems


def known_share(
    said: Sequence[str], stems: Mapping[str, int], language: str, *, least: int
) -> float:
    """Give the share of a text's telling words that examples say at least so often, in any form."""
    telling = words.stems(words.content(said, (language,)) or said, language)
    return sum(stems.get(stem, 0) >= least for stem in telling) / max(1, len(telling))
