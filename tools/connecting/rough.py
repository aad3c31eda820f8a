"""Rough words of one language for those of the other, proposed where no list has them: a person betters them.

They come from the dictionary by which Portuguese is read in rough English, turned round; accents from how
Portuguese is mostly written.
"""

import gzip
import json
from functools import cache

from models.embedded import lexicon, vectors
from models.embedded.words import folded

COGNATES = (("ologist", "ologista"), ("ology", "ologia"), ("ation", "ação"), ("ition", "ição"),
            ("ction", "ção"), ("sion", "são"), ("ility", "ilidade"), ("ity", "idade"), ("ics", "ia"),
            ("ic", "ico"), ("graphy", "grafia"), ("ment", "mento"), ("ance", "ância"), ("ence", "ência"),
            ("ate", "ato"), ("al", "al"))  # fmt: skip
"""Endings of words that both languages took from the same one."""


def portuguese(word: str) -> str:
    """Give a Portuguese word for an English one; nothing where none is known."""
    forms = _turned().get(word, [])
    if forms:
        return _written(max(forms, key=lambda form: lexicon.share(form, "pt")))
    for ending, instead in COGNATES:
        made = f"{word.removesuffix(ending)}{instead}"
        if word.endswith(ending) and lexicon.is_listed(folded(made), "pt"):
            return _written(folded(made))
    return ""


def english(word: str) -> str:
    """Give a rough English word for a Portuguese one; nothing where none is known, or it is English."""
    if word in _turned() or lexicon.share(word, "en") > lexicon.share(word, "pt"):
        return ""
    return _known().get(word, "")


def phrase(words: list[str]) -> tuple[str, str]:
    """Give words in Portuguese and in English, each as it is where nothing is known."""
    if any(english(word) for word in words):
        return " ".join(map(_written, words)), " ".join(english(word) or word for word in words)
    told = [portuguese(word) or word for word in words]
    if len(told) == 2:
        told.reverse()  # what describes a thing stands after it
    return " ".join(told), " ".join(words)


@cache
def _known() -> dict[str, str]:
    made = vectors.built()
    return dict(made.glossaries["pt"].known) if made and "pt" in made.glossaries else {}


@cache
def _turned() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, meant in _known().items():
        if " " not in word and meant and word != meant:
            found.setdefault(meant, []).append(word)
    return found


@cache
def _accents() -> dict[str, str]:
    """Give the way in which a folded Portuguese word is written, where that mostly has accents."""
    listed = json.loads(gzip.decompress((lexicon.LISTS / "pt.json.gz").read_bytes()))
    found: dict[str, str] = {}
    accented = [word for word in listed if not word.isascii()]
    for word in sorted(accented, key=listed.__getitem__):
        if listed[word] > listed.get(bare := folded(word), 0):
            found[bare] = word
    return found


def _written(word: str) -> str:
    return _accents().get(word, word)
