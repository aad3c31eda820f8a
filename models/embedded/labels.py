"""Which value of an enumeration is meant, by its own words or its labels, typos forgiven."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
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
    scores = _scores(options, labels, text, language, asked=asked)
    best = max(scores, default=0.0)
    if best <= 0 or scores.count(best) != 1:
        return None
    return Span("enum", options[scores.index(best)], 0, 0)


def values_meant(
    options: Sequence[Any], labels: Mapping[str, Mapping[str, Any]], text: str, language: str
) -> list[Any]:
    """Give every value that is named in so many words."""
    scores = _scores(options, labels, text, language, asked=False)
    return [option for option, score in zip(options, scores, strict=True) if score >= 1]


def rivals(
    options: Sequence[Any], labels: Mapping[str, Mapping[str, Any]], text: str, language: str
) -> list[Any]:
    """Give the options that are named and not only as a part of another's name: "blue" in "dark blue"."""
    named = values_meant(options, labels, text, language)
    told = {
        str(one): {*words.words(" ".join(_phrases(one, labels, language)))} for one in named
    }  # fmt: skip
    return [
        one for one in named
        if not any(told[str(one)] & told[str(other)] for other in named if other != one)
    ]  # fmt: skip


@dataclass(frozen=True)
class _Label:
    """One thing that an option is called, its words read once."""

    text: str
    words: tuple[str, ...]
    stems: tuple[tuple[str, ...], ...]
    """Its stems in each of the languages it may be said in."""

    telling: tuple[str, ...]
    """The stems of its words of meaning."""

    heads: frozenset[str]
    """Of these at least one is said where it is named."""


@lru_cache(maxsize=4_096)
def _label(text: str, language: str) -> _Label:
    wanted, base = words.words(text), words.base(language)
    telling = words.content(wanted, (base, "en")) or wanted
    ways = tuple(tuple(words.stems(wanted, way)) for way in _ways(language))
    stems = tuple(words.stems(telling, base))
    heads = frozenset((*wanted[:1], *stems, *(way[0] for way in ways if way)))
    return _Label(text, tuple(wanted), ways, stems, heads)


@cache
def _ways(language: str) -> tuple[str, ...]:
    """Give the languages whose endings may part what was said from a label, hers first."""
    return tuple(dict.fromkeys((words.base(language), "pt", "en")))


def _scores(
    options: Sequence[Any],
    labels: Mapping[str, Mapping[str, Any]],
    text: str,
    language: str,
    *,
    asked: bool,
) -> list[float]:
    """Give how surely a text names each option: words said as one phrase, then words in any order."""
    phrases = [_phrases(option, labels, language) for option in options]
    called = _called(tuple(phrase for of_one in phrases for phrase in of_one))
    mended = spelling.listening(called, language).mended
    said = [mended(word) for word in _affirmed(text, language)]
    stems = [words.stems(said, way) for way in _ways(language)]
    heard = {*said, *(stem for way in stems for stem in way)}
    labelled = ([_label(one, language) for one in of_one] for of_one in phrases)
    return [
        max((_score(one, said, stems, asked) for one in of_one if one.heads & heard), default=0.0)
        for of_one in labelled
    ]


def _score(label: _Label, said: list[str], stems: list[list[str]], asked: bool) -> float:
    best = 0.0
    if any(_is_in(own, heard) for own, heard in zip(label.stems, stems, strict=True)):
        best = 1 + len(label.words) + len(label.text) / 100
    elif asked and len(label.words) == 1 and len(label.words[0]) <= 2 and label.words[0] in said:
        best = 1.5
    there = sum(stem in stems[0] for stem in label.telling)
    share = there / len(label.telling)
    scattered = share * 0.9 if there and share >= (LEAST_SHARE if asked else 0.99) else 0.0
    return max(best, scattered)


def _phrases(
    option: Any, labels: Mapping[str, Mapping[str, Any]], language: str
) -> tuple[str, ...]:
    """Give what an option is called: its labels in all languages, this one first, and itself."""
    named, base = labels.get(str(option), {}), words.base(language)
    ordered = sorted(named, key=lambda spoken: words.base(spoken) != base)
    given = (named[spoken] for spoken in ordered)
    called = tuple(
        tuple(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in given
    )
    return _split(called, str(option))


@lru_cache(maxsize=4_096)
def _split(called: tuple[str | tuple[str, ...], ...], option: str) -> tuple[str, ...]:
    said: list[str] = []
    for one in called:
        said += one if isinstance(one, tuple) else re.split(r"\s*[,;/|]\s*", one)
    return (*said, re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", option))


def _is_in(wanted: tuple[str, ...], said: list[str]) -> bool:
    """Say whether words stand in others, side by side."""
    if wanted[0] not in said:
        return False
    size = len(wanted)
    return any(tuple(said[at : at + size]) == wanted for at in range(len(said) - size + 1))


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
