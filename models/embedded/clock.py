"""Times of day in a text, in digits and in words; what may be morning or afternoon is doubted."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from models.embedded import words
from models.embedded.clock_words import Clock, clock_of
from models.embedded.number_words import TOKEN, small_number
from models.embedded.spans import ONE_OF_TWO, Span, apart, doubted

HOUR_SIGN = re.compile(r"\d\s?(?:[ap]\.?\s?m|h)")
FIGURE = re.compile(r"(?<![\d/.,$-])(?<!\w)\d{1,2}(?!\d)")
NOONS = frozenset(("noon", "midday", "midnight", "meio", "meia", "mediodia", "medianoche"))
HALF_DAY = 12
NOON_HOURS = {"noon": 12, "midnight": 24}
DAY_BESIDE = re.compile(
    r"(?<![^\W_])(?:hoje|hj|amanha|segunda|terca|quarta|quinta|sexta|sabado|domingo|dia|feira|horas|marcar"
    r"|agendar|horario|hora)(?![^\W_])|\d/\d"
)
"""What makes "as 3" an hour where accents are left out: "sexta as 3"."""

SURE_MORNINGS = range(7, 13)
"""Hours of "9h", "10:30" in a language that counts to 24, which hardly mean the evening."""

MORNINGS_FIRST = range(8, 12)
GOES_ON = re.compile(
    r"\s*(?:$|[.,;:!?)]|-\s|(?:on|in|this|today|tomorrow|tonight|if|or|and|please|for|but|so|would|works?|is|was"
    r"|every|sharp|at|to|by|when|because|then|until|till|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|da|de|do|e|em|na|no|se|por|pra|para|hoje|amanha|ou|mas|que|quando|ate|pode|fica|seria|ta|pf|pfv|com"
    r"|segunda|terca|quarta|quinta|sexta|sabado|domingo|ok|as|dia|mesmo|ai|blz|ainda|nao|eu|tem|todo|toda)"
    r"(?![^\W_]))"
)
"""What may follow a bare hour: no thing that it would count."""


def times(text: str, language: str, *, asked: bool = False) -> list[Span]:
    """Give the times of day said, `HH:MM`, in order; `asked` says that one was asked for."""
    flat = words.flat(text)
    return times_in(text, flat, TOKEN.findall(flat), language, asked=asked)


def times_in(
    text: str, flat: str, present: Collection[str], language: str, *, asked: bool = False
) -> list[Span]:
    """Give the times of day in a text, `flat` being it folded and `present` its words."""
    base = words.base(language)
    base = base if base in words.load("clock") else "en"
    clock = clock_of(base)
    found: list[Span] = []
    digits = any(one[0].isdigit() for one in present)
    spoken = not clock.hours.isdisjoint(present)
    besides = not clock.beside.isdisjoint(present) or "à" in text
    if not clock.near.isdisjoint(present):
        found += _relative(flat, clock, base)
    if besides and not NOONS.isdisjoint(present):
        found += _noons(flat, clock, base)
    if digits and (besides or ":" in flat or HOUR_SIGN.search(flat)):
        found += _digital(text, flat, clock, base)
    if spoken and besides:
        found += _spoken(text, flat, clock, base)
    if asked and not found and (match := clock.whole.fullmatch(flat.strip(" .!?,"))):
        offset = len(flat) - len(flat.lstrip(" .!?,"))
        hour = small_number(words.spaced(match["hour"]), base)
        if hour is not None and hour < 24:
            found.append(_resolved(hour, 0, "", offset, offset + match.end(), exact=hour == 0))
    if not found:
        return []
    kept = apart(found)
    if len(kept) == 1 and kept[0].readings:
        kept = [_by_part_of_day(kept[0], flat, clock)]
    return apart(_checked(span, flat, clock) for span in kept)


def _digital(text: str, flat: str, clock: Clock, base: str) -> Iterator[Span]:
    for figure in FIGURE.finditer(flat):
        begun = max(0, figure.start() - 14)
        told = None
        if flat.endswith(clock.at_ends, begun, figure.start()):
            told = clock.at_before.search(flat, begun, figure.start())
        match = clock.digits.match(flat, told.start() if told else figure.start())
        if match is None:
            continue
        hour, colon = int(match["hour"]), match["colon"]
        written = colon or match["after_h"] or match["minutes"] or match["dotted"]
        minute = int(written or (30 if match["half"] else 0))
        part, at = match["meridian"] or match["part"] or "", match["at"] or ""
        shown = bool(colon or match["h"])
        start = match.start("hour")
        if not (shown or part) and not _may_be_hour(text, flat, match, clock):
            continue
        if match["h"] and not (at or part or colon) and _lasts(flat, match, clock):
            continue
        if colon and hour == 24:
            hour = 0
        if hour >= 24 or minute >= 60 or (match["meridian"] and not 0 < hour <= HALF_DAY):
            continue
        exact = match["hour"].startswith("0") or (
            base != "en" and shown and hour in SURE_MORNINGS and not match["half"]
        )
        yield _resolved(hour, minute, _part(part, clock), start, _end(match), exact=exact)


def _end(match: re.Match[str]) -> int:
    """Give where a time ends: "tonight" behind it is a day as well."""
    if match["part"] and match["part"].startswith(("to", "this", "last")):
        return match.start("part") - 1
    return match.end()


def _part(said: str, clock: Clock) -> str:
    """Give which part of the day is said: "am", "pm", "night", or none."""
    return clock.parts.get(words.spaced(said), said[:1])


def _lasts(flat: str, match: re.Match[str], clock: Clock) -> bool:
    """Say whether hours are a length of time: "espero há 3 horas"; "15 horas" alone is a time."""
    if clock.durations.search(flat[: match.start("hour")]):
        return True
    spelled = match["h"].strip().startswith(("hora", "hrs"))
    return spelled and flat.strip(" .!?,") != flat[match.start() : match.end()].strip()


def _may_be_hour(text: str, flat: str, match: re.Match[str], clock: Clock) -> bool:
    """Say whether a bare number is an hour: "at 3", "às 9"; "as 2 caixas" are two."""
    if match["half"] or match["minutes"]:
        if match["at"]:
            return _accented(text, match) or match["half"] is not None
        return match["half"] is not None and _stands_alone(flat, match, clock)
    if not match["at"] or not GOES_ON.match(flat, match.end()):
        return False
    return _says_hour(text, match)


def _stands_alone(flat: str, match: re.Match[str], clock: Clock) -> bool:
    """Say whether a half hour is neither a length of time nor counts what follows."""
    lasts = clock.durations.search(flat[: match.start()])
    return lasts is None and GOES_ON.match(flat, match.end()) is not None


def _says_hour(text: str, match: re.Match[str]) -> bool:
    said = words.spaced(match["at"])
    if said in ("at", "pelas", "a las", "la pelas"):
        return True
    if said == "a":
        return text[match.start("at")] in "àÀ"
    return said in ("as", "pras", "para as") and _accented(text, match)


def _accented(text: str, match: re.Match[str]) -> bool:
    """Say whether "às" is no article, which is "as"; without accents a day beside it tells."""
    if match["at"] is None or not match["at"].startswith("as"):
        return True
    if text[match.start("at")] in "àÀáÁ" or match.start("at") == 0:
        return True
    beside = text[max(0, match.start() - 22) : match.end() + 16]
    return DAY_BESIDE.search(words.flat(beside)) is not None


def _spoken(text: str, flat: str, clock: Clock, base: str) -> Iterator[Span]:
    """Read "três da tarde", "quinze horas", "às nove e meia", "three thirty pm"."""
    for match in clock.spoken.finditer(flat):
        hour = small_number(words.spaced(match["hour"]), base)
        minute = (
            30
            if match["half"]
            else small_number(words.spaced(match["minutes"] or "zero"), base) or 0
        )
        part = match["meridian"] or match["part"] or ""
        if hour is None or hour >= 24 or minute >= 60:
            continue
        if match["meridian"] and not 0 < hour <= HALF_DAY:
            continue
        if not part and not _is_spoken_hour(text, flat, match, clock):
            continue
        yield _resolved(hour, minute, _part(part, clock), match.start("hour"), _end(match))


def _is_spoken_hour(text: str, flat: str, match: re.Match[str], clock: Clock) -> bool:
    if match["h"]:
        if match["at"]:
            return True
        whole = flat.strip(" .!?,") == match[0].strip()
        return not clock.durations.search(flat[: match.start()]) and (
            whole or "clock" in match["h"]
        )
    if match["half"] and not match["at"]:
        return _stands_alone(flat, match, clock)
    if not match["at"] or not GOES_ON.match(flat, match.end()):
        return False
    return _says_hour(text, match)


def _relative(flat: str, clock: Clock, base: str) -> Iterator[Span]:
    """Read "half past two", "quarter to five", "dez para as três"."""
    for match in clock.relative.finditer(flat):
        said = words.spaced(match["minutes"])
        minute = clock.quarter.get(said) or small_number(said, base)
        noon = NOON_HOURS.get(match["hour"])
        hour = noon or small_number(words.spaced(match["hour"]), base)
        if hour is None or minute is None or not 0 < hour <= 24 or not 0 < minute < 60:
            continue
        if base == "en" and not _is_relative(flat, match, said, clock):
            continue
        part = match["meridian"] or match["part"] or ""
        moment = hour * 60 + (-minute if match["to"] else minute)
        if noon:
            yield Span("time", f"{moment // 60 % 24:02}:{moment % 60:02}", *match.span())
            continue
        yield _resolved(
            moment // 60 or HALF_DAY,
            moment % 60,
            _part(part, clock),
            match.start(),
            match.end(),
        )


def _is_relative(flat: str, match: re.Match[str], said: str, clock: Clock) -> bool:
    """Say whether "ten to five" is a time: "nine to five" and "five to six people" are none."""
    if said in clock.quarter:
        return not (match["to"] and said == "half")
    if said[0].isdigit() and "minute" not in match[0]:
        return False
    if match["part"] or match["meridian"]:
        return True
    told = re.search(r"(?:at|by|around|about|until)\s+$", flat[: match.start()])
    return (told is not None or "minute" in match[0]) and GOES_ON.match(
        flat, match.end()
    ) is not None


def _noons(flat: str, clock: Clock, base: str) -> Iterator[Span]:
    for match in clock.noon.finditer(flat):
        minute = (
            30
            if match["half"]
            else small_number(words.spaced(match["minutes"] or "zero"), base) or 0
        )
        hour = 12 if match["noon"] else 0
        yield Span("time", f"{hour:02}:{minute:02}", *match.span())


def _resolved(
    hour: int, minute: int, part: str, start: int, end: int, *, exact: bool = False
) -> Span:
    """Give an hour as of 24: by the part of the day, doubted where nothing tells it."""

    def at(hour: int) -> str:
        return f"{hour % 24:02}:{minute:02}"

    morning, evening = at(hour % HALF_DAY), at(hour % HALF_DAY + HALF_DAY)
    span = Span("time", at(hour), start, end)
    if hour > HALF_DAY or (hour == 0 and not part):
        return span
    if part.startswith("a"):
        return Span("time", morning, start, end)
    if part in ("night", "n"):
        late = at(0) if hour == HALF_DAY else evening
        if hour in range(1, 5):
            return doubted(span, "late at night, or early in the morning", morning, late)
        return Span("time", late, start, end)
    if part:
        return Span("time", evening, start, end)
    if exact:
        return span
    first, second = (morning, evening) if hour in MORNINGS_FIRST else (evening, morning)
    return doubted(Span("time", first, start, end), "morning or afternoon", first, second)


def _by_part_of_day(span: Span, flat: str, clock: Clock) -> Span:
    """Take the part of the day from elsewhere in the text: "amanhã à tarde, às 3", "at 8 tonight"."""
    said = [match for match in clock.part.finditer(flat) if not match["greeting"]]
    parts = {clock.parts[words.spaced(match["part"])] for match in said}
    if len(parts) != 1 or span.doubt != "morning or afternoon":
        return span
    hour, minute = map(int, span.value.split(":"))
    return _resolved((hour % HALF_DAY) or HALF_DAY, minute, parts.pop(), span.start, span.end)


def _checked(span: Span, flat: str, clock: Clock) -> Span:
    """Doubt the ends of a stretch, one of two, and where a time only begins or ends."""
    before = flat[max(0, span.start - 36) : span.start]
    begun, goes_on = clock.range_before.search(before), clock.range_after.match(flat, span.end)
    if begun or goes_on:
        start = span.start - len(before) + begun.start() if begun else span.start
        end = goes_on.end() if goes_on else span.end
        return doubted(replace(span, start=start, end=end), "a range")
    if clock.either_after.match(flat, span.end) or clock.either_before.search(before):
        return doubted(span, ONE_OF_TWO, *span.readings)
    if not span.doubt and clock.bounds.search(before):
        return doubted(span, "only where a time begins or ends", span.value)
    return span
