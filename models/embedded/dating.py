"""The words of dates in a language, as the patterns that read them."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from models.embedded import words
from models.embedded.number_words import small_numbers
from models.embedded.words import either, whole_words


class Words(NamedTuple):
    """What a language says days with; all folded."""

    days: Mapping[str, int]
    day: re.Pattern[str]
    day_words: frozenset[str]
    """First words of what names a day by its distance; the same for what follows."""

    no_day: re.Pattern[str]
    weekdays: Mapping[str, int]
    weekday: re.Pattern[str]
    months: Mapping[str, int]
    month: re.Pattern[str]
    before_month: re.Pattern[str]
    """The day before a month's name, read to its left: "25 de", "the first of"."""

    after_month: re.Pattern[str]
    units: Mapping[str, str]
    ahead: re.Pattern[str]
    from_now: re.Pattern[str]
    ago: re.Pattern[str]
    ago_before: re.Pattern[str]
    ordinals: Mapping[str, int]
    offset: re.Pattern[str]
    """A length of time before a day: "a week from", "dois dias depois de"."""

    after_next: re.Pattern[str]
    skipped: re.Pattern[str]
    """What says that not the coming one is meant: "sexta sem ser essa"."""

    ordinal_day: re.Pattern[str]
    spoken_day: re.Pattern[str]
    bound: re.Pattern[str]
    """What says that a day is only where something begins or ends: "after"."""

    every: re.Pattern[str]
    month_kind: Mapping[str, str]
    """Which month or year is meant by words behind a day: "do mês que vem" is `next`."""

    month_said: re.Pattern[str]
    year_said: re.Pattern[str]
    week_said: re.Pattern[str]
    last: frozenset[str]
    before_last: frozenset[str]
    next: frozenset[str]
    this: frozenset[str]
    near: frozenset[str]
    telling: Mapping[str, frozenset[str]]
    """The words without one of which a pattern of a distance finds nothing."""

    spoken: frozenset[str]
    """Any word without which no date is said in words."""


def listed(language: str) -> dict[str, Any]:
    """Give the word lists of a language; English ones for a language that has none."""
    lists = words.load("dates")
    return lists.get(words.base(language)) or lists["en"]


