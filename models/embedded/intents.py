"""The classifier of one language: kernel ridge over examples, calibrated by leaving them out.

A text is read by its words, parts of words and meanings, courtesies taken off and slips of the finger
mended. Ridge regression has its leave-one-out predictions in closed form, so what is known about
certainty comes from examples that the classifier did not see: single ones left out, and whole labels
left out, which stand for what nobody taught it. The threshold comes from there, never from a constant.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.embedded import words
from models.embedded.courtesy import stripped
from models.embedded.features import MEANINGS, PARTS, WORDS, features, tokens
from models.embedded.spelling import Spelling

VERSION = "7"
GROUPS = {WORDS: 0.36, PARTS: 0.40, MEANINGS: 0.24}
SHARPNESS = 1.5
RIDGE = 0.35
ELSEWHERE = ""
"""The label of what is none of the workspace's business."""

NEAR = 0.5
"""Similarity from which a sentence of `elsewhere.yaml` may be the workspace's business after all."""

SAME_MATTER = 0.5
"""Share of a label's examples, left out, that are taken for spare labels': they are one matter."""

PART_OF_MATTER = 0.2
"""The least share with which a spare label is one of them."""

USUAL = 0.03
"""Share of the examples from which a feature is one of many."""

LEAST_ELSEWHERE = 40
ELSEWHERE_SHARE = 0.15
"""Sentences of nobody's business that are learned: some always, and more where more is taught."""

UNTAUGHT_SHARE = 0.25
"""Texts of labels that nobody taught, against those of labels that are taught."""

PENALTY = 0.3
"""Keeps the calibration from being surer than a few examples allow."""

FALSE_ALARM_COST = 0.4
"""How bad it is to take a text for an intent it is not, against missing one."""

Examples = Mapping[str, Mapping[str, Sequence[str]]]

Solved = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Coefficients, each example's scores as if it had not been there, and the inverse."""


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of one text."""

    label: str
    """The likeliest intent; `ELSEWHERE` when it is none of the workspace's business."""

    confidence: float
    """0 to 1: how often such a reading was right on examples left out."""

    runner_up: str
    known: float
    """0 to 1: how much of the text the examples know, by words."""


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

    def likely(self, text: str) -> list[tuple[str, float]]:
        """Give every label with its best column's score, likeliest first; about 1 for a plain case."""
        scores = np.power(self._similar(self._said(text)), SHARPNESS) @ self.coefficients
        best: dict[str, float] = {}
        for at in np.argsort(-scores):
            best.setdefault(self.labels[at], float(scores[at]))
        return [*best.items()]

    def read(self, text: str) -> Reading:
        """Give the likeliest label; well under a millisecond."""
        said = self._said(text)
        similar = self._similar(said)[None]
        known = _known(said, self._stems, self.language, least=1)
        near = np.maximum.reduceat(similar, self.begins, axis=1)
        scores = np.power(similar, SHARPNESS) @ self.coefficients
        best, second, signs = _signs(scores, near, np.array([known]), self._same)
        confidence = float(_sigmoid(signs[0] @ self.calibration[:-1] + self.calibration[-1]))
        if not known:
            confidence = 0.0
        return Reading(self.labels[best[0]], confidence, self.labels[second[0]], known)

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
        return _stemmed(self.known, self.language)

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self.known, self.language)

    @cached_property
    def _same(self) -> np.ndarray:
        return _same_names(self.labels)

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


