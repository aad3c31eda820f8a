"""Values that look the same in every trade: codes, addresses of people, money, dates, numbers."""

import re
from datetime import datetime
from functools import lru_cache

from core import privacy
from models.embedded import other_numbers, words
from models.embedded.clock import times_in
from models.embedded.dates import days_in
from models.embedded.money import amounts, cents_unclear, speaks_of_money
from models.embedded.number_words import TOKEN
from models.embedded.numbers import counting, read
from models.embedded.periods import periods_in
from models.embedded.spans import Span, apart

CODE = re.compile(
    r"(?<![\w@./-])#?(?P<letters>[A-Za-z]{1,5})(?P<mark>[-–./ ]?)"
    r"(?P<digits>\d{2,12}(?:-\d{1,6})?)(?![\w@/-]|[.,]\d)"
)
HASHED = re.compile(r"(?<!\w)#\s?(?P<code>[A-Za-z0-9][\w-]{1,20})")
NUMBERED = re.compile(r"(?<![\w.,/:$+-])(?:n[ºo°.]*\s?)?(?P<code>\d{4,10})(?![\w/:-]|[.,]\d|\s*%)")

LONG = re.compile(r"(?<![\w.,/:$+-])\d{11,20}(?![\w/:-]|[.,]\d)")


def entities(text: str, language: str, now: datetime) -> list[Span]:
    """Give the values in a text, in order and without overlaps; one that could be read otherwise has a
    doubt, and then its value is none to rely on.

    Kinds: `code`, `email`, `phone`, `cpf`, `cnpj`, `cep`, `card`, `iban` as texts, `money` as a float with
    its currency, `number`, `date` (ISO), `time` (`HH:MM`) and `period` (ISO `start/end`, both included).
    """
    return [*_entities(text, language, now)]


@lru_cache(maxsize=64)  # each slot of each procedure asks for those of the same message
def _entities(text: str, language: str, now: datetime) -> tuple[Span, ...]:
    found = [_personal(personal) for personal in privacy.found(text)]
    flat = _without(words.flat(text), found)  # the digits of a telephone say nothing else
    present = frozenset(TOKEN.findall(flat))
    busy = other_numbers.busy(text)
    priced = speaks_of_money(flat, present)
    numbers = read(flat, present, language, money=priced)
    if numbers and priced:
        found += amounts(flat, numbers, language)
    days = days_in(flat, present, language, now.date())
    found += periods_in(flat, present, days, language, now.date())
    found += times_in(text, flat, present, language)
    found += _cases(text, busy)
    counted = counting(numbers, flat, language)
    found += [
        span
        for span in (cents_unclear(flat, counted) if priced else counted)
        if not other_numbers.labels(flat, span, busy)
    ]
    return tuple(span for span in apart(found) if span.kind in KINDS)


KINDS = (
    "code",
    "email",
    "phone",
    "cpf",
    "cnpj",
    "card",
    "iban",
    "cep",
    "money",
    "date",
    "period",
    "time",
    "number",
)


def _cases(text: str, busy: list[other_numbers.Place]) -> list[Span]:
    """Give the codes in a text but for house numbers, names of accounts and what is counted."""
    return [
        span
        for span in codes(text)
        if other_numbers.numbered(text, span.start)
        or not (
            other_numbers.names_model(text, span.start, span.end)
            or other_numbers.in_year(text, span.start, span.end)
            or any(start < span.end and span.start < end for start, end in busy)
            or (span.value.isdigit() and other_numbers.counts(text, span.start, span.end))
        )
    ]


def codes(text: str) -> list[Span]:
    """Give what reads like the number of a case, a file, a purchase: `K-2208`, `#2208`, `2208`."""
    found = []
    for match in CODE.finditer(text):
        letters, mark = match["letters"], match["mark"]
        # With a space between it is a code only when written as one: "A 1042", not "em 1042".
        if mark == " " and not (letters.isupper() and len(letters) <= 3):
            continue
        if mark in (".", "/") and len(letters) > 3:
            continue
        value = f"{letters.upper()}{'-' if mark else ''}{match['digits']}"
        found.append(Span("code", value, *match.span()))
    found += [
        Span("code", match["code"].upper(), *match.span())
        for match in HASHED.finditer(text)
        if any(sign.isdigit() for sign in match["code"])
    ]
    found += [
        Span("code", match["code"], match.start("code"), match.end("code"))
        for match in NUMBERED.finditer(text)
    ]
    found += [
        Span("code", match[0], *match.span())
        for match in LONG.finditer(text)
        if other_numbers.numbered(text, match.start())
    ]
    return apart(found)


def _personal(personal: privacy.Personal) -> Span:
    value = personal.value
    if personal.kind == "phone":
        value = ("+" if value.lstrip().startswith("+") else "") + _digits(value)
    elif personal.kind in ("cpf", "card", "cep"):
        value = _digits(value)
    elif personal.kind == "email":
        value = privacy.address(value)
    elif personal.kind in ("cnpj", "iban"):
        value = re.sub(r"\W", "", value)
    return Span(personal.kind, value, personal.start, personal.end)


def _without(flat: str, found: list[Span]) -> str:
    """Blot out what was found; every other character keeps its place."""
    for span in found:
        flat = f"{flat[: span.start]}{' ' * (span.end - span.start - 1)}|{flat[span.end :]}"
    return flat


def _digits(said: str) -> str:
    return re.sub(r"\D", "", said)