@cache
def read(language: str) -> Words:
    """Give the words of a language by which dates are read."""
    lists = listed(language)
    weekdays = {words.folded(n): at for at, names in enumerate(lists["weekdays"]) for n in names}
    months = {words.folded(n): at for at, names in enumerate(lists["months"], 1) for n in names}
    units = {words.folded(name): length for name, length in lists["units"].items()}
    ordinals = {words.folded(str(name)): day for name, day in lists["ordinals"].items()}
    kinds = _kinds(lists)
    count = (
        rf"(?P<count>\d{{1,3}}|(?:a\s+couple\s+of|uns|umas)|"
        rf"{either(small_numbers(language))}(?:(?:\s+e)?[\s-]+(?:{either(small_numbers(language))}))?)"
    )
    unit = rf"(?P<unit>{either(units)})"
    working = rf"(?P<working>\s+(?:{either(lists['working'])}))?"
    before_unit = rf"(?:(?P<works>{either(lists['working'])})\s+)?"
    named = either([*lists["next"], *lists["last"], *lists["this"], *lists["before_last"]])
    near = either(lists["near"])
    after = either(
        [*lists["last"], *lists["before_last"], "agora"]
        + [said for said in lists["next"] if " " in said or words.base(language) != "en"]
    )
    joined = either([*lists["until"], "e", "and", "or", "ou"])
    of = r"(?:\s+(?:de|of|del)|,)?\s+"
    digits = r"\d{1,2}(?:st|nd|rd|th|o|º|°)?"
    day = rf"(?:dia\s+)?(?P<day>{digits}|{either(ordinals)}|{_day_words(language)})"
    year = rf"(?:{of}(?P<year>20\d\d|19\d\d)(?!\d))?"
    ahead = whole_words(
        rf"(?:(?:{either(lists['ahead'])})\s+(?:a\s+)?{count}|numa?)\s+{before_unit}{unit}"
        rf"(?:'?s?'?\s+time)?{working}"
    )
    from_now = whole_words(rf"{count}\s+{unit}\s+(?:{either(lists['since_now'] or ['from now'])})")
    ago = whole_words(rf"{count}\s+{unit}\s+(?:{either(lists['ago'])})")
    ago_before = whole_words(
        rf"(?:{either(lists['ago_before'] or ['ago'])})\s+{count}\s+{unit}{working}"
    )
    telling = {
        ahead.pattern: _firsts([*lists["ahead"], "num", "numa"]),
        from_now.pattern: _firsts(said.split()[-1] for said in lists["since_now"]),
        ago.pattern: _firsts(lists["ago"]),
        ago_before.pattern: _firsts(lists["ago_before"]),
    }
    return Words(
        days={words.folded(name): days for name, days in lists["days"].items()},
        day=whole_words(either(lists["days"])),
        day_words=_firsts(lists["days"]),
        no_day=whole_words(either(lists["no_days"])),
        weekdays=weekdays,
        weekday=whole_words(
            rf"(?:(?P<prep>{near}|{either(lists['every'])})\s+(?:a\s+|o\s+|the\s+)?)?"
            rf"(?:(?P<before>{named})\s+)?(?P<name>{either(weekdays)})"
            rf"(?:\s+(?P<after>{after})(?!\s+(?:{either(lists['week'])})(?![^\W_])))?"
        ),
        months=months,
        month=whole_words(rf"(?P<month>{either(months)})\.?{year}"),
        before_month=re.compile(
            rf"(?<![\w.,/$-])(?:(?P<first>{digits})\s*(?P<until>{joined})"
            rf"\s*(?:o\s+)?(?:the\s+)?(?:dia\s+)?)?"
            rf"(?<![\w/])(?:the\s+)?{day}{of}(?:the\s+)?$"
        ),
        after_month=re.compile(
            rf"\.?\s+(?:the\s+)?(?P<day>{digits}|{either(ordinals)})(?![\w:])(?:\s*(?P<until>{either(lists['until'])}|and|or)\s*(?:the\s+)?(?P<last>{digits})(?![\w:/]))?{year}(?!:)"
        ),
        units=units,
        ahead=ahead,
        from_now=from_now,
        ago=ago,
        ago_before=ago_before,
        ordinals=ordinals,
        offset=re.compile(
            rf"(?<![^\W_]){count}\s+{unit}\s+(?P<way>from|after|before|on|depois\s+d[eao]|antes\s+d[eao]|ap[o]s)\s+(?:o\s+|a\s+|the\s+)?$"
        ),
        ordinal_day=whole_words(
            rf"(?:(?P<on>on|by|until|from|for|since)\s+)?the\s+(?P<day>{either(ordinals)})"
        ),
        spoken_day=whole_words(rf"dia\s+(?P<day>{_day_words(language)})(?!\s+d[eo]\s)"),
        after_next=re.compile(r"\s+after\s+next(?![^\W_])|\s+depois\s+da\s+proxima(?![^\W_])"),
        skipped=re.compile(
            r",?\s+(?:sem\s+ser|que\s+nao|nao)\s+(?:e\s+)?(?:ess[ae]|est[ae]|agora|a\s+proxima|o\s+proximo)"
            r"(?:\s+agora)?(?:,?\s+a\s+outra)?(?![^\W_])"
        ),
        bound=re.compile(rf"(?<![^\W_])(?:{either(lists['after'])})\s+(?:o\s+|a\s+|the\s+)?(?:dia\s+)?$"),
        every=whole_words(either(lists["every"])),
        month_kind=kinds,
        month_said=_behind(lists, "year_months"),
        year_said=_behind(lists, "years"),
        week_said=_behind(lists, "weeks"),
        last=_folded(lists["last"]),
        before_last=_folded(lists["before_last"]),
        next=_folded(lists["next"]),
        this=_folded(lists["this"]),
        near=_folded(lists["near"]),
        telling=telling,
        spoken=_spoken(lists, weekdays, months, units, ordinals),
    )  # fmt: skip


def _day_words(language: str) -> str:
    """Give a pattern of numbers in words up to thirty-one."""
    known = {word for word, count in small_numbers(language).items() if count <= 31 and word != "a"}
    ones = {word for word in known if small_numbers(language)[word] < 10}
    tens = {word for word in known if small_numbers(language)[word] in (20, 30)}
    return rf"(?:{either(tens)})(?:\s+e\s+|[\s-])(?:{either(ones)})|{either(known)}"


def _behind(lists: Mapping[str, Any], name: str) -> re.Pattern[str]:
    """Give a pattern of which week, month or year a day is of: " da semana que vem"."""
    said = either(phrase for phrases in lists[name].values() for phrase in phrases)
    of = either(["de", "do", "da", "na", "no", "of", "in", "of the", "the"])
    return re.compile(rf"(?:,?\s+(?:(?:{of})\s+)?)?(?<![^\W_])(?P<which>{said})(?![^\W_])")


def _kinds(lists: Mapping[str, Any]) -> dict[str, str]:
    return {
        words.folded(phrase): kind
        for name in ("weeks", "year_months", "years", "weekends")
        for kind, phrases in lists[name].items()
        for phrase in phrases
    }


def _folded(said: Iterable[Any]) -> frozenset[str]:
    return frozenset(words.folded(str(word)) for word in said)


def _firsts(said: Iterable[str]) -> frozenset[str]:
    return frozenset(words.folded(phrase).split()[0] for phrase in said)


def _spoken(lists: Mapping[str, Any], *named: Mapping[str, Any]) -> frozenset[str]:
    parts = {part for names in named for name in names for part in re.split(r"[\s-]", name)}
    days = {part for phrase in lists["days"] for part in words.folded(phrase).split()}
    ends = {word for name in ("weekends",) for one in lists[name].values() for word in one}
    return frozenset(parts | days | {p for e in ends for p in words.folded(e).split()} | {"dia"})