def fit(examples: Examples, language: str, names: Mapping[str, str] | None = None) -> Classifier:
    """Train on `{label: {language: texts}}`; about two seconds for 4,000 examples.

    `names` gives the intent that a label is read as, where it is not the label itself. Such a label is
    spare: it gives way where another label's own examples are about the same matter.
    """
    names = names or {}
    texts, labels = _listed(examples, language)
    said = [tokens(stripped(text, language), language) for text in texts]
    mended = Spelling(Counter(word for one in said for word in dict.fromkeys(one)), language).mended
    said = [[mended(word) for word in one] for one in said]  # examples have slips, too
    vocabulary, rarity, matrix = _matrix([features(one, language) for one in said])
    kernel = _kernel(matrix)
    keep = _near_left_out(labels, kernel)
    kernel, labels = kernel[np.ix_(keep, keep)], [labels[at] for at in keep]
    columns, owners = _owners(labels)
    solved = _solved(_inverse(np.power(kernel, SHARPNESS), owners), owners)
    if same := _same_matter(columns, owners, solved, names):
        stays = np.array([label not in same for label in labels])
        inverse = _reduced(solved[2], stays)
        keep = [at for at, stay in zip(keep, stays, strict=True) if stay]
        kernel, labels = kernel[np.ix_(stays, stays)], [labels[at] for at in np.flatnonzero(stays)]
        columns, owners = _owners(labels)
        solved = _solved(inverse, owners)
    matrix = matrix[keep]
    said = [said[at] for at in keep]
    counted = Counter(word for one in said for word in dict.fromkeys(one))
    stems = _stemmed(counted, language)
    known = np.array([_known(one, stems, language, least=2) for one in said])
    read_as = [names.get(label, label) for label in columns]
    calibration, threshold = _calibrated(kernel, owners, read_as, known, solved)
    by_feature = matrix.tocsc()
    return Classifier(
        language, read_as, vocabulary, dict(counted), rarity,
        by_feature.indices, by_feature.indptr, by_feature.data,
        solved[0], _begins(owners), calibration, threshold,
    )  # fmt: skip


def _listed(examples: Examples, language: str) -> tuple[list[str], list[str]]:
    """Give the texts in a language; of a label that has none, those in its other languages."""
    base = words.base(language)
    said: dict[tuple[str, str], None] = {}
    for label, by_language in examples.items():
        spoken = [text for one, texts in by_language.items() if words.base(one) == base
                  for text in texts]  # fmt: skip
        for text in spoken or [text for texts in by_language.values() for text in texts]:
            if text.strip():
                said[(text, label)] = None
    each = max(LEAST_ELSEWHERE, round(ELSEWHERE_SHARE * len(said)))
    for text in words.load("elsewhere").get(base, [])[:each]:
        said[(text, ELSEWHERE)] = None
    return [text for text, _ in said], [label for _, label in said]


def _stemmed(counted: Mapping[str, int], language: str) -> Mapping[str, int]:
    """Give the stems of words with how often they are said in any form."""
    stems: Counter[str] = Counter()
    for word, count in counted.items():
        stems[words.stem(word, language)] += count
    return stems


def _known(said: Sequence[str], stems: Mapping[str, int], language: str, *, least: int) -> float:
    """Give the share of a text's telling words that examples say at least so often, in any form."""
    telling = words.stems(words.content(said, (language,)) or said, language)
    return sum(stems.get(stem, 0) >= least for stem in telling) / max(1, len(telling))


def _matrix(found: list[dict[str, dict[str, float]]]) -> tuple[dict[str, int], np.ndarray, Any]:
    """Give the vocabulary, each feature's rarity, and the examples' weighted features."""
    from scipy.sparse import csr_matrix

    vocabulary: dict[str, int] = {}
    places: list[int] = []
    said: list[float] = []
    sizes: list[int] = []  # of each group of each example, one after the other
    for groups in found:
        for group in GROUPS:
            places += [vocabulary.setdefault(f"{group}:{feature}", len(vocabulary))
                       for feature in groups[group]]  # fmt: skip
            said += groups[group].values()
            sizes.append(len(groups[group]))
    seen = np.bincount(places, minlength=len(vocabulary))
    rarity = (np.log((1 + len(found)) / (1 + seen)) + 1).astype(np.float32)
    weights = np.array(said, np.float32) * rarity[places]
    of = np.repeat(np.arange(len(sizes)), sizes)
    lengths = np.sqrt(np.bincount(of, weights**2, minlength=len(sizes)))
    shares = np.tile([share**0.5 for share in GROUPS.values()], len(found))
    weights *= (shares / np.maximum(lengths, 1e-9)).astype(np.float32)[of]
    starts = np.concatenate([[0], np.cumsum(sizes)])[:: len(GROUPS)]
    shape = (len(found), len(vocabulary))
    return (
        vocabulary,
        rarity,
        csr_matrix((weights, np.array(places, np.int32), starts), shape=shape),
    )


