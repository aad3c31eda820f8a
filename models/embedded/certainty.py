"""How sure a reading is: from signs such as its lead over the next, learned on examples left out."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from models.embedded import words
from models.embedded.ridge import Ridge, begins

ELSEWHERE = ""
"""The label of what is none of the workspace's business."""

UNTAUGHT_SHARE = 0.25
"""Texts of labels that nobody taught, against those of labels that are taught."""

PENALTY = 0.3
"""Keeps the calibration from being surer than a few examples allow."""

FALSE_ALARM_COST = 0.4
"""How bad it is to take a text for an intent it is not, against missing one."""

STRETCH, SHIFT = 1.59, 1.54
"""How the logit of a left-out example's chance becomes that of a real message's.

Examples are written to be far apart, so that one is harder to read without its like than a message is beside
all of them. From 768 messages that were written apart from the examples, in both languages; `evals.brain`
prints what others would give.
"""


def as_met(chance: float) -> float:
    """Give how sure a message is read where left-out examples of the same signs are right so often."""
    chance = min(max(chance, 1e-6), 1 - 1e-6)
    odds = math.exp(STRETCH * math.log(chance / (1 - chance)) + SHIFT)
    return odds / (1 + odds)


THRESHOLD = as_met(FALSE_ALARM_COST / (1 + FALSE_ALARM_COST))
"""Confidence from which a reading is taken: from there what it gains, when right, outweighs what it costs,
when wrong, with what nobody taught among the texts. Just over a half."""


@dataclass(frozen=True)
class Signs:
    """What the certainty of some texts' readings is read from, a row for each."""

    best: np.ndarray
    """The column with the best score."""

    second: np.ndarray
    """The best column of another intent."""

    values: np.ndarray
    """(n_texts, n_signs): score, lead, similarity of the nearest example, its lead, words known."""


def same_names(labels: Sequence[str]) -> np.ndarray:
    """Give which columns speak for the same intent, `(n, n)`."""
    given = np.array(labels)
    return given[:, None] == given[None, :]


def signs(scores: np.ndarray, near: np.ndarray, known: np.ndarray, same: np.ndarray) -> Signs:
    """Give the signs of texts, from scores and nearest examples by column."""
    best = scores.argmax(axis=1)
    others = np.where(same[best], -np.inf, scores)
    second = others.argmax(axis=1)
    rows = np.arange(len(scores))
    top = scores[rows, best]
    margin = top - np.maximum(others[rows, second], -1)
    nearest = of_best(near, best, same)
    rival = np.where(same[best], 0, near).max(axis=1)
    return Signs(best, second, np.column_stack([top, margin, nearest, nearest - rival, known]))


def of_best(near: np.ndarray, best: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Give the similarity of the nearest example of the intent that is read."""
    return np.where(same[best], near, 0).max(axis=1)


def chance(values: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """Give each row of signs its confidence."""
    return _sigmoid(values @ calibration[:-1] + calibration[-1])


@cache
def of_few() -> np.ndarray:
    """Give the calibration of the second reading where few examples are taught.

    A handful of examples left out says little of how sure one is. Workspaces that were drawn from the bank
    tell it, by what their intents' other examples say: see `drawing`.
    """
    return np.array(words.load("certainty")["few"], float)


@dataclass(frozen=True)
class LeftOut:
    """Texts read without their like: each example alone, then each label's examples together."""

    owners: np.ndarray
    names: np.ndarray
    """The intent that each column speaks for."""

    known: np.ndarray

    @property
    def same(self) -> np.ndarray:
        """Which columns speak for the same intent."""
        return same_names([*self.names])

    @property
    def rows(self) -> np.ndarray:
        """Which example each text is."""
        return np.concatenate([np.arange(len(self.owners)), *(rows for rows, _ in self._hidden())])

    def part(self, chosen: np.ndarray) -> "LeftOut":
        """Give the same of some of the examples, with no other beside them."""
        return LeftOut(self.owners[chosen], self.names, self.known[chosen])

    def scores(self, ridge: Ridge) -> np.ndarray:
        """Give the scores of all texts."""
        return self._all(ridge.left_out, -1, ridge.without)

    def near(self, kernel: np.ndarray) -> np.ndarray:
        """Give the similarity of the nearest example by column, but for the text itself."""
        own = kernel.diagonal().copy()
        np.fill_diagonal(kernel, 0)
        near = np.maximum.reduceat(kernel, begins(self.owners), axis=1)
        np.fill_diagonal(kernel, own)
        return self._all(near, 0, near.__getitem__)

    def signs(self, scores: np.ndarray, near: np.ndarray) -> Signs:
        """Give the signs of all texts."""
        return signs(scores, near, self.known[self.rows], self.same)

    def learned(self, best: np.ndarray, values: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Give the calibration, for messages, on the texts that are `among` those to learn from."""
        alone = len(self.owners)
        single = np.arange(len(best)) < alone
        said = self.names[best]
        right = single & (said != ELSEWHERE)
        right[:alone] &= said[:alone] == self.names[self.owners]
        # A text of no label that is read as nobody's business is no question of certainty.
        counted = single | (said != ELSEWHERE)
        # Texts of a label that nobody taught are rarer than texts of those that are taught.
        untaught = UNTAUGHT_SHARE * alone / max(1, (counted & ~single).sum())
        weights = np.where(single, 1.0, untaught)
        use = counted & among
        found = logistic(values[use], right[use], weights[use]) * STRETCH
        found[-1] += SHIFT
        return found

    def _hidden(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give the examples of each label, and its columns."""
        for name in dict.fromkeys(self.names):
            if name != ELSEWHERE:
                yield np.flatnonzero(self.names[self.owners] == name), self.names == name

    def _all(
        self, single: np.ndarray, none: float, together: Callable[[np.ndarray], np.ndarray]
    ) -> np.ndarray:
        found = [single]
        for rows, columns in self._hidden():
            found.append(together(rows).copy())
            found[-1][:, columns] = none
        return np.concatenate(found)


def logistic(
    signs: np.ndarray, truth: np.ndarray, weights: np.ndarray, penalty: float = PENALTY
) -> np.ndarray:
    """Fit a logistic regression by Newton's method; the larger the penalty, the smaller the weights."""
    given = np.column_stack([signs, np.ones(len(signs))])
    target = truth.astype(float)
    found = np.zeros(given.shape[1])
    against = np.eye(given.shape[1]) * penalty
    against[-1, -1] = 1e-6
    for _ in range(30):
        chance = _sigmoid(given @ found)
        slope = given.T @ (weights * (chance - target)) + against @ found
        curve = (given * (weights * chance * (1 - chance))[:, None]).T @ given + against
        step = np.linalg.solve(curve, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    return found


def _sigmoid(value: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
