"""Numbers in digits and in words, as Portuguese and English write and say them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from models.embedded import words
from models.embedded.number_words import (
    PRICE_STYLE,
    PRICES,
    THOUSAND,
    TOKEN,
    Rules,
    pairs,
    rules_of,
    whole,
    worded,
)
from models.embedded.spans import ONE_OF_TWO, Span, doubted

FIGURES = re.compile(
    r"(?<![\w.,/:#-])-?(?P<said>\d{1,3}(?:[.,]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,15}(?:[.,]\d{1,3})?)(?!\d|[.,]\d)"
)
GLUED = re.compile(r"[\w/:-]")
ARTICLES = frozenset(("a",))
"""What may say "one" only before another number: "a hundred"."""

LONGEST_COUNT = 9
"""Digits in a row that may count something; more of them name it."""

LONGEST_BETWEEN = 12
"""Characters between two numbers that may belong together."""


def numbers(text: str, language: str, *, article: bool = False) -> list[Span]:
    """Give numbers in digits and words; with `article` also "um" and "one"."""
    flat = words.flat(text)
    return read(flat, TOKEN.findall(flat), language, article=article)


def read(
    flat: str,
    present: Collection[str],
    language: str,
    *,
    article: bool = False,
    money: bool = False,
) -> list[Span]:
    """Give the numbers of a folded text, `present` being its words, in order.

    With `money` also those that only money is written with: glued to a unit ("50usd"), by the month
    ("50/mês"), and "one".
    """
    rules = rules_of(words.base(language))
    found = (
        _figures(flat, language, rules, money) if any(one[0].isdigit() for one in present) else []
    )
    one = (article or money) and any(word in present for word in rules.ones - ARTICLES)
    if not one and rules.known.isdisjoint(present):
        return _related(found, flat) if len(found) > 1 else found
    figures = {span.end: at for at, span in enumerate(found)}
    for span in worded(flat, rules, article or money):
        begun = next((at for end, at in figures.items() if span.start < end < span.end), None)
        if begun is not None and span.value > THOUSAND:
            first = found[begun]  # "2 mil e quinhentos": the words go on where the digits ended
            found[begun] = replace(
                first, value=whole(first.value + span.value - THOUSAND), end=span.end
            )
        elif all(span.end <= other.start or span.start >= other.end for other in found):
            found.append(span)
    found.sort(key=lambda span: span.start)
    return _related(found, flat)


def counting(found: Sequence[Span], flat: str, language: str) -> list[Span]:
    """Leave out of numbers that were read for money what is none else: "50usd", "one"."""
    ones = rules_of(words.base(language)).ones
    return [
        span
        for span in found
        if (said := flat[span.start : span.end]) not in ones
        and not (said[-1].isdigit() and GLUED.match(flat, span.end))
        and not (said.isdigit() and len(said) > LONGEST_COUNT)
    ]


def parsed(said: str, language: str) -> float:
    """Read digits with marks: `1.234,56` and `1,234.56` alike; `1.234` as the language writes it."""
    comma, point = said.rfind(","), said.rfind(".")
    if comma >= 0 and point >= 0:
        decimal = "," if comma > point else "."
    else:
        mark = "," if comma >= 0 else "."
        decimal_mark = "." if words.base(language) == "en" else ","
        three = len(said) - said.rfind(mark) - 1 == 3
        decimal = "" if said.count(mark) > 1 or (three and mark != decimal_mark) else mark
        if three and mark == decimal_mark and said.count(mark) == 1 and mark == ",":
            decimal = mark
    thousands = {",", "."} - {decimal}
    for mark in thousands:
        said = said.replace(mark, "")
    return float(said.replace(",", "."))


# In digits


def _figures(flat: str, language: str, rules: Rules, money: bool) -> list[Span]:
    found = []
    for match in FIGURES.finditer(flat):
        said, end = match["said"], match.end()
        value = parsed(said, language) * (-1 if match[0].startswith("-") else 1)
        span = Span("number", whole(value), match.start(), end)
        if after := rules.after.match(flat, end):
            span = _multiplied(span, after, rules)
        elif GLUED.match(flat, end) and not money:
            continue
        if span.value == whole(value) and (other := _other_reading(said, language)) is not None:
            span = doubted(span, "a mark that may part thousands or decimals", span.value, other)
        found.append(span)
    return found


def _multiplied(span: Span, after: re.Match[str], rules: Rules) -> Span:
    times, value = after["times"], float(span.value)
    if times is None:
        return replace(span, value=whole(value + 0.5), end=after.end())
    scale = rules.multipliers.get(times) or rules.groups[times]
    if after["rest"] and scale == THOUSAND:
        return replace(span, value=whole(value * scale + int(after["rest"])), end=after.end())
    end = after.end() if after["more"] else after.end("times")
    made = replace(span, value=whole((value + 0.5 * bool(after["more"])) * scale), end=end)
    return (
        doubted(made, "so many pairs, or pieces", span.value, made.value)
        if times in pairs()
        else made
    )


def _other_reading(said: str, language: str) -> float | int | None:
    """Give what else digits may say: "1.500" in English, "1,500" in Portuguese."""
    mark = "." if words.base(language) == "en" else ","
    if said.count(mark) != 1 or len(said) - said.find(mark) != 4 or said.startswith("0"):
        return None
    if {",", "."} <= {*said}:
        return None
    return int(said.replace(mark, ""))


# Two numbers that say one thing


def _related(found: list[Span], flat: str) -> list[Span]:
    """Doubt both ends of a range, one of two, and "5 e 50"."""
    made: list[Span | None] = [*found]
    for at, (first, second) in enumerate(pairwise(found)):
        if second.start - first.end > LONGEST_BETWEEN:
            continue
        between = SIGN.sub("", flat[first.end : second.start]).strip()
        doubt, readings = "", ()
        if between in _listed("between") or (between == "-" or between == "–"):
            doubt = RANGE
        elif between in _listed("either"):
            doubt, readings = ONE_OF_TWO, (first.value, second.value)
        elif between in ("e", "and") and flat[: first.start].rstrip().endswith(_leads()):
            doubt = RANGE
        elif between == "e" and second.value in PRICES and _plain(first) and _digits(second, flat):
            readings = (round(first.value + second.value / 100, 2),)
            price = replace(first, value=readings[0], end=second.end)
            made[at], made[at + 1] = doubted(price, PRICE_STYLE, *readings), None
            continue
        if doubt:
            made[at] = doubted(first, doubt, *readings)
            made[at + 1] = doubted(second, doubt, *readings)
    return [span for span in made if span is not None]


RANGE = "a range"
SIGN = re.compile(r"(?:r\$|us\$|[$€£])\s*$")


def _plain(span: Span) -> bool:
    return isinstance(span.value, int) and 0 <= span.value < THOUSAND


def _digits(span: Span, flat: str) -> bool:
    return flat[span.start : span.end].isdigit()


def is_near(flat: str, start: int) -> bool:
    """Say whether what begins here is said to be only near to what is meant: "quase 100", "about 50"."""
    return _nearly().search(flat[max(0, start - 24) : start]) is not None


@cache
def _nearly() -> re.Pattern[str]:
    listed = words.either(words.load("numbers")["nearly"])
    return re.compile(rf"(?<![^\W_])(?:{listed})\s+(?:de\s+|uns\s+|umas\s+)?(?:r?\$\s*)?$")


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(words.folded(said) for said in words.load("numbers")["ranges"][name])


@cache
def _leads() -> tuple[str, ...]:
    leads = words.load("numbers")["ranges"]["lead"]
    return tuple(f"{lead}{sign}" for lead in leads for sign in ("", " r$", " $", " £", " €"))
