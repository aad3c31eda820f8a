"""BM25: which texts share rare words, and meanings, with a question."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.reading import terms

K1, B = 1.2, 0.75
UNSEEN = 0.7
"""Rarity of a term that no text has, against the rarest there could be: few have it is more telling."""


class Bm25:
    """An index over texts, in memory; scores are ready products, a query only adds them up."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        self.read = [Counter(terms(text, language)) for text in texts]
        """What each text is found by."""

        self._count = len(texts)
        lengths = [sum(count.values()) or 1 for count in self.read]
        average = sum(lengths) / max(1, len(lengths))
        holding: dict[str, list[int]] = defaultdict(list)
        for number, count in enumerate(self.read):
            for term in count:
                holding[term].append(number)
        self._weights: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._rarity: dict[str, float] = {}
        for term, numbers in holding.items():
            rarity = math.log(1 + (self._count - len(numbers) + 0.5) / (len(numbers) + 0.5))
            often = np.array([self.read[n][term] for n in numbers], dtype=np.float32)
            long = np.array([lengths[n] / average for n in numbers], dtype=np.float32)
            weights = rarity * often * (K1 + 1) / (often + K1 * (1 - B + B * long))
            self._weights[term] = (np.array(numbers), weights)
            self._rarity[term] = rarity

    def scores(self, asked: Mapping[str, float]) -> np.ndarray:
        """Give one score per text for a question's terms and their weights, `(n_texts,) float32`."""
        total = np.zeros(self._count, dtype=np.float32)
        for term, part in asked.items():
            if term in self._weights:
                numbers, weights = self._weights[term]
                total[numbers] += part * weights
        return total

    def rarity(self, term: str) -> float:
        """Say how rare a term is in these texts; one that none of them has is nearly the rarest."""
        return self._rarity.get(term, UNSEEN * self.rarest)

    @property
    def rarest(self) -> float:
        """How rare a term is that no text has."""
        return math.log(1 + (self._count + 0.5) / 0.5)
