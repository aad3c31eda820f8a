"""One language and audience of a workspace, searched by word, by question and by meaning.

Scores of the three are made comparable by their z-scores and added up: with a dense model that does not
know a language, adding ranks would hurt. Whether the best passage answers at all is another matter: that is
a logistic regression over how much of the question it covers, trained on the articles' own questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.bm25 import Bm25
from knowledge.dense import Dense
from models import Embedder

CANDIDATES = 40
ARTICLES = 2
SECTIONS = 5
"""Passages of one article that are given to whoever writes the answer."""


@dataclass(frozen=True)
class Entry:
    """A passage as the index sees it."""

    passage_id: str
    source_id: str
    title: str
    text: str
    keywords: str = ""
    """The article's tags."""


@dataclass(frozen=True)
class Asked:
    """A question that an article says it answers."""

    key: str
    source_id: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A passage that was found."""

    entry: Entry
    score: float
    """Chance that it answers, 0 to 1."""


class Index:
    """Passages and questions of one language and audience."""

    def __init__(
        self,
        entries: Sequence[Entry],
        asked: Sequence[Asked],
        language: str,
        dense: Dense,
        embedder: Embedder,
        off_topic: Sequence[str],
    ) -> None:
        self.entries = list(entries)
        self.asked = list(asked)
        self._dense = dense
        self._embedder = embedder
        self._texts = Bm25(
            [f"{entry.title}\n{entry.title} {entry.keywords}\n{entry.text}" for entry in entries],
            language,
        )
        self._questions = Bm25([question.text for question in asked], language)
        self._by_source: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._by_source.setdefault(entry.source_id, []).append(number)
        self._place = {entry.passage_id: number for number, entry in enumerate(self.entries)}
        self._of_question = {question.key: number for number, question in enumerate(self.asked)}
        self._alike = self._neighbours()
        self._weights, self._threshold = self._calibrated(off_topic)

    def search(self, question: str, limit: int, allowed: set[str]) -> list[Hit]:
        """Give passages of articles that may answer, best first; `[]`: none does.

        Articles are judged, not passages: the section that answers best may use other words than the
        question, as long as its article is the right one.
        """
        vector = self._embedder.embed([question])[0]
        total, features = self._scored(question, vector)
        order = [
            int(number)
            for number in np.argsort(-total)[:CANDIDATES]
            if self.entries[int(number)].source_id in allowed
        ]
        chances: dict[str, float] = {}
        for number in order:
            source_id = self.entries[number].source_id
            chances[source_id] = max(chances.get(source_id, 0.0), self._chance(features[number]))
        answering = [source for source, chance in chances.items() if chance >= self._threshold]
        hits: list[Hit] = []
        for source_id in answering[:ARTICLES]:
            of_it = [number for number in order if self.entries[number].source_id == source_id]
            chance = round(chances[source_id], 4)
            hits += [Hit(self.entries[number], chance) for number in of_it[:SECTIONS]]
        return hits[:limit]

    def _scored(
        self, question: str, vector: np.ndarray, *, without: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give summed z-scores `(n,)` and features `(n, 6)` of all passages.

        `without` leaves a question out: that is how the index is calibrated.
        """
        count = len(self.entries)
        if not count:
            return np.zeros(0), np.zeros((0, 6))
        words = self._texts.scores(question)
        by_question = self._questions.scores(question)
        if without is not None:
            by_question[without] = 0
        asked = np.zeros(count, dtype=np.float32)
        for number, score in enumerate(by_question):
            for place in self._by_source.get(self.asked[number].source_id, ()):
                asked[place] = max(asked[place], score)
        near, near_question = self._near(vector, without)
        total: np.ndarray = _z(words) + _z(asked) + _z(np.maximum(near, near_question))
        most = max(self._texts.most(question), 1e-6)
        most_asked = max(self._questions.most(question), 1e-6)
        said, put = words / most, asked / most_asked
        best = (np.maximum(said, put), np.maximum(near, near_question))
        features = np.stack([said, put, near, near_question, *best], axis=1)
        return total, features

    def _near(self, vector: np.ndarray, without: int | None) -> tuple[np.ndarray, np.ndarray]:
        """Give the cosine of passages, and of the best question of each passage's article."""
        near = np.zeros(len(self.entries), dtype=np.float32)
        asked = np.zeros(len(self.entries), dtype=np.float32)
        for key, cosine in self._dense.nearest(vector, CANDIDATES).items():
            if (place := self._place.get(key)) is not None:
                near[place] = cosine
            elif (number := self._of_question.get(key)) is not None and number != without:
                for place in self._by_source.get(self.asked[number].source_id, ()):
                    asked[place] = max(asked[place], cosine)
        return near, asked

    def _chance(self, features: np.ndarray) -> float:
        """Give the chance that a passage with these features answers.

        A question nearer to one of the article's own questions than questions of other articles ever
        are is answered by it, whatever its text says.
        """
        chance = float(1 / (1 + np.exp(-(features @ self._weights[:-1] + self._weights[-1]))))
        likeness = float(features[1] + features[3]) / 2
        return max(chance, likeness) if likeness > self._alike else chance

    def _neighbours(self) -> float:
        """Give how alike questions of different articles are at most, but for the oddest of them."""
        if not self.asked:
            return 1.0
        vectors = self._dense.vectors([question.key for question in self.asked])
        cosines = vectors @ vectors.T
        alike: list[float] = []
        for number, question in enumerate(self.asked):
            scores = self._questions.scores(question.text) / max(
                self._questions.most(question.text), 1e-6
            )
            others = [
                at for at, other in enumerate(self.asked) if other.source_id != question.source_id
            ]
            if others:
                alike.append(float((scores[others] + cosines[number][others]).max()) / 2)
        return float(np.quantile(alike, 0.9)) if alike else 1.0

    def _calibrated(self, off_topic: Sequence[str]) -> tuple[np.ndarray, float]:
        """Learn from the articles' own questions what a passage that answers looks like.

        Positives: a question against its own article, with that question left out. Negatives: the same
        question with its article left out, and questions on matters no company has.
        """
        yes, no = self._examples(off_topic)
        if len(yes) < 4 or len(no) < 4:
            return np.array([2.0, 2.0, 1.0, 1.0, 2.0, 1.0, -3.0]), 0.5
        weights = _fitted(np.array(yes + no), np.array([1] * len(yes) + [0] * len(no)))
        chances = [
            [float(1 / (1 + np.exp(-(row @ weights[:-1] + weights[-1])))) for row in rows]
            for rows in (yes, no)
        ]
        return weights, _threshold(*chances)

    def _examples(self, off_topic: Sequence[str]) -> tuple[list[np.ndarray], list[np.ndarray]]:
        yes: list[np.ndarray] = []
        no: list[np.ndarray] = []
        if not self.asked:
            return [], []
        vectors = self._dense.vectors([question.key for question in self.asked])
        for number, question in enumerate(self.asked):
            total, features = self._scored(question.text, vectors[number], without=number)
            best = int(np.argmax(total))
            (yes if self.entries[best].source_id == question.source_id else no).append(
                features[best]
            )
            others = total.copy()
            others[self._by_source.get(question.source_id, [])] = -np.inf
            if np.isfinite(others).any():
                no.append(features[int(np.argmax(others))])
        embedded = self._embedder.embed(list(off_topic)) if off_topic else []
        for text, vector in zip(off_topic, embedded, strict=True):
            total, features = self._scored(text, vector)
            if len(total):
                no.append(features[int(np.argmax(total))])
        return yes, no


