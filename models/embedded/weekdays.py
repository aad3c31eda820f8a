"""Weekdays in a text: "na sexta", "next Tuesday", "sexta da semana que vem"."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

from models.embedded import words
from models.embedded.dating import Words
from models.embedded.spans import Span, doubted
from models.embedded.tense import PAST_OR_COMING, direction

WEEK = timedelta(days=7)
SIDE_BY_SIDE = re.compile(r"[\s,(-]*(?:(?:o\s+|the\s+|no\s+)?dia\s+|the\s+|o\s+)?")


def weekdays_in(
    flat: str, present: Collection[str], said: Words, base: str, today: date
) -> list[Span]:
    """Give the days that a folded text names by their weekday."""
    return [] if said.weekdays.keys().isdisjoint(present) else [*_weekdays(flat, said, base, today)]


def _weekdays(flat: str, said: Words, base: str, today: date) -> Iterator[Span]:
    for match in said.weekday.finditer(flat):
        if not _is_weekday(match, flat, said, base):
            continue
        at = said.weekdays[match["name"]]
        start = match.start("before") if match["before"] else match.start("name")
        if said.every.fullmatch(match["prep"] or "") or match["before"] in ("every", "each"):
            day = today + timedelta(days=(at - today.weekday()) % 7 or 7)
            yield doubted(Span("date", day.isoformat(), start, match.end()), "every week")
            continue
        yield _weekday(match, start, at, flat, said, base, today)


ORDINALS = frozenset(("segunda", "quarta", "quinta", "terca", "sexta"))
DAY_WORDS = re.compile(
    r"\s+(?!(?:as|a|de|e|ou|por|pra|para|pela|ja|que|mas|se|agora|dia|eu|nao|ainda|ele|ela|ao|ate|da|do|desta|dessa|na|no|em|com|sem|mesmo|voces|"
    r"cedo|tem|chega|vai|pode|fica|serve|so|passada|retrasada|bem|depois|antes|comprei|paguei|fiz|chegou|foi|veio|vou|quero|nos|me|ta|esta|seria|um|uma|pro)\b)[a-z]+"
)


def _is_weekday(match: re.Match[str], flat: str, said: Words, base: str) -> bool:
    """Say whether a name is that of a day: "a segunda" may be the second one, "sat" a verb."""
    name = match["name"]
    alone = not (match["prep"] or match["before"] or match["after"])
    ordinal = name in ORDINALS
    if alone and flat.strip(" .!?,") != name and (ordinal or len(name) <= 4):
        before = flat[: match.start()]
        beside = re.search(r"(?:feira|\w+)\s+(?:a|ate|e|ou|to|or|and)\s+(?:a\s+)?$|,\s*$", before)
        return bool(beside and said.weekday.search(before[-24:])) or _followed(match, flat, said)
    if ordinal and not match["after"] and match["before"] not in said.next:
        return DAY_WORDS.match(flat, match.end()) is None
    return True


def _followed(match: re.Match[str], flat: str, said: Words) -> bool:
    """Say whether a day's number or a week stands behind a weekday: "segunda, dia 30"."""
    if BEHIND_WEEKDAY.match(flat, match.end()) or said.skipped.match(flat, match.end()):
        return True
    return said.week_said.match(flat, match.end()) is not None


BEHIND_WEEKDAY = re.compile(
    r"(?:-feira)?,?\s*(?:(?:o\s+)?dia\s+\d{1,2}(?![\w/])|\d{1,2}/\d|\d{1,2}\s+de\s+[a-z]|as\s+(?:\d|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|quinze)"
    r"|(?:de|pela|a)\s+(?:manha|tarde|noite)(?![^\W_])|at\s+\d|\d{1,2}(?::\d\d)?\s?(?:h|[ap]m)(?![^\W_])|(?:morning|afternoon|evening|night)(?![^\W_]))"
)

WEEKS_AHEAD = {"next": 1, "this": 0, "last": -1, "before_last": -2, "after_next": 2}


