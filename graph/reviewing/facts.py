"""Rules on what a sentence states: numbers, days, links, and whether its source says so."""

import re

from core import privacy
from graph.reviewing import reading
from graph.reviewing.grounds import Grounds
from models.embedded import words

LINK = re.compile(
    r"https?://[^\s)\]>]+|\bwww\.[^\s)\]>]+"
    r"|(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|br|info|biz|shop|store|link|site|online|top|xyz|app|dev"
    r"|me|ly|gl|to|ru|cn|example|evil|test)(?:/[^\s)\]>]*)?(?![\w@])",
    re.IGNORECASE,
)
SAME = 0.55
"""Likeness from which two sentences are on the same matter, so that one may contradict the other."""

SUPPORTED = 0.3
"""Share of a cited sentence's sense that its passage must have."""

LEAST_SENSE = 3


def unsupported_number(sentence: str, grounds: Grounds) -> str | None:
    """Numbers and amounts, in digits or words, must stand in what the reply rests on, counting the same.

    Whose a telephone number or the like is, is another rule's business.
    """
    missing = []
    bare = LINK.sub(" ", reading.LIST_NUMBER.sub("", _without_personal(sentence)))
    for amount in reading.amounts(bare):
        supported = amount in grounds.amounts or amount.value in grounds.bare_numbers
        if amount.kind == "plain":
            supported = supported or amount.value in grounds.quotable_codes
            supported = supported or any(amount.value == one.value for one in grounds.amounts)
        if not supported:
            missing.append(
                amount.value if amount.kind == "plain" else f"{amount.value} {amount.kind}"
            )
    return f"nothing it rests on says {', '.join(sorted(missing))}" if missing else None


def _without_personal(sentence: str) -> str:
    return privacy.replaced(sentence, lambda _: " ")


def unsupported_day(sentence: str, grounds: Grounds) -> str | None:
    """Days, by date or by name ("amanhã", "next Friday"), must be ones that the evidence has."""
    for day in reading.days_written(sentence):
        if day not in grounds.days and (day[1], day[0]) not in grounds.days:
            return f"nothing it rests on says {day[1]}/{day[0]}"
    for day in reading.days_named(sentence, grounds.today):
        if day.words not in grounds.day_words and not day.dates & grounds.own_days:
            return f"nothing it rests on says {day.words!r}"
    return None


def unknown_link(sentence: str, grounds: Grounds) -> str | None:
    """Links must stand in what the reply rests on."""
    for link in LINK.findall(_without_personal(sentence)):
        if link.rstrip(".,;:!?").lower() not in grounds.worded:
            return f"nothing it rests on has the link {link}"
    return None


def contradiction(sentence: str, grounds: Grounds) -> str | None:
    """A sentence must not turn what its source says into the opposite."""
    # A citation ends a statement as a full stop does, whatever a model has put behind it.
    said = [part for part in reading.MARKER.split(sentence) if part.strip()]
    sources = (source_of(part, grounds) for part in dict.fromkeys((sentence, *said)))
    source = next(filter(None, sources), None)
    return f"its source says the opposite: {source[1]!r}" if source else None


def source_of(sentence: str, grounds: Grounds) -> tuple[str, str] | None:
    """Give the statement that a sentence turns round, with its passage's id; None when it does not."""
    claimed = reading.opposed(sentence)
    if len(claimed) < 2 or sentence.rstrip().endswith("?"):
        return None
    near = [
        (reading.likeness(claimed, reading.opposed(statement)), passage_id, statement)
        for passage_id, statement in grounds.statements
    ]
    close = sorted((one for one in near if one[0] >= SAME), reverse=True)
    for _, _, statement in close:
        shared = claimed & reading.opposed(statement)
        if reading.turned(sentence, shared) == reading.turned(statement, shared):
            return None
    return (close[0][1], close[0][2]) if close else None


def unsupported_citation(sentence: str, grounds: Grounds) -> str | None:
    """A passage that is cited must be about what the sentence says."""
    claimed = reading.sense(sentence)
    if len(claimed) < LEAST_SENSE or not grounds.cited:
        return None
    for place in map(int, re.findall(r"\[(\d+)\]", sentence)):
        passage = next(
            (one for one in grounds.passages if one["passage_id"] == grounds.cited.get(place)), None
        )
        if passage is None:
            return f"the citation [{place}] points to no passage"
        if words.base(passage["language"]) != words.base(grounds.language):
            continue  # in other words by necessity
        shared = claimed & reading.sense(f"{passage['title']} {passage['text']}")
        if len(shared) < SUPPORTED * len(claimed):
            return f"the passage {passage['title']!r} that it cites does not say so"
    return None
