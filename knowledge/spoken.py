"""Embedders for articles and questions of one language."""

from dataclasses import dataclass, field

import numpy as np

from models import Embedder
from models.embedded import vectors, words


@dataclass(unsafe_hash=True)
class Spoken:
    """Embeds texts in a language that the model does not read: it is given them in rough English."""

    embedder: Embedder
    made: vectors.Built
    language: str
    name: str = field(init=False)
    """Changes with the glossary: what was embedded by another one must not be mixed with it."""

    dimensions: int = field(init=False)

    def __post_init__(self) -> None:
        self.name = f"{self.embedder.name}.{words.base(self.language)}{self.made.digest}"
        self.dimensions = self.embedder.dimensions

    def embed(self, sentences: list[str]) -> np.ndarray:
        """Give `(len(sentences), dimensions)` float32 of length 1."""
        said = [vectors.english(one, self.language, self.made.glossaries) for one in sentences]
        return vectors.embedded(self.embedder, said) if said else self.embedder.embed([])


def speaking(embedder: Embedder, language: str) -> Embedder:
    """Give the embedder for a language; itself where no glossary of the language was made for it."""
    source = vectors.opened(embedder)
    if source is None or words.base(language) not in source.made.glossaries:
        return embedder
    return Spoken(embedder, source.made, language)
