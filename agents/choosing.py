"""Which of several things a customer means, and whether she has named one that is none of them."""

import re
from collections.abc import Mapping, Sequence

from core.workspace import said
from journeys import Journey
from models import Understanding
from models.embedded import partly
from models.embedded.choosing import asks_missing
from models.embedded.naming import Mention, Names

NEWEST = re.compile(
    r"\b(?:[uú]ltim[oa]s?|mais recentes?|mais nov[oa]|last|latest|(?:most )?recent|newest)\b",
    re.IGNORECASE,
)


_known: dict[tuple[tuple[int, ...], str], tuple[tuple[Journey, ...], Names]] = {}
"""Names by the identity of the journeys that give them, which are kept here so that none is reused."""

KEPT = 32


def names(journeys: Mapping[str, Journey], language: str) -> Names:
    """Give what this workspace calls the kinds of things that its customers have."""
    given = tuple(journeys.values())
    key = (tuple(map(id, given)), language)
    found = _known.get(key)
    if found is None:
        if len(_known) >= KEPT:
            _known.clear()
        found = _known[key] = (given, _names(given, language))
    return found[1]


def _names(journeys: Sequence[Journey], language: str) -> Names:
    called: dict[tuple[str, tuple[str, ...]], None] = {}
    for journey in journeys:
        for slot in journey.slots.values():
            if not slot.things:
                continue
            for value, label in slot.labels.items():
                called |= dict.fromkeys((text, (value,)) for text in _texts(said(label, language)))
            for more in slot.called:
                mean = tuple(more.mean)
                called |= dict.fromkeys((text, mean) for text in _texts(said(more.words, language)))
    return Names(tuple(called), language)


def _texts(label: str) -> list[str]:
    return [text.strip() for text in label.split(";") if text.strip()]


def choose(
    understanding: Understanding, named: Names, options: Sequence[str], text: str, language: str,
    question: str = "",
) -> int | None:  # fmt: skip
    """Find which of the choices that she was shown a text means; None when unclear.

    A single one is meant by a plain yes. What is like her words in all but the thing she names is not
    meant: a black chair is no black desk.
    """
    if len(options) == 1 and understanding.agreement(text, language):
        return 0
    chosen = understanding.choose(options, text, language, question)
    return _named(named, options, text, language, question, chosen)


def meant(
    understanding: Understanding, named: Names, options: Sequence[str], text: str, language: str,
    question: str = "",
) -> int | None:  # fmt: skip
    """Find which choice a text means that was written before the list was shown.

    A place in the list ("the second") means nothing then, so it only counts if it stays the same choice
    in a list of another order; except for the newest, which everybody knows.
    """
    if len(options) < 2:
        return None
    chosen = understanding.choose(options, text, language, question)
    if chosen is not None and not (chosen == 0 and NEWEST.search(text)):
        turned = understanding.choose([*options[1:], options[0]], text, language, question)
        stays = turned is not None and (turned + 1) % len(options) == chosen
        chosen = chosen if stays else None
    return _named(named, options, text, language, question, chosen)


def _named(
    named: Names, options: Sequence[str], text: str, language: str, question: str,
    chosen: int | None,
) -> int | None:  # fmt: skip
    """Hold a choice against the things that she names, but for those that she keeps.

    Asked what is missing, she may name what has come: "there was only the chair".
    """
    if not asks_missing(question, language):
        return _of_its_kind(named, options, partly.without_kept(options, text, language), chosen)
    return _of_its_kind(named, options, text, chosen) if chosen is None else chosen


def _of_its_kind(named: Names, options: Sequence[str], text: str, chosen: int | None) -> int | None:
    """Give the choice if it may be what she names, or the only one of which she says the kind."""
    mentions = _mentions(named, options, text)
    if not mentions or (chosen is not None and partly.is_whole(options[chosen], named.language)):
        return chosen
    fits = [named.fitting(mentions, option) for option in options]
    if chosen is not None and fits[chosen]:
        return chosen
    if chosen is None and any(named.written(mentions, option) for option in options):
        return None  # it has the words of a choice, and is unclear all the same
    likeliest = [at for at, fit in enumerate(fits) if fit and fit == max(fits)]
    return likeliest[0] if len(likeliest) == 1 else None


def missed(named: Names, options: Sequence[str], text: str) -> str:
    """Give the thing that a text names if none of these may be it, or nothing."""
    mentions = _mentions(named, options, text)
    if not mentions or any(named.fitting(mentions, option) for option in options):
        return ""
    return mentions[0].called


def _mentions(named: Names, options: Sequence[str], text: str) -> list[Mention]:
    """Give the things that a text names, where it is things that she chooses from."""
    mentions = named.mentions(text)
    return mentions if mentions and any(named.mentions(option) for option in options) else []


def fitting(named: Names, options: Sequence[str], text: str) -> list[int]:
    """Give the places of those that fit best what a text names; `[]` if none does, or it names nothing."""
    mentions = named.mentions(text)
    fits = [named.fitting(mentions, option) for option in options]
    return [at for at, fit in enumerate(fits) if fit and fit == max(fits)]


def names_others(options: Sequence[str], taken: int, text: str, language: str) -> bool:
    """Say whether a text names other choices than the one taken, or only some where all were."""
    asked, kept = partly.named(options, text, language)
    if not partly.is_whole(options[taken], language):
        return bool(asked - {taken}) or taken in kept
    return bool(kept) or 0 < len(asked - {taken}) < len(options) - 1
