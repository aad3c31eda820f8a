"""Values of a pattern that stand for something of hers: the number of an order, the code of a coupon.

Their form alone says little where the letters before the digits may be left out, so where they stand
decides as well: in an address, in an amount or behind "flat" digits are no such number.
"""

import re
from functools import lru_cache

from models.embedded import lexicon, other_numbers, patterns, words
from models.embedded.asked import Asking, affirmed, named, within
from models.embedded.digits import grouped, spelled
from models.embedded.entities import entities
from models.embedded.spans import Span

SHORT_VALUE = 2
PLAIN = ("code", "number", "time")
"""Kinds of values that a code may look like and be none of."""


def code(asking: Asking, taken: list[Span]) -> Span | None:
    """Give the one value of the pattern that is meant; None where there is none, or it is unclear."""
    pattern = asking.schema["pattern"]
    found = affirmed(codes(pattern, asking), asking)
    if asking.beside:
        found = [span for span in found if span.kind != "number"]
    if not asking.asked:
        found = [span for span in found if _plain(span, asking)]
    if len({span.value for span in found}) > 1:
        found = [span for span in found if not _is_word(span, asking)] or found
    if any(span.kind != "number" for span in found):
        found = [span for span in found if span.kind != "number"]
    found = [span for span in found if not within(span, taken)]
    if len({span.value for span in found}) > 1:
        found = named(found, asking)
    return found[0] if len({span.value for span in found}) == 1 else None


def codes(pattern: str, asking: Asking) -> list[Span]:
    """Give all values of a pattern in a text, but for those that are a part of something else."""
    text = asking.text
    found = [_bare(span, text) for span in _found(pattern, text, asking.language)]
    if not found:
        return []
    parts = other_numbers.busy(text)
    other = [span for span in entities(text, asking.language, asking.now) if span.kind not in PLAIN]
    return [
        span
        for span in found
        if not _part(span, parts, asking)
        and not (span.kind == "number" and (within(span, other) or _is_other(span, asking)))
    ]


@lru_cache(maxsize=1_000)
def _found(pattern: str, text: str, language: str) -> tuple[Span, ...]:
    """Give all that may be a value of a pattern; the same text is read for many procedures."""
    return tuple(patterns.matches(pattern, text) or _in_words(pattern, text, language))


def _bare(span: Span, text: str) -> Span:
    """Take the letter before digits for the word that it is: "a 1045" has no more than the digits."""
    said = re.fullmatch(r"([a-z])\s+(\S+)", text[span.start : span.end])
    if said is None or said[1] not in words.function_words(("pt", "en")):
        return span
    return Span("number", span.value, span.start + said.start(2), span.end)


def _part(span: Span, parts: list[other_numbers.Place], asking: Asking) -> bool:
    """Say whether a value is a part of an address, and not said to be a number of hers."""
    inside = any(start <= span.start and span.end <= end for start, end in parts)
    return inside and not (
        span.kind == "number" and other_numbers.numbered(asking.text, span.start)
    )


def _is_other(span: Span, asking: Asking) -> bool:
    """Say whether a bare number says something else than what the pattern is for."""
    text, start, end = asking.text, span.start, span.end
    if other_numbers.numbered(text, start):
        return False
    if other_numbers.counts(text, start, end) or _in_year(span, asking):
        return True
    return not asking.asked and other_numbers.is_year(text, start, end)


def _in_words(pattern: str, text: str, language: str) -> list[Span]:
    """Find values whose digits are said in words: "a mil e quarenta e cinco", "order ten forty-five".

    Figures in groups ("A 10 45") are such a value only with the letters that belong to it.
    """
    found = []
    for said in (*spelled(text, language), *grouped(text)):
        before, after = words.flat(text[: said.start]), words.flat(text[said.end :])
        if TIME_BEFORE.search(before) or RANGE_BEFORE.search(before) or TIME_AFTER.match(after) or (
            YEAR_BEFORE.search(before) and re.fullmatch(r"(?:19|20)\d\d", said.value)
        ):  # fmt: skip
            continue
        written = f"{text[: said.start]}{said.value}{text[said.end :]}"
        longer = len(said.value) - (said.end - said.start)
        found += [
            Span(match.kind, match.value, match.start, match.end - longer)
            for match in patterns.matches(pattern, written)
            if match.start < said.start + len(said.value)
            and said.start < match.end
            and (said.kind == "spelled" or match.kind != "number")
        ]
    return found


TIME_BEFORE = re.compile(r"\b(?:at|by|until|till|as|pelas|ate as)\s+$")
RANGE_BEFORE = re.compile(r"\d\s+[a-z]+\s+$")
TIME_AFTER = re.compile(
    r"\s*(?:[ap]\.?m\b|o'?clock|horas?\b|da (?:manha|tarde|noite)|reais\b|dollars?\b)"
)
YEAR_BEFORE = re.compile(r"\b(?:em|in|de|of|desde|since|ano|year|en)\s+$")


def _in_year(span: Span, asking: Asking) -> bool:
    """Say whether a bare number is said as a year: "in 2026"."""
    said = asking.text[span.start : span.end]
    before = words.flat(asking.text[: span.start])
    return (
        re.fullmatch(r"(?:19|20)\d\d", said) is not None and YEAR_BEFORE.search(before) is not None
    )


def _is_word(span: Span, asking: Asking) -> bool:
    """Say whether a match is an ordinary word that only has as many letters: "repaired"."""
    said = asking.text[span.start : span.end]
    return (
        said.isalpha() and said != span.value and lexicon.known(words.folded(said), asking.language)
    )


def _plain(span: Span, asking: Asking) -> bool:
    """Say whether a match stands for itself: a lone "m" or "38" does so only near its name."""
    said = asking.text[span.start : span.end]
    if _is_word(span, asking):
        return bool(named([span], asking))
    if len(said) > SHORT_VALUE + 1 or (
        any(s.isdigit() for s in said) and any(s.isalpha() for s in said)
    ):
        return True
    if said.isdigit() and len(said) > SHORT_VALUE:
        return True
    return bool(named([span], asking)) or (
        said.isalpha() and said.isupper() and len(said) == SHORT_VALUE and not asking.text.isupper()
    )
