"""How questions and articles are read: as stems of the words that mean something, and as shared meanings.

A customer writes "guarantee" and the article "warranty": both are read as the same meaning, from
`synonyms.yaml`, beside their own stems.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from core.workspace import read_yaml
from models.embedded import places
from models.embedded import words as reading
from models.embedded.extracting import kind_stems

LONGEST = 5
"""Words of the longest phrase that is looked up among the meanings."""

ASKING_SHARE = 0.15
"""Weight of a word that only asks, or stands for anything, against one that says what is asked about."""

STEM, MEANING = 0.7, 1.3
"""Weights of a word's stem and of what it shares with other words."""

ASKED_KINDS = ("term",)
KIND_SHARE = 0.5
"""Weight of a word that says what kind of answer is wanted."""

PLACE = "=place"
"""What every name of a place means: a question on a city is answered by a list of states or regions."""

Meanings = dict[tuple[str, ...], tuple[str, ...]]


def terms(text: str, language: str) -> list[str]:
    """Give what a text is found by: stems, chat spelling written out, and the meanings in it."""
    stems, meanings = _read(text, language)
    named = [PLACE] * places.mentions(text)
    return [*(stem for stem, _ in stems), *(meaning for meaning, _ in meanings), *named]


def units(text: str, language: str) -> list[tuple[str, str, frozenset[str]]]:
    """Give each word that means something, with its stem and the meanings that it has a part in."""
    tokens = reading.words(text, language)
    meanings = _meant(reading.stems(tokens, language), reading.base(language))
    grammar = reading.function_words((language,))
    return [
        (
            token,
            reading.stem(token, language),
            frozenset(name for name, start, end in meanings if start <= place < end),
        )
        for place, token in enumerate(tokens)
        if token not in grammar
    ]


def weights(question: str, language: str) -> dict[str, float]:
    """Give the terms of a question, each with how much of the question it is.

    A word is two: its stem and its meaning, or its stem twice where no other word means the same. Words
    that only ask, and those that say what kind of answer is wanted, are less: "could you tell me until when".
    """
    base = reading.base(language)
    asking, kinds = _asking(base), kind_stems(language, ASKED_KINDS)
    stems, meanings = _read(_placeless(question), language)

    def share(said: Iterable[str]) -> float:
        return max(
            ASKING_SHARE if stem in asking else KIND_SHARE if stem in kinds else 1.0
            for stem in said
        )

    found = {stem: share([stem]) * (STEM if shared else STEM + MEANING) for stem, shared in stems}
    for meaning, said in meanings:
        name = reading.stem(meaning.removeprefix("="), base)
        found[meaning] = max(found.get(meaning, 0.0), MEANING * min(share([name]), share(said)))
    return found | ({PLACE: MEANING} if places.at(question) else {})


def _placeless(question: str) -> str:
    """Give a question without the names of places in it: which one it is, no article need say."""
    said = reading.words(question)
    named = {at for start, end, _ in places.at(question) for at in range(start, end)}
    return " ".join(word for at, word in enumerate(said) if at not in named) if named else question


def _read(
    text: str, language: str
) -> tuple[list[tuple[str, bool]], list[tuple[str, tuple[str, ...]]]]:
    """Give the stems of the words that mean something, each with whether it is in a meaning, and those."""
    tokens = reading.words(text, language)
    stems = reading.stems(tokens, language)
    places_of = _meant(stems, reading.base(language))
    meanings = [(name, tuple(stems[start:end])) for name, start, end in places_of]
    shared = {at for _, start, end in places_of for at in range(start, end)}
    grammar = reading.function_words((language,))
    said = [
        (stem, place in shared)
        for place, (token, stem) in enumerate(zip(tokens, stems, strict=True))
        if token not in grammar
    ]
    return said, meanings


def _meant(stems: list[str], base: str) -> list[tuple[str, int, int]]:
    """Give the meanings in a text, each with the place of its first word and the place after its last."""
    known = _meanings(base)
    return [
        (meaning, start, end)
        for start in range(len(stems))
        for end in range(start + 1, min(start + LONGEST, len(stems)) + 1)
        for meaning in known.get(tuple(stems[start:end]), ())
    ]


@cache
def synonyms(base: str) -> tuple[str, ...]:
    """Give the lines of `synonyms.yaml` for a language."""
    listed: dict[str, list[str]] = read_yaml(Path(__file__).with_name("synonyms.yaml"))
    return tuple(listed.get(base, ()))


@cache
def _meanings(base: str) -> Meanings:
    """Give the meanings of each phrase, by its stems; a meaning is named by the line's first phrase."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for line in synonyms(base):
        phrases = [phrase.strip() for phrase in line.split(",")]
        for phrase in phrases:
            stems = tuple(reading.stems(reading.words(phrase, base), base))
            name = f"={phrases[0]}"
            if name not in found[stems]:
                found[stems].append(name)
    return {stems: tuple(names) for stems, names in found.items()}


@cache
def _asking(base: str) -> frozenset[str]:
    listed: dict[str, list[str]] = read_yaml(Path(__file__).with_name("asking.yaml"))
    said = [word for phrase in listed.get(base, []) for word in reading.words(phrase)]
    return frozenset(reading.stems(said, base))
