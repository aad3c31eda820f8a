"""What a sentence says, read the same way in claims and in what they rest on: numbers, days, sense."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal, NamedTuple

from core.sentences import sentences
from core.workspace import read_yaml
from models.embedded import words
from models.embedded.numbers import numbers as spoken_numbers

Kind = Literal["money", "percent", "time", "plain"]
NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
MARKER = re.compile(r"\[\d+\]")
LIST_NUMBER = re.compile(r"^\s*\d+[.)]\s")
CURRENCY_BEFORE = re.compile(r"(?:r\$|us\$|brl|usd|eur|[$€£])\s*$")
UNIT = re.compile(
    r"\s*(?:(?P<percent>%|por cento|percent)"
    r"|(?:de )?(?P<money>reais|real\b|centavos|dolares|dollars?|bucks|euros?|brl|usd|[€£])"
    r"|[- ]?(?:full |business |working |calendar |whole )?(?P<time>dias?|days?|horas?|hours?|hrs?|h|semanas?"
    r"|weeks?|mes|meses|months?|anos?|years?|minutos?|minutes?|min)\b)"
)
RANGE = re.compile(r"\s*(?:-|–|a|to|ate|e|and|ou|or)\s*$")
TIMES = {"d": "day", "h": "hour", "s": "week", "w": "week", "a": "year", "y": "year"}
WORD = re.compile(r"[^\W_]+")
PART = ";"
PARTED = re.compile(r"[;|]|\s[–—]\s")
"""Where the cell of a table ends, or a part of a sentence that a "not" does not reach beyond."""

MARKDOWN = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)")
WRAPPED = re.compile(r"\n(?=[^\n#*|\-•\d\s])")
ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?![\d/])")
NEXT = "proxim[ao] |nest[ae] |ness[ae] |est[ae] |next |this |coming "
STEM = 5
OTHER_WORDS = {"out", "set", "dez", "mar", "may"}
"""Short names of months that are other words as well ("3 out of 5")."""


class Amount(NamedTuple):
    """A number with what it counts."""

    kind: str
    """`money`, `percent`, `plain`, or a unit of time: `day`, `hour` ..."""

    value: str


@cache
def lists() -> dict[str, Any]:
    """Give the word lists of the review."""
    return read_yaml(Path(__file__).with_name("words.yaml"))


def both(name: str) -> list[Any]:
    """Give a list of both languages."""
    listed = lists()[name]
    return [entry for language in listed.values() for entry in language]


def numbers(text: str) -> set[str]:
    """Give the numbers of a text, written one way: no thousands mark, no trailing zeros of cents."""
    return {plain for written in NUMBER.findall(MARKER.sub(" ", text)) for plain in _plain(written)}


def _plain(written: str) -> list[str]:
    """Write a number one way; dates, times and ranges give their parts."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written):
        written = written.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        written = written.replace(",", "")
    elif re.fullmatch(r"\d+,\d+", written):
        written = written.replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", written):
        whole, cents = written.split(".")
        cents = cents.rstrip("0")
        return [f"{whole.lstrip('0') or '0'}.{cents}" if cents else whole.lstrip("0") or "0"]
    return [part.lstrip("0") or "0" for part in re.split(r"[.,:/-]", written) if part]


@lru_cache(maxsize=2_000)
def amounts(text: str) -> frozenset[Amount]:
    """Give the numbers of a text, in digits and in words, with what they count."""
    flat = words.folded(MARKER.sub("   ", text))
    spans = [(*match.span(), _plain(match[0])) for match in NUMBER.finditer(flat)]
    spans += [(start, end, [value]) for start, end, value in _in_words(flat)]
    spans.sort()
    found: list[Amount] = []
    following = ""
    for at, (start, end, values) in reversed(list(enumerate(spans))):
        kind = _kind(flat, start, end)
        after = spans[at + 1][0] if at + 1 < len(spans) else -1
        if kind == "plain" and following and RANGE.fullmatch(flat[end:after]):
            kind = following  # "3 a 5 dias": both count days
        found += [Amount(kind, value) for value in values]
        following = kind
    return frozenset(found)