def _weekday(
    match: re.Match[str], start: int, at: int, flat: str, said: Words, base: str, today: date
) -> Span:
    ahead, end = (at - today.weekday()) % 7, match.end()
    monday = today - timedelta(days=today.weekday())

    def span(days: int, *others: int, doubt: str = "") -> Span:
        made = Span("date", (today + timedelta(days=days)).isoformat(), start, end)
        readings = [(today + timedelta(days=one)).isoformat() for one in (days, *others)]
        return doubted(made, doubt, *readings) if doubt else made

    if (week := _week_beside(match, flat, said)) is not None:
        kind, start, end = week
        day = monday + WEEKS_AHEAD[kind] * WEEK + timedelta(days=at)
        return Span("date", day.isoformat(), start, end)
    coming, this_week = ahead or 7, ahead > 0 and at > today.weekday()
    words_beside = {match["before"], match["after"]}
    if words_beside & said.before_last:
        return span(ahead - 14)
    if words_beside & said.last:
        return span(ahead - 7)
    if behind := said.after_next.match(flat, end):
        end = behind.end()
        if this_week:
            return span(coming + 7, coming + 14, doubt="this week's may or may not be the next")
        return span(coming + 7)
    if behind := said.skipped.match(flat, end):
        end = behind.end()
        return span(coming + 7)
    if words_beside & said.next:
        unclear = (
            this_week
            and (base == "en" or match["after"] is not None)
            and "coming" not in words_beside
        )
        return (
            span(coming, coming + 7, doubt="this week's or next week's")
            if unclear
            else span(coming)
        )
    way = direction(flat, match.start(), match.end(), base)
    return _plain_weekday(
        span, ahead, way, this=bool(words_beside & said.this), this_week=this_week
    )


def _plain_weekday(
    span: Callable[..., Span], ahead: int, way: int, *, this: bool, this_week: bool
) -> Span:
    if ahead == 0:
        if way < 0:
            return span(-7, 0, doubt="said on that weekday")
        return span(0, 7, doubt="said on that weekday")
    if way < 0:
        return span(ahead - 7)
    if way == 0:
        return span(ahead, ahead - 7, doubt=PAST_OR_COMING)
    if this and not this_week:
        return span(ahead, ahead - 7, doubt="this week's, which has been, or next week's")
    return span(ahead)


def _week_beside(match: re.Match[str], flat: str, said: Words) -> tuple[str, int, int] | None:
    """Give the week that a weekday is said to be of: "sexta da semana que vem", "next week on Friday"."""
    start = match.start("before") if match["before"] else match.start("name")
    if behind := said.week_said.match(flat, match.end()):
        return said.month_kind[words.spaced(behind["which"])], start, behind.end()
    begun = max(0, match.start() - 30)
    for before in said.week_said.finditer(flat, begun, match.start()):
        if re.fullmatch(r"[\s,]*(?:on\s+|na\s+|no\s+)?", flat[before.end() : start]):
            kind = said.month_kind[words.spaced(before["which"])]
            return kind, before.start("which"), match.end()
    return None


def agreeing(days: list[Span], weekdays: list[Span], flat: str) -> list[Span]:
    """Take "sexta, 27/11" for one day, doubted where the two do not agree."""
    kept = [*days]
    left = []
    for weekday in weekdays:
        beside = next((day for day in kept if _beside(weekday, day, flat)), None)
        if beside is None:
            left.append(weekday)
            continue
        kept[kept.index(beside)] = _agreed(
            beside, date.fromisoformat(weekday.value).weekday(), weekday
        )
    return [*kept, *left]


def _beside(one: Span, other: Span, flat: str) -> bool:
    first, second = sorted((one, other), key=lambda span: span.start)
    between = flat[first.end : second.start]
    return len(between) < 12 and SIDE_BY_SIDE.fullmatch(between) is not None


def _agreed(day: Span, weekday: int, said: Span) -> Span:
    ends = replace(day, start=min(day.start, said.start), end=max(day.end, said.end))
    fitting = [
        one for one in day.readings or (day.value,) if date.fromisoformat(one).weekday() == weekday
    ]
    if len(fitting) == 1:
        return replace(ends, value=fitting[0], doubt="", readings=())
    return doubted(ends, "the weekday and the day do not agree", day.value, said.value)
