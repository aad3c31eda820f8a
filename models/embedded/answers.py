"""Answers to a yes/no question that is open: all of a message is one, or it is none.

A message is read part by part, as commas and full stops cut it (`models/embedded/replies.py`), and is an
answer only if every part is one.
"""

from collections.abc import Sequence
from typing import Literal

from models import Answered
from models.embedded import agreement, words
from models.embedded.agreeing import clearly
from models.embedded.parting import cut
from models.embedded.proposed import proposed_of
from models.embedded.teaching import reader_of

Meaning = Literal["yes", "no", "drop", ""]

MARKS: dict[str, Meaning] = {"👍": "yes", "👌": "yes", "✅": "yes", "👎": "no", "❌": "no"}


def meaning(text: str, language: str, about: str = "") -> Meaning:
    """Give what a message answers to the question that is open, if it answers and does nothing else.

    `about` is what was proposed, as it was put.
    """
    reader = reader_of(words.base(language))
    if reader is None or any(sign.isdigit() for sign in text):
        return ""
    if not words.words(text):
        marks: list[Meaning] = [MARKS[sign] for sign in text if sign in MARKS]
        return marks[0] if marks else ""
    proposed = proposed_of(about, reader.language)
    for bold in (False, True) if proposed.stems else (False,):
        found = reader.parts(text, proposed, bold=bold)
        if found is not None:
            answer = _together(found, stops=proposed.stops)
            if answer:
                return answer
    return ""


def answered(text: str, language: str, question: str, about: str = "") -> Answered:
    """Read the answer to a question; `about` are more words that say what was proposed.

    What the trained reader does not know may still begin with a plain yes: it counts if it says nothing
    but what was proposed. A no counts anyhow, for nothing is done then.
    """
    found = _answered(text, language, question, about)
    return Answered() if found.meaning == "yes" and agreement.puts_off(text, language) else found


def _answered(text: str, language: str, question: str, about: str) -> Answered:
    if read := meaning(text, language, question):
        return Answered(read, wholly=True)
    reader = reader_of(words.base(language))
    mended = reader.mended(text) if reader else text
    verdict = agreement.agreement(mended, language, f"{question} {about}")
    if verdict is False:
        return Answered("no")
    clear = clearly(text, language, question, about, agreed=bool(verdict))
    return Answered("yes" if clear else "", wholly=clear == "wholly")


def doubtful(text: str, language: str, about: str = "") -> bool:
    """Say whether a part of a message puts a condition, mocks, asks, or says what another said."""
    reader = reader_of(words.base(language))
    if reader is None:
        return False
    proposed = proposed_of(about, reader.language)
    parts = [part for part, _ in cut(text)]
    return any(reader.kind(part, proposed) == "aside" for part in (*parts, " ".join(parts)))


def regrets(text: str, language: str, about: str = "") -> bool:
    """Say whether a part of a message wishes that what was just done had not been done."""
    reader = reader_of(words.base(language))
    if reader is None:
        return False
    done = proposed_of(about, reader.language)
    return any(reader.regrets(part, done) for part, _ in cut(text))


def _together(found: Sequence[str], *, stops: bool) -> Meaning:
    """Give what the kinds of all parts come to."""
    kinds = {*found} - {"soft"}
    if "polite" in kinds:  # "please" agrees where nothing else is said
        kinds = kinds - {"polite"} or {"yes"}
    if "unwanted" in kinds:  # "yes, I don't want it any more" gives a reason for stopping it
        kinds -= {"unwanted"}
        kinds |= set() if stops and kinds == {"yes"} else {"drop"}
    if kinds == {"yes"}:
        return "yes"
    if kinds <= {"yes", "onward"} and kinds:
        return "" if stops else "yes"
    if kinds == {"no"}:
        return "no"
    if kinds and kinds <= {"no", "drop"}:
        return "drop"
    if stops and "come" in kinds and kinds <= {"come", "drop", "no", "onward"}:
        return "drop"
    return ""
