"""Rules on who is spoken of: other people's names and data must not go out."""

import re
from functools import cache
from pathlib import Path

from core.privacy import found as personal_data
from core.workspace import read_yaml
from graph.reviewing import reading
from graph.reviewing.grounds import Grounds
from models.embedded import words

NAME = re.compile(r"(?<![\w@/.-])[A-ZÀ-Ý][^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@])")
FULL_NAME = re.compile(
    r"(?<![\w@/.-])([A-ZÀ-Ý][a-zà-ÿ'’]+)((?: (?:d[aeo]s?|de la|van|von))? [A-ZÀ-Ý][a-zà-ÿ'’]+)+(?![\w@])"
)
GREETED = re.compile(
    r"^(?P<hello>\W*(?:ol[áa]|oi|bom dia|boa tarde|boa noite|prezad[oa]|car[oa]|hi|hello|hey|dear"
    r"|good (?:morning|afternoon|evening)|thanks?|thank you|obrigad[oa]|certo|claro|sure))"
    r",? (?P<name>[A-ZÀ-Ý][^\W\d_]+(?: [A-ZÀ-Ý][^\W\d_]+)*)(?=[,.!:;]|$)",
    re.IGNORECASE,
)


def stranger_data(sentence: str, grounds: Grounds) -> str | None:
    """Data of a person must have been worded for this customer, or be what she wrote herself."""
    hers = "\n".join(grounds.customer).lower()
    digits = re.sub(r"\D", "", f"{grounds.worded} {hers}")
    for personal in personal_data(sentence):
        value = personal.value.lower()
        bare = re.sub(r"\D", "", value)
        if value not in grounds.worded and value not in hers and not (bare and bare in digits):
            return f"it holds a {personal.kind} that is not hers"
    return None


def stranger_address(sentence: str, grounds: Grounds) -> str | None:
    """A street with a number must be one that the evidence or she herself named."""
    streets = [match[0] for match in _street().finditer(words.folded(sentence))]
    if not streets:
        return None
    known = reading.plainly(" ".join((*grounds.told, *grounds.articles, *grounds.customer)))
    if all(reading.plainly(street) in known for street in streets):
        return None
    return "it holds an address that is not hers"


def stranger_name(sentence: str, grounds: Grounds) -> str | None:
    """Only people are named who stand in the evidence: she, the company's people, nobody else."""
    for match in FULL_NAME.finditer(sentence):
        parts = [words.folded(part) for part in match[0].split() if part[:1].isupper()]
        inside = parts if match.start() else parts[1:] or parts
        if parts[0] in _given() and not set(parts) <= grounds.known_words:
            return f"it names {match[0]}, and nobody of that name is known here"
        if len(inside) > 1 and not set(inside) & grounds.known_words:
            return f"it names {match[0]}, of which nothing is known here"
    for match in NAME.finditer(sentence):
        name = words.folded(match[0])
        if name in _given() and name not in grounds.known_words:
            return f"it names {match[0]}, and nobody of that name is known here"
    return None


def without_greeted_name(sentence: str) -> str | None:
    """Give a greeting without the name in it; None where it greets nobody by name."""
    match = GREETED.match(sentence)
    return match["hello"] + sentence[match.end() :] if match else None


@cache
def _given() -> frozenset[str]:
    listed: dict[str, str] = read_yaml(Path(__file__).with_name("names.yaml"))
    return frozenset(name for names in listed.values() for name in names.split())


@cache
def _street() -> re.Pattern[str]:
    return re.compile(reading.lists()["streets"])
