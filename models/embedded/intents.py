"""The classifier: kernel ridge over a workspace's examples, calibrated by leaving them out.

A text is compared with every example by words, parts of words and meanings. Ridge regression on
these similarities has its leave-one-out predictions in closed form, so what is known about certainty
comes from examples that the classifier did not see: single ones left out, and whole labels left out,
which stand for what nobody taught it. The threshold comes from there, never from a constant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.embedded import words
from models.embedded.features import MEANINGS, PARTS, WORDS, features

VERSION = "5"
GROUPS = {WORDS: 0.36, PARTS: 0.40, MEANINGS: 0.24}
RIDGE = 0.35
SHARPNESS = 2.0
ELSEWHERE = ""
"""The label of what is none of the workspace's business."""

NEAR = 0.5
"""Similarity from which a sentence of `elsewhere.yaml` may be the workspace's business after all."""

LEAST_ELSEWHERE = 80
ELSEWHERE_SHARE = 0.15
"""Sentences of nobody's business that are learned: some always, and more where more is taught."""

UNTAUGHT_SHARE = 0.25
"""Texts of labels that nobody taught, against those of labels that are taught."""

PENALTY = 0.3
"""Keeps the calibration from being surer than a few examples allow."""

FALSE_ALARM_COST = 0.4
"""How bad it is to take a text for an intent it is not, against missing one."""


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of one text."""

    label: str
    """The likeliest label; `ELSEWHERE` when it is none of the workspace's business."""

    confidence: float
    """0 to 1: how often such a reading was right on examples left out."""

    runner_up: str
    evidence: int
    """Words of the text that the examples know."""


@dataclass
class Classifier:
    """Arrays only, so that it is stored and loaded without pickle."""

    languages: tuple[str, ...]
    labels: list[str]
    vocabulary: dict[str, int]
    rarity: np.ndarray
    """(n_features,) weights: a feature of few examples tells more."""

    columns: np.ndarray
    """(n_stored,) examples, feature after feature."""

    starts: np.ndarray
    """(n_features + 1,) where each feature's examples begin."""

    values: np.ndarray
    coefficients: np.ndarray
    """(n_examples, n_labels) of the ridge regression."""

    owners: np.ndarray
    """(n_examples,) the label of each example."""

    calibration: np.ndarray
    """(n_signs + 1,) of the logistic regression from signs to confidence."""

    threshold: float
    """Confidence from which a reading is taken."""

    def read(self, text: str) -> Reading:
        """Give the likeliest label; about a millisecond."""
        similar, evidence = self._similar(text)
        scores = np.power(similar, SHARPNESS) @ self.coefficients
        best, second, signs = _signs(scores, similar, self.owners, self.labels)
        confidence = float(_sigmoid(signs @ self.calibration[:-1] + self.calibration[-1]))
        if evidence == 0:
            confidence = 0.0
        return Reading(self.labels[best], confidence, self.labels[second], evidence)

    def _similar(self, text: str) -> tuple[np.ndarray, int]:
        found = features(text, self.languages)
        evidence = 0
        columns, values = [self.columns[:0]], [self.values[:0]]
        for group, share in GROUPS.items():
            places, weights = self._weighed(group, found[group])
            if group == WORDS:
                evidence = len(places)
            for place, weight in zip(places, weights, strict=True):
                stored = slice(self.starts[place], self.starts[place + 1])
                columns.append(self.columns[stored])
                values.append(self.values[stored] * (weight * share**0.5))
        summed = np.bincount(
            np.concatenate(columns), np.concatenate(values), minlength=len(self.owners)
        )
        return summed.astype(np.float32), evidence

    @cached_property
    def _unknown_weight(self) -> float:
        return float(np.median(self.rarity)) ** 2 * 0.5

    def _weighed(self, group: str, found: Mapping[str, float]) -> tuple[list[int], np.ndarray]:
        known = [(self.vocabulary[key], weight) for feature, weight in found.items()
                 if (key := f"{group}:{feature}") in self.vocabulary]  # fmt: skip
        if not known:
            return [], np.zeros(0, np.float32)
        places = [place for place, _ in known]
        weights = np.array([weight for _, weight in known], np.float32) * self.rarity[places]
        # What the examples never said counts as well: a text full of it is like none of them.
        unknown = sum(weight**2 for feature, weight in found.items()
                      if f"{group}:{feature}" not in self.vocabulary)  # fmt: skip
        length = float(np.sqrt((weights**2).sum() + unknown * self._unknown_weight))
        return places, weights / max(length, 1e-9)


