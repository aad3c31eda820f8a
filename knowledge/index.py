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


@dataclass(frozen=True)
class Entry:
    """A passage as the index sees it."""

    passage_id: str
    source_id: str
    title: str
    text: str


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
            [f"{entry.title}\n{entry.title}\n{entry.text}" for entry in entries], language
        )
        self._questions = Bm25([question.text for question in asked], language)
        self._by_source: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._by_source.setdefault(entry.source_id, []).append(number)
        self._place = {entry.passage_id: number for number, entry in enumerate(self.entries)}
        self._of_question = {question.key: number for number, question in enumerate(self.asked)}
        self._weights, self._threshold = self._calibrated(off_topic)

    def search(self, question: str, limit: int, allowed: set[str]) -> list[Hit]:
        """Give passages of allowed sources that may answer, best first; `[]`: nothing does."""
        vector = self._embedder.embed([question])[0]
        total, features = self._scored(question, vector)
        hits: list[Hit] = []
        for number in np.argsort(-total)[:CANDIDATES]:
            entry = self.entries[int(number)]
            chance = self._chance(features[int(number)])
            if entry.source_id in allowed and chance >= self._threshold:
                hits.append(Hit(entry, round(float(chance), 4)))
        return hits[:limit]

    def _scored(
        self, question: str, vector: np.ndarray, *, without: int | None = None, source: str = ""
    ) -> tuple[np.ndarray, np.ndarray]:
        """Give summed z-scores `(n,)` and features `(n, 6)` of all passages.

        `without` leaves a question out and `source` an article: that is how the index is calibrated.
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
        if source:
            total[self._by_source.get(source, [])] = -np.inf
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
        return float(1 / (1 + np.exp(-(features @ self._weights[:-1] + self._weights[-1]))))

    def _calibrated(self, off_topic: Sequence[str]) -> tuple[np.ndarray, float]:
        """Learn from the articles' own questions what a passage that answers looks like.

        Positives: a question against its own article, with that question left out. Negatives: the same
        question with its article left out, and questions on matters no company has.
        """
        yes, no = self._examples(off_topic)
        if len(yes) < 4 or len(no) < 4:
            return np.array([2.0, 2.0, 1.0, 1.0, 2.0, 1.0, -3.0]), 0.5
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=10, class_weight="balanced", max_iter=500)
        model.fit(np.array(yes + no), [1] * len(yes) + [0] * len(no))
        weights = np.append(model.coef_[0], model.intercept_[0])
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
            others, _ = self._scored(
                question.text, vectors[number], without=number, source=question.source_id
            )
            if np.isfinite(others).any():
                no.append(features[int(np.argmax(others))])
        embedded = self._embedder.embed(list(off_topic)) if off_topic else []
        for text, vector in zip(off_topic, embedded, strict=True):
            total, features = self._scored(text, vector)
            if len(total):
                no.append(features[int(np.argmax(total))])
        return yes, no


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
