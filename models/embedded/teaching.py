"""Trains the reader of answers on the phrases of a language."""

from collections.abc import Mapping, Sequence
from functools import cache

from models.embedded import phrasebook, words
from models.embedded.phrasebook import LEARNED, said_of, taught, usual, weights
from models.embedded.replies import Reader


@cache
def reader_of(base: str) -> Reader | None:
    """Give the reader of a language; None where nobody taught one."""
    known = (words.DATA / f"answers_{base}.yaml").exists()
    return trained(base, phrasebook.listed(base)) if known else None


def trained(base: str, listed: Mapping[str, Sequence[str]]) -> Reader:
    """Train on phrases by kind; a third of a second."""
    phrases: dict[str, str] = {}
    told: dict[tuple[str, str], list[str]] = {}
    vocabulary: dict[str, set[str]] = {kind: set() for kind in LEARNED}
    for kind in LEARNED:
        for phrase in listed[kind]:
            said = said_of(phrase, base)
            told[(kind, " ".join(said))] = said
            vocabulary[kind] |= {*said}
            if kind != "regret":
                known = phrases.setdefault(" ".join(said), kind)
                if (known, kind) == ("yes", "soft"):
                    phrases[" ".join(said)] = "polite"
    for phrase in usual(base):
        phrases.setdefault(phrase, "yes")
    vocabulary["yes"] |= vocabulary["soft"] & words.function_words((base,))
    vocabulary["onward"] |= vocabulary["yes"]
    vocabulary["no"] |= vocabulary["drop"]
    vocabulary["drop"] = vocabulary["no"]
    places, weighed = weights([kind for kind, _ in told], [*told.values()])
    return Reader(
        language=base,
        phrases=phrases,
        vocabulary={kind: frozenset(known) for kind, known in vocabulary.items()},
        places=places,
        weights=weighed,
        asked=frozenset(words.plain(phrase, base) for phrase in listed["asked"]),
        unwanted=frozenset(words.plain(phrase, base) for phrase in listed["unwanted"]),
        sending=frozenset(words.words(" ".join(listed["sends"]), base)),
        regretting=frozenset(" ".join(said_of(phrase, base)) for phrase in listed["regret"]),
        before_act=frozenset(words.plain(phrase, base) for phrase in listed["before_act"]),
        leading=frozenset(words.words(" ".join(listed["leads"]), base)),
        pointing=frozenset(words.words(" ".join(listed["pointing"]), base)),
        values=frozenset(words.words(" ".join(listed["values"]), base)),
        things=frozenset(words.words(" ".join(listed["things"]), base)),
        whole=frozenset(words.plain(phrase, base) for phrase in listed["whole"]),
        pausing=frozenset(words.plain(phrase, base) for phrase in listed["pausing"]),
        about=words.pattern(*(words.plain(phrase, base) for phrase in listed["about"])),
        herself=words.pattern(*(words.plain(phrase, base) for phrase in listed["herself"])),
        telling=tuple(listed["telling"]),
        denying=frozenset(words.words(" ".join(listed["denies"]), base)),
        taught=taught(base),
    )
