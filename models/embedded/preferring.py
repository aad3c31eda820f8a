"""What a text wants, without what it names only to say that it is not wanted.

"I'd rather have a new one than the money" is like a wish for money as much as one for a new one: the words
after "than" are there only to be turned down.
"""

import re
from functools import cache, lru_cache

from models.embedded import words

ENDS = re.compile(r"[,;.!?\n]|$")
CLAUSES = re.compile(r"[,;.!?\n]")
LONGEST = 6
"""Words of what is turned down; more than that says something else too."""

LEAST_LEFT = 1
"""Words of meaning that must be left."""


@lru_cache(maxsize=512)
def wanted(text: str, language: str) -> str:
    """Give a text without what it turns down beside what it wants; all of it where that is not plain."""
    kept = text
    for start, end in reversed(_turned_down(text, words.base(language))):
        kept = f"{kept[:start].rstrip(' ,;')}{kept[end:]}"
    left = words.content(words.words(kept, language), (words.base(language),))
    return kept.strip(" ,;") if len(left) >= LEAST_LEFT and kept != text else text


def _turned_down(text: str, language: str) -> list[tuple[int, int]]:
    """Give where something is turned down, in order."""
    flat, found = words.flat(text), []
    for kind in ("than", "instead", "not"):
        for match in _pattern(language, kind).finditer(flat):
            end = match.end() + _end(flat[match.end() :])
            if len(flat[match.end() : end].split()) > LONGEST:
                continue
            before, named, after = flat[: match.start()], flat[match.end() : end], flat[end:]
            if _is_turned_down(kind, before, named, after, language):
                found.append((match.start(), end))
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _is_turned_down(kind: str, before: str, named: str, after: str, language: str) -> bool:
    if kind == "than":
        # "Rather than wait" prefers nothing: something stands before "than" that is preferred.
        preferred = _pattern(language, "prefers").search(before)
        return preferred is not None and bool(before[preferred.end() :].strip())
    # "I got a blue one instead of the red", "não a recebi" tell what happened.
    near = f"{CLAUSES.split(before)[-1]} {named}"
    if _pattern(language, "tells").search(near) or _is_said(before, language):
        return False
    return _wishes(before, language) or _wishes(after, language)


def _wishes(text: str, language: str) -> bool:
    return any(_pattern(language, kind).search(text) is not None for kind in ("prefers", "wishes"))


def _is_said(before: str, language: str) -> bool:
    """Say whether what is denied is told of something: "the blue one is" not the right one."""
    last = before.split()[-1:]
    return bool(last) and _pattern(language, "is").fullmatch(last[0]) is not None


def _end(rest: str) -> int:
    found = ENDS.search(rest)
    return found.start() if found else len(rest)


@cache
def _pattern(language: str, kind: str) -> re.Pattern[str]:
    lists = words.load("preferring")
    return words.pattern(*lists.get(language, lists["en"])[kind])
