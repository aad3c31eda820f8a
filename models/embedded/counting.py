"""Numbers that a text gives to what an argument is named for: "two dogs", "81 anos", "18 mil de prejuízo"."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from models.embedded import words
from models.embedded.asked import hints_of, within
from models.embedded.described import glossary_of
from models.embedded.money import money
from models.embedded.numbers import numbers
from models.embedded.schemas import spelled_out
from models.embedded.spans import Span

ABOUT = "only about so much"
BETWEEN = 1
"""Words that may stand between a number and what it counts: "two big dogs"."""

AGE = re.compile(r"[\s-]*(?:anos?\b(?!\s+d[eo]\s+(?:garantia|contrato))|years?[\s-]old|yo\b|y/o\b)")

SINCE = re.compile(r"\b(?:ha|for|since|desde)\s+$")
"""Before years that have passed: "cliente há 5 anos"."""

Schemas = Mapping[str, dict[str, Any]]


def counted(
    name: str, schema: Mapping[str, Any], schemas: Schemas, text: str, language: str, *, asked: bool
) -> float | int | None:
    """Give the number that is plainly meant for an argument; None where none or several are."""
    spans = [
        span for span in numbers(text, language, article=True)
        if not span.doubt and (asked or not _is_past(span, text, language))
    ]  # fmt: skip
    if asked:
        fitting = _fitting(spans, schema)
        return fitting.pop() if len(fitting) == 1 else None
    named = [span for span in spans if _counts(span, name, schema, text, language)]
    named = named or [span for span in spans if _is_said(span, name, schema, text, language)]
    if not named and _alone(name, schemas, _is_sum):
        vague = ("", ABOUT) if _is_estimate(name, schema) else ("",)
        named = [
            span for span in money(text, language)
            if span.currency and span.doubt in vague and not _is_past(span, text, language)
        ]  # fmt: skip
    if not named and _alone(name, schemas, _is_party):
        named = [span for span in spans if _of_party(span, text, language)]
    fitting = _fitting(named, schema)
    return fitting.pop() if len(fitting) == 1 else None


def counts_other(
    value: Any, name: str, schema: Mapping[str, Any], text: str, language: str
) -> bool:
    """Say whether a number counts a thing, and an argument another: three cows are no horses."""
    about = f"{spelled_out(name)} {schema.get('description', '')}"
    base = words.base(language)
    if _listed("generic") & {*words.words(about)} or not _questions() & {*words.words(about)}:
        return False
    for span in numbers(text, language, article=True):
        if span.value == value:
            behind = re.split(r"[,;.!?]", text[span.end :], maxsplit=1)[0]
            said = words.words(behind, language)[:1]
            return bool(words.content(said, (base,))) and not _is_key(said, about, base)
    return False


def is_of_another(
    value: Any, name: str, schema: Mapping[str, Any], text: str, language: str
) -> bool:
    """Say whether a number is that of people who come, or of a thing named before it: "in flat 302"."""
    about, base = f"{spelled_out(name)} {schema.get('description', '')}", words.base(language)
    for span in numbers(text, language, article=True):
        if span.value != value:
            continue
        if _is_past(span, text, language):
            return True
        if _of_party(span, text, language):
            return not _is_party(name, schema)
        before = THING.search(words.flat(text[: span.start]))
        said = [*before.groups()] if before else []
        if said and words.content(said, (base,)) == said[1:] and not _is_key(said[1:], about, base):
            return True
    return False


def rivalled(
    text: str, schema: Mapping[str, Any], busy: list[Span], language: str
) -> set[float | int]:
    """Give the numbers beside which stands another that counts nothing: any of the two may be meant."""
    base = words.base(language)
    spans = [
        span for span in numbers(text, language)
        if not span.doubt and not within(span, busy)
    ]  # fmt: skip
    bare = [
        span for span in spans
        if not words.content(words.words(re.split(r"[,;.!?]", text[span.end :])[0])[:1], (base,))
        and not LABELLED.search(text[: span.start])
        and _fitting([span], schema)
        and span.value < LONG
    ]  # fmt: skip
    return {
        span.value for span in spans if any(other.value != span.value for other in bare)
    }  # fmt: skip


LONG = 100_000
"""From here on a number that counts nothing is rather a code."""

LABELLED = re.compile(r"[\w#-]$|,\s*$|(?<![^\W_])(?:n[ºo]|dia|on|the|às|at)\s+$", re.IGNORECASE)


def is_part(value: Any, text: str, language: str) -> bool:
    """Say whether an answer adds a number to others that it does not tell: "me, my wife and two kids"."""
    for span in numbers(text, language, article=True):
        joined = JOINED.search(text[: span.start])
        if span.value == value and joined and {*words.words(joined[1])} - AGREES:
            return True
    return False


def _is_past(span: Span, text: str, language: str) -> bool:
    """Say whether a number is told of another time: "the last one took 90 minutes"."""
    lists = words.load("arguments")["earlier"]
    told = words.pattern(*lists.get(words.base(language), lists["en"]))
    start = max(text.rfind(mark, 0, span.start) for mark in ",;.!?") + 1
    return told.search(words.flat(re.split(r"[,;.!?]", text[start:])[0])) is not None


AGREES = {"sim", "yes", "ok", "e", "and"}
JOINED = re.compile(r"(\w[\w ,]*?)[, ]+(?:e|and|mais|plus)\s+(?:a\s+|as\s+|os\s+)?$", re.IGNORECASE)

THING = re.compile(r"(?<![^\W_])([a-z]+)\s+([a-z]{2,})\s+$")
"""The two words before a number: a small word and what may be a thing, "in flat"."""

IS = re.compile(r"(?:^|\s)(?:e|sao|is|are|deu|:|=)\s*$")


def _is_said(span: Span, name: str, schema: Mapping[str, Any], text: str, language: str) -> bool:
    """Say whether a sentence about what the argument is named for ends in the number: "the reading is 9"."""
    clause = re.split(r"[,;!?]|\.\s|\s(?:e|and)\s", text[: span.start])[-1]
    about, base = f"{spelled_out(name)} {schema.get('description', '')}", words.base(language)
    told = words.content(words.words(clause), (base,))
    return IS.search(words.flat(clause)) is not None and _is_key(told[:1], about, base)


def _is_key(said: list[str], about: str, base: str) -> bool:
    keys = _keys(about, base)
    return any(_key(word, base) in keys or word in keys for word in said)


def _fitting(spans: list[Span], schema: Mapping[str, Any]) -> set[float | int]:
    whole = schema.get("type") == "integer"
    low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return {
        int(span.value) if whole else span.value
        for span in spans
        if low <= span.value <= high and (not whole or span.value == int(span.value))
    }


def _counts(span: Span, name: str, schema: Mapping[str, Any], text: str, language: str) -> bool:
    """Say whether what stands behind a number is what the argument is named for."""
    about = f"{spelled_out(name)} {schema.get('description', '')}"
    behind = re.split(r"[,;.!?]", text[span.end :], maxsplit=1)[0]
    if _listed("ages") & {*words.words(about)} and AGE.match(words.flat(text[span.end :])):
        return SINCE.search(words.flat(text[: span.start])) is None
    said = words.words(behind, language)[: BETWEEN + 1]
    return _is_key(said, about, words.base(language))


@cache
def _keys(about: str, base: str) -> frozenset[str]:
    """Give the stems of what is counted: of name and description, and what their units are called."""
    told = [
        word for word in words.content(words.words(about), (base, "en")) if word not in _questions()
    ]
    keys = {_key(word, base) for word in told}
    if glossary := glossary_of(base):
        english = {*words.stems(words.words(spelled_out(about.split(" ", maxsplit=1)[0])), "en")}
        keys |= {_key(word, base) for word in told
                 if english & {*words.stems(words.words(glossary.english([word])), "en")}}  # fmt: skip
    for unit, called in words.load("arguments")["units"].items():
        if {unit, *map(words.folded, called)} & {*told}:
            keys |= {words.folded(one) for one in called}
    return frozenset(keys)


def _key(word: str, base: str) -> str:
    """Give the stem without the mark of the plural, which a short word keeps: "ano", "anos"."""
    return words.stem(word, base).removesuffix("s")


@cache
def _questions() -> frozenset[str]:
    said = [
        "quantos",
        "quantas",
        "quanto",
        "numero",
        "quantidade",
        "many",
        "number",
        "amount",
        "count",
        "weight",
        "peso",
    ]
    return frozenset(said)


def _is_sum(name: str, schema: Mapping[str, Any]) -> bool:
    """Say whether an argument may be an amount of money: a number that is no count."""
    about = {*words.words(f"{spelled_out(name)} {schema.get('description', '')}")}
    units = {
        words.folded(one) for called in words.load("arguments")["units"].values() for one in called
    }
    if schema.get("type") not in ("number", "integer") or about & units:
        return False
    return bool(about & hints_of("money"))


def _is_estimate(name: str, schema: Mapping[str, Any]) -> bool:
    about = words.words(f"{spelled_out(name)} {schema.get('description', '')}")
    return any(word.startswith(("estim", "aprox", "approx")) for word in about)


def _is_party(name: str, schema: Mapping[str, Any]) -> bool:
    about = {*words.words(f"{spelled_out(name)} {schema.get('description', '')}")}
    return schema.get("type") == "integer" and bool(about & _listed("counted"))


def _alone(name: str, schemas: Schemas, fits: Any) -> bool:
    """Say whether an argument is the only one of its kind."""
    return [other for other, schema in schemas.items() if fits(other, schema)] == [name]


def _of_party(span: Span, text: str, language: str) -> bool:
    """Say whether a number counts the people who come: "somos quatro", "five of us"."""
    before, after = words.flat(text[: span.start]), words.flat(text[span.end :])
    return any(
        re.search(rf"(?<!\w){re.escape(lead)}$", before)
        and re.match(rf"{re.escape(tail)}(?!\w)", after)
        for lead, tail in _party(words.base(language))
    )


@cache
def _party(base: str) -> tuple[tuple[str, str], ...]:
    """Give what stands before and behind the number of a party."""
    lists = words.load("arguments")["party"]
    parts = (phrase.partition("N") for phrase in lists.get(base, lists["en"]))
    return tuple((words.folded(lead), words.folded(tail)) for lead, _, tail in parts)


@cache
def _listed(kind: str) -> frozenset[str]:
    return frozenset(
        words.folded(one) for listed in words.load("arguments")[kind].values() for one in listed
    )


__all__ = ["counted", "counts_other", "is_of_another", "is_part", "rivalled"]