def _fitted(rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Fit the chance that a passage answers, `(n_features + 1,)`; no feature may count against it.

    A question was left out of its own article's questions here, so that the nearest of the others says
    little; a customer who asks one of them word for word must not be punished for it.
    """
    from sklearn.linear_model import LogisticRegression

    used = np.arange(rows.shape[1])
    while True:
        model = LogisticRegression(C=10, class_weight="balanced", max_iter=500)
        model.fit(rows[:, used], right)
        if (model.coef_[0] >= 0).all() or len(used) == 1:
            break
        used = used[model.coef_[0] >= 0] if (model.coef_[0] >= 0).any() else used[:1]
    weights = np.zeros(rows.shape[1] + 1)
    weights[used], weights[-1] = np.clip(model.coef_[0], 0, None), model.intercept_[0]
    return weights


def _threshold(yes: list[float], no: list[float]) -> float:
    """Give the chance from which an answer is right more often than wrong.

    A negative here is an article on a neighbouring matter, which a customer forgives more readily than
    silence; what no article is about scores far lower.
    """
    best, least = 0.5, float("inf")
    for chance in sorted({*yes, *no}):
        missed = sum(value < chance for value in yes) / len(yes)
        wrong = sum(value >= chance for value in no) / len(no)
        if 2 * missed + wrong < least:
            best, least = chance, 2 * missed + wrong
    return best


def _z(scores: np.ndarray) -> np.ndarray:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
