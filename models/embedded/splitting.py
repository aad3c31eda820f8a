"""The clauses of a message: where it may turn to another matter."""

import re
from dataclasses import dataclass
from functools import cache

from models.embedded import words
from models.embedded.digits import spelled
from models.embedded.spans import Span

MOST_CLAUSES = 8
ABBREVIATION = re.compile(r"(?:^|\W)(?:sr|sra|dr|dra|av|no|n|mr|mrs|ms|st|etc|vs|approx|ap|apt)$")
END = re.compile(r"[?!.…]+(?=\s|$)|[;\n]+|,\s+|\s+[–—-]\s+|:\s+")


@dataclass(frozen=True)
class Clause:
    """A stretch of the message, and whether what stands before it ends a sentence."""

    text: str
    start: int
    strong: bool


def clauses(text: str, language: str) -> list[Clause]:
    """Give the clauses in order; joined by what stood between them they are the message."""
    cuts: dict[int, bool] = {}
    flat = words.flat(text)
    said_numbers = spelled(text, language)
    for match in END.finditer(flat):
        if match[0] == "." and ABBREVIATION.search(flat[: match.start()]):
            continue
        mark = match[0].strip()
        cuts[match.end()] = mark[:1] not in (",", ":", "-", "–", "—")
    for kind, strong in (("strong", True), ("weak", False)):
        for match in _joints(words.base(language), kind).finditer(flat):
            if _no_joint(match, text, said_numbers):
                continue
            if not any(abs(match.start() - at) <= 1 and cuts[at] for at in cuts):
                cuts[match.start()] = strong or cuts.get(match.start(), False)
    found: list[Clause] = []
    start, strong = 0, True
    for at in [*sorted(cuts), len(text)]:
        if text[start:at].strip(" \n,;:-–—.!?…"):
            found.append(Clause(text[start:at], start, strong))
            strong = cuts.get(at, True)
        else:
            strong = strong or cuts.get(at, False)
        start = at
    if len(found) > MOST_CLAUSES:
        rest = found[MOST_CLAUSES - 1]
        found = [*found[: MOST_CLAUSES - 1], Clause(text[rest.start :], rest.start, rest.strong)]
    return found


def _no_joint(match: re.Match[str], text: str, said_numbers: list[Span]) -> bool:
    """Say whether what looks like a joint is none: "é", or the "e" inside of a number in words."""
    joint = text[match.start() : match.end()].lstrip(" ,;")
    if joint[:1] in "éÉ" and joint[:1]:
        return True
    return any(number.start < match.start() < number.end for number in said_numbers)


def bare(clause: str, language: str) -> str:
    """Give a clause without the words that only join it to the last one, and without end marks."""
    text = clause.strip(" \n,;:-–—")
    base = words.base(language)
    for kind in ("strong", "weak"):
        match = _joints(base, kind).match(words.flat(text))
        kept = text[match.end() :].strip(" \n,;:-–—") if match else ""
        if match and _is_joint_only(match[0], base) and len(kept) > 2:
            return kept
    return text


def _is_joint_only(joint: str, language: str) -> bool:
    """Say whether a joint carries nothing of a wish ("e também", not "também quero")."""
    wishes = {
        "queria",
        "quero",
        "gostaria",
        "preciso",
        "i",
        "can",
        "could",
        "what",
        "would",
        "saber",
    }
    return not wishes & set(joint.split())


@cache
def _joints(language: str, kind: str) -> re.Pattern[str]:
    listed = words.load("splitting")
    phrases = listed.get(language, listed["en"])[kind]
    return words.pattern(*phrases)
