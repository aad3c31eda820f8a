"""Numbers in words: "duzentos e quarenta", "half a dozen", "fifty nine ninety"."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from models.embedded import words
from models.embedded.spans import Span, doubted

TOKEN = re.compile(r"[^\W_]+")
BETWEEN = re.compile(r"[\s-]+")
PRICES = range(10, 100)
"""What is said after "e" as the cents of a price."""

THOUSAND = 1_000
PRICE_STYLE = "two numbers side by side, which may be a price"
LENGTHS = frozenset(("minutes", "hours", "days", "weeks", "months", "years"))
"""What "a couple of" counts only about."""

ORDINALS = frozenset(
    ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
)

Token = tuple[str, int, int]
"""A word or a run of digits, folded, and where it stands."""


class Said(NamedTuple):
    """A number, and which tokens say it."""

    value: float
    end: int
    """The first token that is no part of it."""

    scale: float = 1
    """What its last word multiplies by: of "two million and a half", a half million."""


def small_numbers(language: str) -> Mapping[str, int]:
    """Give the number words of a language, "one" included, folded."""
    return _small_numbers(words.base(language))


@cache
def _small_numbers(base: str) -> Mapping[str, int]:
    listed = words.load("numbers").get(base, {})
    ones = words.load("numbers")["one"].get(base, [])
    folded = {words.folded(str(word)): count for word, count in listed.items()}
    return MappingProxyType(folded | dict.fromkeys(ones, 1))


def small_number(said: str, language: str) -> int | None:
    """Read one number, in digits or in words: "3", "thirty-one"."""
    if said.isdigit():
        return int(said)
    if said in (known := small_numbers(language)):
        return known[said]
    rules = rules_of(words.base(language))
    tokens = tokens_of(said)
    whole = _cardinal(said, tokens, 0, rules) if tokens else None
    return int(whole.value) if whole and whole.end == len(tokens) else None


def added_up(values: list[int]) -> int:
    """Add up "two hundred and forty": a multiplier takes what stands before it."""
    total, current = 0, 0
    for value in values:
        if value == THOUSAND:
            total, current = total + (current or 1) * THOUSAND, 0
        elif value == 100 and 0 < current < 10:
            current *= 100
        else:
            current += value
    return total + current


def tokens_of(flat: str) -> list[Token]:
    """Give the words and runs of digits of a folded text."""
    return [(match[0], *match.span()) for match in TOKEN.finditer(flat)]


class Rules(NamedTuple):
    values: Mapping[str, int]
    ones: frozenset[str]
    multipliers: Mapping[str, int]
    groups: Mapping[str, int]
    half: frozenset[str]
    join: str
    """What stands between its words: "e", "and"."""

    known: frozenset[str]
    """Any word by which a number in words begins."""

    after: re.Pattern[str]
    """What may follow digits and belong to them: "mil", "k", "e meio", "dozen"."""


@cache
def rules_of(base: str) -> Rules:
    lists = words.load("numbers")

    def listed(name: str) -> dict[str, int]:
        return {words.folded(said): count for said, count in lists[name].get(base, {}).items()}

    values, ones = small_numbers(base), frozenset(lists["one"].get(base, []))
    multipliers, groups = listed("multipliers"), listed("groups")
    half, join = frozenset(lists["half"].get(base, [])), lists["join"].get(base, "and")
    either, halves = words.either((*multipliers, *groups)), words.either(half)
    after = re.compile(
        rf"\s?(?P<times>{either})(?![^\W_])(?:\s+(?:{join}\s+)?(?P<rest>\d{{3}})(?![\w.,/:-]))?(?:\s+{join}\s+(?:a\s+)?(?P<more>{halves})(?![^\W_]))?"
        rf"|(?P<unit>\s+[^\W\d_]+)??\s+{join}\s+(?:a\s+)?(?P<half>{halves})(?![^\W_])"
    )
    known = frozenset({*values, *half, *groups} - ones) | frozenset(multipliers)
    return Rules(values, ones, multipliers, groups, half, join, known - {"k"}, after)


def worded(flat: str, rules: Rules, article: bool) -> list[Span]:
    tokens, found, at = tokens_of(flat), [], 0
    while at < len(tokens):
        word = tokens[at][0]
        if word not in rules.known and word not in rules.ones:
            at += 1
            continue
        span, after = _number_at(flat, tokens, at, rules, article)
        if span is not None:
            found.append(span)
        at = max(after, at + 1)
    return found


def _number_at(
    flat: str, tokens: list[Token], at: int, rules: Rules, article: bool
) -> tuple[Span | None, int]:
    """Give the number that begins at a token, if one does, and where to go on."""
    if (spelled := _spelled(flat, tokens, at, rules)) is not None:
        return spelled
    said = _whole_number(flat, tokens, at, rules)
    if said is None:
        return None, at + 1
    span = _spanned(tokens, at, said)
    alone = said.end == at + 1 and tokens[at][0] in rules.ones
    if (price := _price(flat, tokens, at, said, rules)) is not None:
        return price
    if said.end < len(tokens) and tokens[said.end][0] in ORDINALS and said.value % 10 == 0:
        return None, said.end  # "twenty-fifth" counts nothing
    if (alone and not article) or (said.end == at + 1 and tokens[at][0] == "cento"):
        return None, at + 1
    if said.end > at + 1 and tokens[said.end - 1][0] in (*pairs(), "couple"):
        return _paired(span, tokens, said), said.end
    return span, said.end


def _spanned(tokens: list[Token], at: int, said: Said) -> Span:
    return Span("number", whole(said.value), tokens[at][1], tokens[said.end - 1][2])


def _paired(span: Span, tokens: list[Token], said: Said) -> Span:
    """Take "a pair of tickets" for two, and doubt a pair of what is worn in pairs."""
    following = {one for one, _, _ in tokens[said.end : said.end + 2]}
    if not following.isdisjoint(LENGTHS):
        return doubted(span, "only about so many", span.value)
    of = tokens[said.end][0] if said.end < len(tokens) else ""
    single = of not in ("de", "of") or not following.isdisjoint(_one_by_one())
    if span.value == 2 and (single or tokens[said.end - 1][0] == "couple"):
        return span
    return doubted(span, "so many pairs, or pieces", whole(span.value / 2), span.value)


def _spelled(flat: str, tokens: list[Token], at: int, rules: Rules) -> tuple[Span, int] | None:
    """Give a number that is said digit by digit: "um zero quatro cinco"."""
    end = at
    while (
        end < len(tokens) and rules.values.get(tokens[end][0], 10) < 10
        and tokens[end][0] != "a"
        and (end == at or _side_by_side(flat, tokens, end))
    ):  # fmt: skip
        end += 1
    if end - at < 3:
        return None
    digits = "".join(str(rules.values[word]) for word, _, _ in tokens[at:end])
    return Span("number", int(digits), tokens[at][1], tokens[end - 1][2]), end


def _whole_number(flat: str, tokens: list[Token], at: int, rules: Rules) -> Said | None:
    """Read a number with what multiplies it, and a half: "duas dúzias", "two and a half"."""
    word = tokens[at][0]
    if word in rules.half:
        return _half_of(flat, tokens, at, rules)
    if word in rules.groups:
        return Said(rules.groups[word], at + 1) if word not in ("par", "pair", "pairs", "pares") and (
            at == 0 or tokens[at - 1][0] not in rules.ones) else None  # fmt: skip
    said = _cardinal(flat, tokens, at, rules)
    if said is None:
        return None
    if said.end < len(tokens) and _side_by_side(flat, tokens, said.end):
        group = rules.groups.get(tokens[said.end][0])
        if group:
            said = Said(said.value * group, said.end + 1, group)
    return _with_half(flat, tokens, said, rules)


def _half_of(flat: str, tokens: list[Token], at: int, rules: Rules) -> Said | None:
    """Read "meia dúzia", "half a million"; a half of anything else is no number here."""
    after = at + 1
    if after < len(tokens) and tokens[after][0] in ("a", "an"):
        after += 1
    if after >= len(tokens) or not _side_by_side(flat, tokens, after):
        return None
    scale = rules.multipliers.get(tokens[after][0]) or rules.groups.get(tokens[after][0], 0)
    return Said(scale / 2, after + 1) if scale > 2 else None


def _with_half(flat: str, tokens: list[Token], said: Said, rules: Rules) -> Said:
    """Add "e meio", "and a half", also behind what is counted: "duas horas e meia"."""
    for join in (said.end, said.end + 1):
        half = join + 1
        if half < len(tokens) and tokens[half][0] in ("a", "an"):
            half += 1
        if (
            half >= len(tokens)
            or tokens[join][0] != rules.join
            or tokens[half][0] not in rules.half
        ):
            continue
        if flat[tokens[said.end - 1][2] : tokens[half][1]].strip(" abcdefghijklmnopqrstuvwxyz"):
            continue
        scale = max(1, said.scale)
        end = half + 1 if join == said.end else said.end
        return Said(said.value + scale / 2, end, scale)
    return said


def _cardinal(flat: str, tokens: list[Token], at: int, rules: Rules) -> Said | None:
    """Read as many tokens as make up one number: "two hundred and forty", "mil e duzentos"."""
    total, current, room, ceiling = 0.0, 0, 10**9, 10**12
    end = place = at
    scale = 1
    while place < len(tokens):
        word = tokens[place][0]
        if place > at and not _side_by_side(flat, tokens, place):
            break
        if word == rules.join and place > at and place == end:
            place += 1
            continue
        multiplier = rules.multipliers.get(word, 0)
        value = rules.values.get(word)
        if multiplier and multiplier < ceiling and word != "k":
            total, current = total + max(current, 1) * multiplier, 0
            ceiling = room = scale = multiplier
        elif value == 100 and word == "hundred" and 0 < current < 100:
            current, room, scale = current * 100, 100, 1
        elif (
            value is None
            or value >= room
            or (value == 0 and place > at)
            or (word == "a" and not _begins_number(tokens, place + 1, rules))
        ):
            break
        else:
            current += value
            room, scale = _room(value, word), 1
        place += 1
        end = place
    return Said(total + current, end, scale) if end > at else None


def _begins_number(tokens: list[Token], place: int, rules: Rules) -> bool:
    """Say whether "a" is a number here: "a hundred", "a dozen"."""
    word = tokens[place][0] if place < len(tokens) else ""
    return word == "hundred" or word in rules.multipliers or word in rules.groups


def _room(value: int, word: str) -> int:
    """Give what may still be added to a number has to be less than."""
    if value >= 100:
        return 1 if word == "cem" else 100
    return 10 if value >= 20 else 1


def _price(
    flat: str, tokens: list[Token], at: int, said: Said, rules: Rules
) -> tuple[Span, int] | None:
    """Read "cinquenta e nove e noventa", "fifty nine ninety": a price, if money is spoken of."""
    after = said.end
    if after < len(tokens) and tokens[after][0] == rules.join:
        after += 1
    if after >= len(tokens) or not _side_by_side(flat, tokens, after) or said.value >= 10_000:
        return None
    if after > said.end and rules.join == "and":
        return None
    cents = _cardinal(flat, tokens, after, rules)
    if cents is None or cents.value not in PRICES or said.value != int(said.value):
        return None
    price = round(said.value + cents.value / 100, 2)
    span = Span("number", price, tokens[at][1], tokens[cents.end - 1][2])
    readings: list[Any] = [price]
    if rules.join == "and":
        readings.append(whole(said.value * 100 + cents.value))
    elif tokens[said.end - 1][0] == "cem":
        readings.append(whole(said.value + cents.value))
    return doubted(span, PRICE_STYLE, *readings), cents.end


def _side_by_side(flat: str, tokens: list[Token], at: int) -> bool:
    return BETWEEN.fullmatch(flat, tokens[at - 1][2], tokens[at][1]) is not None


@cache
def pairs() -> frozenset[str]:
    return frozenset(words.load("numbers")["pairs"])


@cache
def _one_by_one() -> frozenset[str]:
    return frozenset(words.folded(said) for said in words.load("numbers")["one_by_one"])


def whole(number: float) -> float | int:
    """Give a number without needless decimals."""
    return int(number) if number == int(number) else round(number, 6)
