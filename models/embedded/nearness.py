"""How near a request is to what tools say of themselves: by sentence vectors, or by words alone."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from models import Embedder
from models.embedded import vectors, words
from models.embedded.embedder import Lexical
from models.embedded.features import meanings
from models.embedded.language import Languages
from models.embedded.schemas import DEEPEST, options_of, resolved, spelled_out
from models.embedded.values import values

SPOKEN = ("pt", "en")
MEANING_WEIGHT = 0.5
EMPTY_MEANINGS = frozenset(("want", "how", "hello", "thanks"))

WORDS_SHARE = 0.24
"""Weight of words that are near to words of a tool, against whole sentences."""

CODE_SHARE = 0.12
"""What a tool gains by taking a code that stands in the request: the number of a parcel."""

ALIKE = 0.3
"""Cosine from which one word says something of another."""

KEPT = 8_000
"""Vectors of tools' texts and of words that are kept: some 12 MB."""

Function = Mapping[str, Any]


class Nearness(Protocol):
    """Says how near a request is to each of several functions in OpenAI's form."""

    least: float
    """Nearness below which no tool fits."""

    least_alone: float
    """The same where there is one tool only, so that none is to be told from it."""

    def close(self, first: float, second: float) -> bool:
        """Say whether the second tool is so near that the customer has to be asked which."""
        ...

    def of(
        self, functions: Sequence[Function], request: str, language: str, now: datetime
    ) -> np.ndarray:
        """Give `(len(functions),)` float."""
        ...


def nearness(embedder: Embedder) -> Nearness:
    """Give the nearness by an embedder; by words alone where it is none of sentences."""
    opened = vectors.opened(embedder)
    return ByVectors(opened) if opened else ByWords()


class ByVectors:
    """Cosines of sentence vectors, and of single words where the sentence hides what it is about."""

    least = 0.27
    least_alone = 0.13
    gap = 0.02
    """What the first is nearer by; below it, it was the right one in 2 of 26 requests."""

    def __init__(self, made: vectors.Vectors) -> None:
        self._made = made
        self._languages = Languages(SPOKEN)
        self._vector: Callable[[str], np.ndarray] = lru_cache(maxsize=KEPT)(self._embedded)

    def close(self, first: float, second: float) -> bool:
        """Say whether the second tool is so near that the customer has to be asked which."""
        return first - second < self.gap

    def of(
        self, functions: Sequence[Function], request: str, language: str, now: datetime
    ) -> np.ndarray:
        """Give about 0 (nothing in common) to 0.8 (the description itself) for each."""
        said = self._made.in_english(request, language)
        if not said:
            return np.zeros(len(functions))
        told = [self._told(function, language) for function in functions]
        whole = np.array([[self._vector(text) for text in texts] for texts, _ in told])
        near = np.maximum(
            (whole @ self._vector(said)).mean(axis=1),
            [self._like_examples(function, said) for function in functions],
        )
        coded = np.array([_takes_code(function, request, language, now) for function in functions])
        if coded.all() and len(functions) > 1:
            coded[:] = False  # it tells none from the others
        return (
            near + WORDS_SHARE * self._by_words(said, [own for _, own in told]) + CODE_SHARE * coded
        )

    def _by_words(self, said: str, told: Sequence[Sequence[str]]) -> np.ndarray:
        """Give how much nearer a request's words are to a tool's than to the others'."""
        mine = _telling(said)
        if not mine or len(told) < 2:
            return np.zeros(len(told))
        asked = np.array([self._vector(word) for word in mine])
        best = np.array([
            (np.array([self._vector(word) for word in own]) @ asked.T).max(axis=0) for own in told
        ])  # fmt: skip
        above = np.maximum(best - ALIKE, 0)
        return (above - above.mean(axis=0)).sum(axis=1) / len(mine) ** 0.5

    def _like_examples(self, function: Function, said: str) -> float:
        """Give how near the nearest example of a tool is."""
        each = (self._made.in_english(one, self._written(one)) for one in _examples(function))
        return max((float(self._vector(one) @ self._vector(said)) for one in each), default=0.0)

    def _written(self, text: str, language: str = "") -> str:
        return words.base(self._languages.language(text, language))

    def _told(self, function: Function, language: str) -> tuple[list[str], list[str]]:
        """Give the sentences that stand for a tool, and its telling words, in English."""
        name = spelled_out(str(function.get("name", "")))
        description = str(function.get("description", "")).split("\n\n")[0] or name
        written = self._written(description, language)
        what = self._made.in_english(description, written) or name
        parameters = "; ".join(_parameters(function))
        arguments = self._made.in_english(parameters, written)
        called = self._made.in_english(name, "pt")
        own = _telling(" ".join((called, what, arguments, *_options(function))))
        return [what, f"{name}. {what}", f"{what} {arguments}"], own or [name]

    def _embedded(self, text: str) -> np.ndarray:
        return self._made.embedder.embed([text])[0]


