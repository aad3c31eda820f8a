"""What each part of a text says of the things that it names: that she asks for them, or keeps them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from models.embedded import spelling, words

CLAUSES = re.compile(
    r"[,;.!?:\n…]+|\s(?:mas|but|and|e|yet|while|porém|só que|enquanto)\s|(?<=\w)\s(?=(?:só|only|cad[êe])\s)",
    re.IGNORECASE,
)

BEFORE = 3
"""Words between a denial and what it denies."""


@dataclass(frozen=True)
class Said:
    """A text, with the things that it asks for and those that it leaves out."""

    named: frozenset[int]
    unclear: bool
    """Whether it says no to one of them, and not of what: "this one fits, but that one does not"."""

    only: bool
    """Whether it says that it is about no more than these."""

    joined: bool
    """Whether several are named in one row: "the desk and the chair"."""

    kept: frozenset[int]
    left_out: frozenset[int]
    """What is left out of something: "all but", "not the"."""

    rest: str
    """The text without what is kept and left out."""


@dataclass
class Part:
    """A clause, the things that it names, and what it says of them."""

    text: str
    flat: str
    hits: frozenset[int]
    way: str = "asks"
    """`keeps`, `stays` (said after them), `but`, `not` (before them), `not_last`, `only`, `yes`, `asks`."""

    bare: bool = False
    """Whether it does no more than name things."""

    joined: bool = False
    """Whether an "and" joins it to the clause before it."""


def read(options: Sequence[str], things: frozenset[int], text: str, base: str) -> Said:
    """Read a text part by part: a part keeps, leaves out, or asks for what it names."""
    parts = _parts(options, things, text, base)
    everything = any(pattern(base, "all").search(part.flat) for part in parts)
    asks = everything or any(part.hits and part.way in ("asks", "only") for part in parts)
    leaves_out = {"but", "not"} if asks else {"but"}
    only = frozenset(hit for part in parts if part.way == "only" for hit in part.hits)
    noes = [part for part in parts if part.way == "not_last"]
    told = [part for part in parts if part.hits and part not in noes]
    if told and all(part.bare or part.way in ("yes", "only") for part in told):
        leaves_out.add("not_last")  # "this one yes, that one no"
    ways: dict[str, set[int]] = {"kept": set(), "left_out": set(), "asked": set()}
    rest: list[str] = []
    for part in parts:
        if part.way in ("keeps", "stays"):
            ways["kept"] |= part.hits
        elif part.way in leaves_out:
            ways["left_out"] |= part.hits
        else:
            ways["asked"] |= part.hits
            rest.append(part.text)
    asked = [part for part in parts if part.hits and part.way in ("asks", "only", "yes")]
    return Said(
        named=only or frozenset(ways["asked"]),
        unclear=bool(noes and told and "not_last" not in leaves_out),
        only=bool(only),
        joined=_in_a_row(asked, parts, base),
        kept=frozenset(ways["kept"]),
        left_out=frozenset(ways["left_out"]),
        rest=", ".join(rest),
    )


def _in_a_row(asked: Sequence[Part], parts: Sequence[Part], base: str) -> bool:
    """Say whether parts name things one after the other, the later ones nothing but a thing."""
    either = words.pattern(*listed(base)["either"])
    if not asked or any(either.search(part.flat) for part in asked):
        return False
    at = parts.index(asked[0])
    return [*parts[at : at + len(asked)]] == [*asked] and all(part.bare for part in asked[1:])


def _parts(options: Sequence[str], things: frozenset[int], text: str, base: str) -> list[Part]:
    """Cut a text into clauses, and before what leaves something out: "all | but the blue one"."""
    own = _own_words(tuple(options), things, base)
    found: list[Part] = []
    for clause, joined in _clauses(text, base):
        flat = " ".join(words.words(clause, base))
        part = Part(clause, flat, hits(own, flat, base), joined=joined)
        if part.hits:
            part.way = _way(flat, base)
            part.bare = bare(options, things, flat, base)
        found.append(part)
    for before, part in pairwise(found):
        if not part.joined or not (part.hits and before.hits):
            continue
        if before.way in ("keeps", "but", "not", "only") and part.bare and part.way == "asks":
            part.way = before.way
        if part.way in ("stays", "not_last") and before.bare:
            before.way = part.way
    return found


def _clauses(text: str, base: str) -> list[tuple[str, bool]]:
    """Give the clauses of a text, each with whether an "and" stands before it."""
    if listed(base)["but_of_all"]:
        text = _but_of_all(base).sub(rf"\1, {listed(base)['but'][0]} ", text)
    ends = [*CLAUSES.finditer(text)]
    starts = [0, *(end.end() for end in ends)]
    stops = [*(end.start() for end in ends), len(text)]
    seams = ["", *(end[0].strip().lower() for end in ends)]
    found: list[tuple[str, bool]] = []
    for start, stop, seam in zip(starts, stops, seams, strict=True):
        clause, joined = text[start:stop], seam in listed(base)["also"]
        flat = words.flat(clause)
        at = next((m.start() for m in pattern(base, "but").finditer(flat) if m.start()), 0)
        cut = [clause[:at], clause[at:]] if at and len(flat) == len(clause) else [clause]
        found += [(piece, joined and not place) for place, piece in enumerate(cut) if piece.strip()]
    return found


def _way(flat: str, base: str) -> str:
    """Say how a part speaks of the things that it names."""
    for kind, match in (
        ("keeps", pattern(base, "keeps").search(flat)),
        ("stays", _ends(base, "stays").search(flat)),
    ):
        if match is not None and denial(base).search(flat[: match.start()]) is None:
            return kind
    if _unasked(base).search(flat):
        return "keeps"
    if pattern(base, "but").match(flat):
        return "but"
    if pattern(base, "not_first").match(flat):
        return "not"
    if _ends(base, "not_last").search(flat):
        return "not_last"
    if pattern(base, "only").search(flat):
        return "only"
    return "yes" if _ends(base, "yes_last").search(flat) else "asks"


def bare(options: Sequence[str], things: frozenset[int], flat: str, base: str) -> bool:
    """Say whether a part only names things."""
    own = _own_words(tuple(options), things, base)
    grammar = words.function_words((base,))
    shared = {word for at in things for word in words.words(options[at])}
    plain = (word for word in flat.split() if word not in grammar and word not in shared)
    after = {word for kind in ("stays", "not_last", "yes_last") for one in listed(base)[kind] for word in
             words.words(str(one), base)}  # fmt: skip
    return all(word in after or hits(own, word, base) for word in plain)


def hits(own: tuple[tuple[int, frozenset[str]], ...], flat: str, base: str) -> frozenset[int]:
    """Give the things of whose own words a text has some, slips of the fingers mended."""
    told = words.content(flat.split(), (base,))
    known = frozenset(word for _, mine in own for word in mine)
    mended = map(spelling.listening(known, base).mended, told)
    stems = {*words.stems(told, base), *words.stems(mended, base)}
    return frozenset(at for at, mine in own if {*words.stems(mine, base)} & stems)


@lru_cache(maxsize=256)
def _own_words(
    options: tuple[str, ...], things: frozenset[int], base: str
) -> tuple[tuple[int, frozenset[str]], ...]:
    """Give for each thing the words that no other one has."""
    each = {at: set(words.content(words.words(options[at]), (base,))) for at in sorted(things)}
    stems = {at: {*words.stems(mine, base)} for at, mine in each.items()}
    found = []
    for at, mine in each.items():
        others = set().union(*(other for place, other in stems.items() if place != at))
        kept = (
            word for word in mine if not word.isdigit() and words.stem(word, base) not in others
        )
        found.append((at, frozenset(kept)))
    return tuple(found)


@cache
def denial(base: str) -> re.Pattern[str]:
    """A denial right before something: "not | all of it", "don't want to | keep"."""
    no = pattern(base, "negations").pattern
    return re.compile(rf"{no}\s+(?:\w+\s+){{0,{BEFORE}}}$")


@cache
def _unasked(base: str) -> re.Pattern[str]:
    no, acts = (pattern(base, kind).pattern for kind in ("denied_by", "denied"))
    unable = "".join(rf"(?<!{re.escape(word)} )" for word in listed(base)["able"])
    return re.compile(rf"{unable}{no}\s+{acts}")


@cache
def _but_of_all(base: str) -> re.Pattern[str]:
    """Words that leave something out only after one for all: "everything but"."""
    all_of_it, but = (pattern(base, kind).pattern for kind in ("all", "but_of_all"))
    return re.compile(rf"({all_of_it})\s+{but}\s", re.IGNORECASE)


@cache
def _ends(base: str, kind: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern(base, kind).pattern}\s*$")


@cache
def pattern(base: str, kind: str) -> re.Pattern[str]:
    return words.pattern(*(words.plain(str(phrase), base) for phrase in listed(base)[kind]))


def listed(base: str) -> dict:
    lists = words.load("partly")
    return lists.get(base, lists["en"])
