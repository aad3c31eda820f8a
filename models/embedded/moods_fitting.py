"""Learns what messages sound like from `bank/moods` and two intents; run by `building`, never at a start."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml

from models.embedded import bank, moods
from models.embedded.embedder import one_thread
from models.embedded.features import tokens
from models.embedded.moods import COMPLAINT, LEAVING, NEGATIVE, POSITIVE, SHARES
from models.embedded.spelling import Spelling
from models.embedded.vectors import Vectors, small

FOLDER = bank.FOLDER / "moods"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

RIDGE = 0.2
FOLDS = 5
LEAST = 2
"""Examples from which a feature is one."""

FALSE_ALARMS = {COMPLAINT: 0.1, LEAVING: 0.01}
"""Share of the left-out near misses and others that may be taken for one."""

FEELINGS = ({"complaint", "unhappy"}, {"plain", "staying"}, {"happy"})
OTHERS = {
    COMPLAINT: {"plain", "happy", "staying"},
    LEAVING: {"plain", "happy", "staying", "complaint", "unhappy"},
}
NAMED = {COMPLAINT: "complaint", LEAVING: "leaving"}
BANK = {"complaint": "complaint", "thanks": "happy"}
"""Intents of the bank that sound like something."""

LANGUAGES = {"pt": "pt-BR", "en": "en"}


@dataclass(frozen=True)
class Example:
    text: str
    base: str
    label: str
    fold: int


def taught(base: str) -> dict[str, list[str]]:
    """Give what a language's messages sound like, and messages."""
    with (FOLDER / f"{LANGUAGES[base]}.yaml").open("rb") as file:
        return {
            label: [str(text) for text in texts]
            for label, texts in yaml.load(file, Loader=_Loader).items()  # noqa: S506 - a safe loader
        }