class ByWords:
    """Shared stems, parts of words and everyday meanings; a tool's examples count like its description."""

    least = 0.13
    """Read on descriptions of unrelated trades, see its test."""

    least_alone = least
    share = 0.88

    def close(self, first: float, second: float) -> bool:
        """Say whether the second tool is so near that the customer has to be asked which."""
        return second >= self.share * first

    def of(
        self, functions: Sequence[Function], request: str, language: str, now: datetime
    ) -> np.ndarray:
        """Give 0 (nothing in common) to about 1.5 for each."""
        return np.array([_by_words(function, request, language, now) for function in functions])


def _by_words(function: Function, request: str, language: str, now: datetime) -> float:
    """Give how near a request is to what a tool says of itself, or to one of its examples."""
    name = spelled_out(str(function.get("name", "")))
    description = str(function.get("description", "")).split("\n\n")[0]
    parameters = function.get("parameters") or {}
    arguments = " ".join(parameters.get("properties", {})).replace("_", " ")
    said = [f"{name}. {description} {arguments}", name, description, *_examples(function)]
    rows = Lexical().embed([request, *said])
    near = float((rows[1:] @ rows[0]).max())
    mine = set(meanings(words.words(request, language), SPOKEN)) - EMPTY_MEANINGS
    its = set(meanings(words.words(" ".join(said)), SPOKEN))
    shared = len(mine & its) / max(1, len(mine)) * min(1, len(mine & its))
    schemas = {n: resolved(s, parameters) for n, s in parameters.get("properties", {}).items()}
    telling = {n: s for n, s in schemas.items() if "pattern" in s or "format" in s or "enum" in s}
    found = 0.05 * bool(telling and values(telling, request, language, now))
    return near + MEANING_WEIGHT * shared / (1 + MEANING_WEIGHT) + found


def _takes_code(function: Function, request: str, language: str, now: datetime) -> bool:
    """Say whether a request has a code of letters and digits that the tool takes."""
    coded = {name: schema for name, schema in _properties(function) if "pattern" in schema}
    found = values(coded, request, language, now) if coded else {}
    return any(
        re.search(r"[^\W\d_]", str(code)) and re.search(r"\d", str(code)) for code in found.values()
    )


def _examples(function: Function) -> list[str]:
    parameters = function.get("parameters") or {}
    examples = function.get("examples") or parameters.get("x-examples") or {}
    listed = examples.values() if isinstance(examples, Mapping) else [examples]
    return [str(one) for each in listed for one in each]


def _parameters(function: Function) -> list[str]:
    """Give what the parameters are, nested ones included: descriptions, else names."""
    return [
        str(schema.get("description") or spelled_out(name))
        for name, schema in _properties(function)
    ]


def _options(function: Function) -> list[str]:
    return [
        spelled_out(str(option)) for _, schema in _properties(function) for option in options_of(schema)
    ]  # fmt: skip


def _properties(function: Function) -> Iterator[tuple[str, dict[str, Any]]]:
    root = function.get("parameters") or {}
    waiting = [(root, 0)]
    while waiting:
        outer, depth = waiting.pop()
        for name, given in outer.get("properties", {}).items():
            schema = resolved(given, root)
            yield name, schema
            if "properties" in schema and depth < DEEPEST:
                waiting.append((schema, depth + 1))


def _telling(text: str) -> list[str]:
    """Give the words of meaning, each once; numbers tell nothing."""
    said = words.content(words.words(text), SPOKEN)
    return [word for word in dict.fromkeys(said) if not word.isdigit()]


__all__ = ["ByVectors", "ByWords", "Nearness", "nearness"]
