"""What people answer, as it is taught: phrases by kind, their features, and ridge regression over them."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from models.embedded import words

ACT = "<act>"
"""Stands for the words of what was proposed."""

LEARNED = ("yes", "no", "drop", "come", "onward", "soft", "aside", "regret")
"""Kinds of phrases that the reader is trained on; `come` lets something come, `onward` lets it go on."""

ANSWERING = ("yes", "no", "drop", "come", "onward", "soft")
RIDGE = 0.6


def features(said: Sequence[str]) -> dict[str, float]:
    """Give words, pairs and threes of them, and parts of words."""
    found: dict[str, float] = defaultdict(float)
    marked = ["<", *said, ">"]
    for word in said:
        found[f"w {word}"] += 1.0
        for part in words.ngrams(word, 3, 4) if word != ACT else ():
            found[f"c {part}"] += 0.25
    for left, right in pairwise(marked):
        found[f"w {left} {right}"] += 1.0
    for at in range(len(marked) - 2):
        found[f"w {' '.join(marked[at : at + 3])}"] += 0.7
    return dict(found)


def listed(base: str) -> dict[str, list[str]]:
    """Give the phrases of each kind."""
    return {
        kind: [str(phrase) for row in rows for phrase in row]
        for kind, rows in words.load(f"answers_{base}").items()
    }


def said_of(phrase: str, base: str) -> list[str]:
    """Give the words of a phrase of the list."""
    parts = phrase.split("ACT")
    found: list[str] = []
    for at, part in enumerate(parts):
        found += [ACT] if at else []
        found += words.words(part, base)
    return found


def weights(
    kinds: Sequence[str], said: Sequence[Sequence[str]]
) -> tuple[dict[str, int], np.ndarray]:
    """Give the place of each feature, and the weights of a ridge regression for each kind."""
    from scipy.linalg import solve
    from scipy.sparse import csr_matrix

    places: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, one in enumerate(said):
        found = features(one)
        length = float(np.sqrt(sum(weight**2 for weight in found.values())))
        for feature, weight in found.items():
            rows.append(row)
            columns.append(places.setdefault(feature, len(places)))
            values.append(weight / length)
    matrix = csr_matrix(
        (np.array(values, np.float32), (rows, columns)), shape=(len(said), len(places))
    )
    kernel = (matrix @ matrix.T).toarray()
    targets = np.array([[kind == one for one in LEARNED] for kind in kinds], np.float32)
    counted = targets.sum(axis=0)[targets.argmax(axis=1)]
    each = np.arange(len(kernel))
    kernel[each, each] += (RIDGE * np.sqrt(counted / counted.mean())).astype(np.float32)
    solved = solve(kernel, targets, assume_a="pos", overwrite_a=True)
    return places, np.asarray(matrix.T @ solved)


def collapsed(said: Sequence[str], grammar: frozenset[str]) -> list[str]:
    """Give the words with what is proposed said once: "the exchange of the book" is one act."""
    found: list[str] = []
    between: list[str] = []
    for word in said:
        if word == ACT and ACT in found and found[-1] == ACT:
            between = []
        elif word in grammar and found and found[-1] == ACT:
            between.append(word)
        else:
            found += [*between, word]
            between = []
    return [*found, *between]


@cache
def taught(base: str) -> frozenset[str]:
    """Give the words of answers."""
    kinds = listed(base)
    said = [said_of(phrase, base) for kind in ANSWERING for phrase in kinds[kind]]
    return frozenset(word for one in said for word in one) - {ACT}


def usual(base: str) -> list[str]:
    """Give the plain yeses that are known everywhere, without those that name an act or begin one."""
    plain = words.load("agreement").get(base, {})
    begins = {words.plain(str(one), base) for one in plain.get("then_verb", ())}
    kinds = listed(base)
    apart = {*words.words(" ".join((*kinds["sends"], *kinds["stops"], *kinds["leads"])), base)}
    said = [words.plain(str(one), base) for one in plain.get("yes", ())]
    return [
        one for one in said if one not in begins and not apart & {*one.split()} and len(one) > 1
    ]
