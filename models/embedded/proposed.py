"""What a yes would carry out: its words, what will be done, and whether that stops something."""

from dataclasses import dataclass
from functools import cache, lru_cache

from models.embedded import words
from models.embedded.phrasebook import listed, taught


@dataclass(frozen=True)
class Proposed:
    """What was proposed."""

    stems: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    """What will be done, without what it is done to."""

    stops: bool = False
    """Whether it would stop something, so that "send it" is no yes to it."""

    language: str = ""

    def touches(self, part: str) -> bool:
        """Say whether words name something of it besides what will be done: "make it green"."""
        said = words.content(words.words(part, self.language), (self.language,))
        return bool((self.stems - self.head) & {*words.stems(said, self.language)})


@lru_cache(maxsize=128)
def proposed_of(about: str, base: str) -> Proposed:
    """Read what is proposed from how it was put."""
    said = words.words(about, base)
    told = [word for word in words.content(said, (base,)) if word.isalpha() and len(word) > 2]
    stems = words.stems(told, base)
    stopping = _stopping(base) & {*stems}
    usual = bool(told) and told[0] in taught(base)
    head = stopping or frozenset(stems[: 2 if usual else 1])  # "open the return"
    return Proposed(frozenset(stems), head, bool(stopping), base)


@cache
def _stopping(base: str) -> frozenset[str]:
    return frozenset(words.stems(words.words(" ".join(listed(base)["stops"]), base), base))
