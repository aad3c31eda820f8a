"""What kind of thing a question wants: a price, a time, a number; and whether a text holds it."""

import re
from functools import lru_cache

from models.embedded import words

NUMBER = r"(?:\d[\d.,]*|um|uma|dois|duas|tres|one|two|three|five|seven|ten)"
SPAN = (
    r"(?:dias?|horas?|semanas?|mes|meses|anos?|minutos?|faturas?"
    r"|days?|hours?|weeks?|months?|years?|minutes?|statements?)"
)
HOLDS = {
    "hours": r"\b\d{1,2}\s?(?:h\b|:\d\d|am\b|pm\b|a\.m|p\.m)|\b(?:fechad[oa]s?|closed)\b",
    "price": (
        r"r\$|us\$|[$€£]|\breais\b|\d\s?%"
        r"|\b(?:gratis|gratuit\w*|free|de graca|sem custo|no (?:cost|charge))\b"
    ),
    "duration": rf"\b{NUMBER}\b.{{0,20}}\b{SPAN}\b|\b{SPAN}\)?: \d",
    "count": r"\d",
}
"""What holds each kind, in a folded text. The first kind that a question asks for counts most."""

AGREES = re.compile(r"\b(?:sim|nao|pode|aceita\w*|yes|no|not|can|may|accept\w*)\b")


@lru_cache(maxsize=2_000)
def asked(question: str, language: str) -> tuple[str, ...]:
    """Give the kinds that a question may want, the likeliest first."""
    return tuple(kind for kind in HOLDS if _says(kind, question, language))


def strict(question: str, language: str) -> bool:
    """Say whether only a number answers: "how many days", not "when"."""
    return bool(asked(question, language)) and _says("only_a_number", question, language)


def holds(kind: str, text: str) -> bool:
    """Say whether a text holds a kind of thing."""
    return bool(re.search(HOLDS[kind], words.flat(text)))


def agrees(question: str, text: str, language: str) -> bool:
    """Say whether a text says yes or no to a question that wants one."""
    listed = words.load("expected")["yes"].get(words.base(language), [])
    begins = listed and words.pattern(*listed).match(words.plain(question, language))
    return bool(begins and AGREES.search(words.flat(text)))


def _says(kind: str, question: str, language: str) -> bool:
    listed = words.load("expected")[kind].get(words.base(language), [])
    return bool(listed) and bool(words.pattern(*listed).search(words.plain(question, language)))
