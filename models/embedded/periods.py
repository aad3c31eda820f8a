"""Stretches of days in a text: "semana que vem", "this weekend", "de 10 a 15 de dezembro"."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from models.embedded import words
from models.embedded.dating import listed
from models.embedded.monthdays import end_of_month, months_later
from models.embedded.spans import Span, doubted
from models.embedded.tense import PAST_OR_COMING, direction
from models.embedded.words import either, whole_words

AHEAD = {"next": 1, "coming": 0, "this": 0, "last": -1, "before_last": -2, "after_next": 2}
SATURDAY, SUNDAY, FRIDAY = 5, 6, 4
DAYS = timedelta(days=1)


class _Words(NamedTuple):
    phrases: Mapping[str, tuple[str, str]]
    """What is said, and which unit of time it is and which of them."""

    said: re.Pattern[str]
    month_end: re.Pattern[str]
    ends: re.Pattern[str]
    vague: re.Pattern[str]
    vague_words: frozenset[str]
    month_alone: re.Pattern[str]
    months: Mapping[str, int]
    until: frozenset[str]
    lead: re.Pattern[str]
    units: frozenset[str]


def periods_in(
    flat: str, present: Collection[str], days: Sequence[Span], language: str, today: date
) -> list[Span]:
    """Give the stretches of days in a folded text, as ISO intervals `start/end`, both days included;
    the end of a month is the date it is. `days` are the dates in the text, which go before its weeks."""
    base = words.base(language if words.base(language) in words.load("dates") else "en")
    said = _read(base)
    found = _between_days(flat, days, said) if len(days) > 1 else []
    found += days
    if not said.units.isdisjoint(present):
        found += _ends(flat, said, today)
        found += _named(flat, said, base, today)
    if not said.months.keys().isdisjoint(present):
        found += _months(flat, said, base, today)
    if not said.vague_words.isdisjoint(present):
        found += _vague(flat, said)
    return found


def _between_days(flat: str, days: Sequence[Span], said: _Words) -> list[Span]:
    """Give "de sexta a domingo", "from the 3rd to the 5th"."""
    found = []
    for first, second in pairwise(days):
        between = re.sub(
            r"\s+(?:the|o|dia|no|as|a)$", "", flat[first.end : second.start].strip()
        ).strip()
        between = re.sub(r"^(?:feira\s+)?", "", between)
        start = first.start
        if lead := said.lead.search(flat[:start]):
            start = lead.start()
        together = between in ("e", "and") and lead and lead["word"] in ("entre", "between")
        if between not in said.until and not together:
            continue
        if first.doubt or second.doubt or not (first.value and second.value):
            doubt = first.doubt or second.doubt
            found.append(doubted(Span("period", "", start, second.end), doubt))
            continue
        begin, end = date.fromisoformat(first.value), date.fromisoformat(second.value)
        while end < begin and (begin - end).days < 7:
            end += 7 * DAYS
        span = Span("period", f"{begin}/{end}", start, second.end)
        if end < begin:
            span = doubted(span, "ends before it begins")
        elif _is_working_week(begin, end) and not re.search(r"\d", flat[start : second.end]):
            span = doubted(span, "every week, or once", span.value)
        found.append(span)
    return found


def _is_working_week(begin: date, end: date) -> bool:
    return begin.weekday() == 0 and end.weekday() == FRIDAY


def _named(flat: str, said: _Words, base: str, today: date) -> Iterator[Span]:
    for match in said.said.finditer(flat):
        unit, kind = said.phrases[words.spaced(match[0])]
        span = Span("period", _interval(unit, AHEAD[kind], today), *match.span())
        if unit != "weekends":
            yield span
            continue
        yield _weekend(span, kind, flat, base, today)


def _weekend(span: Span, kind: str, flat: str, base: str, today: date) -> Span:
    """Give a weekend: the coming one, the last one, or in doubt whether this week's is the next."""
    if kind == "last" or (kind == "this" and direction(flat, span.start, span.end, base) < 0):
        return Span("period", _interval("weekends", -1, today), span.start, span.end)
    coming = _interval("weekends", 0, today)
    if kind == "next":
        return doubted(span, "this week's or next week's", coming, span.value)
    if today.weekday() >= SATURDAY and kind != "coming":
        return doubted(span, "said on a weekend", coming, _interval("weekends", 1, today))
    return Span("period", coming, span.start, span.end)


def _interval(unit: str, ahead: int, today: date) -> str:
    monday = today - today.weekday() * DAYS + 7 * ahead * DAYS
    if unit == "weeks":
        return f"{monday}/{monday + SUNDAY * DAYS}"
    if unit == "weekends":
        return f"{monday + SATURDAY * DAYS}/{monday + SUNDAY * DAYS}"
    if unit == "years":
        return f"{today.year + ahead}-01-01/{today.year + ahead}-12-31"
    month = months_later(today.replace(day=1), ahead)
    return f"{month}/{end_of_month(month)}"


