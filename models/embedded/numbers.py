"""Numbers in digits and words, and money, as Portuguese and English write them."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from models.embedded import words
from models.embedded.spans import Span, apart

CURRENCIES = {"r$": "BRL", "us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "reais": "BRL", "real": "BRL",
              "dolares": "USD", "dollars": "USD", "dollar": "USD", "bucks": "USD", "usd": "USD", "brl": "BRL",
              "euros": "EUR", "euro": "EUR", "eur": "EUR", "pounds": "GBP", "conto": "BRL", "contos": "BRL",
              "pila": "BRL", "pilas": "BRL", "mangos": "BRL", "pesos": "", "libras": "GBP"}  # fmt: skip
AMOUNT = r"\d{1,3}(?:[.,]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,2})?"
MONEY = re.compile(
    rf"(?<![\w$])(?P<before>r\$|us\$|usd|brl|eur|[$€£])\s*(?P<first>{AMOUNT})(?![\d])"
    rf"|(?<![\w.,$-])(?P<second>{AMOUNT})\s*(?P<after>[€£]|(?:reais|real|dolares|dollars?|bucks|usd|brl|euros?|eur"
    r"|pounds|libras|contos?|pilas?|mangos|pesos)(?![a-z]))(?:\s+e\s+(?P<cents>\d{1,2})(?:\s+centavos)?)?"
)
DIGITS = re.compile(
    r"(?<![\w.,/:#-])(?P<sign>-)?(?P<number>\d{1,3}(?:[.,]\d{3}){1,4}(?:[.,]\d{1,3})?|\d{1,15}(?:[.,]\d{1,3})?)(?![\w/:-]|[.,]\d)"
)


def money(text: str, language: str) -> list[Span]:
    """Give amounts of money, as floats, in order."""
    found = []
    flat = words.flat(text)
    for match in MONEY.finditer(flat):
        amount = parsed(match["first"] or match["second"], language)
        if match["cents"]:
            amount += int(match["cents"]) / 100
        found.append(Span("money", round(amount, 2), *match.span()))
    for span in _worded(text, language, article=False):
        after = re.match(r"\s+(?:de\s+)?([a-z]+)", flat[span.end :])
        if after and after[1] in CURRENCIES:
            found.append(Span("money", float(span.value), span.start, span.end + after.end()))
    return apart(found)


def numbers(text: str, language: str, *, article: bool = False) -> list[Span]:
    """Give numbers in digits and words; with `article` also "um" and "one"."""
    found = [
        Span(
            "number",
            _whole(parsed(match["number"], language) * (-1 if match["sign"] else 1)),
            *match.span(),
        )
        for match in DIGITS.finditer(text)
    ]
    return apart([*found, *_worded(text, language, article=article)])


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
    """Read one number, in digits or as a word."""
    return int(said) if said.isdigit() else small_numbers(language).get(said)


@cache
def _word_run(language: str) -> re.Pattern[str]:
    known = (
        "|".join(sorted(map(re.escape, small_numbers(language)), key=len, reverse=True)) or r"\Z\A."
    )
    join = words.load("numbers")["join"].get(language, "and")
    return re.compile(rf"(?<![^\W_])(?:{known})(?:(?:\s+{join})?[\s-]+(?:{known}))*(?![^\W_])")


def _worded(text: str, language: str, *, article: bool) -> list[Span]:
    found = []
    values = small_numbers(language)
    ones = set(words.load("numbers")["one"].get(words.base(language), []))
    for match in _word_run(words.base(language)).finditer(words.flat(text)):
        said = [word for word in re.split(r"[\s-]+", match[0]) if word in values]
        if len(said) == 1 and said[0] in ones and not article:
            continue
        if len(said) > 2 and all(values[word] < 10 for word in said):
            digits = "".join(str(values[word]) for word in said)
            found.append(Span("number", int(digits), *match.span()))
            continue
        found.append(Span("number", added_up([values[word] for word in said]), *match.span()))
    return found


def added_up(values: list[int]) -> int:
    """Add up "two hundred and forty": a multiplier takes what stands before it."""
    total, current = 0, 0
    for value in values:
        if value == 1000:
            total, current = total + (current or 1) * 1000, 0
        elif value == 100 and 0 < current < 10:
            current *= 100
        else:
            current += value
    return total + current


def _whole(number: float) -> float | int:
    return int(number) if number == int(number) else number