def listed() -> list[Example]:
    """Give the examples; what stands at about the same place in its list, in any language, in one fold."""
    found: list[Example] = []
    for base in LANGUAGES:
        lists: list[tuple[str, Sequence[str]]] = [*taught(base).items()]
        lists += [(label, bank.examples(name)[LANGUAGES[base]]) for name, label in BANK.items()]
        for label, texts in lists:
            found += [
                Example(text, base, label, at * FOLDS * 4 // len(texts) % FOLDS)
                for at, text in enumerate(texts)
            ]
    return found


def digest() -> str:
    """Give what changes with the examples."""
    told = json.dumps([[one.text, one.base, one.label] for one in listed()], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def packed(source: Vectors) -> bytes:
    """Learn and give the file."""
    import scipy.linalg  # noqa: F401 - brings a pool of threads of its own, which is to be stilled, too

    one_thread()
    examples = listed()
    said = {base: _counted([one for one in examples if one.base == base]) for base in LANGUAGES}
    spelling = {base: Spelling(counted, base) for base, counted in said.items()}
    marks, rarity, matrix = _matrix(examples, spelling)
    vectors = np.concatenate(
        [source.sounding(one.text, one.base, spelling[one.base].mended)[None] for one in examples]
    )
    by_words = (matrix @ matrix.T).toarray()
    both = by_words + moods.likeness(vectors @ vectors.T)
    steps = source.made.steps
    thresholds: dict[str, list[float]] = {}
    for way, kernel in (("words", by_words), ("both", both)):
        for base in LANGUAGES:
            thresholds[f"{base} {way}"] = []
        for column in (COMPLAINT, LEAVING):
            found = _thresholds(kernel, examples, column)
            for base in LANGUAGES:
                thresholds[f"{base} {way}"].append(found[base])
    alone, together = _coefficients(by_words, examples), _coefficients(both, examples)
    about = {
        "embedder": source.embedder.name, "said": said, "thresholds": thresholds, "digest": digest(),
    }  # fmt: skip
    written = io.BytesIO()
    np.savez_compressed(
        written,
        about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
        marks=marks,
        rarity=rarity.astype(np.float16),
        by_words=(matrix.T @ alone).astype(np.float16),
        beside=(matrix.T @ together).astype(np.float16),
        vectors=small(vectors, steps),
        steps=steps,
        coefficients=together.astype(np.float16),
    )
    return written.getvalue()


def _counted(examples: Sequence[Example]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for one in examples:
        counted.update({*tokens(one.text, one.base)})
    return dict(sorted(counted.items()))


def _matrix(
    examples: Sequence[Example], spelling: dict[str, Spelling]
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Give the features' marks and rarity, and the examples' weighted features."""
    from scipy.sparse import csr_matrix

    found = [
        {
            group: [moods.mark(one.base, feature) for feature in said]
            for group, said in moods.groups(one.text, one.base, spelling[one.base]).items()
        }
        for one in examples
    ]
    seen = Counter(at for groups in found for said in groups.values() for at in said)
    kept = sorted(at for at, count in seen.items() if count >= LEAST)
    places = {at: place for place, at in enumerate(kept)}
    rarity = np.array([np.log((1 + len(examples)) / (1 + seen[at])) + 1 for at in kept], np.float32)
    rarity = rarity.astype(np.float16).astype(np.float32)  # as it will be read
    rows, columns, values = [], [], []
    for row, groups in enumerate(found):
        for group, said in groups.items():
            at = [places[one] for one in said if one in places]
            rows += [row] * len(at)
            columns += at
            values.append(moods.weighed(rarity[at], len(said) - len(at), SHARES[group]))
    shape = (len(examples), len(kept))
    return (
        np.array(kept, np.uint32),
        rarity,
        csr_matrix((np.concatenate(values), (rows, columns)), shape=shape),
    )


def _coefficients(kernel: np.ndarray, examples: Sequence[Example]) -> np.ndarray:
    """Give `(n_examples, 5)`: blame, the three feelings and leaving, each learned from what bears on it."""
    found = np.zeros((len(examples), 5), np.float32)
    labels = [one.label for one in examples]
    for column in (COMPLAINT, LEAVING):
        rows, targets = _for(labels, ({NAMED[column]}, OTHERS[column]))
        found[rows, column] = _solved(kernel, rows, targets)[:, 0]
    rows, targets = _for(labels, FEELINGS)
    found[rows, NEGATIVE : POSITIVE + 1] = _solved(kernel, rows, targets)
    return found


def _for(labels: Sequence[str], kinds: Sequence[set[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Give the places of the examples of any of the kinds, and which kind each is of."""
    of = np.array(
        [next((at for at, kind in enumerate(kinds) if label in kind), -1) for label in labels]
    )
    rows = np.flatnonzero(of >= 0)
    return rows, of[rows]


def _solved(kernel: np.ndarray, rows: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Give a ridge regression's coefficients; every kind weighs the same."""
    from scipy.linalg import cho_factor, cho_solve

    counts = np.bincount(of)
    weights = (len(of) / len(counts) / counts)[of]
    targets = np.eye(len(counts), dtype=np.float32)[of] - 1 / len(counts)
    part = kernel[np.ix_(rows, rows)] + np.diag(RIDGE / weights).astype(np.float32)
    return cho_solve(cho_factor(part, lower=True), targets)


def _thresholds(kernel: np.ndarray, examples: Sequence[Example], column: int) -> dict[str, float]:
    """Give, by language, the score that so few of the left-out others reach as may."""
    labels, folds = [one.label for one in examples], np.array([one.fold for one in examples])
    rows, of = _for(labels, ({NAMED[column]}, OTHERS[column]))
    scores = np.zeros(len(rows), np.float32)
    for fold in range(FOLDS):
        hidden = folds[rows] == fold
        found = _solved(kernel, rows[~hidden], of[~hidden])[:, 0]
        scores[hidden] = kernel[np.ix_(rows[hidden], rows[~hidden])] @ found
    bases = np.array([one.base for one in examples])[rows]
    return {
        base: round(
            float(np.quantile(scores[(bases == base) & (of == 1)], 1 - FALSE_ALARMS[column])), 3
        )
        for base in LANGUAGES
    }
