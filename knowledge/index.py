"""One language and audience of a workspace, searched by word, by question, by meaning and by matter.

Scores of these are made comparable by their z-scores and added up: with a dense model that does not
know a language, adding ranks would hurt. Whether a passage answers at all is another matter: see
`calibration`, which learns it from the articles' own questions.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import structlog

from core.errors import ModelFailed
from knowledge.bm25 import Bm25
from knowledge.calibration import PRIOR, Calibration, calibrated
from knowledge.dense import Dense, Held
from knowledge.matters import About
from knowledge.reading import synonyms, weights
from models import Embedder
from models.embedded.spelling import Spelling, counted
from models.embedded.words import base
from models.usage import mark_degraded

log = structlog.get_logger(__name__)

CANDIDATES = 400
"""Nearest vectors that are fetched; of a company's few hundred articles these are all."""

ARTICLES = 2
SECTIONS = 5
"""Passages of one article that are given to whoever writes the answer."""

OPENING = 1.0
"""What the opening of an article gains before its other sections: it holds what the article is about."""

NOWHERE = np.zeros(0, dtype=int)

LESSONS = 200
"""Questions of articles that the calibration looks at, evenly drawn."""

LEAST_SHARED = 0.4
"""What is left of the score of an article's question of which next to nothing was asked."""


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

    alike: float
    """Cosine of the question and the nearest one of its article; 0 where there is none, or no vector."""


@dataclass(frozen=True)
class _Question:
    """A question, read."""

    terms: dict[str, float]
    """With their weights, see `reading.weights`."""

    near: np.ndarray
    """Cosine of each passage, `(n_passages,)`."""

    near_asked: np.ndarray
    """Cosine of each question of an article, `(n_questions,)`."""

    vector: np.ndarray


