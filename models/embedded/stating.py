"""Yes-or-no arguments that nobody asked for: "without a haircut", "with breakfast", "online".

What the argument is about is known by its name and description; where it is not named, nothing is read.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from models.embedded import words
from models.embedded.described import glossary_of
from models.embedded.schemas import spelled_out

SIDES = re.compile(
    r"true\s+(?:para|se|for|if|when|quando|=|:|means)?\s*(?P<yes>[^,;.]+)[,;.]\s*(?:e\s+|and\s+)?"
    r"false\s+(?:para|se|for|if|when|quando|=|:|means)?\s*(?P<no>[^,;.]+)",
    re.IGNORECASE,
)
CLAUSE = re.compile(r"[,;.!]+(?=\s|$)|(?<=\?)|\s+(?:mas|but|so|then|então)\s+")
SHORTEST_BEGINNING = 5
ENDING = 3
"""Letters that one of two forms of a word may have more."""

SHORT = 6
REACH = 5
"""Words between a denial and what it denies."""


def stated(
    name: str, schema: Mapping[str, Any], text: str, language: str, apart: str = ""
) -> bool | None:
    """Give what a text says of a yes-or-no argument; None where it does not, or asks.

    `apart` are words that say what the tool does: they name none of its arguments.
    """
    base = words.base(language)
    described = str(schema.get("description", ""))
    yes, no = _sides(described, base)
    weak: frozenset[str] = frozenset()
    if not yes:
        yes, weak = _about(spelled_out(name), described, apart, base)
    found = {
        _said(clause, yes, no, weak, base) for clause in CLAUSE.split(text) if "?" not in clause
    }
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def _said(
    clause: str, yes: frozenset[str], no: frozenset[str], weak: frozenset[str], base: str
) -> bool | None:
    said = words.words(clause.replace("-", ""), base)
    if _pattern("unsure", base).search(" ".join(said)):
        return None
    stems = words.stems(said, base)
    if weak and 2 * len(weak & {*stems}) >= len(weak):
        yes = yes | weak
    for at, stem in enumerate(stems):
        if _is_of(stem, yes | no):
            denied = _denied(said[max(0, at - REACH) : at], base)
            denied = denied or (at + 2 == len(said) and _denied(said[at + 1 :], base))
            return denied if _is_of(stem, no) else not denied
    return None


def _is_of(stem: str, stems: frozenset[str]) -> bool:
    """Say whether a stem is one of others, or the beginning of one or the other way round: "delivered"."""
    return stem in stems or any(
        min(len(stem), len(one)) >= SHORTEST_BEGINNING and abs(len(stem) - len(one)) <= ENDING
        and (stem.startswith(one) or one.startswith(stem))
        for one in stems
    )  # fmt: skip


def denies(clause: str, language: str) -> bool:
    """Say whether a clause denies something."""
    return _denied(words.words(clause), words.base(language))


def is_unsure(text: str, language: str) -> bool:
    """Say whether a short answer only says that it cannot or will not be answered."""
    said = words.words(text)
    unsure = _pattern("unsure", words.base(language))
    return len(said) <= SHORT and unsure.search(" ".join(said)) is not None


def undenied(text: str, language: str) -> str:
    """Give a text without what is denied: "just a bath, no haircut"."""
    denials = _pattern("denials", words.base(language))
    kept: list[str] = []
    for clause in CLAUSE.split(text):
        match = denials.search(words.flat(clause))
        kept.append(clause[: match.start()] if match else clause)
    return ", ".join(one for one in kept if one.strip())


def _denied(said: Sequence[str], base: str) -> bool:
    return _pattern("denials", base).search(" ".join(said)) is not None


@cache
def _pattern(kind: str, base: str) -> re.Pattern[str]:
    lists = words.load("arguments")[kind]
    return words.pattern(*(one.replace("'", "") for one in lists.get(base, lists["en"])))


@lru_cache(maxsize=1_000)
def _sides(description: str, base: str) -> tuple[frozenset[str], frozenset[str]]:
    """Read "true for online classes, false for in-person ones": the words of one side only."""
    match = SIDES.search(description)
    if match is None:
        return frozenset(), frozenset()
    yes, no = (frozenset(_stems(match[side], base)) for side in ("yes", "no"))
    return yes - no - _shared(base), no - yes - _shared(base)


@cache
def _shared(base: str) -> frozenset[str]:
    """Stems that are on either side of such a description, as it is about them."""
    return frozenset(words.stems(("aulas", "classes", "ones", "lessons", "outro", "other"), base))


@lru_cache(maxsize=1_000)
def _about(
    name: str, description: str, apart: str, base: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Give the stems that name an argument, and those of its description that do so together."""
    told = _stems(description, base)
    own = {*_stems(name, base), *_stems(name, "en")} or {
        words.stem(word, way) for word in words.words(name) if len(word) > 3 for way in (base, "en")
    }  # a name that is a word of the frame alone: "covered", "at_home"
    glossary = glossary_of(base)
    named = {
        stem for stem, word in told.items()
        if stem in own or (glossary and own & {*_stems(glossary.english([word]), "en")})
    }  # fmt: skip
    rest = frozenset() if named else frozenset(told.keys() - _stems(apart, base).keys())
    return frozenset(named | own), rest


def _stems(text: str, base: str) -> dict[str, str]:
    """Give the words of meaning by their stems, without the frame they stand in."""
    lists = words.load("arguments")["frames"]
    frame = {words.folded(word) for listed in lists.values() for word in listed}
    told = [
        *words.words(text.replace("-", "")),
        *(word for word in words.words(text) if len(word) > 3),
    ]
    said = words.content(told, (base,))
    return {words.stem(word, base): word for word in said if word not in frame}


__all__ = ["denies", "is_unsure", "stated", "undenied"]
