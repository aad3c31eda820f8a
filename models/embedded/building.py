"""`python -m models.embedded.building`: embed the starter bank, for a first start that need not do it.

To be run after the bank (`bank/moods` too), `gloss.yaml` or the embedder has changed: what is missing of the
vectors is computed where it is needed, which costs each first start 2 ms a sentence.
"""

import io
import json
import sys
from collections.abc import Iterator

import numpy as np

from models import Embedder
from models.embedded import bank, moods, moods_fitting, vectors, words
from models.embedded.embedder import load_embedder
from models.embedded.glossing import Glossary, compiled

DIRECTIONS = 128
GLOSSED = {"pt-BR": "gloss"}
"""Languages of the bank that the sentence model does not read, and the lists of what is written down."""


def main() -> int:
    """Write `data/vectors.npz`; give the exit status."""
    embedder = load_embedder("minilm")
    glossaries = {words.base(language): glossary(language) for language in GLOSSED}
    said = [*dict.fromkeys(sentences(glossaries))]
    vectors.BUILT.write_bytes(packed(embedder, said, glossaries))
    sys.stdout.write(f"{len(said)} sentences, {vectors.BUILT.stat().st_size // 1024} KiB\n")
    learn_moods(embedder)
    return 0


def learn_moods(embedder: Embedder) -> None:
    """Write `data/moods.npz`, by the vectors that are built."""
    vectors.built.cache_clear()
    source = vectors.opened(embedder)
    assert source is not None, "the vectors were just built by this embedder"
    moods.BUILT.write_bytes(moods_fitting.packed(source))
    sys.stdout.write(f"{moods.BUILT.name}, {moods.BUILT.stat().st_size // 1024} KiB\n")


def glossary(language: str) -> Glossary:
    """Give the glossary of a language, from the bank's pairs and what is written down."""
    pairs = [
        pair for name in bank.names()
        for pair in zip(bank.examples(name)[language], bank.examples(name)[vectors.READ], strict=False)
    ]  # fmt: skip
    return compiled(language, pairs, words.load(GLOSSED[language]))


def sentences(glossaries: dict[str, Glossary]) -> Iterator[str]:
    """Give what is embedded of the bank and of nobody's business, in English and rough English."""
    for language in (vectors.READ, *GLOSSED):
        for name in bank.names():
            for text in bank.examples(name)[language]:
                yield vectors.english(text, language, glossaries)
        for text in words.load("elsewhere")[words.base(language)]:
            yield vectors.english(text, language, glossaries)


def packed(embedder: Embedder, said: list[str], glossaries: dict[str, Glossary]) -> bytes:
    """Give the file: the same bytes for the same sentences on the same machine."""
    found = vectors.embedded(embedder, said)
    _, _, directions = np.linalg.svd(found, full_matrices=False)
    basis = directions[:DIRECTIONS].T
    # A direction has no sign of its own: the largest part is taken to be positive.
    largest = np.abs(basis).argmax(axis=0)
    basis = (basis * np.sign(basis[largest, np.arange(basis.shape[1])])).astype(np.float16)
    kept = found @ basis.astype(np.float32)
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    steps = (np.abs(kept).max(axis=0) / 127).astype(np.float32)
    about = {
        "embedder": embedder.name,
        "glossaries": {language: one.known for language, one in glossaries.items()},
    }
    written = io.BytesIO()
    np.savez_compressed(
        written,
        about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
        basis=basis,
        marks=np.array([vectors.mark(one) for one in said], np.uint64),
        steps=steps,
        vectors=vectors.small(kept, steps),
    )
    return written.getvalue()


if __name__ == "__main__":
    sys.exit(main())