def _kernel(matrix: Any) -> np.ndarray:
    """Give how alike any two examples are; a feature of many is multiplied densely, which is faster."""
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    many = seen > USUAL * matrix.shape[0]
    dense, sparse = matrix[:, many].toarray(), matrix[:, ~many & (seen > 1)]
    kernel = dense @ dense.T
    kernel += (sparse @ sparse.T).toarray()
    each = np.arange(len(kernel))
    kernel[each, each] = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    return kernel


def _near_left_out(labels: list[str], kernel: np.ndarray) -> list[int]:
    """Leave out sentences of nobody's business that are near the workspace's own examples."""
    own = np.array([label != ELSEWHERE for label in labels])
    near = kernel[:, own].max(axis=1) if own.any() else np.zeros(len(labels))
    return [at for at in range(len(labels)) if own[at] or near[at] < NEAR]


def _owners(labels: list[str]) -> tuple[list[str], np.ndarray]:
    """Give the labels, each once, and which of them each example has."""
    columns = [*dict.fromkeys(labels)]
    places = {label: at for at, label in enumerate(columns)}
    return columns, np.array([places[label] for label in labels])


def _same_matter(
    columns: list[str], owners: np.ndarray, solved: Solved, names: Mapping[str, str]
) -> set[str]:
    """Give the spare labels that cannot be told from a label of the workspace's own."""
    guessed = solved[1].argmax(axis=1)
    found: set[str] = set()
    for at, label in enumerate(columns):
        if label == ELSEWHERE or label in names:
            continue
        shares = np.bincount(guessed[owners == at], minlength=len(columns)) / (owners == at).sum()
        spare = {
            name: share for name, share in zip(columns, shares, strict=True)
            if names.get(name, label) != label
        }  # fmt: skip
        if sum(spare.values()) > SAME_MATTER:
            found |= {name for name, share in spare.items() if share > PART_OF_MATTER}
    return found