def _kind(flat: str, start: int, end: int) -> str:
    if CURRENCY_BEFORE.search(flat[max(0, start - 5) : start]):
        return "money"
    unit = UNIT.match(flat, end)
    if unit is None:
        return "plain"
    if unit["percent"] or unit["money"]:
        return "percent" if unit["percent"] else "money"
    said = unit["time"]
    if said.startswith("m"):
        return "minute" if said.startswith("min") else "month"
    return TIMES[said[0]]


def _in_words(flat: str) -> Iterator[tuple[int, int, str]]:
    """Give numbers that are written as words, in either language; "one" alone counts nothing."""
    for language in ("pt-BR", "en"):
        for span in spoken_numbers(flat, language):
            if not any(sign.isdigit() for sign in flat[span.start : span.end]):
                yield span.start, span.end, str(span.value)


@lru_cache(maxsize=2_000)
def days_written(text: str) -> frozenset[tuple[int, int]]:
    """Give the calendar days in a text as (month, day); `3/4` may be either of two."""
    flat = words.folded(text)
    found = {(int(month), int(day)) for _, month, day in ISO.findall(flat)}
    for first, second in SLASHED.findall(flat):
        found |= {(int(first), int(second)), (int(second), int(first))}
    for match in _named_days().finditer(flat):
        name = match["after"] or match["before"]
        found.add((_months()[name[:3]], int(match["first"] or match["last"])))
    return frozenset(day for day in found if 1 <= day[0] <= 12 and 1 <= day[1] <= 31)


@cache
def _months() -> dict[str, int]:
    return {
        name[:3]: place
        for language in lists()["months"].values()
        for place, name in enumerate(language, 1)
    }


@cache
def _named_days() -> re.Pattern[str]:
    short = sorted({name[:3] for name in both("months")} - OTHER_WORDS)
    named = "|".join([*both("months"), *short])
    return re.compile(
        rf"\b(?P<first>\d{{1,2}})(?:st|nd|rd|th|º|o)?(?: de | of | )(?P<after>{named})\b"
        rf"|\b(?P<before>{named})\.? (?P<last>\d{{1,2}})(?:st|nd|rd|th)?\b"
    )


class Day(NamedTuple):
    """A day that a text names without its date."""

    words: str
    dates: frozenset[tuple[int, int]]
    """What it may be, as (month, day)."""

    certain: bool = True
    """Whether one day is meant; "from Monday to Friday" means none."""


def days_named(text: str, today: date | None) -> list[Day]:
    """Give the days that are named by what they are to today: "amanhã", "next Friday"."""
    flat = f" {' '.join(WORD.findall(words.folded(text)))} "
    found = []
    for language in ("pt", "en"):
        for name, ahead in sorted(lists()["days"][language].items(), key=lambda one: -len(one[0])):
            if f" {name} " in flat:
                flat = flat.replace(f" {name} ", "  ")
                found.append(Day(name, _dates(today, [ahead])))
        for place, name in enumerate(lists()["weekdays"][language]):
            said = re.search(
                rf"(?<!\d) (?P<next>{NEXT})?{name}s? (?!vez|via|opcao|compra|parte|etapa)", flat
            )
            if said:
                ahead = (place - today.weekday()) % 7 if today else 0
                dates = _dates(today, [ahead, ahead + 7, ahead - 7])
                found.append(Day(f"{said['next'] or ''}{name}", dates, bool(said["next"])))
    return found


def _dates(today: date | None, ahead: list[int]) -> frozenset[tuple[int, int]]:
    if today is None:
        return frozenset()
    days = [today + timedelta(days=count) for count in ahead]
    return frozenset((day.month, day.day) for day in days)


def plainly(text: str) -> str:
    """Give the words of a text and nothing else, for comparing word for word."""
    return " ".join(WORD.findall(words.folded(MARKDOWN.sub("", MARKER.sub(" ", text)))))


