"""Whether a sentence speaks of a day that has been or is to come: "it came on Friday"."""

import re
from functools import cache
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
    signs = _signs(words.base(language))
    before = WORD.findall(SENTENCE.split(flat[:start])[-1])
    nearest = before[-1] if before else ""
    beside = [*WORD.findall(flat[start:end])[:1], nearest]
    if signs.since & {*beside}:
        return -1
    if signs.ahead & {*beside}:
        return 1
    undecided = False
    for at in range(len(before) - 1, -1, -1):
        kind = _kind(before, at, signs)
        if kind == "open":
            return 1
        if kind == "past":
            return 0 if undecided else -1
        undecided = undecided or kind == "infinitive"
    after = WORD.findall(SENTENCE.split(flat[end:])[0])
    kinds = [kind for at in range(len(after)) if (kind := _kind(after, at, signs))]
    return -1 if kinds and kinds[0] == "past" and not undecided else 1


def _kind(said: list[str], at: int, signs: _Signs) -> str:
    """Say which way a word points: "past", "open", "infinitive", or none."""
    word = said[at]
    before = said[at - 1] if at else ""
    if before in THINGS and signs.open.isdisjoint(said[max(0, at - 4) : at - 1]):
        before = ""  # "it arrived", not "I need it delivered"
    if word in signs.infinitives:
        return "infinitive" if word != "to" or at + 1 < len(said) else ""
    if word in signs.past:
        return (
            "past"
            if word not in ("arrived", "ordered", "placed", "called")
            else _of_participle(before)
        )
    if word in signs.open:
        return "infinitive" if before == "to" else "open"
    if word in signs.nor or len(word) <= LONG:
        return ""
    if word.endswith(signs.future_endings):
        return "open"
    if word.endswith(signs.infinitive_endings):
        return "infinitive"
    if word.endswith(signs.past_endings):
        return _of_participle(before)
    return ""


def _of_participle(before: str) -> str:
    return "infinitive" if before in PARTICIPLE_AFTER else "past"


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
