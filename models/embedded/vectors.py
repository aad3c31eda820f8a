"""Sentence vectors of short texts in any of the bank's languages, so kept that few are ever computed.

`data/vectors.npz` (made by `building`) holds those of the starter bank, small: the directions that tell the
bank's sentences apart, a byte for each. Others are computed once and kept beside the classifiers. All are
found by what was embedded, so that a sentence that is changed is computed anew.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import structlog

from models import Embedder
from models.embedded import storing, words
from models.embedded.courtesy import stripped
from models.embedded.glossing import Glossary, meant
from models.embedded.intents import Embed, Mend

log = structlog.get_logger(__name__)
BUILT = words.DATA / "vectors.npz"
READ = "en"
"""The language that the sentence model reads; texts of others are given to it in rough English."""

KEPT = 20_000
"""Vectors that are kept of those that were computed here; the oldest of more are forgotten."""


@dataclass(frozen=True)
class Built:
    """What was made of the bank."""

    embedder: str
    """The name of the model that its vectors are of."""

    basis: np.ndarray
    """(n_model, n) directions that are kept of a vector."""

    steps: np.ndarray
    """(n,) what one step of a byte is in each direction."""

    known: Mapping[int, np.ndarray]
    """Vectors in bytes, by the mark of the text."""

    glossaries: Mapping[str, Glossary]
    digest: str
    """Changes with everything that is in it."""


@cache
def built() -> Built | None:
    """Give what was made of the bank; None where it was not."""
    try:
        raw = BUILT.read_bytes()
    except FileNotFoundError:
        return None
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        about = json.loads(bytes(stored["about"]).decode())
        known = dict(zip(stored["marks"].tolist(), stored["vectors"], strict=True))
        basis, steps = stored["basis"].astype(np.float32), stored["steps"]
    glossaries = {one: Glossary(one, glossed) for one, glossed in about["glossaries"].items()}
    return Built(
        about["embedder"], basis, steps, known, glossaries, hashlib.sha256(raw).hexdigest()[:12]
    )


def opened(embedder: Embedder, folder: Path | None = None) -> "Vectors | None":
    """Give vectors by an embedder; None where the bank was not embedded by it."""
    made = built()
    return Vectors(embedder, made, folder) if made and made.embedder == embedder.name else None


@dataclass
class Vectors:
    """Vectors of texts; `folder` is where those that had to be computed are kept."""

    embedder: Embedder
    made: Built
    folder: Path | None = None
    _kept: dict[int, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder is not None:
            self._kept = _load(self._path(self.folder))

    @property
    def name(self) -> str:
        """Changes with the vectors that are given."""
        return f"{self.embedder.name}-{self.made.digest}"

    def speaks(self, language: str) -> bool:
        """Say whether texts of the language can be embedded."""
        return words.base(language) == READ or words.base(language) in self.made.glossaries

    def in_english(self, text: str, language: str) -> str:
        """Give what the model is given of a text."""
        return english(text, language, self.made.glossaries)

    def reader(self, language: str, *, whole: bool = False) -> Embed:
        """Give what embeds one text of a language: a few milliseconds; `whole` as `all_of` does."""
        compute = self._whole if whole else self._computed

        def embed(text: str, mended: Mend) -> np.ndarray:
            return compute([english(text, language, self.made.glossaries, mended)])[0]

        return embed

    def sounding(self, text: str, language: str, mended: Mend) -> np.ndarray:
        """Give `(n,)` of a text with its courtesies, which tell how it sounds."""
        return self._computed([rough(text, language, self.made.glossaries, mended)])[0]

    def all_of(self, texts: Sequence[str], language: str) -> np.ndarray:
        """Give `(len(texts), n_model)` float32 of length 1, computed anew.

        The directions that tell the bank's sentences apart are not those of another trade.
        """
        return self._whole([english(text, language, self.made.glossaries) for text in texts])

    def many(self, texts: Sequence[str], language: str) -> np.ndarray:
        """Give `(len(texts), n)` float32 of length 1; only what is nowhere known is computed."""
        said = [english(text, language, self.made.glossaries) for text in texts]
        marks = [mark(one) for one in said]
        missing = {
            at: one for at, one in zip(marks, said, strict=True)
            if at not in self.made.known and at not in self._kept
        }  # fmt: skip
        if missing:
            self._kept |= zip(
                missing, small(self._computed([*missing.values()]), self.made.steps), strict=True
            )
            self._keep()
        stored = [self.made.known[at] if at in self.made.known else self._kept[at] for at in marks]
        return _of_length_one(np.stack(stored) * self.made.steps)

    def _whole(self, said: list[str]) -> np.ndarray:
        return _of_length_one(embedded(self.embedder, said))

    def _computed(self, said: list[str]) -> np.ndarray:
        return _of_length_one(embedded(self.embedder, said) @ self.made.basis)

    def _keep(self) -> None:
        if self.folder is None:
            return
        newest = [*self._kept.items()][-KEPT:]
        written = io.BytesIO()
        np.savez(
            written,
            marks=np.array([at for at, _ in newest], np.uint64),
            vectors=np.stack([vector for _, vector in newest]),
        )
        storing.write(self._path(self.folder), written.getvalue())

    def _path(self, folder: Path) -> Path:
        read_by = hashlib.sha256(self.made.basis.tobytes() + self.made.steps.tobytes())
        return folder / f"vectors-{self.embedder.name}-{read_by.hexdigest()[:12]}.npz"


def english(
    text: str, language: str, glossaries: Mapping[str, Glossary], mended: Mend | None = None
) -> str:
    """Give what the model is given of a text: courtesies off; in rough English, where it is not."""
    return rough(stripped(text, language) or text, language, glossaries, mended)


def rough(
    text: str, language: str, glossaries: Mapping[str, Glossary], mended: Mend | None = None
) -> str:
    """Give a text as it is, or in rough English where the model does not read its language."""
    glossary = glossaries.get(words.base(language))
    return glossary.english(meant(text, mended)) if glossary else text


def embedded(embedder: Embedder, said: Sequence[str]) -> np.ndarray:
    """Give each text the vector that it has alone.

    Eight-bit activations have one scale for a batch: beside others a text may be off by a cosine of 0.06,
    and to embed many at once is no faster.
    """
    return np.concatenate([embedder.embed([one]) for one in said])


def mark(text: str) -> int:
    """Give the number that a text is found by."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def small(vectors: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Give vectors in bytes."""
    return np.clip(np.round(vectors / steps), -127, 127).astype(np.int8)


def _of_length_one(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _load(path: Path) -> dict[int, np.ndarray]:
    """Give the vectors that were kept; none when they cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(zip(stored["marks"].tolist(), stored["vectors"], strict=True))
    except FileNotFoundError:
        return {}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a cache, it is made again
        log.warning("vectors_unreadable", file=path.name, reason=str(error))
        return {}