class Index:
    """Passages and questions of one language and audience."""

    def __init__(
        self,
        entries: Sequence[Entry],
        asked: Sequence[Asked],
        language: str,
        dense: Dense | Held,
        embedder: Embedder,
        off_topic: Sequence[str],
        directions: np.ndarray | None = None,
    ) -> None:
        """`directions` tell the matters apart that customers speak of; see `matters`."""
        self._entries = list(entries)
        self._sources = np.array([entry.source_id for entry in entries])
        places = {source: number for number, source in enumerate(dict.fromkeys(self._sources))}
        self._opens = np.unique(self._sources, return_index=True)[1] if entries else NOWHERE
        self._asked = asked = [question for question in asked if question.source_id in places]
        self._language = language
        self._dense = dense
        self._embedder = embedder
        headed = [
            f"{entry.title}\n{entry.title} {entry.keywords}\n{entry.text}" for entry in entries
        ]
        put = [question.text for question in asked]
        self._texts = Bm25(headed, language)
        self._questions = Bm25(put, language)
        self._shares = self._shares_of(put)
        said = counted([*headed, *put, *synonyms(base(language))], language)
        self._spelling = Spelling(said, language)
        self._article = np.array([places[source] for source in self._sources], dtype=int)
        self._article_asked = np.array([places[q.source_id] for q in asked], dtype=int)
        self._articles = len(places)
        self._said = _holding(self._texts, self._article)
        self._heard = _holding(self._questions, self._article_asked)
        self._place = {entry.passage_id: number for number, entry in enumerate(entries)}
        self._place_asked = {question.key: number for number, question in enumerate(asked)}
        self._about = self._placed(directions) if directions is not None else None
        self._calibration = self._learned(off_topic)

    def search(self, question: str, limit: int, allowed: Container[str]) -> list[Hit]:
        """Give passages of allowed articles that may answer, best first; `[]`: none does.

        Articles are judged, not passages: the section that answers best may use other words than the
        question, as long as its article is the right one.
        """
        if not self._entries:
            return []
        read = self._asked_for(question)
        said, matter, signals = self._scored(read)
        total = said + matter
        said[self._opens] += OPENING
        by_article: dict[str, list[int]] = {}
        for number in map(int, np.argsort(-total)):
            if (source_id := self._entries[number].source_id) in allowed:
                by_article.setdefault(source_id, []).append(number)
        alike = self._best_of_article(read.near_asked)
        hits: list[Hit] = []
        for numbers in islice(by_article.values(), ARTICLES):
            # Sections of one article are about the same: which of them answers is told by what is said.
            sections = sorted(numbers, key=lambda number: -said[number])[:SECTIONS]
            chance = max(self._calibration.chance(signals[number]) for number in sections)
            if chance < self._calibration.threshold:
                break  # what is less near is not given in its place
            near = round(float(alike[sections[0]]), 4)
            hits += [Hit(self._entries[number], round(chance, 4), near) for number in sections]
        return hits[:limit]

    def _asked_for(self, question: str) -> _Question:
        """Read a question; by its words alone while the embedder does not answer."""
        try:
            return self._read([question])[0]
        except ModelFailed as failure:
            mark_degraded(str(failure))
            log.warning("searched_by_words", reason=str(failure))
        mended = self._spelling.text(question)
        return _Question(
            weights(mended, self._language),
            np.zeros(len(self._entries)),
            np.zeros(len(self._asked)),
            np.zeros(self._embedder.dimensions),
        )

    def _read(self, questions: Sequence[str]) -> list[_Question]:
        mended = [self._spelling.text(question) for question in questions]
        vectors = self._embedder.embed(mended)
        return [self._near(*given) for given in zip(mended, vectors, strict=True)]

    def _near(self, question: str, vector: np.ndarray) -> _Question:
        found = self._dense.nearest(vector, CANDIDATES)
        # What was not among the nearest is at most as near as the last of them.
        rest = min(found.values(), default=0.0)
        near = np.full(len(self._entries), rest)
        near_asked = np.full(len(self._asked), rest)
        for key, cosine in found.items():
            if key in self._place:
                near[self._place[key]] = cosine
            elif key in self._place_asked:
                near_asked[self._place_asked[key]] = cosine
        return _Question(weights(question, self._language), near, near_asked, vector)

    def _placed(self, directions: np.ndarray) -> About:
        passages = self._dense.vectors([*self._place])
        asked = self._dense.vectors([*self._place_asked])
        return About(directions, passages, asked, self._article, self._article_asked)

    def _scored(
        self, question: _Question, *, without: int | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give summed z-scores of what is said and of what it is about, each `(n_passages,)`, and signals
        `(n_passages, n_signals + 1)`, of which the last is how much any article knows of it.

        `without` leaves out a question of an article: that is how the index is calibrated.
        """
        words = self._texts.scores(question.terms)
        put, near_put = self._questions.scores(question.terms), question.near_asked
        if without is not None:
            put, near_put = put.copy(), near_put.copy()
            put[without], near_put[without] = 0, -1
        put = put * self._shared(question.terms.keys())
        asked = self._best_of_article(put)
        near, near_asked = question.near, np.maximum(self._best_of_article(near_put), 0)
        nearest = np.maximum(near, near_asked)
        weight = {term: part * self._texts.rarity(term) for term, part in question.terms.items()}
        whole = sum(weight.values()) or 1.0
        covered = self._covered(weight, without)
        known = self._known(weight, without)
        matter = self._matter(question, without)
        signals = np.stack(
            [
                covered / whole,
                (near + near_asked) / 2,
                nearest,
                np.minimum(words / whole, 1),
                np.minimum(asked / whole, 1),
                np.tanh(covered / (4 * self._texts.rarest)),
                np.maximum(matter.mean(axis=0), 0),
                np.full(len(words), known / whole),
            ],
            axis=1,
        )
        return _z(words) + _z(asked) + _z(nearest), _z(matter[0]) + _z(matter[1]), signals

    def _matter(self, question: _Question, without: int | None) -> np.ndarray:
        """Give how near each passage and its article are in what they are about, `(2, n_passages)`."""
        if self._about is None:
            return np.zeros((2, len(self._entries)))
        return self._about.near(question.vector, without)

    def _best_of_article(self, of_question: np.ndarray) -> np.ndarray:
        """Give each passage the best score of its article's questions; 0 where there is none."""
        best = np.zeros(self._articles)
        np.maximum.at(best, self._article_asked, of_question)
        return best[self._article]

    def _shared(self, asked: Iterable[str]) -> np.ndarray:
        """Say how much of each question of an article was asked: "cancel a visit for two" is not "cancel"."""
        shares = np.zeros(len(self._asked))
        for term in asked:
            if (found := self._shares.get(term)) is not None:
                numbers, parts = found
                shares[numbers] += parts
        return LEAST_SHARED + (1 - LEAST_SHARED) * shares

    def _shares_of(self, put: Sequence[str]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Give by term the questions of articles that have it, and how much of each it is."""
        found: dict[str, list[tuple[int, float]]] = {}
        for number, text in enumerate(put):
            own = {
                term: part * self._texts.rarity(term)
                for term, part in weights(text, self._language).items()
            }
            whole = sum(own.values()) or 1.0
            for term, part in own.items():
                found.setdefault(term, []).append((number, part / whole))
        return {
            term: (np.array([at for at, _ in having]), np.array([part for _, part in having]))
            for term, having in found.items()
        }

    def _known(self, weight: dict[str, float], without: int | None) -> float:
        """Say how much of a question is in any article: a refrigerator that none speaks of is not."""
        own = self._questions.read[without] if without is not None else ()
        return sum(
            part
            for term, part in weight.items()
            if term in self._said or len(self._heard.get(term, NOWHERE)) > (term in own)
        )

    def _covered(self, weight: dict[str, float], without: int | None) -> np.ndarray:
        """Say how much of a question each passage's article has, by the rarity of the terms."""
        covered = np.zeros(self._articles)
        own = self._questions.read[without] if without is not None else ()
        for term, part in weight.items():
            has = self._said.get(term, NOWHERE)
            put = self._heard.get(term, NOWHERE)
            if without is not None and term in own:
                # A question that is left out counts no more for its article, if no other has the term.
                put = np.delete(put, np.flatnonzero(put == self._article_asked[without])[:1])
            covered[np.union1d(has, put)] += part
        return covered[self._article]

    def left_out(self) -> Iterator[tuple[bool, bool]]:
        """Say for each question of an article, as if it were not listed, whether its article comes first,
        and whether the first one is given as an answer.
        """
        for own, total, signals in self._left_out(range(len(self._asked))):
            best = int(np.argmax(total))
            chance = self._calibration.chance(signals[best])
            yield bool(own[best]), chance >= self._calibration.threshold

    def _left_out(
        self, numbers: Sequence[int]
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Give of questions, as if not listed, which passages are their article's, scores and signals."""
        vectors = self._dense.vectors([self._asked[number].key for number in numbers])
        for number, vector in zip(numbers, vectors, strict=True):
            question = self._near(self._asked[number].text, vector)
            said, matter, signals = self._scored(question, without=number)
            yield self._sources == self._asked[number].source_id, said + matter, signals

    def _learned(self, off_topic: Sequence[str]) -> Calibration:
        """Calibrate on the articles' own questions, and on questions about other things."""
        lessons = _spread(len(self._asked), LESSONS)
        if not self._entries:
            return calibrated(*[np.zeros((0, len(PRIOR)))] * 3)
        answered: list[np.ndarray] = []
        orphans: list[np.ndarray] = []
        for own, total, signals in self._left_out(lessons):
            best = int(np.argmax(total))
            if own[best]:
                answered.append(signals[best])
            if not own.all():
                orphans.append(signals[int(np.argmax(np.where(own, -np.inf, total)))])
        strangers = [
            signals[int(np.argmax(said + matter))]
            for said, matter, signals in map(
                self._scored, self._read(off_topic) if off_topic else []
            )
        ]
        shape = (-1, len(PRIOR))
        return calibrated(*(np.reshape(rows, shape) for rows in (answered, strangers, orphans)))


def _holding(texts: Bm25, article: np.ndarray) -> dict[str, np.ndarray]:
    """Give the articles that have a term, one for each of their texts that has it."""
    holding: dict[str, list[int]] = defaultdict(list)
    for number, read in zip(article, texts.read, strict=True):
        for term in read:
            holding[term].append(int(number))
    return {term: np.array(numbers) for term, numbers in holding.items()}


def _spread(count: int, most: int) -> list[int]:
    """Give at most `most` numbers below `count`, evenly spread."""
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, most))})


def _z(scores: np.ndarray) -> np.ndarray:
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 1e-9 else np.zeros_like(scores)
