"""The words of times of day in a language, as the patterns that read them."""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from models.embedded import words
from models.embedded.number_words import small_numbers
from models.embedded.words import either

MERIDIAN = r"(?P<meridian>[ap]\.?\s?m\b\.?)"
UNTIL = "as|a|ate|to|and|until|till|through"
TOO_COMMON = frozenset(
    ("for", "of", "from", "a", "p", "in", "o", "to", "da", "de", "parte", "this", "las", "umas", "before",
     "after", "about", "na")
)  # fmt: skip
"""Parts of the words of times that stand in many a sentence without one."""


class Clock(NamedTuple):
    at_before: re.Pattern[str]
    at_ends: tuple[str, ...]
    digits: re.Pattern[str]
    spoken: re.Pattern[str]
    relative: re.Pattern[str]
    """"quarter to five", "dez para as três"."""

    whole: re.Pattern[str]
    """The answer to the question for a time, and nothing else."""

    noon: re.Pattern[str]
    part: re.Pattern[str]
    parts: dict[str, str]
    durations: re.Pattern[str]
    bounds: re.Pattern[str]
    range_before: re.Pattern[str]
    """What makes a time the end of a stretch: "14h às", "between 2 and"; the same for what follows."""

    range_after: re.Pattern[str]
    either_before: re.Pattern[str]
    either_after: re.Pattern[str]
    hours: frozenset[str]
    beside: frozenset[str]
    """Words without one of which no time is said in words."""

    near: frozenset[str]
    """Words without one of which no time is told by a full hour near it."""

    quarter: dict[str, int]


BESIDE = ("at", "hours", "half", "to", "past", "noon", "midnight")


def _parts(*said: Iterable[str]) -> frozenset[str]:
    return frozenset(
        token
        for phrases in said
        for phrase in phrases
        for token in re.split(r"[\s'-]", words.folded(phrase))
    )


@cache
def clock_of(base: str) -> Clock:
    lists = words.load("clock")[base]
    known = small_numbers(base)
    ones = {word for word, count in known.items() if 0 < count < 24 and word != "a"}
    units = {word for word, count in known.items() if 0 < count < 10 and word != "a"}
    tens = {word for word, count in known.items() if count in (20, 30, 40, 50)}
    join = r"(?:\s+e\s+|[\s-])" if base == "pt" else r"[\s-]"
    twenty = either(word for word in known if known[word] == 20)
    teens = either(word for word in known if 9 < known[word] < 20)
    hour = rf"(?:{twenty}){join}(?:{either(units)})|{either(ones)}"
    small = rf"(?:{either(tens)})(?:{join}(?:{either(units)}))?|{teens}|{either(units)}"
    parts = {words.folded(said): part for said, part in lists["parts"].items()}
    at = rf"(?P<at>{either(lists['at'])})\s+"
    part = rf"(?:\s*(?:{MERIDIAN}|(?P<part>{either(parts)})(?![^\W_])))?"
    hours, half = either(lists["hours"]), either(lists["half"])
    e = r"\s+e\s+" if base != "en" else r"\s+"
    minutes_word = rf"(?:{e}(?:(?P<half>{half})|(?P<minutes>{small})(?:\s+minutos?)?)(?![^\W_]))?"
    if base == "en":
        minutes_word = (
            rf"(?P<half>{words.NOTHING})?(?:[\s-](?P<minutes>(?:oh\s+)?(?:{small}))(?![^\W_]))?"
        )
    to = either(lists["to"])
    past = either(lists["past"])
    minutes_before = (
        rf"(?P<minutes>{either(lists['quarter'])}|\d{{1,2}}|{small})(?:\s+minut[eo]s?)?"
    )
    return Clock(
        at_ends=tuple(f"{words.folded(said)[-2:]} " for said in lists["at"]),
        at_before=re.compile(rf"(?<![^\W_]){at.replace('?P<at>', '?:')}$"),
        digits=re.compile(
            rf"(?<![\d/.,$-])(?<![\w])(?:{at})?(?P<hour>\d{{1,2}})"
            r"(?:[:](?P<colon>[0-5]\d)(?!\d)(?:\s?h(?:rs)?(?![a-z]))?"
            rf"|(?P<h>\s?(?:{hours}))(?![a-z])\s?(?:(?P<after_h>[0-5]\d)(?!\d)(?:min)?)?"
            r"|\.(?P<dotted>[0-5]\d)(?=\s?[ap]\.?m))?"
            rf"(?:\s+e\s+(?:(?P<half>{half})|(?P<minutes>\d\d)(?!\d))(?![^\W_]))?"
            rf"{part}(?![\w/%-]|[.,:]\d)"
        ),
        spoken=re.compile(
            rf"(?<![^\W_])(?:{at})?(?P<hour>{hour})(?![^\W_])(?:\s+(?P<h>{hours})(?![^\W_]))?{minutes_word}{part}(?![\w/%-])"
        ),
        relative=re.compile(
            rf"(?<![\w.,:/$-]){minutes_before}\s+(?:(?P<to>{to})|(?P<past>{past}))\s+(?P<hour>\d{{1,2}}|{hour}|noon|midnight)(?![\w/:%])(?:\s?(?:{hours}))?{part}"
        ),
        whole=re.compile(rf"(?:{at})?(?P<hour>\d{{1,2}}|{hour})"),
        noon=re.compile(
            rf"(?<![^\W_])(?:(?P<noon>{either(lists['noon'])})|(?:{either(lists['midnight'])}))(?![^\W_])"
            rf"(?:\s+e\s+(?:(?P<half>{half})|(?P<minutes>\d\d|{small}))(?![^\W_]))?"
        ),
        part=re.compile(
            rf"(?:(?<![^\W_])(?P<greeting>{either(lists['greetings'])})\s+)?(?<![^\W_])(?P<part>{either(parts)})(?![^\W_])"
        ),
        parts=parts,
        durations=re.compile(rf"(?<![^\W_])(?:{either(lists['durations'])})\s+$"),
        bounds=re.compile(rf"(?<![^\W_])(?:{either(lists['bounds'])})\s+(?:as\s+|o\s+)?$"),
        range_before=re.compile(
            rf"(?<![^\W_])(?<!\d/)(?<!dia\s)(?:\d{{1,2}}(?:h\d{{0,2}}|:\d\d|\s?[ap]m)?|{hour})(?:\s+horas)?(?:\s+e\s+meia)?"
            rf"\s*(?:\s(?:e|{UNTIL})(?:\s+as)?\s+|[-–]\s*)(?:as\s+|o\s+|at\s+)?$"
        ),
        range_after=re.compile(
            rf"\s*(?:\s(?:e|e\s+as|ate\s+as|{UNTIL})\s+|[-–]\s*)(?:as\s+|o\s+)?"
            rf"(?:\d{{1,2}}(?![\w/]*\d|%)|meio|{hour})"
        ),
        either_before=re.compile(rf"(?:\d|h|m|{hour})\s+(?:ou|or)\s+(?:as\s+|at\s+)?$"),
        either_after=re.compile(rf"\s+(?:ou|or)\s+(?:as\s+|at\s+)?(?:\d|{hour})"),
        hours=frozenset(word for word in known if 0 < known[word] < 24 and word != "a"),
        beside=_parts(*(lists[name] for name in BESIDE), parts, ("pm", "am")) - TOO_COMMON,
        near=frozenset(said.split()[0] for said in (*map(words.folded, lists["to"]), *lists["past"])),
        quarter={words.folded(said): minute for said, minute in lists["quarter"].items()},
    )  # fmt: skip
