"""Finds the words of a draft that are likely misspelt: with what they may have been, and where they stand.

Only a word is marked that no list knows and another one is near to, or that lacks its accents. Names, codes,
addresses, links, and the words of the workspace and of this conversation are passed over; so is a slip that
makes another word ("form" for "from"): without a model nobody could tell.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from desk.writing.dictionary import Dictionary, dictionary, without_clitic
from models.embedded import words

LETTER = r"(?:[^\W\d_][\u0300-\u036f]*)"
WORD = re.compile(rf"{LETTER}+(?:['’]{LETTER}+)*")
CHUNK = re.compile(r"\S+")
NO_WORDS = re.compile(r"[@$/\\\d_{}#<>=]|\w\.\w|^www\.")
"""What stands in an address, a link, a code or a placeholder, and in no plain words."""

BEGINS = re.compile(r"(?:^|[.!?…:\n])[\s\"“'‘(¿¡*•-]*$")
POSSESSIVE = re.compile(r"['’]s?$")
SHORTEST = 3
"""Letters of an unknown word from which it may be a slip; shorter ones are mostly abbreviations."""


class Slip(NamedTuple):
    """A word that is likely misspelt."""

    start: int
    end: int
    word: str
    kind: Literal["accents", "unknown"]
    suggestions: list[str]


@dataclass(frozen=True)
class Own:
    """Words that are nobody's slip here, in small letters."""

    workspace: frozenset[str] = frozenset()
    """As they are written there: without its accents such a word is a slip."""

    conversation: frozenset[str] = frozenset()
    """As customer and staff wrote them; a customer leaves accents out."""

    languages: tuple[str, ...] = ()
    """What else is spoken here: its frequent words stand in texts of every language."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the words of texts in small letters, as they are written."""
    return frozenset(_plain(match[0]) for text in texts for match in WORD.finditer(text))


def slips(text: str, language: str, own: Own) -> list[Slip]:
    """Give the words of a text that are likely misspelt, in order; slow, call it on a thread."""
    known = dictionary(language)
    return [slip for chunk in CHUNK.finditer(text) for slip in _in_chunk(text, chunk, known, own)]


def _nobodys(word: str, known: Dictionary, own: Own) -> bool:
    """Say whether a word that the language does not have is used here all the same."""
    others = (other for other in own.languages if words.base(other) != known.language)
    return word in own.conversation or any(dictionary(other).often(word) for other in others)


def _in_chunk(text: str, chunk: re.Match[str], known: Dictionary, own: Own) -> Iterator[Slip]:
    if NO_WORDS.search(chunk[0].strip(".,;:!?…()\"'“”‘’")):
        return
    parts = list(WORD.finditer(text, chunk.start(), chunk.end()))
    for place, match in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else None
        joined = following is not None and text[match.end() : following.start()] == "-"
        clitic = _plain(following[0]) if following is not None and joined else ""
        before = text[: match.start()]
        if before.endswith("-") and place and len(match[0]) <= SHORTEST + 1:
            continue  # the pronoun of "comprá-lo"
        if slip := _slip(match, before, clitic, known, own):
            yield slip


def _slip(
    match: re.Match[str], before: str, clitic: str, known: Dictionary, own: Own
) -> Slip | None:
    written = match[0]
    if any(sign.isupper() for sign in written[1:]):
        return None  # an abbreviation, or a name such as "WhatsApp"
    name = written[0].isupper() and not BEGINS.search(before)
    word = POSSESSIVE.sub("", _plain(written)) if known.language == "en" else _plain(written)
    if name or not word or word in own.workspace:
        return None
    if clitic:
        word = without_clitic(word, clitic)
    if accented := known.accented(word):
        return _marked(match, "accents", [accented])
    if known.knows(word) or len(word) < SHORTEST or _nobodys(word, known, own):
        return None
    near = known.near(word)
    return _marked(match, "unknown", near) if near else None


def _marked(match: re.Match[str], kind: Literal["accents", "unknown"], found: list[str]) -> Slip:
    shown = [_as(match[0], word) for word in found]
    return Slip(match.start(), match.end(), match[0], kind, shown)


def _as(written: str, word: str) -> str:
    return word[:1].upper() + word[1:] if written[0].isupper() else word


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).lower().replace("’", "'")
