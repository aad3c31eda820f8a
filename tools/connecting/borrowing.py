"""Which of the starter bank's intents an operation is: what customers everywhere say for it counts too."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from models.embedded import bank, words
from models.embedded.embedder import Lexical
from tools.connecting.naming import Thing

RULES = "policy"
"""Intents on how things are in general, which no operation is."""

AGREE = 0.5
"""Share of the examples whose nearest sentence of the bank must be of one intent."""

ALIKE = 0.5
"""Likeness from which a sentence of the bank counts as near."""

NAMED = 0.15
"""Share of an intent's sentences that must name the thing: who cancels a visit cancels no parcel."""


def borrowed(examples: Mapping[str, Sequence[str]], thing: Thing) -> str:
    """Give the intent of the bank that examples are of; nothing where none plainly is."""
    stems = {words.stem(word, "en") for one, _ in thing.en for word in words.words(one)}
    about = tuple(
        name for name in bank.names() if RULES not in name and _share(name, stems) >= NAMED
    )
    if not about:
        return ""
    votes = {
        _vote(words.base(language), said, about) for language, said in examples.items() if said
    }
    return votes.pop() if len(votes) == 1 else ""


def _share(name: str, stems: set[str]) -> float:
    """Give the share of an intent's sentences that have one of the stems."""
    sentences = _stems(name)
    return sum(not stems.isdisjoint(one) for one in sentences) / max(1, len(sentences))


@cache
def _stems(name: str) -> list[frozenset[str]]:
    said = bank.examples(name).get("en", ())
    return [frozenset(words.stems(words.words(one), "en")) for one in said]


def _vote(language: str, said: Sequence[str], about: Sequence[str]) -> str:
    known = [_vectors(name, language) for name in about]
    owners = [name for name, vectors in zip(about, known, strict=True) for _ in vectors]
    likeness = Lexical().embed([*said]) @ np.concatenate(known).T
    near = [owners[row.argmax()] for row in likeness if row.max() >= ALIKE]
    intent, votes = Counter(near).most_common(1)[0] if near else ("", 0)
    return intent if votes >= AGREE * len(said) else ""


@cache
def _vectors(name: str, language: str) -> np.ndarray:
    said = [
        one
        for spoken, listed in bank.examples(name).items()
        for one in listed
        if words.base(spoken) == language
    ]
    return Lexical().embed(said)