def _ends(flat: str, said: _Words, today: date) -> Iterator[Span]:
    """Give the last day: "fim do mês", "end of the year", "end of next month"."""
    for match in said.ends.finditer(flat):
        phrase = words.spaced(match["which"])
        if re.search(r"\s+de\s+semana", match[0]):
            continue  # "fim de semana" is no end of the week
        unit, kind = said.phrases.get(phrase, ("", ""))
        if not unit:
            unit, kind = _unit_of(phrase), "this"
        end = date.fromisoformat(_interval(unit, AHEAD[kind], today).split("/")[1])
        span = Span("date", end.isoformat(), *match.span())
        if unit == "weeks":
            span = doubted(span, "Friday or Sunday", (end - 2 * DAYS).isoformat(), end.isoformat())
        yield span


def _unit_of(phrase: str) -> str:
    if phrase.startswith(("mes", "month")):
        return "year_months"
    return "years" if phrase.startswith(("ano", "year")) else "weeks"


def _vague(flat: str, said: _Words) -> Iterator[Span]:
    for match in said.vague.finditer(flat):
        yield doubted(Span("period", "", *match.span()), "no exact days")


def _months(flat: str, said: _Words, base: str, today: date) -> Iterator[Span]:
    """Give a month that is said without a day: "em dezembro", "in March 2027"."""
    for match in said.month_end.finditer(flat):
        month = said.months[match["month"]]
        year = int(match["year"] or today.year + (month < today.month))
        yield Span("date", end_of_month(date(year, month, 1)).isoformat(), *match.span())
    for match in said.month_alone.finditer(flat):
        month, this = said.months[match["month"]], today.replace(day=1)
        if match["year"]:
            first = date(int(match["year"]), month, 1)
        else:
            later = date(today.year + (month < this.month), month, 1)
            earlier = date(today.year - (month > this.month), month, 1)
            way = direction(flat, *match.span(), base) if earlier != later else 1
            first = earlier if way < 0 else later
            if way == 0:
                readings = [f"{one}/{end_of_month(one)}" for one in (later, earlier)]
                yield doubted(Span("period", readings[0], *match.span()), PAST_OR_COMING, *readings)
                continue
        yield Span("period", f"{first}/{end_of_month(first)}", *match.span())


@cache
def _read(base: str) -> _Words:
    lists: dict[str, Any] = listed(base)
    phrases = {
        words.folded(phrase): (unit, kind)
        for unit in ("weekends", "weeks", "year_months", "years")
        for kind, said in lists[unit].items()
        for phrase in said
    }
    units = [*lists["week"], *lists["month"], *lists["year"]]
    of = r"(?:d[oae]s?|of|of\s+the)"
    whole = either([*(phrase for phrase in phrases if phrases[phrase][0] != "weekends"), *units])
    months = {words.folded(n): at for at, names in enumerate(lists["months"], 1) for n in names}
    full = {words.folded(names[0]) for names in lists["months"]}
    return _Words(
        phrases=phrases,
        said=whole_words(either(phrases)),
        month_end=whole_words(
            rf"(?:{either(lists['month_ends'])})\s+(?:{of})\s+(?P<month>{either(months)})"
            r"(?:\s+(?:de\s+|of\s+)?(?P<year>20\d\d))?"
        ),
        ends=whole_words(rf"(?:{either(lists['month_ends'])})\s+(?:{of})\s+(?P<which>{whole})"),
        vague=whole_words(
            rf"(?:{either(lists['vague'])})\s+(?:{of}\s+)?(?:{whole}|{either(months)})"
            r"(?!\s+\d{1,2}(?!\d))"
        ),
        vague_words=frozenset(map(words.folded, [*lists["vague"], *lists["month_ends"]])),
        month_alone=whole_words(
            rf"(?:em|in|durante|during|desde|since|until|ate|mes\s+de|month\s+of|en|por)\s+(?:o\s+|the\s+)?(?:mes\s+de\s+)?(?P<month>{either(full)})"
            r"(?:,?\s+(?:de\s+|of\s+)?(?P<year>20\d\d))?(?!\.?\s+(?:the\s+)?\d)"
        ),
        months=months,
        until=frozenset(words.folded(said) for said in lists["until"]),
        lead=re.compile(rf"(?<![^\W_])(?P<word>{either(lists['lead'])})\s+(?:o\s+|a\s+|the\s+)?(?:dia\s+)?$"),
        units=frozenset([*map(words.folded, units), "fds", "weekend", "semana"]),
    )  # fmt: skip
