"""BM25 over stems: which texts share rare words with a question."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from models.embedded import words as reading

K1, B = 1.2, 0.75


def words(text: str, language: str) -> list[str]:
    """Give the stems of a text, chat spelling written out, without the words that say nothing."""
    tokens = reading.words(text, language)
    return reading.stems(reading.content(tokens, (language,)), language)


class Bm25:
    """An index over texts, in memory; scores are ready products, a query only adds them up."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        self._language = language
        self._count = len(texts)
        counted = [Counter(words(text, language)) for text in texts]
        lengths = [sum(count.values()) or 1 for count in counted]
        average = sum(lengths) / max(1, len(lengths))
        holding: dict[str, list[int]] = defaultdict(list)
        for number, count in enumerate(counted):
            for word in count:
                holding[word].append(number)
        self._weights: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for word, numbers in holding.items():
            rarity = math.log(1 + (self._count - len(numbers) + 0.5) / (len(numbers) + 0.5))
            weights = [
                rarity
                * counted[n][word]
                * (K1 + 1)
                / (counted[n][word] + K1 * (1 - B + B * lengths[n] / average))
                for n in numbers
            ]
            self._weights[word] = (np.array(numbers), np.array(weights, dtype=np.float32))

    def scores(self, question: str) -> np.ndarray:
        """Give one score per text, `(n_texts,) float32`; 0 where no word is shared."""
        total = np.zeros(self._count, dtype=np.float32)
        for word in set(words(question, self._language)):
            if word in self._weights:
                numbers, weights = self._weights[word]
                total[numbers] += weights
        return total

    def most(self, question: str) -> float:
        """Give the score of a text that held every word of the question about once."""
        unknown = math.log(1 + (self._count + 0.5) / 0.5)
        return sum(
            float(self._weights[word][1].max()) if word in self._weights else unknown
            for word in set(words(question, self._language))
        )