def _inverse(kernel: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Give the inverse of the kernel with its ridge; `kernel` is used up."""
    from scipy.linalg import get_lapack_funcs

    sizes = np.bincount(owners)[owners]
    # A label with many examples must not drown one with few.
    weights = np.sqrt(sizes.mean() / sizes)
    each = np.arange(len(owners))
    kernel[each, each] += (RIDGE / weights).astype(np.float32)
    # Symmetric, so that its transpose is itself in the order that LAPACK works in without a copy.
    factorise, invert = get_lapack_funcs(("potrf", "potri"), (kernel,))
    factor, _ = factorise(kernel.T, lower=0, overwrite_a=1, clean=1)
    inverse, _ = invert(factor, lower=0, overwrite_c=1)
    inverse[each, each] /= 2  # only the upper half was filled
    return inverse + inverse.T


def _reduced(inverse: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Give the inverse as it is without some of the examples."""
    across = inverse[np.ix_(stays, ~stays)]
    return inverse[np.ix_(stays, stays)] - across @ np.linalg.solve(
        inverse[np.ix_(~stays, ~stays)], across.T
    )


def _solved(inverse: np.ndarray, owners: np.ndarray) -> Solved:
    targets = _targets(owners, int(owners.max()) + 1)
    coefficients = inverse @ targets
    return coefficients, targets - coefficients / np.diag(inverse)[:, None], inverse


def _targets(owners: np.ndarray, n_labels: int) -> np.ndarray:
    """Give 1 for an example's own label and 0 for the others, less what is usual."""
    targets = np.eye(n_labels, dtype=np.float32)[owners]
    return targets - targets.mean(axis=0)


def _same_names(labels: Sequence[str]) -> np.ndarray:
    """Give which columns speak for the same intent, `(n, n)`."""
    given = np.array(labels)
    return given[:, None] == given[None, :]


def _begins(owners: np.ndarray) -> np.ndarray:
    """Give where each label's examples begin; they stand together."""
    return np.searchsorted(owners, np.arange(owners[-1] + 1))


def _signs(
    scores: np.ndarray, near: np.ndarray, known: np.ndarray, same: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the best column, the best of another intent, and what their certainty is read from."""
    best = scores.argmax(axis=1)
    others = np.where(same[best], -np.inf, scores)
    second = others.argmax(axis=1)
    rows = np.arange(len(scores))
    top = scores[rows, best]
    margin = top - np.maximum(others[rows, second], -1)
    nearest = np.where(same[best], near, 0).max(axis=1)
    rival = np.where(same[best], 0, near).max(axis=1)
    return best, second, np.column_stack([top, margin, nearest, nearest - rival, known])


def _calibrated(
    kernel: np.ndarray, owners: np.ndarray, labels: list[str], known: np.ndarray, solved: Solved
) -> tuple[np.ndarray, float]:
    """Give how signs become a confidence, and the confidence from which a reading is taken.

    A confidence that is calibrated says how often it is right, so to take a reading pays from where
    what it gains, when right, outweighs what it costs, when wrong.
    """
    same, names = _same_names(labels), np.array(labels)
    np.fill_diagonal(kernel, 0)
    near = np.maximum.reduceat(kernel, _begins(owners), axis=1)
    best, _, found = _signs(solved[1], near, known, same)
    signs, right = [found], [(names[best] == names[owners]) & (names[best] != ELSEWHERE)]
    for label in dict.fromkeys(labels):
        if label == ELSEWHERE:
            continue
        hidden = np.flatnonzero(names[owners] == label)
        scores, beside = _without(hidden, solved, owners), near[hidden]
        scores[:, names == label], beside[:, names == label] = -1, 0
        best, _, found = _signs(scores, beside, known[hidden], same)
        taken = names[best] != ELSEWHERE
        signs.append(found[taken])
        right.append(np.zeros(taken.sum(), bool))
    measured, truth = np.concatenate(signs), np.concatenate(right)
    # Texts of a label that nobody taught are rarer than texts of those that are taught.
    untaught = UNTAUGHT_SHARE * len(owners) / max(1, len(measured) - len(owners))
    weights = np.where(np.arange(len(measured)) < len(owners), 1.0, untaught)
    return _logistic(measured, truth, weights), FALSE_ALARM_COST / (1 + FALSE_ALARM_COST)


def _without(hidden: np.ndarray, solved: Solved, owners: np.ndarray) -> np.ndarray:
    """Give the scores of some examples as if none of them had been there, from the one inverse."""
    coefficients, _, inverse = solved
    targets = _targets(owners, coefficients.shape[1])[hidden]
    return targets - np.linalg.solve(inverse[np.ix_(hidden, hidden)], coefficients[hidden])


def _logistic(signs: np.ndarray, truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Fit a logistic regression by Newton's method."""
    given = np.column_stack([signs, np.ones(len(signs))])
    target = truth.astype(float)
    found = np.zeros(given.shape[1])
    penalty = np.eye(given.shape[1]) * PENALTY
    penalty[-1, -1] = 1e-6
    for _ in range(30):
        chance = _sigmoid(given @ found)
        slope = given.T @ (weights * (chance - target)) + penalty @ found
        curve = (given * (weights * chance * (1 - chance))[:, None]).T @ given + penalty
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    return found


def _sigmoid(value: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
