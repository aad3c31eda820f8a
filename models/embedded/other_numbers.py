"""Numbers that say something else than which case, file or purchase is meant.

A house number, a flat, a year, an amount or a telephone has digits like the number of an order. Where
they stand tells: in an address, before a unit, behind a word for what they count.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from models.embedded import words
from models.embedded.spans import Span
from models.embedded.words import either

Place = tuple[int, int]
"""Where something stands in a text: from, up to."""

NAME_WORDS = 6
"""Words that the name of a street may have."""

LINK = re.compile(
    r"\b(?:https?://|www\.)\S+|\S*@\S*|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|br|io)\b\S*"
)
"""Links, e-mail addresses and the names of accounts, whole or cut short."""

DIGIT = re.compile(r"\d")
YEAR = re.compile(r"(?:19|20)\d\d")


def busy(text: str) -> list[Place]:
    """Give where addresses of streets, of mail and of pages stand."""
    flat = words.flat(text)
    links = LINK.finditer(flat) if "." in flat or "@" in flat or "/" in flat else ()
    streets = _streets(flat) if DIGIT.search(flat) else ()  # each has a number
    return [*(match.span() for match in links), *streets]


def without_addresses(text: str, options: Iterable[str]) -> str:
    """Give a text in which no address stands, unless it is addresses that one chooses from."""
    places = busy(text)
    if not places or any(busy(option) for option in options):
        return text
    signs = list(text)
    for start, end in places:
        if not numbered(text, start):
            signs[start:end] = " " * (end - start)
    return "".join(signs)


def numbered(text: str, start: int) -> bool:
    """Say whether what begins here is said to be the number of a case: "order 1045", "#1045", "nº 1045"."""
    return _cases().search(words.flat(text)[:start]) is not None


def counts(text: str, start: int, end: int) -> bool:
    """Say whether a bare number counts, dates or numbers something else than a case.

    "flat 1203", "I paid 1200", "1500 ml", "in 2024", "card ending in 1234".
    """
    flat = words.flat(text)
    return _before().search(flat[:start]) is not None or _after().match(flat[end:]) is not None


def labels(flat: str, span: Span, busy: list[Place]) -> bool:
    """Say whether a number in a folded text names, measures or rates instead of counting.

    "tamanho 38", "5th floor", "Windows 11", "20%", "55 polegadas", "since 2019".
    """
    if any(start <= span.start < end for start, end in busy):
        return True
    before, after = flat[max(0, span.start - 32) : span.start], flat[span.end : span.end + 24]
    if _labelled().search(before) or _measured().match(after):
        return True
    return in_year(flat, span.start, span.end)


def in_year(text: str, start: int, end: int) -> bool:
    """Say whether a number is a year that is spoken of: "in 2024", "desde 2019"."""
    flat = words.flat(text)
    return YEAR.fullmatch(flat[start:end]) is not None and IN_YEAR.search(flat[:start]) is not None


def names_model(text: str, start: int, end: int) -> bool:
    """Say whether letters and digits name a kind of thing: "Galaxy S23", "vitamin B12", "covid-19"."""
    flat = words.flat(text)
    said = flat[start:end]
    if said.isdigit() or said.startswith("#"):
        return False
    letters = re.match(r"[a-z]+", said)
    if letters and letters[0] in _model_names():
        return True
    return _labelled().search(flat[max(0, start - 32) : start]) is not None


@cache
def _model_names() -> frozenset[str]:
    return frozenset(words.load("other_numbers")["models"])


IN_YEAR = re.compile(
    r"(?<![^\W_])(?:em|de|desde|in|since|from|of|ano|year|ate|until|por volta de)\s+$"
)


@cache
def _labelled() -> re.Pattern[str]:
    lists = words.load("other_numbers")
    listed = either([*lists["within"], *lists["labels"]])
    return re.compile(
        rf"(?<![^\W_])(?:{listed})(?:\s+(?:e|o|de|of|is|a|an|um|uma|number|numero))?[\s.:]*$"
    )


@cache
def _measured() -> re.Pattern[str]:
    listed = either(words.load("other_numbers")["measures"])
    return re.compile(rf"\s*(?:%|°|º|ª|(?:{listed})(?![^\W_]))|\s?x\s?\d")


def quantifies(text: str, start: int, end: int) -> bool:
    """Say whether a unit follows a bare number, or a sign of money precedes it: "40 days", "$40"."""
    flat = words.flat(text)
    return (
        re.search(r"[$€£]\s*$", flat[:start]) is not None or _after().match(flat[end:]) is not None
    )


def is_year(text: str, start: int, end: int) -> bool:
    """Say whether a bare number is like a year, and nothing says that it is a thing: "the 2024"."""
    flat = words.flat(text)
    thing = not words.words(flat[:start]) or _thing().search(flat[:start])
    return YEAR.fullmatch(flat[start:end]) is not None and not thing


def _streets(flat: str) -> Iterator[Place]:
    for street in (_street_first(), _number_first()):
        yield from (match.span() for match in street.finditer(flat))


@cache
def _street_first() -> re.Pattern[str]:
    """Find "av paulista, 1000, ap 51"."""
    lists = words.load("other_numbers")
    kinds, numbered = either(lists["streets"]), either(lists["numbered"])
    within = either([*lists["within"]])
    name = rf"(?:[\s.]+[^\W\d_][^\W_'’.-]*){{1,{NAME_WORDS}}}?"
    return re.compile(
        rf"(?<![^\W_])(?:{kinds})(?![^\W_]){name}(?:\s*[,–-]?\s+|\s*,\s*)"
        rf"(?:(?:{numbered})[\s.:]*)?\d{{1,5}}(?![\d-])"
        rf"(?:[\s,;-]+(?:{within})[\s.:]*\d{{1,5}}\w?)*"
    )


@cache
def _number_first() -> re.Pattern[str]:
    """Find "1234 baker street, flat 1203"."""
    lists = words.load("other_numbers")
    kinds, within = either(lists["streets_after"]), either(lists["within"])
    return re.compile(
        rf"(?<![\w#-])\d{{1,5}}[a-z]?,?(?:\s+[^\W\d_][\w'’.-]*){{1,4}}?\s+(?:{kinds})(?![^\W_])"
        rf"(?:[\s,;-]+(?:{within})[\s.:]*\d{{1,5}}\w?)*"
    )


@cache
def _before() -> re.Pattern[str]:
    lists = words.load("other_numbers")
    listed = either([*lists["within"], *lists["before"]])
    joined = either(lists["joined"])
    return re.compile(
        rf"(?<![^\W_])(?:{listed})(?:[\s:]+(?:{joined}))*[\s:.]*(?:r?\$\s*)?$"
        r"|[$€£+]\s*$|\d\s+(?:(?:a|ate|to|ou|or)\s+)?$"
    )


@cache
def _after() -> re.Pattern[str]:
    listed = either(words.load("other_numbers")["after"])
    return re.compile(
        rf"\s*(?:%|°|º\s*c\b)|\s*(?:(?:de|of)\s+)?(?:{listed})(?![^\W_])|(?:[.,:/]\d|k\b|\s+\d)"
    )


@cache
def _cases() -> re.Pattern[str]:
    lists = words.load("other_numbers")
    joined = either([*lists["joined"], *lists["things"]])
    listed, signs = either(lists["cases"]), either(lists["numbered"])
    return re.compile(
        rf"(?<![^\W_])(?:{listed})(?:[\s:]+(?:{joined}|{signs}))*[\s:.,#-]*$|#\s*$|(?:nº|n°|nr\.?|no\.)\s*$"
    )


@cache
def _thing() -> re.Pattern[str]:
    listed = either(words.load("other_numbers")["things"])
    return re.compile(rf"(?<![^\W_])(?:{listed})\s+$")
