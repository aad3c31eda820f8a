"""Dates in a text, by rules per language, held against `now`."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from models.embedded import words
from models.embedded.clock import times
from models.embedded.dating import Words, read
from models.embedded.monthdays import month_days, months_later
from models.embedded.number_words import TOKEN, small_number
from models.embedded.spans import Span, apart, doubted
from models.embedded.tense import direction
from models.embedded.weekdays import agreeing, weekdays_in

LONGEST_AHEAD_DAYS = 370
ABOUT = re.compile(
    r"(?<![^\W_])(?:(?:more|less) than|over|almost|nearly|about|around|quase|mais de|menos de|cerca de)\s+$"
)


def dates(text: str, language: str, now: datetime) -> list[Span]:
    """Give the dates said, ISO, in order; a date without a year is the next one to come, or the last
    where the sentence speaks of the past."""
    flat = words.flat(text)
    return days_in(flat, TOKEN.findall(flat), language, now.date())


def days_in(flat: str, present: Collection[str], language: str, today: date) -> list[Span]:
    """Give the dates in a folded text, `present` being its words."""
    base = words.base(language if words.base(language) in words.load("dates") else "en")
    said = read(base)
    found = month_days(flat, present, said, language, base, today)
    if not said.spoken.isdisjoint(present):
        found += _relative(flat, present, said, base, today)
        if weekdays := weekdays_in(flat, present, said, base, today):
            found = agreeing(apart(found), weekdays, flat)
    kept = apart(found)
    return [_within(span, flat, said, base) for span in kept]


def moments(text: str, language: str, now: datetime) -> list[Span]:
    """Give the dates with a time of day, ISO with the zone of `now`; a time alone is none."""
    found = []
    clock = times(text, language)
    for day in dates(text, language, now):
        near = sorted(clock, key=lambda span: abs(span.start - day.end))
        if near:
            found.append(_moment(day, near[0], now))
    return found


def _moment(day: Span, clock: Span, now: datetime) -> Span:
    def at(day: str, clock: str) -> str:
        hour, minute = map(int, clock.split(":"))
        return datetime.combine(date.fromisoformat(day), time(hour, minute), now.tzinfo).isoformat()

    span = Span(
        "date-time", at(day.value, clock.value),
        min(day.start, clock.start), max(day.end, clock.end),
    )  # fmt: skip
    if not (day.doubt or clock.doubt):
        return span
    days = day.readings if day.doubt else (day.value,)
    clocks = clock.readings if clock.doubt else (clock.value,)
    readings = [at(one, hour) for one in days for hour in clocks]
    return doubted(span, day.doubt or clock.doubt, *readings)


def _relative(
    flat: str, present: Collection[str], said: Words, base: str, today: date
) -> Iterator[Span]:
    near = [*said.day.finditer(flat)] if not said.day_words.isdisjoint(present) else []
    gone = [match.span() for match in said.no_day.finditer(flat)] if near else []
    for match in near:
        offset = said.days[words.spaced(match[0])]
        if not any(start < match.end() and match.start() < end for start, end in gone):
            yield Span("date", (today + timedelta(days=offset)).isoformat(), *match.span())
    if said.units.keys().isdisjoint(present):
        return
    patterns = ((said.ahead, 1), (said.from_now, 1), (said.ago, -1), (said.ago_before, -1))
    for pattern, sign in patterns:
        told = not said.telling[pattern.pattern].isdisjoint(present)
        for match in pattern.finditer(flat) if told else ():
            if (span := _distant(match, sign, flat, base, said, today)) is not None:
                yield span


def _distant(
    match: re.Match[str], sign: int, flat: str, base: str, said: Words, today: date
) -> Span | None:
    """Read "daqui a um mês", "in two weeks", "há três dias"."""
    parts = match.groupdict()
    written = words.spaced(parts["count"] or "a")
    vague = "couple" in written
    count = 2 if vague else 1 if written in ("a", "an") else small_number(written, base)
    length = said.units[parts["unit"]]
    days = (count or 0) * int(length[1:]) * (30 if length[0] == "m" else 1)
    if not count or days > LONGEST_AHEAD_DAYS * 3 or INSTALMENTS.search(flat[: match.start()]):
        return None
    span = Span("date", _later(today, sign * count, length).isoformat(), *match.span())
    if parts.get("working") or parts.get("works"):
        day = _working(today, sign * count)
        return doubted(replace(span, value=day), "working days, which depend on holidays", day)
    if vague or (sign < 0 and length == A_YEAR):
        return doubted(span, "only about so long", span.value)
    if (
        sign > 0
        and match[0].startswith(("em ", "in "))
        and direction(flat, *match.span(), base) < 0
    ):
        return doubted(span, "how long it took, or when it will be", span.value)
    return span


A_YEAR = "m12"
"""Who counts in years what has passed tells no day, and may tell an age: "ele tem 3 anos"."""

LASTS = re.compile(r"(?<![^\W_])(?:for|por|durante)\s+$")
"""Before a length of time that begins at a day: "for 3 weeks from December 1st"."""

INSTALMENTS = re.compile(r"(?:parcel\w*|dividi\w*|instal\w*|pay\w*|paga\w*)\s+(?:\w+\s+){0,2}$")


def _later(today: date, count: int, length: str) -> date:
    if length[0] == "m":
        return months_later(today, count * int(length[1:]))
    return today + timedelta(days=count * int(length[1:]))


def _working(day: date, count: int) -> str:
    """Give the day that is so many working days away; holidays are not known here."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() > 4:
            day += step
    return day.isoformat()


def _within(span: Span, flat: str, said: Words, base: str) -> Span:
    """Add what stands before a day: "a week from Monday"; a bound ("after Friday") is no day."""
    line = flat[max(0, span.start - 40) : span.start]
    offset = said.offset.search(line)
    lasts = offset and LASTS.search(line[: offset.start()])
    if offset and not lasts and not (offset["way"] == "on" and "week" not in offset["unit"]):
        written = words.spaced(offset["count"])
        count = 1 if written in ("a", "an") else small_number(written, base) or 0
        sign = -1 if offset["way"].startswith(("before", "antes")) else 1
        length = said.units[offset["unit"]]
        start = span.start - len(line) + offset.start()

        def moved(day: str) -> str:
            return _later(date.fromisoformat(day), sign * count, length).isoformat()

        if count:
            readings = tuple(moved(one) for one in span.readings)
            return replace(span, value=moved(span.value), start=start, readings=readings)
    if not span.doubt and ABOUT.search(line):
        return doubted(span, "only about so long", span.value)
    if not span.doubt and said.bound.search(line):
        return doubted(span, "only where a time begins or ends", span.value)
    return span
