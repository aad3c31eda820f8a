"""Digits said one after the other, in words or in groups: "ten forty-five", "um zero quatro cinco"."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from models.embedded import words
from models.embedded.number_words import added_up, small_numbers
from models.embedded.spans import Span
from models.embedded.spelling import listening

SPELLED_OUT = 2
"""Digits that a number in words must exceed to be one that is spelled out."""

TOKEN = re.compile(r"[^\W_]+")
BETWEEN = re.compile(r"\s*,\s*|[\s-]{1,3}|\s-\s")
GROUPS = re.compile(r"(?<![\w.,/:$#-])\d{1,2}(?:[ ]\d{1,2})+(?![\w/:%-]|[.,]\d)")

Token = tuple[int | None, int, int]
"""A number word's value, or None for the word that joins two, and where it stands."""


def spelled(text: str, language: str) -> list[Span]:
    """Give the digits that are said in words, as texts, slips of the finger mended.

    A number of one digit or two is none here: what people spell out has more.
    """
    found = []
    for run in _runs(text, words.base(language)):
        digits = _digits([value for value, _, _ in run if value is not None])
        if len(digits) > SPELLED_OUT:
            found.append(Span("spelled", digits, run[0][1], run[-1][2]))
    return found


def grouped(text: str) -> list[Span]:
    """Give the digits that are written in groups, as texts: "10 45", "1 0 4 5"."""
    return [
        Span("grouped", digits, *match.span())
        for match in GROUPS.finditer(text)
        if len(digits := match[0].replace(" ", "")) > SPELLED_OUT
    ]


def _runs(text: str, base: str) -> Iterator[list[Token]]:
    """Give the number words that stand side by side; digits only after a hundred or thousand: "mil e 45"."""
    run: list[Token] = []
    for value, start, end in _tokens(text, base):
        apart = run and not BETWEEN.fullmatch(text, run[-1][2], start)
        figures = text[start:end].isdigit()
        if apart or (figures and not any((said or 0) >= 100 for said, _, _ in run)):
            yield from _closed(run)
            run = []
        if not figures or run:
            run.append((value, start, end))
    yield from _closed(run)


def _closed(run: list[Token]) -> Iterator[list[Token]]:
    """Give a run without the joining words at its ends; in two, where more than one joins."""
    part: list[Token] = []
    for at, token in enumerate(run):
        joins = token[0] is None
        if joins and (not part or at + 1 == len(run) or run[at + 1][0] is None):
            if part:
                yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def _tokens(text: str, base: str) -> Iterator[Token]:
    """Give the words that say numbers or join them, and figures of one or two digits; others part them."""
    values, join = _spellable(base), words.load("numbers")["join"].get(base, "and")
    mended = listening(frozenset(values), base).mended
    flat = words.flat(text)
    for match in TOKEN.finditer(flat):
        word = match[0]
        if word == join:
            yield None, *match.span()
        elif word.isdigit() and len(word) <= SPELLED_OUT:
            yield int(word), *match.span()
        elif (value := values.get(word, values.get(mended(word)))) is not None:
            yield value, *match.span()


def _digits(said: list[int]) -> str:
    """Write "mil e quarenta e cinco" as one number, and "dez, quarenta e cinco" one after the other."""
    if any(count >= 100 for count in said):
        return str(added_up(said))
    written = ""
    tens = 0
    for count in said:
        if tens and 0 < count < 10:
            written = f"{written[:-1]}{count}"
        else:
            written += str(count)
        tens = count if count >= 20 and count % 10 == 0 else 0
    return written


@cache
def _spellable(base: str) -> Mapping[str, int]:
    """Give the words that digits are said in; an article may be one too, and is none here."""
    lists = words.load("numbers")
    values = {**small_numbers(base), **lists["digits"].get(base, {})}
    articles = set(lists["articles"].get(base, []))
    return {word: count for word, count in values.items() if word not in articles}
