"""Which value of an enumeration is meant, by its own words or its labels, typos forgiven."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from models.embedded import spelling, words
from models.embedded.spans import Span

LEAST_SHARE = 0.5
"""Share of a label's words of meaning that must be there when they are not said as one phrase."""


def value_meant(
    options: Sequence[Any],
    labels: Mapping[str, Mapping[str, Any]],
    text: str,
    language: str,
    *,
    asked: bool = False,
) -> Span | None:
    """Give the one value that is meant; None when none or several are."""
    said = _said(options, labels, text, language)
    scores = {
        at: _score(option, labels, said, language, asked) for at, option in enumerate(options)
    }
    best = max(scores.values(), default=0.0)
    winners = [at for at, score in scores.items() if score == best and score > 0]
    if len(winners) != 1:
        return None
    return Span("enum", options[winners[0]], 0, 0)


def values_meant(
    options: Sequence[Any], labels: Mapping[str, Mapping[str, Any]], text: str, language: str
) -> list[Any]:
    """Give every value that is named in so many words."""
    said = _said(options, labels, text, language)
    return [
        option for option in options if _score(option, labels, said, language, asked=False) >= 1
    ]


def _score(
    option: Any,
    labels: Mapping[str, Mapping[str, Any]],
    said: list[str],
    language: str,
    asked: bool,
) -> float:
    """Give how surely a text names an option: words said as one phrase, then words in any order."""
    best = 0.0
    for phrase in _phrases(option, labels, language):
        wanted = words.words(phrase)
        if not wanted:
            continue
        for way in dict.fromkeys((words.base(language), "pt", "en")):
            stems, asked_for = words.stems(said, way), words.stems(wanted, way)
            if _is_in(asked_for, stems):
                best = max(best, 1 + len(wanted) + len(phrase) / 100)
        if len(wanted) == 1 and len(wanted[0]) <= 2 and wanted[0] in said and asked:
            best = max(best, 1.5)
        best = max(best, _scattered(wanted, said, language, asked))
    return best


def _scattered(wanted: list[str], said: list[str], language: str, asked: bool) -> float:
    """Give the share of a label's words of meaning in the text, where that is enough."""
    base = words.base(language)
    telling = words.content(wanted, (base, "en")) or wanted
    stems = words.stems(said, base)
    there = [word for word in telling if words.stem(word, base) in stems]
    share = len(there) / len(telling)
    return share * 0.9 if there and share >= (LEAST_SHARE if asked else 0.99) else 0.0


def _phrases(option: Any, labels: Mapping[str, Mapping[str, Any]], language: str) -> list[str]:
    """Give what an option is called: its labels in all languages, this one first, and itself."""
    named = labels.get(str(option), {})
    ordered = sorted(named, key=lambda spoken: words.base(spoken) != words.base(language))
    said: list[str] = []
    for spoken in ordered:
        given = named[spoken]
        said += (
            [str(one) for one in given]
            if isinstance(given, list | tuple)
            else re.split(r"\s*[,;/|]\s*", str(given))
        )
    return [*said, re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", str(option))]


def _is_in(wanted: list[str], said: list[str]) -> bool:
    """Say whether words stand in others, side by side."""
    size = len(wanted)
    return any(said[at : at + size] == wanted for at in range(len(said) - size + 1))


def _said(
    options: Sequence[Any], labels: Mapping[str, Mapping[str, Any]], text: str, language: str
) -> list[str]:
    """Give the words of a text that count, slips for words of the labels mended."""
    called = _called(
        tuple(phrase for option in options for phrase in _phrases(option, labels, language))
    )
    mended = spelling.listening(called, language).mended
    return [mended(word) for word in _affirmed(text, language)]


@lru_cache(maxsize=256)
def _called(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in words.words(phrase))


def _affirmed(text: str, language: str) -> list[str]:
    """Give the words of a text without what is said only to be excluded: "not the blue one"."""
    negations = words.load("values")["negations"].get(words.base(language), ["not"])
    pattern = words.pattern(*negations)
    kept = []
    for clause in re.split(r"[,;.!?]|\s+(?:mas|but|e sim|sino)\s+", words.flat(text)):
        match = pattern.search(clause)
        # A denial that begins an answer belongs to it: "não gostei", "not what I ordered".
        if match and len(re.split(r"[,;.]", text)) > 1 and len(clause.split()) <= 4:
            continue
        kept.append(clause)
    return words.words(" ".join(kept)) or words.words(text)