@lru_cache(maxsize=2_000)
def statements(text: str) -> tuple[str, ...]:
    """Give the sentences of a text as it was written, wrapped lines joined, without marks of lists."""
    unwrapped = WRAPPED.sub(" ", text.replace("**", ""))  # "**Not so.** But …" is two
    cleaned = (re.sub(r"^[\s#*|\-•]+|[\s|]+$", "", part) for part in sentences(unwrapped))
    return tuple(part for part in cleaned if part)


@lru_cache(maxsize=2_000)
def word_for_word(text: str) -> frozenset[str]:
    """Give the sentences of a text for comparing word for word."""
    return frozenset(plainly(statement) for statement in statements(text)) - {""}


@lru_cache(maxsize=4_000)
def sense(text: str) -> frozenset[str]:
    """Give what a text is about: beginnings of its words that are no grammar."""
    skipped = _negators() | _grammar()
    said = WORD.findall(words.folded(MARKER.sub(" ", text)))
    return frozenset(word[:STEM] for word in said if word not in skipped and len(word) > 1)


def turned(text: str, about: frozenset[str]) -> bool:
    """Say whether what a text says of these stems is turned round, by "not" or by an opposite.

    A "not" counts where one of the next words of meaning is what it is about: what is said beside it,
    under a condition for instance, or in the next cell of a table, turns nothing round.
    """
    count = 0
    said = _tokens(text)
    for at, word in enumerate(said):
        if word in _negators():
            near = _meaning(said[at + 1 :]) or _meaning(said[:at][::-1])
            count += any(stem in about or _as_pair(stem, said) in about for stem in near[:2])
        elif any(f"={place}" in about and _opposite(place).fullmatch(word) for place in _places()):
            count += 1
    return count % 2 == 1


def _meaning(said: tuple[str, ...]) -> list[str]:
    """Give the beginnings of the words of meaning up to the end of the part they stand in."""
    part = takewhile(lambda word: word != PART, said)
    return [word[:STEM] for word in part if word not in _grammar()]


def _as_pair(stem: str, said: tuple[str, ...]) -> str:
    """Give what stands for the word with this stem when senses are compared by opposites."""
    word = next((one for one in said if one.startswith(stem)), stem)
    place = next((at for at in _places() if _pair(at).fullmatch(word)), None)
    return stem if place is None else f"={place}"


@lru_cache(maxsize=4_000)
def _tokens(text: str) -> tuple[str, ...]:
    flat = re.sub(r"n['’]t\b", " not", words.folded(MARKER.sub(" ", text)))
    return tuple(WORD.findall(flat) if PARTED.search(flat) is None else _with_parts(flat))


def _with_parts(flat: str) -> list[str]:
    """Give the words of a text, and a mark where the cell of a table or a part of a sentence ends."""
    parts = [WORD.findall(part) for part in PARTED.split(flat)]
    return [word for part in parts for word in (*part, PART)][:-1]


@cache
def _grammar() -> frozenset[str]:
    return words.function_words(("pt", "en"))


@cache
def _negators() -> frozenset[str]:
    return frozenset(both("negators"))


@cache
def _places() -> range:
    return range(len(lists()["opposites"]))


@cache
def _opposite(place: int) -> re.Pattern[str]:
    return re.compile("|".join(lists()["opposites"][place]["not"]))


@lru_cache(maxsize=4_000)
def opposed(text: str) -> frozenset[str]:
    """Give the sense of a text with each opposite standing for the word it is the opposite of."""
    said = {word[:STEM]: word for word in WORD.findall(words.folded(text))}
    replaced = set()
    for stem in sense(text):
        word = said.get(stem, stem)
        pair = next((at for at in _places() if _pair(at).fullmatch(word)), None)
        replaced.add(stem if pair is None else f"={pair}")
    return frozenset(replaced)


@cache
def _pair(place: int) -> re.Pattern[str]:
    pair = lists()["opposites"][place]
    return re.compile("|".join([*pair["is"], *pair["not"]]))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Give how much two senses share, 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
