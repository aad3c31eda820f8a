"""Days of a month in a text: "25/12", "the first of May", "dia 25"."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from datetime import date

from models.embedded import words
from models.embedded.dating import Words
from models.embedded.number_words import small_number
from models.embedded.spans import ONE_OF_TWO, Span, doubted
from models.embedded.tense import PAST_OR_COMING, direction

MARKED = re.compile(r"\d[/.-]\d| do \d")
ISO = re.compile(r"(?<![\d/-])(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])")
SLASHED = re.compile(r"(?<![\d/.,-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d/%]|[.,]\d)")
SPOKEN_MONTH = re.compile(
    r"(?<![\w/.,-])(?:dia\s+)?(\d{1,2})\s+do\s+(\d{1,2})(?:\s+de\s+(20\d\d))?(?![\w/:,.-]*\d)"
)
FRACTION = re.compile(r"(?:1/2|1/3|2/3|1/4|3/4|1/5|[1-9]/10|10/10|5/5|4/5)(?![\d/])")
DATED = re.compile(r"(?:dia|em|no|para|pra|ate|on|by|de|desde|since|until)\s+$")
ALWAYS_OPEN = "24/7"
DAY_OF_MONTH = {
    "en": re.compile(
        r"(?<![\w/-])(?P<the>the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)(?![\w/-])"
        r"(?:\s+(?:day\s+)?of\s+(?P<month>this\s+month|next\s+month|last\s+month|the\s+month))?"
    ),
    "pt": re.compile(
        r"(?<![^\W_])dia\s+(?P<day>\d{1,2}|primeiro|1o)(?![\w/]|[.,]\d)(?!\s+d[eo]\s+\d)"
        r"(?:\s+(?P<month>(?:do|deste|desse)\s+(?:mes(?:\s+que\s+vem|\s+passado)?|proximo\s+mes)))?"
    ),
    "es": re.compile(r"(?<![^\W_])(?:el\s+)?dia\s+(?P<day>\d{1,2}|primero)(?![^\W_])(?P<month>\Z\A.)?"),
}  # fmt: skip
GOES_ON = re.compile(
    r"\s*(?:$|[.,;:!?)-]|(?:at|in|on|if|or|and|is|was|to|because|by|works?|would|will|please|for|but|so|this|instead|until|till|through|"
    r"of\s+(?:this|next|last|the)\s+month)\b)"
)
"""What may follow "the 3rd" where it is a day: no thing that would be the third."""

OTHER_DAY = re.compile(r"\s+(?:ou|or)\s+(?:o\s+|the\s+|dia\s+)?(\d{1,2})(?:st|nd|rd|th)?(?![\w/:])")


def month_days(
    flat: str, present: Collection[str], said: Words, language: str, base: str, today: date
) -> list[Span]:
    """Give the days of a month in a folded text, `present` being its words."""
    found: list[Span | None] = []
    if any(one[0].isdigit() for one in present) and MARKED.search(flat):
        found += _written(flat, language, today)
    if not said.months.keys().isdisjoint(present):
        found += _named(flat, said, base, today)
    if "dia" in present or (base == "en" and _names_ordinal(present, said)):
        found += _in_turn([day for day in _days_of_month(flat, said, base, today) if day])
    return [span for span in found if span is not None]


def end_of_month(day: date) -> date:
    """Give the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_later(day: date, count: int) -> date:
    """Give the same day so many months later, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _written(flat: str, language: str, today: date) -> Iterator[Span | None]:
    for match in ISO.finditer(flat):
        yield _day(match, int(match[1]), int(match[2]), int(match[3]), flat, language, today)
    for match in SLASHED.finditer(flat):
        if (match[2] in ".-" and not match[4]) or match[0] == ALWAYS_OPEN:
            continue  # a price, a range
        yield _slashed(match, flat, language, today)
    for match in SPOKEN_MONTH.finditer(flat) if words.base(language) == "pt" else ():
        year = int(match[3]) if match[3] else None
        yield _day(match, year, int(match[2]), int(match[1]), flat, language, today)


def _slashed(match: re.Match[str], flat: str, language: str, today: date) -> Span | None:
    """Read "25/12": which is the day is told by the language, or by what can be no month."""
    first, second = int(match[1]), int(match[3])
    year = int(match[4]) if match[4] else None
    year = year + 2000 if year and year < 100 else year
    if re.search(r"parcela\s+$|instal\w+\s+$", flat[: match.start()]):
        return None
    month_first = language == "en-US" and match[2] != "."
    either = language == "en" and match[2] != "." and first != second and max(first, second) <= 12
    if second > 12 or (month_first and first <= 12):
        first, second = second, first
    read = _day(match, year, second, first, flat, language, today)
    if read is None or read.doubt:
        return read
    bare = not year and FRACTION.fullmatch(match[0])
    if bare and not DATED.search(flat[: match.start()]):
        return doubted(read, "a date, or a part of a whole", read.value)
    if not either:
        return read
    other = _day(match, year, first, second, flat, language, today)
    if other is None:
        return read
    return doubted(other, "the day or the month may come first", other.value, read.value)


def _named(flat: str, said: Words, base: str, today: date) -> Iterator[Span | None]:
    """Read a day by the name of its month: "25 de dezembro", "first of May", "December 10 to 15"."""
    for match in said.month.finditer(flat):
        month = said.months[match["month"]]
        year = int(match["year"]) if match["year"] else None
        line = flat[max(0, match.start() - 40) : match.start()]
        left = said.before_month.search(line)
        right = said.after_month.match(flat, match.end("month")) if base != "pt" else None
        if left:
            start = match.start() - len(line)
            year, end = _year_behind(flat, match.end(), said, year, today)
            ends = [(left["day"], left.start("day") + start, end)]
            if left["first"]:
                ends.append((left["first"], left.start("first") + start, left.end("first") + start))
        elif right:
            year = int(right["year"]) if right["year"] else year
            year, end = _year_behind(flat, right.end(), said, year, today)
            ends = [(right["day"], match.start(), end if not right["last"] else right.end("day"))]
            if right["last"]:
                ends.append((right["last"], right.start("last"), end))
        else:
            continue
        until = left["until"] if left else right["until"] if right else ""
        for day, start, end in ends:
            number = _day_number(day, said, base)
            span = _dated(start, end, year, month, number, flat, base, today) if number else None
            if span and until in ("or", "ou"):
                span = doubted(span, ONE_OF_TWO)
            yield span


def _year_behind(
    flat: str, end: int, said: Words, year: int | None, today: date
) -> tuple[int | None, int]:
    """Give the year that words behind a day name: "do ano passado", "of next year"."""
    behind = said.year_said.match(flat, end) if year is None else None
    if behind is None:
        return year, end
    ahead = {"next": 1, "last": -1, "before_last": -2}
    kind = said.month_kind[words.spaced(behind["which"])]
    return today.year + ahead.get(kind, 0), behind.end()


def _day_number(text: str, said: Words, base: str) -> int | None:
    if text[0].isdigit():
        digits = re.match(r"\d+", text)
        return int(digits[0]) if digits else None
    text = words.spaced(text)
    return said.ordinals.get(text) or small_number(text, base)


def _day(
    match: re.Match[str], year: int | None, month: int, day: int,
    flat: str, language: str, today: date,
) -> Span | None:  # fmt: skip
    return _dated(*match.span(), year, month, day, flat, language, today)


def _dated(
    start: int, end: int, year: int | None, month: int, day: int,
    flat: str, language: str, today: date,
) -> Span | None:  # fmt: skip
    """Give a day of a month; without a year the one that the sentence speaks of."""
    if year is not None:
        made = _valid(year, month, day)
        return Span("date", made.isoformat(), start, end) if made else None
    away = range(-1, 2) if (month, day) != (2, 29) else range(-8, 9)
    years = [made for ahead in away if (made := _valid(today.year + ahead, month, day))]
    earlier = max((made for made in years if made <= today), default=None)
    later = min((made for made in years if made >= today), default=None)
    return _placed(start, end, earlier, later, flat, language)


def _placed(
    start: int, end: int, earlier: date | None, later: date | None, flat: str, language: str
) -> Span | None:
    """Give the day before or after today, as the sentence speaks of the past or of what is to come."""
    if earlier is None or later is None:
        return None
    if earlier == later:
        return Span("date", later.isoformat(), start, end)
    way = direction(flat, start, end, language)
    span = Span("date", (earlier if way < 0 else later).isoformat(), start, end)
    if way == 0:
        return doubted(span, PAST_OR_COMING, later.isoformat(), earlier.isoformat())
    return span


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days_of_month(flat: str, said: Words, base: str, today: date) -> Iterator[Span | None]:
    """Read "dia 25", "the 3rd", also of another month: "dia 5 do mês que vem"."""
    if base == "en":
        yield from _ordinal_days(flat, said, base, today)
    elif base == "pt":
        yield from _spoken_days(flat, said, base, today)
    for match in DAY_OF_MONTH[base].finditer(flat):
        written = match["day"]
        day = 1 if written.startswith("prim") or written == "1o" else int(written)
        if base == "en" and not GOES_ON.match(flat, match.end("day") + 2):
            continue
        if said.every.search(flat, max(0, match.start() - 6), match.start()):
            coming = _nth(day, today, *match.span(), flat, base)
            yield doubted(coming, "every month") if coming else None
            continue
        span = _of_month(match, day, flat, base, today)
        if span and (other := OTHER_DAY.match(flat, match.end())):
            day = int(other[1])
            second = _nth(day, today, other.start(1), other.end(1), flat, base)
            if second:
                yield doubted(span, ONE_OF_TWO, span.value, second.value)
                yield doubted(second, ONE_OF_TWO, span.value, second.value)
                continue
        yield span


def _spoken_days(flat: str, said: Words, base: str, today: date) -> Iterator[Span | None]:
    """Read "dia vinte e cinco"."""
    for match in said.spoken_day.finditer(flat):
        if day := _day_number(match["day"], said, base):
            yield _nth(day, today, *match.span(), flat, base)


PLACES = 12
"""The place in a list that "the third" may mean."""


def _ordinal_days(flat: str, said: Words, base: str, today: date) -> Iterator[Span | None]:
    """Read "on the third", where nothing follows that would be the third."""
    for match in said.ordinal_day.finditer(flat) if "the " in flat else ():
        day = said.ordinals[words.spaced(match["day"])]
        if (match["on"] or day > PLACES) and GOES_ON.match(flat, match.end()):
            yield _nth(day, today, match.start("day"), match.end(), flat, base)


def _of_month(match: re.Match[str], day: int, flat: str, base: str, today: date) -> Span | None:
    behind = words.spaced(match["month"] or "")
    if not behind:
        return _nth(day, today, *match.span(), flat, base)
    ahead = (
        1
        if re.search("next|que vem|proximo", behind)
        else -1
        if re.search("last|passado", behind)
        else 0
    )
    month = months_later(today.replace(day=1), ahead)
    made = _valid(month.year, month.month, day)
    return Span("date", made.isoformat(), *match.span()) if made else None


def _nth(day: int, today: date, start: int, end: int, flat: str, base: str) -> Span | None:
    first = today.replace(day=1)

    def nearest(step: int) -> date | None:
        """Give the first month from this one, in one direction, whose day is not on the other side."""
        for away in range(3):
            month = months_later(first, step * away)
            made = _valid(month.year, month.month, day)
            if made and (made - today).days * step >= 0:
                return made
        return None

    earlier, later = nearest(-1), nearest(1)
    return _placed(start, end, earlier, later, flat, base)


def _in_turn(days: list[Span]) -> list[Span]:
    """Doubt a day that is before the one named first: "I leave on the 20th and return on the 2nd"."""
    days.sort(key=lambda day: day.start)
    made = days[:1]
    for day in days[1:]:
        if day.doubt or days[0].doubt or day.value >= days[0].value:
            made.append(day)
            continue
        later = months_later(date.fromisoformat(day.value), 1).isoformat()
        made.append(doubted(day, "before or after the day named first", later, day.value))
    return made


def _names_ordinal(present: Collection[str], said: Words) -> bool:
    """Say whether "3rd" or "third" stands in a text."""
    written = any(one[0].isdigit() and one.endswith(("st", "nd", "rd", "th")) for one in present)
    return written or not said.ordinals.keys().isdisjoint(present)
