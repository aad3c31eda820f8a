"""What a question is about, told by the matters of which customers everywhere speak.

"Until when is that on you?" shares no word with an article on the warranty. But the starter bank has many
ways to ask about a warranty, and many for each other matter: from their sentence vectors the directions are
learned that tell the matters apart. A question and an article that lie the same way in these few directions
are about the same matter, whatever their words.
"""

from functools import cache

import numpy as np

from models import Embedder
from models.embedded import bank, vectors

RIDGE = 10.0


class About:
    """How near the passages and questions of an index are to a question in what they are about."""

    def __init__(
        self, directions: np.ndarray, passages: np.ndarray, asked: np.ndarray, article: np.ndarray,
        article_asked: np.ndarray,
    ) -> None:  # fmt: skip
        self._directions = directions
        self._passages = _unit(passages @ directions)
        self._asked = _unit(asked @ directions)
        self._article = article
        self._article_asked = article_asked

    def near(self, vector: np.ndarray, without: int | None = None) -> np.ndarray:
        """Give cosines `(2, n_passages)`: of each passage, and the mean of its article's questions.

        `without` leaves out one of those questions.
        """
        matter = _unit(vector @ self._directions)
        asked, counts = self._asked @ matter, np.ones(len(self._asked))
        if without is not None:
            asked[without] = counts[without] = 0
        size = int(self._article.max(initial=-1)) + 1
        totals = np.bincount(self._article_asked, asked, minlength=size)
        many = np.bincount(self._article_asked, counts, minlength=size)
        means = totals / np.maximum(many, 1)
        return np.stack([self._passages @ matter, means[self._article]])


def directions(embedder: Embedder) -> np.ndarray | None:
    """Give `(dimensions, n_matters)`; None where the bank was not embedded by this embedder."""
    source = vectors.opened(embedder)
    return _learned(source.made.digest, embedder) if source else None


@cache
def _learned(digest: str, embedder: Embedder) -> np.ndarray:
    """Learn by ridge regression which of the bank's intents a vector is of."""
    del digest  # it is the key: the embedder is given anew with each workspace
    source = vectors.opened(embedder)
    assert source is not None
    said: list[np.ndarray] = []
    owners: list[int] = []
    for number, name in enumerate(bank.names()):
        for language, texts in bank.examples(name).items():
            if texts and source.speaks(language):
                said.append(source.many(texts, language))
                owners += [number] * len(texts)
    given, of = np.concatenate(said), np.array(owners)
    shares = 1 / np.bincount(of)[of]  # a matter of many sentences tells no more than one of few
    weighted = given * (shares / shares.mean())[:, None]
    targets = np.eye(len(bank.names()))[of]
    found = np.linalg.solve(
        weighted.T @ given + RIDGE * np.eye(given.shape[1]),
        weighted.T @ (targets - targets.mean(axis=0)),
    )
    return (source.made.basis @ found).astype(np.float32)


def _unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
