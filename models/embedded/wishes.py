"""What one message asks for: the classifier on the whole and on its clauses, merged."""

from typing import Any, Protocol

from models.embedded import words
from models.embedded.certainty import ELSEWHERE
from models.embedded.courtesy import is_courtesy
from models.embedded.intents import Reading
from models.embedded.splitting import Clause, bare, clauses

WEAK_CUT_BONUS = 0.37
"""How much surer, of what is left to 1, the parts around "and" or a comma must be."""

LEAST_WORDS = 3
"""Words of a clause after "and" or a comma that may be a wish of its own."""

COURTESIES = frozenset({"greeting", "thanks", "goodbye"})
"""Intents of the bank that count only where nothing else is wanted."""


class Read(Protocol):
    """Reads texts; in `haste` by their words alone, even where these leave it unsure."""

    def __call__(self, texts: list[str], *, haste: bool = False) -> list[Reading]: ...


def wishes(text: str, language: str, read: Read, threshold: float) -> list[dict[str, Any]]:
    """Give `{name, confidence, text}` per wish in the order said; `[]` when none is understood."""
    parts = clauses(text, language)
    if not parts:
        return []
    if len(parts) == 1:
        whole = read([bare(text, language)])[0]
        return _taken([(whole, text.strip())], threshold)
    [whole] = read([text])
    # A part of a sentence ("since they came") has words that decide or is no wish: its meaning alone
    # would be near one that nobody has.
    each = read([bare(part.text, language) for part in parts], haste=True)
    segments = _joined(text, parts, each, threshold, language)
    read_segments = read([bare(segment, language) for segment, _ in segments])
    told = [
        (reading, segment)
        for reading, (segment, strong) in zip(read_segments, segments, strict=True)
        if _passes(reading, threshold if strong else _surer(threshold))
    ]
    names = {reading.label for reading, _ in told}
    if len(names) >= 2:
        return _taken(_merged(told), threshold)
    if whole.label != ELSEWHERE and whole.confidence >= threshold:
        best = max([whole, *(reading for reading, _ in told if reading.label == whole.label)],
                   key=lambda reading: reading.confidence)  # fmt: skip
        if told and told[0][0].label != whole.label and told[0][0].confidence > whole.confidence:
            return _taken(told[:1], threshold)
        return _taken([(best, text.strip())], threshold)
    return _taken(_merged(told), threshold)


def _joined(
    text: str, parts: list[Clause], readings: list[Reading], threshold: float, language: str
) -> list[tuple[str, bool]]:
    """Join clauses into segments of one wish each: a clause that says none goes with its neighbour."""
    segments: list[list[Any]] = []  # start, end, label, strong
    for at, (part, reading) in enumerate(zip(parts, readings, strict=True)):
        end = parts[at + 1].start if at + 1 < len(parts) else len(text)
        needed = threshold if part.strong else _surer(threshold)
        label = reading.label if _passes(reading, needed) else None
        if (at and not _says_enough(part, language)) or is_courtesy(part.text, language):
            label = None
        last = segments[-1] if segments else None
        if last is not None and (
            label is None or label == last[2] or (last[2] is None and not part.strong)
        ):
            last[1] = end
            last[2] = last[2] or label
        else:
            segments.append([part.start, end, label, part.strong])
    if len(segments) > 1 and segments[0][2] is None:
        first, second = segments[0], segments[1]
        segments[:2] = [[first[0], second[1], second[2], True]]
    if len(segments) > 1:
        # The first stretch stands on the cut that follows it as much as the second does.
        segments[0][3] = segments[1][3]
    return [(text[start:end].strip(), bool(strong)) for start, end, _, strong in segments]


def _says_enough(part: Clause, language: str) -> bool:
    """Say whether a clause may be a wish of its own: ", the blue one" or "that I bought" is none."""
    said = words.words(part.text)
    if not part.strong:
        return len(said) >= LEAST_WORDS
    return any(len(word) > 1 for word in words.content(said, (language,)))


def _passes(reading: Reading, needed: float) -> bool:
    return reading.label != ELSEWHERE and reading.confidence >= needed


def _surer(threshold: float) -> float:
    return threshold + (1 - threshold) * WEAK_CUT_BONUS


def _merged(told: list[tuple[Reading, str]]) -> list[tuple[Reading, str]]:
    """Keep the surest of each label, at the place where it was first said."""
    best: dict[str, tuple[Reading, str]] = {}
    for reading, segment in told:
        known = best.get(reading.label)
        if known is None:
            best[reading.label] = (reading, segment)
        else:
            surest = max(known[0], reading, key=lambda one: one.confidence)
            best[reading.label] = (surest, f"{known[1]} {segment}")
    return [*best.values()]


def _taken(told: list[tuple[Reading, str]], threshold: float) -> list[dict[str, Any]]:
    taken = [
        {"name": reading.label, "confidence": round(reading.confidence, 3), "text": segment}
        for reading, segment in told
        if _passes(reading, threshold)
    ]
    return [wish for wish in taken if wish["name"] not in COURTESIES] or taken
