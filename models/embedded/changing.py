"""What is left of a message once the words of a changed mind are taken out of it.

"Changed my mind, cancel the visit" takes one thing back and wants another. The words that only say
that she turns are like any wish and like none; what is left is read as though nothing had been asked.
"""

import re
from functools import cache, lru_cache

from models.embedded import words

PARTS = re.compile(r"[^,;.!?\n–—]+[,;.!?\n–—]*\s*")
DROPPED = 3
"""Words of meaning of what is let go of: "forget the photo"."""

EDGES = " ,;.!\n–—"


@lru_cache(maxsize=256)
def left(text: str, language: str) -> str | None:
    """Give what a message says besides that she changed her mind: empty if nothing, None if she did not."""
    kept, turned = [], False
    for part in PARTS.findall(text):
        rest = _without(part, language)
        turned = turned or rest is not None
        kept.append(part if rest is None else rest)
    if not turned:
        return None
    while kept and not bare(words.flat(kept[0]), language):
        kept.pop(0)
    said = " ".join("".join(kept).split()).strip(EDGES)
    while (joint := _pattern(language, "joints").match(words.flat(said))) is not None:
        said = said[joint.end() :].lstrip(EDGES)
    return said


def lets_go(text: str, language: str) -> bool:
    """Say whether a part of a message lets go of something and says no more: "...; forget it"."""
    parts = (bare(words.flat(part), language) for part in PARTS.findall(text))
    return "?" not in text and any(_pattern(language, "alone").fullmatch(part) for part in parts)


def _without(part: str, language: str) -> str | None:
    """Give a part of a sentence without the words of a changed mind; None where it has none."""
    flat = words.flat(part)
    if _pattern(language, "alone").fullmatch(bare(flat, language)):
        return ""
    lets_go = _pattern(language, "lets_go").search(flat)
    if lets_go is not None and not bare(flat[: lets_go.start()], language):
        return _after_object(part, lets_go.end(), language)
    in_place = _pattern(language, "in_place").search(flat)
    if in_place is not None:
        after = part[in_place.end() :].split(maxsplit=1)
        return f"{part[: in_place.start()]} {''.join(after[1:])}"
    found = _pattern(language, "changed").search(flat)
    return None if found is None else f"{part[: found.start()]} {part[found.end() :]}"


def _after_object(part: str, at: int, language: str) -> str | None:
    """Give what follows what is let go of: "forget the photo and send it"; None if that is too long."""
    joint = _pattern(language, "joints").search(words.flat(part), at)
    end = joint.start() if joint else len(part)
    dropped = words.content(words.words(part[at:end], language), (words.base(language),))
    return part[end:] if len(dropped) <= DROPPED else None


def bare(flat: str, language: str) -> str:
    """Give a text without the small words that may stand before anything."""
    rest = _pattern(language, "leads").sub(" ", flat)
    return " ".join(rest.strip(EDGES).split())


@cache
def _pattern(language: str, kind: str) -> re.Pattern[str]:
    lists = words.load("changing")
    listed = lists.get(words.base(language), lists["en"])[kind]
    return words.pattern(*map(str, listed))
