"""Whether a sentence speaks of a day that has been or is to come: "it came on Friday"."""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from models.embedded import words

Direction = Literal[-1, 0, 1]
"""The past, either of both, or what is to come."""

PAST_OR_COMING = "a day that has been or one to come"
SENTENCE = re.compile(r"[!?;\n]|\.(?!\d)")
WORD = re.compile(r"[a-z']+")
PARTICIPLE_AFTER = frozenset(
    ("be", "been", "being", "it", "them", "him", "her", "get", "is", "are", "this", "that", "order")
)
"""Words after which "delivered" is no past: "I need it delivered on Friday"."""

PARTICIPLES = frozenset(("arrived", "ordered", "placed", "called"))
THINGS = frozenset(("it", "them", "him", "her", "this", "that", "order"))
LONG = 3


class _Signs(NamedTuple):
    past: frozenset[str]
    open: frozenset[str]
    nor: frozenset[str]
    past_endings: tuple[str, ...]
    infinitive_endings: tuple[str, ...]
    future_endings: tuple[str, ...]
    infinitives: frozenset[str]
    ahead: frozenset[str]
    since: frozenset[str]


def direction(flat: str, start: int, end: int, language: str) -> Direction:
    """Say whether the day at `flat[start:end]` is past or to come; what nothing tells is to come."""
    base = words.base(language)
    signs = _signs(base)
    before = WORD.findall(SENTENCE.split(flat[:start])[-1])
    nearest = before[-1] if before else ""
    beside = [*WORD.findall(flat[start:end])[:1], nearest]
    if signs.since & {*beside}:
        return -1
    if signs.ahead & {*beside}:
        return 1
    undecided = False
    for at in range(len(before) - 1, -1, -1):
        kind = _kind(before, at, base)
        if kind == "open":
            return 1
        if kind == "past":
            return 0 if undecided else -1
        undecided = undecided or kind == "infinitive"
    after = WORD.findall(SENTENCE.split(flat[end:])[0])
    kinds = [kind for at in range(len(after)) if (kind := _kind(after, at, base))]
    return -1 if kinds and kinds[0] == "past" and not undecided else 1


def _kind(said: list[str], at: int, base: str) -> str:
    """Say which way a word points where it stands: "past", "open", "infinitive", or none."""
    kind = _points(said[at], base)
    if kind not in ("open", "participle", "to"):
        return kind
    if kind == "to":
        return "infinitive" if at + 1 < len(said) else ""
    before = said[at - 1] if at else ""
    if kind == "open":
        return "infinitive" if before == "to" else "open"
    if before in THINGS and _signs(base).open.isdisjoint(said[max(0, at - 4) : at - 1]):
        return "past"  # "it arrived", not "I need it delivered"
    return "infinitive" if before in PARTICIPLE_AFTER else "past"


@lru_cache(maxsize=10_000)
def _points(word: str, base: str) -> str:
    """Say which way a word points by itself: also "participle" and "to", of which its place tells more."""
    signs = _signs(base)
    if word in signs.infinitives:
        return "to" if word == "to" else "infinitive"
    if word in signs.past:
        return "participle" if word in PARTICIPLES else "past"
    if word in signs.open:
        return "open"
    if word in signs.nor or len(word) <= LONG:
        return ""
    if word.endswith(signs.future_endings):
        return "open"
    if word.endswith(signs.infinitive_endings):
        return "infinitive"
    return "participle" if word.endswith(signs.past_endings) else ""


@cache
def _signs(base: str) -> _Signs:
    lists = words.load("tense")
    listed = lists.get(base, {name: [] for name in lists["en"]})

    def folded(name: str) -> frozenset[str]:
        return frozenset(words.folded(str(said)) for said in listed[name])

    return _Signs(
        past=folded("past"), open=folded("open"), nor=folded("nor"),
        past_endings=tuple(folded("past_endings")),
        infinitive_endings=tuple(folded("infinitive_endings")),
        future_endings=tuple(folded("future_endings")),
        infinitives=folded("infinitives"), ahead=folded("ahead"), since=folded("since"),
    )  # fmt: skip
