"""Hold every sentence of a reply against what it rests on: numbers, links, promises, personal data.

Pure and deterministic. A sentence that fails is dropped with its reason; nothing changes the text after
the review.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.privacy import found
from core.sentences import sentences
from graph.state import Dropped

NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
MARKER = re.compile(r"\[\d+\]")
LIST_NUMBER = re.compile(r"^\s*\d+[.)]\s")
LINK = re.compile(r"https?://[^\s)\]>]+|\bwww\.[^\s)\]>]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a reply may rest on."""

    evidence: tuple[str, ...]
    """Passages, tool results, the customer's own words, texts that the company wrote."""

    never_promise: tuple[str, ...] = ()
    known: str = field(init=False, default="")
    numbers: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        joined = "\n".join(self.evidence)
        object.__setattr__(self, "known", joined.lower())
        object.__setattr__(self, "numbers", frozenset(numbers(joined)))


Rule = Callable[[str, Grounds], str | None]
"""Why a sentence must not go out, or None."""


def numbers(text: str) -> set[str]:
    """Give the numbers of a text, written one way: no thousands mark, no trailing zeros of cents."""
    return {plain for written in NUMBER.findall(MARKER.sub(" ", text)) for plain in _plain(written)}


def _plain(written: str) -> list[str]:
    """Write a number one way; dates, times and ranges give their parts."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", written):
        written = written.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        written = written.replace(",", "")
    elif re.fullmatch(r"\d+,\d+", written):
        written = written.replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", written):
        whole, cents = written.split(".")
        cents = cents.rstrip("0")
        return [f"{whole.lstrip('0') or '0'}.{cents}" if cents else whole.lstrip("0") or "0"]
    return [part.lstrip("0") or "0" for part in re.split(r"[.,:/-]", written) if part]


def unsupported_number(sentence: str, grounds: Grounds) -> str | None:
    """Numbers, amounts and dates must stand in what the reply rests on."""
    claimed = numbers(LIST_NUMBER.sub("", sentence))
    if missing := sorted(claimed - grounds.numbers):
        return f"nothing it rests on says {', '.join(missing)}"
    return None


def unknown_link(sentence: str, grounds: Grounds) -> str | None:
    """Links must stand in what the reply rests on."""
    for link in LINK.findall(sentence):
        if link.rstrip(".,;").lower() not in grounds.known:
            return f"nothing it rests on has the link {link}"
    return None


def forbidden_promise(sentence: str, grounds: Grounds) -> str | None:
    """What policy says is never promised needs a result that says so."""
    low = sentence.lower()
    for phrase in grounds.never_promise:
        if phrase.lower() in low and phrase.lower() not in grounds.known:
            return f"policy: {phrase!r} is never promised"
    return None


def stranger_data(sentence: str, grounds: Grounds) -> str | None:
    """Personal data that neither the customer nor her own records gave must not go out."""
    for personal in found(sentence):
        if personal.value.lower() not in grounds.known:
            return f"it holds a {personal.kind} that is not hers"
    return None


RULES: tuple[Rule, ...] = (unsupported_number, unknown_link, forbidden_promise, stranger_data)


def objection(sentence: str, grounds: Grounds, rules: Iterable[Rule] = RULES) -> str | None:
    """Give the first reason against a sentence, or None."""
    return next((reason for rule in rules if (reason := rule(sentence, grounds))), None)


def review(text: str, grounds: Grounds) -> tuple[str, list[Dropped]]:
    """Give the text without the sentences that fail, and those with their reasons."""
    kept: list[str] = []
    dropped: list[Dropped] = []
    for sentence in sentences(text):
        if reason := objection(sentence, grounds):
            dropped.append(Dropped(sentence=sentence.strip(), reason=reason))
        else:
            kept.append(sentence)
    return "".join(kept).strip() if dropped else text.strip(), dropped
