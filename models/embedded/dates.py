"""Dates and times of day in a text, by rules per language, held against `now`."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from models.embedded import words
from models.embedded.numbers import small_number, small_numbers
from models.embedded.spans import Span, apart

LONGEST_AHEAD_DAYS = 370


def dates(text: str, language: str, now: datetime) -> list[Span]:
    """Give the dates said, ISO, in order; a date without a year is the next one to come."""
    language = language if words.base(language) in words.load("dates") else "en"
    flat, today = words.flat(text), now.date()
    found = [*_written(flat, language, today), *_named(flat, language, today)]
    found += [*_relative(flat, language, today), *_weekdays(flat, language, today)]
    found += _days_of_month(flat, language, today)
    return apart(span for span in found if span is not None)


def times(text: str, language: str) -> list[Span]:
    """Give the times of day said, `HH:MM`, in order."""
    language = language if words.base(language) in words.load("dates") else "en"
    flat, rules = words.flat(text), _rules(words.base(language))
    found = []
    for match in rules["time"].finditer(flat):
        hour, minute = int(match["hour"]), int(match["minute"] or match["half"] or 0)
        part = match["part"] or ""
        if not (match["minute"] or match["h"] or match["at"] or match["half"] or part):
            continue
        if part.startswith("a") and part[1:2] in (".", "m", "") and hour == 12:
            hour = 0
        elif hour < 12 and (rules["parts"].get(part, 0) or part.startswith("p")):
            hour += 12
        if hour < 24 and minute < 60:
            found.append(Span("time", f"{hour:02}:{minute:02}", match.start("hour"), match.end()))
    found += [Span("time", "12:00", *match.span()) for match in rules["noon"].finditer(flat)]
    found += [Span("time", "00:00", *match.span()) for match in rules["midnight"].finditer(flat)]
    return apart(found)


def moments(text: str, language: str, now: datetime) -> list[Span]:
    """Give the dates with a time of day, ISO with the zone of `now`; a time alone is none."""
    found = []
    clock = times(text, language)
    for day in dates(text, language, now):
        near = sorted(clock, key=lambda span: abs(span.start - day.end))
        if near:
            hour, minute = map(int, near[0].value.split(":"))
            at = datetime.combine(date.fromisoformat(day.value), time(hour, minute), now.tzinfo)
            start, end = min(day.start, near[0].start), max(day.end, near[0].end)
            found.append(Span("date-time", at.isoformat(), start, end))
    return found


def _written(flat: str, language: str, today: date) -> Iterator[Span | None]:
    for match in re.finditer(r"(?<![\d/-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])", flat):
        yield _span(match, int(match[1]), int(match[2]), int(match[3]), today)
    slashed = r"(?<![\d/.,-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/%]|[.,]\d)"
    for match in re.finditer(slashed, flat):
        if match[2] in ".-" and not match[4]:
            continue  # a price, a range
        first, second = int(match[1]), int(match[3])
        month_first = language in ("en", "en-US") and match[2] != "." and first <= 12
        if month_first:
            first, second = second, first
        if second > 12:
            first, second = second, first
        year = int(match[4]) if match[4] else None
        yield _span(match, year + 2000 if year and year < 100 else year, second, first, today)


def _named(flat: str, language: str, today: date) -> Iterator[Span | None]:
    rules = _rules(words.base(language))
    for match in rules["day_month"].finditer(flat):
        year = int(match["year"]) if match["year"] else None
        yield _span(match, year, rules["months"][match["month"]], int(match["day"]), today)
    for match in rules["month_day"].finditer(flat):
        year = int(match["year"]) if match["year"] else None
        yield _span(match, year, rules["months"][match["month"]], int(match["day"]), today)


def _relative(flat: str, language: str, today: date) -> Iterator[Span | None]:
    rules = _rules(words.base(language))
    for match in rules["days"].finditer(flat):
        offset = rules["day_offsets"][re.sub(r"\s+", " ", match[0])]
        if match[0] == "manana" and re.search(r"(?:la|esta|por la)\s+$", flat[: match.start()]):
            continue
        yield Span("date", (today + timedelta(days=offset)).isoformat(), *match.span())
    for pattern, sign in ((rules["ahead"], 1), (rules["ago"], -1), (rules["ago_before"], -1)):
        for match in pattern.finditer(flat) if pattern else ():
            count = small_number(match["count"], language)
            days = (count or 0) * rules["units"][match["unit"]] * sign
            if count and abs(days) <= LONGEST_AHEAD_DAYS:
                yield Span("date", (today + timedelta(days=days)).isoformat(), *match.span())


def _weekdays(flat: str, language: str, today: date) -> Iterator[Span]:
    rules = _rules(words.base(language))
    for match in rules["weekday"].finditer(flat):
        name, said = match["name"], match[0].strip()
        ordinal = name in ("segunda", "quarta", "quinta", "terca", "sexta")
        alone = said == name and flat.strip(" .!?,") != name
        if alone and (ordinal or len(name) <= 4):
            continue  # "a segunda" may be the second one, "sat" a verb
        if (
            ordinal
            and match["after"] is None
            and re.match(r"\s+(?!as |a |de |as\b)[a-z]+", flat[match.end() :])
            and match["before"] in ("na", "no", "a", "da", "de", "para", "essa", "esta", "pra")
        ):
            continue  # "na segunda compra"
        ahead = (rules["weekdays"][name] - today.weekday()) % 7 or 7
        past = any(word in rules["last"] for word in (match["before"], match["after"]))
        days = ahead - 7 if past else ahead
        if past and days == 0:
            days = -7
        yield Span("date", (today + timedelta(days=days)).isoformat(), *match.span())


def _days_of_month(flat: str, language: str, today: date) -> Iterator[Span | None]:
    patterns = {
        "en": r"\b(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?!\s+(?:one|time|floor|order|street|ave))",
        "pt": r"\bdia\s+(?P<day>\d{1,2}|primeiro)\b",
        "es": r"\b(?:el\s+)?dia\s+(?P<day>\d{1,2}|primero)\b",
    }
    for match in re.finditer(patterns.get(words.base(language), r"(?P<day>\Z\A.)"), flat):
        day = 1 if match["day"].startswith("prim") else int(match["day"])
        year, month = today.year, today.month
        for _ in range(13):
            made = _valid(year, month, day)
            if made and made >= today:
                yield Span("date", made.isoformat(), *match.span())
                break
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _span(match: re.Match[str], year: int | None, month: int, day: int, today: date) -> Span | None:
    made = _valid(year or today.year, month, day)
    if made and year is None and made < today:
        made = _valid(today.year + 1, month, day)
    if made is None and year is None and (month, day) == (2, 29):
        made = next(
            (leap for ahead in range(1, 9) if (leap := _valid(today.year + ahead, 2, 29))), None
        )
    return Span("date", made.isoformat(), *match.span()) if made else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _rules(language: str) -> dict[str, Any]:
    """Give the patterns of a language, made from its words."""
    listed = words.load("dates").get(language) or words.load("dates")["en"]

    def either(said: Any) -> str:
        folded = sorted({words.folded(str(word)) for word in said}, key=len, reverse=True)
        return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in folded) or r"\Z\A."

    weekdays = {words.folded(n): at for at, names in enumerate(listed["weekdays"]) for n in names}
    months = {words.folded(n): at for at, names in enumerate(listed["months"], 1) for n in names}
    month = either(months)
    of = r"(?:\s+(?:de|of|del)|,)?\s+"
    year = rf"(?:{of}(?P<year>20\d\d|19\d\d))?"
    count = rf"(?P<count>\d{{1,3}}|{either(small_numbers(language))})"
    unit = rf"(?P<unit>{either(listed['units'])})"
    before, after = (
        either([*listed["next"], *listed["last"]]),
        either([*listed["last"], *(said for said in listed["next"] if " " in said)]),
    )

    def made(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_])")

    return {
        "months": months,
        "weekdays": weekdays,
        "units": {words.folded(name): days for name, days in listed["units"].items()},
        "last": {words.folded(word) for word in listed["last"]},
        "parts": {words.folded(name): hours for name, hours in listed["parts"].items()},
        "day_offsets": {words.folded(name): days for name, days in listed["days"].items()},
        "days": made(either(listed["days"])),
        "day_month": made(
            rf"(?:dia\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th|o)?{of}(?P<month>{month}){year}"
        ),
        "month_day": made(
            rf"(?P<month>{month})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{year}"
        ),
        "ahead": made(rf"(?:{either(listed['ahead'])})\s+{count}\s+{unit}"),
        "ago": made(rf"{count}\s+{unit}\s+(?:{either(listed['ago'])})"),
        "ago_before": made(rf"(?:{either(listed['ago_before'])})\s+{count}\s+{unit}")
        if listed["ago_before"]
        else None,
        "weekday": made(
            rf"(?:(?P<before>{before})\s+)?(?P<name>{either(weekdays)})(?:\s+(?P<after>{after}))?"
        ),
        "noon": made(either(listed["noon"])),
        "midnight": made(either(listed["midnight"])),
        "time": re.compile(
            r"(?<![\d/.,$-])(?P<at>(?:as|at|a las|pelas)\s+)?(?P<hour>\d{1,2})"
            r"(?:(?P<h>\s?(?:h(?:rs|oras?|s)?(?![a-z])|o'?clock))\s?(?P<half>[0-5]\d(?!\d))?|:(?P<minute>[0-5]\d))?"
            r"(?:\s*(?:da|de|in the|at|de la|por la)?\s*"
            rf"(?P<part>a\.?m\.?|p\.?m\.?|{either(listed['parts'])}))?"
            r"(?![\w/%-]|[.,:]\d)"
        ),
    }
