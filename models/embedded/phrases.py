"""Phrases that were taught, as they stand in a row, and what is only polite around them."""

from collections.abc import Mapping, Sequence

SOFT = ("soft", "polite")
LONGEST_PHRASE = 8
"""Words of a phrase."""

MOST_PHRASES = 4
"""Phrases that may follow each other without a comma."""


def in_a_row(said: Sequence[str], phrases: Mapping[str, str]) -> list[str] | None:
    """Give the kinds of the fewest phrases that make up these words, and no others; else None."""
    best: list[list[str] | None] = [[]]
    for end in range(1, len(said) + 1):
        ways = [
            [*before, kind]
            for start in range(max(0, end - LONGEST_PHRASE), end)
            if (before := best[start]) is not None
            and (kind := phrases.get(" ".join(said[start:end])))
        ]
        best.append(min(ways, key=len, default=None))
    found = best[-1]
    if found is None or "aside" in found:
        return None
    return found if sum(kind not in SOFT for kind in found) <= MOST_PHRASES else None


def peeled(said: Sequence[str], phrases: Mapping[str, str], leading: frozenset[str]) -> list[str]:
    """Give the words without what is only polite at either end.

    After one of `leading` something is named: "for my sister" calls nobody.
    """
    left = [*said]
    while size := _soft(left, phrases, end=False):
        left = left[size:]
    while (size := _soft(left, phrases, end=True)) and left[-size - 1] not in leading:
        left = left[:-size]
    return left


def _soft(said: Sequence[str], phrases: Mapping[str, str], *, end: bool) -> int:
    """Give how many words at an end are a phrase that says nothing."""
    if phrases.get(" ".join(said), "soft") not in SOFT:
        return 0
    for size in range(min(LONGEST_PHRASE, len(said)), 0, -1):
        phrase = said[-size:] if end else said[:size]
        if phrases.get(" ".join(phrase)) in SOFT:
            return size
    return 0