def fit(
    examples: Mapping[str, Mapping[str, Sequence[str]]],
    languages: tuple[str, ...],
) -> Classifier:
    """Train on `{label: {language: texts}}`; seconds at most for hundreds of examples."""
    texts, names = _listed(examples, languages)
    found = [features(text, languages) for text in texts]
    vocabulary, rarity, rows = _matrix(found)
    kernel = _kernel(rows, len(texts), len(vocabulary))
    texts, names, keep = _without_near(texts, names, kernel)
    kernel, rows = kernel[np.ix_(keep, keep)], [rows[at] for at in keep]
    labels = [*dict.fromkeys(names)]
    owners = np.array([labels.index(name) for name in names])
    kernel = np.power(np.clip(kernel, 0, None), SHARPNESS)
    coefficients, left_out, inverse = _ridge(kernel, owners, len(labels))
    calibration, threshold = _calibrated(kernel, owners, labels, left_out, coefficients, inverse)
    columns, starts, values = _postings(rows, len(vocabulary))
    return Classifier(
        languages, labels, vocabulary, rarity, columns, starts, values,
        coefficients.astype(np.float32), owners, calibration, threshold,
    )  # fmt: skip


def _listed(
    examples: Mapping[str, Mapping[str, Sequence[str]]], languages: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    said: dict[tuple[str, str], None] = {}
    for label, by_language in examples.items():
        for texts in by_language.values():
            said |= dict.fromkeys((text, label) for text in texts if text.strip())
    each = max(LEAST_ELSEWHERE, round(ELSEWHERE_SHARE * len(said))) // max(1, len(languages))
    for language in languages:
        for text in words.load("elsewhere").get(words.base(language), [])[:each]:
            said[(text, ELSEWHERE)] = None
    return [text for text, _ in said], [label for _, label in said]


def _matrix(
    found: list[dict[str, dict[str, float]]],
) -> tuple[dict[str, int], np.ndarray, list[Any]]:
    """Give the vocabulary, each feature's rarity, and the examples' weighted features."""
    counts: dict[str, int] = {}
    for groups in found:
        for group, said in groups.items():
            for feature in said:
                counts[f"{group}:{feature}"] = counts.get(f"{group}:{feature}", 0) + 1
    vocabulary = {feature: at for at, feature in enumerate(counts)}
    seen = np.array([*counts.values()], np.float32)
    rarity = (np.log((1 + len(found)) / (1 + seen)) + 1).astype(np.float32)
    rows = []
    for groups in found:
        places: list[int] = []
        weights: list[np.ndarray] = []
        for group, share in GROUPS.items():
            at = [vocabulary[f"{group}:{feature}"] for feature in groups[group]]
            weight = np.array([*groups[group].values()], np.float32) * rarity[at]
            length = max(float(np.linalg.norm(weight)), 1e-9)
            places += at
            weights.append(weight / length * share**0.5)
        rows.append((np.array(places, np.int32), np.concatenate(weights).astype(np.float32)))
    return vocabulary, rarity, rows


def _kernel(rows: list[Any], n_examples: int, n_features: int) -> np.ndarray:
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    weights = np.concatenate([weights for _, weights in rows])
    matrix = csr_matrix((weights, places, starts), shape=(n_examples, n_features))
    return np.asarray((matrix @ matrix.T).todense(), np.float64)


def _without_near(
    texts: list[str], names: list[str], kernel: np.ndarray
) -> tuple[list[str], list[str], list[int]]:
    """Leave out sentences of nobody's business that are near the workspace's own examples."""
    own = np.array([name != ELSEWHERE for name in names])
    keep = [
        at for at in range(len(texts))
        if own[at] or not own.any() or kernel[at][own].max() < NEAR
    ]  # fmt: skip
    return [texts[at] for at in keep], [names[at] for at in keep], keep


def _postings(rows: list[Any], n_features: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn examples with features into features with examples; weights without the group's share."""
    places = np.concatenate([places for places, _ in rows])
    owners = np.repeat(np.arange(len(rows), dtype=np.int32), [len(places) for places, _ in rows])
    weights = np.concatenate([weights for _, weights in rows])
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(n_features + 1))
    return owners[order], starts.astype(np.int64), weights[order]


def _ridge(
    kernel: np.ndarray, owners: np.ndarray, n_labels: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the coefficients, each example's scores as if it had not been there, and the inverse."""
    sizes = np.bincount(owners, minlength=n_labels)[owners]
    # A label with many examples must not drown one with few.
    weights = np.sqrt(sizes.mean() / sizes)
    targets = np.eye(n_labels)[owners]
    inverse = np.linalg.inv(kernel + np.diag(RIDGE / weights))
    coefficients = inverse @ targets
    return coefficients, targets - coefficients / np.diag(inverse)[:, None], inverse


def _without(
    hidden: np.ndarray, inverse: np.ndarray, coefficients: np.ndarray, owners: np.ndarray
) -> np.ndarray:
    """Give the scores of some examples as if none of them had been there, from the one inverse."""
    targets = np.eye(coefficients.shape[1])[owners[hidden]]
    return targets - np.linalg.solve(inverse[np.ix_(hidden, hidden)], coefficients[hidden])


def _signs(
    scores: np.ndarray, similar: np.ndarray, owners: np.ndarray, labels: list[str]
) -> tuple[int, int, np.ndarray]:
    """Give the best and second label, and what their certainty is read from."""
    order = np.argsort(-scores)
    best, second = int(order[0]), int(order[1]) if len(order) > 1 else int(order[0])
    mine = similar[owners == best]
    nearest = float(mine.max()) if len(mine) else 0.0
    other = similar[owners != best]
    rival = float(other.max()) if len(other) else 0.0
    margin = float(scores[best] - scores[second]) if len(order) > 1 else float(scores[best])
    return best, second, np.array([scores[best], margin, nearest, nearest - rival])


def _calibrated(
    kernel: np.ndarray,
    owners: np.ndarray,
    labels: list[str],
    left_out: np.ndarray,
    coefficients: np.ndarray,
    inverse: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Give how signs become a confidence, and the confidence from which a reading is taken."""
    similar = np.power(kernel, 1 / SHARPNESS)
    np.fill_diagonal(similar, 0)
    signs: list[np.ndarray] = []
    right: list[bool] = []
    for at, scores in enumerate(left_out):
        best, _, found = _signs(scores, similar[at], owners, labels)
        signs.append(found)
        right.append(labels[best] == labels[owners[at]] and labels[best] != ELSEWHERE)
    for label in (at for at, name in enumerate(labels) if name != ELSEWHERE):
        hidden = np.flatnonzero(owners == label)
        seen = np.flatnonzero(owners != label)
        for at, scores in zip(hidden, _without(hidden, inverse, coefficients, owners), strict=True):
            scores[label] = -1
            best, _, found = _signs(scores, similar[at, seen], owners[seen], labels)
            if labels[best] != ELSEWHERE:
                signs.append(found)
                right.append(False)
    # Texts of a label that nobody taught are rarer than texts of those that are taught.
    untaught = UNTAUGHT_SHARE * len(left_out) / max(1, len(signs) - len(left_out))
    weights = np.array([1.0] * len(left_out) + [untaught] * (len(signs) - len(left_out)))
    measured, truth = np.array(signs), np.array(right)
    calibration = _logistic(measured, truth, weights)
    sure = _sigmoid(measured @ calibration[:-1] + calibration[-1])
    return calibration, _threshold(sure, truth, weights)


def _threshold(sure: np.ndarray, right: np.ndarray, weights: np.ndarray) -> float:
    """Give the confidence that loses least: right readings refused against wrong ones taken."""
    candidates = np.quantile(sure, np.linspace(0.02, 0.9, 60))
    losses = [
        weights[right & (sure < at)].sum() + FALSE_ALARM_COST * weights[~right & (sure >= at)].sum()
        for at in candidates
    ]
    return float(candidates[int(np.argmin(losses))])


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
