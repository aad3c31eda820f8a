"""Classifiers on disk: one `.npz` of plain arrays per set of examples; nothing is unpickled."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import structlog

from models.embedded import features, intents, words
from models.embedded.intents import Again, Classifier, Embed, Examples

log = structlog.get_logger(__name__)
ARRAYS = (
    "rarity", "columns", "starts", "values", "coefficients", "begins", "calibration",
)  # fmt: skip
AGAIN = ("vectors", "coefficients", "calibration")
KEPT = 12
"""Classifiers kept; the oldest of more are deleted."""


def key(examples: Examples, language: str, names: Mapping[str, str], vectors: str = "") -> str:
    """Give the name of a classifier: it changes with the examples and with how they are read.

    `vectors` names those of the second reading, where there is one.
    """
    lists = [(words.DATA / f"{name}.yaml").read_bytes().hex()
             for name in ("chat", "courtesies", "function_words", "thesaurus", "elsewhere",
                          "certainty")]  # fmt: skip
    versions = [words.VERSION, features.VERSION, intents.VERSION, vectors, *lists]
    said = [
        [label, spoken, list(texts)]
        for label, by in examples.items()
        for spoken, texts in by.items()
    ]
    told = json.dumps([versions, language, [*names.items()], said], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def load(folder: Path, name: str, embed: Embed | None = None) -> Classifier | None:
    """Give a stored classifier; None when there is none that can be read.

    `embed` gives the vectors of what is read again, where it was stored with a second reading.
    """
    path = folder / f"intents-{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = json.loads(bytes(stored["about"]).decode())
            arrays = {array: stored[array] for array in ARRAYS}
            again = [stored[f"again_{array}"] for array in AGAIN] if embed else []
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a cache, it is made again
        log.warning("classifier_unreadable", file=path.name, reason=str(error))
        return None
    return Classifier(
        language=about["language"],
        labels=about["labels"],
        vocabulary={feature: at for at, feature in enumerate(about["vocabulary"])},
        known=about["known"],
        threshold=about["threshold"],
        again=Again(again[0].astype(np.float32), again[1], again[2], embed, about["share"])
        if embed
        else None,
        **arrays,
    )


def store(folder: Path, name: str, classifier: Classifier) -> None:
    """Keep a classifier; readers of the same file never see half of it."""
    about = {
        "language": classifier.language,
        "labels": classifier.labels,
        "vocabulary": list(classifier.vocabulary),
        "known": classifier.known,
        "threshold": classifier.threshold,
        "share": classifier.again.share if classifier.again else None,
    }
    written = io.BytesIO()
    arrays = {array: getattr(classifier, array) for array in ARRAYS}
    if classifier.again is not None:
        arrays |= {f"again_{array}": getattr(classifier.again, array) for array in AGAIN}
        arrays["again_vectors"] = arrays["again_vectors"].astype(np.float16)
    np.savez(written, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
    if write(folder / f"intents-{name}.npz", written.getvalue()):
        _forget_old(folder)


def write(path: Path, content: bytes) -> bool:
    """Keep a file, whole or not at all; say whether it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, half = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(half).replace(path)
    except OSError as error:
        log.warning("not_stored", file=path.name, reason=str(error))
        return False
    return True


def _forget_old(folder: Path) -> None:
    kept = sorted(folder.glob("intents-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[KEPT:]:
        path.unlink(missing_ok=True)
