"""What only leads up to a matter: "the parcel came today and I opened it"."""

import re
from functools import cache

from models.embedded import words

ONLY = {"pt": ("so", "apenas", "somente"), "en": ("only", "just the", "just a", "just one")}
"""Words by which what came is less than what was to come."""


def only_leads_up(text: str, things: frozenset[str], language: str) -> bool:
    """Say whether a text tells what happened, and neither what is wrong nor what is wanted.

    Args:
        things: stems by which it names things.
    """
    base = words.base(language)
    said = words.plain(text, language)
    if "?" in text or words.pattern(*ONLY[base]).search(said):
        return False
    if not _listed("happened", base).search(said):
        return False
    for kind in ("happened", "around", "when", "small"):
        said = _listed(kind, base).sub(" ", said)
    left = [word for word in said.split() if not any(sign.isdigit() for sign in word)]
    return all(stem in things for stem in words.stems(left, base))


@cache
def _listed(kind: str, base: str) -> re.Pattern[str]:
    return words.pattern(*map(str, words.load("scenes")[base][kind]))
