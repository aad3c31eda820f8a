"""From signals to a chance: does this passage answer the question, and from which chance on to say so.

A logistic regression whose weights cannot be negative: more agreement between a question and a passage
never makes it less likely to answer. It starts from weights that serve any company and moves away from them
as far as the workspace's own articles give reason to.
"""

from dataclasses import dataclass

import numpy as np

PRIOR = np.array([1.7, 0.5, 0.5, 2.0, 0.5, 2.0, 0.5, -3.0])
"""Weights of the signals, and what is added: fitted on articles of three trades in two languages."""

RARELY_KNOWN = 0.004
"""Share of the answered questions of which less is said in any article than is asked of every question."""

ENOUGH = 100
"""Answered questions from which that can be told."""

FAITH = 3.0
"""How strongly the weights are held to `PRIOR`, in examples."""

ROUNDS, STEP = 400, 1.0
MISSED_COST = 1.0
"""How bad it is to leave a question unanswered whose answer was found."""

OFF_TOPIC_COST = 1.3
"""How bad it is to answer what no company answers with an article of this one."""

ORPHAN_COST = 0.15
"""How bad it is to answer a question whose article was taken away from another article. Little: the more
articles a company has, the more often another one says the same."""


@dataclass(frozen=True)
class Calibration:
    """What a workspace's own articles taught."""

    weights: np.ndarray
    threshold: float
    """Chance below which nothing is answered."""

    least_known: float = 0.0
    """Share of a question that articles must speak of at all: of a refrigerator none does."""

    def chance(self, signals: np.ndarray) -> float:
        """Give the chance that a passage with these signals answers, 0 to 1; the last is what is known."""
        if signals[-1] < self.least_known:
            return 0.0
        return float(_logistic(signals[:-1] @ self.weights[:-1] + self.weights[-1]))


def calibrated(answered: np.ndarray, off_topic: np.ndarray, orphans: np.ndarray) -> Calibration:
    """Learn from the best passages of known questions, each `(n, n_signals + 1)`; the last is what is known.

    Args:
        answered: questions of articles, which were found without their own wording being indexed.
        off_topic: questions that hardly any company answers.
        orphans: questions of articles, while their article was left out.
    """
    known_of = answered[:, -1]
    least = float(np.quantile(known_of, RARELY_KNOWN)) if len(known_of) >= ENOUGH else 0.0
    groups = tuple(
        (rows[:, :-1], yes, share)
        for rows, yes, share in ((answered, 1.0, 1.0), (off_topic, 0.0, 0.5), (orphans, 0.0, 0.5))
    )
    given = [(signals, yes, share) for signals, yes, share in groups if len(signals)]
    weights = PRIOR
    if len(answered) and len(given) > 1:
        signals = np.vstack([signals for signals, _, _ in given])
        yes = np.concatenate([np.full(len(signals), said) for signals, said, _ in given])
        shares = np.concatenate([np.full(len(s), share / len(s)) for s, _, share in given])
        weights = _fitted(signals, yes, shares / shares.sum())
    known = Calibration(weights, 0.0, least)
    chances = [
        np.array([known.chance(row) for row in rows]) for rows in (answered, off_topic, orphans)
    ]
    return Calibration(weights, _cheapest(*chances), least)


def _cheapest(answered: np.ndarray, off_topic: np.ndarray, orphans: np.ndarray) -> float:
    """Give the chance from which answering costs least on these questions; .5 without any."""
    wrong = np.concatenate([off_topic, orphans])
    if not len(wrong):
        return 0.5
    costs = [
        (MISSED_COST * _share(answered < least) + OFF_TOPIC_COST * _share(off_topic >= least)
         + ORPHAN_COST * _share(orphans >= least), least)
        for least in np.unique(wrong) + 1e-6
    ]  # fmt: skip
    return float(min(costs)[1])


def _share(said: np.ndarray) -> float:
    return float(said.mean()) if len(said) else 0.0


def _fitted(signals: np.ndarray, yes: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Fit by projected gradient: some hundred rows of six signals take milliseconds."""
    rows = np.hstack([signals, np.ones((len(signals), 1))])
    pull = np.append(np.full(signals.shape[1], FAITH / len(rows)), 0.0)
    weights = PRIOR.copy()
    for _ in range(ROUNDS):
        missed = _logistic(rows @ weights) - yes
        weights = weights - STEP * (rows.T @ (shares * missed) + pull * (weights - PRIOR))
        weights[:-1] = np.maximum(weights[:-1], 0.0)
    return weights


def _logistic(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))
