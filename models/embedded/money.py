"""Amounts of money in digits and in words, with the currency as far as it is said."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from models.embedded import words
from models.embedded.number_words import PRICE_STYLE, TOKEN
from models.embedded.numbers import is_near, read
from models.embedded.spans import Span, apart, doubted
from models.embedded.words import either, whole_words

ABOUT_BEFORE = 30
"""Characters before a price in which a word may say that it is one."""

SIGNED = re.compile(r"(?:(r\$|us\$|[$€£])|(?<![^\W_])(usd|brl|eur|gbp))\s*$")
SPELLED_RANGE = re.compile(r"(?<![\w.,/:#-])(\d{1,6})\s?[-–]\s?(\d{1,6})(?![\w/:.,-])\s*(\w+)?")
PLAIN_END = re.compile(
    r"\s*(?:$|[.,;:!?)]|(?:e|and|por|de|da|do|mais|pra|para|for|each|in|on|but|mas|no|na)\b)"
)
WEIGHT = re.compile(r"(?:weigh\w*|heav\w+|lose|lost|gained?)\s+(?:\w+\s+){0,3}$")
MARKS = "$€£"
MARKED = ("$", "€", "£", "usd", "brl", "eur", "gbp")


class _Money(NamedTuple):
    """What words of money there are."""

    signs: dict[str, str]
    after: dict[str, str]
    only_in: dict[str, str]
    cents: dict[str, str]
    known: frozenset[str]
    about: re.Pattern[str]
    after_number: re.Pattern[str]
    behind_unit: re.Pattern[str]
    cents_after: re.Pattern[str]


def money(text: str, language: str, *, asked: bool = False) -> list[Span]:
    """Give amounts of money, as floats, in order; `asked` says that one was asked for."""
    flat = words.flat(text)
    present = TOKEN.findall(flat)
    if not asked and not speaks_of_money(flat, present):
        return []
    return amounts(flat, read(flat, present, language, money=True), language, asked=asked)


def speaks_of_money(flat: str, present: Collection[str]) -> bool:
    """Say whether any word or sign of money stands in a folded text, `present` being its words."""
    if not _lists().known.isdisjoint(present) or any(sign in flat for sign in MARKS):
        return True
    # "50usd", "2reais": the unit is a part of the word
    return any(one[0].isdigit() and not one.isdigit() for one in present)


def amounts(
    flat: str, numbers: Sequence[Span], language: str, *, asked: bool = False
) -> list[Span]:
    """Give those numbers that are amounts of money, each with its sign, unit and cents."""
    found: list[Span] = []
    end = 0
    for at, number in enumerate(numbers):
        if number.start < end:
            continue
        following = numbers[at + 1] if at + 1 < len(numbers) else None
        if (amount := _amount(flat, number, following, language, asked=asked)) is not None:
            found.append(amount)
            end = amount.end
    return apart([*_hyphened(flat), *_ranged(found, numbers, flat)])


def _amount(
    flat: str, number: Span, following: Span | None, language: str, *, asked: bool
) -> Span | None:
    lists, base = _lists(), words.base(language)
    sign = flat[max(0, number.start - 5) : number.start].rstrip()
    signed = (
        SIGNED.search(flat, max(0, number.start - 5), number.start)
        if sign.endswith(MARKED)
        else None
    )
    unit = lists.after_number.match(flat, number.end)
    if unit and (unit["unit"] or "").startswith("pound") and WEIGHT.search(flat[: number.start]):
        unit = None
    if unit and lists.only_in.get(unit["unit"] or "", base) != base:
        unit = None
    if unit and unit["unit"] and number.value == 1 and not _is_coin(flat, number, unit):
        return None
    cents = lists.cents_after.match(flat, number.end)
    if not signed and not unit:
        if cents and number.doubt == "" and 0 < number.value < 100:
            code = lists.cents[cents["unit"]] if cents["unit"] else "GBP"
            if cents["unit"] or base == "en":
                return _of(number, number.value / 100, code, number.start, cents.end())
        return _unsigned(flat, number, language, asked=asked)
    code = _code(signed, unit, base)
    start = signed.start() if signed else number.start
    stop = max(number.end, unit.end() if unit else 0)
    made = _of(number, float(number.value), code, start, stop)
    if number.doubt == PRICE_STYLE and not (len(number.readings) > 1 and _short(number)):
        made = replace(made, doubt="", readings=())
    if number.doubt == PRICE_STYLE and signed:
        made = replace(made, value=number.value)
    made = _with_cents(flat, made, following)
    if not made.doubt and is_near(flat, start):
        made = doubted(made, "only about so much", made.value)
    return made


def _of(number: Span, value: float, code: str, start: int, end: int) -> Span:
    return replace(number, kind="money", value=round(value, 2), currency=code, start=start, end=end)


def cents_unclear(flat: str, numbers: Sequence[Span]) -> list[Span]:
    """Doubt a number right behind the word for money: "a dollar fifty"."""
    behind = _lists().behind_unit
    return [
        doubted(one, "cents, or a number")
        if behind.search(flat, max(0, one.start - 12), one.start)
        else one
        for one in numbers
    ]


def _short(number: Span) -> bool:
    """Say whether a price in two parts may as well be one number: "two fifty", "cem e cinquenta"."""
    return number.readings[0] < 10 or number.readings[0] >= 100


def _code(signed: re.Match[str] | None, unit: re.Match[str] | None, base: str) -> str:
    lists = _lists()
    if unit and unit["unit"]:
        return lists.after[unit["unit"]]
    if unit:
        return lists.signs[unit["sign"]]
    assert signed is not None
    sign = signed[1] or ""
    if sign == "$" and base != "en":
        return ""  # of whichever country the customer is
    return lists.signs[sign] if sign else lists.after[signed[2]]


def _is_coin(flat: str, number: Span, unit: re.Match[str]) -> bool:
    """Say whether "one dollar" is an amount: "a real problem", "um real motivo" are none."""
    said = flat[number.start : number.end]
    return said not in ("a", "an") and PLAIN_END.match(flat, unit.end()) is not None


def _with_cents(flat: str, amount: Span, following: Span | None) -> Span:
    """Add "... e 50", "and fifty cents", where nothing else is counted by it."""
    if following is None or following.doubt or following.value not in range(1, 100):
        return amount
    between = flat[amount.end : following.start]
    if amount.value != int(amount.value) or not re.fullmatch(
        r"\s+(?:(?:e|and|com|with)\s+)?", between
    ):
        return amount
    named = _lists().cents_after.match(flat, following.end)
    bare = between.strip() and following.value >= 10 and PLAIN_END.match(flat, following.end)
    if not named and not bare:
        return amount
    end = named.end() if named else following.end
    return replace(amount, value=round(amount.value + following.value / 100, 2), end=end)


def _unsigned(flat: str, number: Span, language: str, *, asked: bool) -> Span | None:
    """Take "cinquenta e nove e noventa" for a price where money is spoken of or was asked for."""
    if number.doubt != PRICE_STYLE:
        return None
    before = flat[max(0, number.start - ABOUT_BEFORE) : number.start]
    if not asked and _lists().about.search(before) is None:
        return None
    code = words.load("money")["spoken"].get(words.base(language), "")
    made = replace(number, kind="money", value=float(number.value), currency=code)
    return (
        made
        if len(number.readings) > 1 and _short(number)
        else replace(made, doubt="", readings=())
    )


def _ranged(found: list[Span], numbers: Sequence[Span], flat: str) -> list[Span]:
    """Take the first of "entre 50 e 80 reais" for money too."""
    made = [*found]
    for amount in found:
        at = next(
            (at for at, one in enumerate(numbers) if amount.start <= one.start < amount.end), 0
        )
        first = numbers[at - 1] if at else None
        if not amount.doubt or first is None or first.doubt != amount.doubt:
            continue
        if all(one.start > first.start or one.end <= first.start for one in found):
            made.append(
                replace(first, kind="money", value=float(first.value), currency=amount.currency)
            )
    return made


def _hyphened(flat: str) -> list[Span]:
    """Give both ends of "50-80 reais"."""
    found = []
    lists = _lists()
    for match in SPELLED_RANGE.finditer(flat) if "-" in flat or "–" in flat else ():
        signed = SIGNED.search(flat[: match.start()])
        code = lists.after.get(match[3] or "", "")
        if not signed and (match[3] or "") not in lists.after:
            continue
        code = code or (lists.signs.get(signed[1] or "", "") if signed else "")
        found += [
            Span("money", float(match[at]), *match.span(at), code, "a range") for at in (1, 2)
        ]
    return found


@cache
def _lists() -> _Money:
    listed = words.load("money")

    def folded(name: str) -> dict[str, str]:
        return {words.folded(said): code for said, code in listed[name].items()}

    after, cents = folded("after") | folded("before"), folded("cents")
    return _Money(
        signs=listed["signs"],
        after=after,
        only_in=folded("only_in"),
        cents=cents,
        known=frozenset({*after, *cents, *map(words.folded, listed["about"]), "c", "p"}),
        about=whole_words(either(listed["about"])),
        after_number=re.compile(
            rf"\s*(?P<sign>[€£])|\s*(?:(?:de|of)\s+)?(?P<unit>{either(after)})(?![^\W_])"
        ),
        behind_unit=re.compile(rf"(?<![^\W_])(?:{either(after)})\s+$"),
        cents_after=re.compile(rf"\s+(?P<unit>{either(cents)})(?![^\W_])|(?P<glued>p)(?![^\W_])"),
    )
