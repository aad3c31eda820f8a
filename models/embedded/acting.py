"""The words that name what a procedure does, and tell it from the others."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from models.embedded import pointing, turns, words

NEAR = 4
"""Words before a verb in which a denial makes an example say that something is *not* so."""

SHORTEST_VERB = 4
FEW = 4
"""A word tells a procedure apart if at most one in so many others has it."""

PARTS = re.compile(r"[,;.!?\n]+|\s[-–—]\s")
SHORT_ACT = 3
"""Words of meaning in a part of an answer that may be no more than a verb: "cancel it then"."""

OFTEN = 2
"""Examples that must have a word for it to stand for what they ask for."""


def urges_act(text: str, proposed: str, examples: Sequence[str], language: str) -> bool:
    """Say whether a short text begins with a yes and does no more than name what is proposed.

    "Ok, just return them" agrees to a return; with "only", "not" or a question it is more than a yes.
    """
    said, base = words.plain(text, language), words.base(language)
    begins = turns.said_of(language, "agreeing").match(said)
    if begins is None or "?" in text or turns.said_of(language, "limits").search(said):
        return False
    rest = words.content(said[begins.end() :].split(), (base,))
    known = {*words.stems(words.words(proposed, base), base), *_often(tuple(examples), base)}
    known |= pointing.answer_words(language)
    return 0 < len(rest) <= SHORT_ACT and all(
        word in known or words.stem(word, base) in known for word in rest
    )


@lru_cache(maxsize=64)
def telling(
    own: tuple[str, ...], others: tuple[tuple[str, ...], ...], language: str
) -> frozenset[str]:
    """Give the stems of meaning in examples that most other examples do not have."""
    base = words.base(language)
    each = [_meaning(texts, base) for texts in others]
    return frozenset(
        stem
        for stem in _meaning(own, base)
        if sum(stem in stems for stems in each) * FEW <= len(each)
    )


def names_another(
    about: str, others: tuple[tuple[str, ...], ...], text: str, language: str
) -> bool:
    """Say whether a short part of an answer names what others do, and not what is to be agreed to.

    "Yes, cancel it" agrees to no exchange; "yes. And cancel the other one" agrees, and wants more.
    """
    base = words.base(language)
    own = frozenset(words.stems(words.words(about, base), base))
    foreign = acts_of(others, base) - own - _answering(base)
    joins = turns.said_of(language, "joins")
    for part in PARTS.split(text):
        said = words.plain(part, language)
        told = words.content(said.split(), (base,))
        if said in _yeses(base):
            continue
        if len(told) <= SHORT_ACT and not joins.match(said) and says(foreign, said, language):
            return True
    return False


@lru_cache(maxsize=64)
def _often(examples: tuple[str, ...], base: str) -> frozenset[str]:
    """Give the stems by which the act is named: a colour in one example names none."""
    counts = Counter(stem for text in examples for stem in _meaning((text,), base))
    return frozenset(stem for stem, count in counts.items() if count > OFTEN)


@cache
def _yeses(base: str) -> frozenset[str]:
    """Give whole answers that mean yes, but for those that name an act: "that works", not "pode cancelar"."""
    lists = words.load("agreement").get(base, {})
    acts = tuple(f"{words.plain(str(verb), base)} " for verb in lists.get("before_act", ()))
    said = (words.plain(str(phrase), base) for phrase in lists.get("yes", ()))
    return frozenset(one for one in said if not acts or not one.startswith(acts))


@cache
def _answering(base: str) -> frozenset[str]:
    """Give the stems of words with which people answer yes."""
    lists = words.load("agreement").get(base, {})
    kinds = ("sure", "urges", "plain", "fillers", "leads", "softens")
    said = " ".join(str(phrase) for kind in kinds for phrase in lists.get(kind, ()))
    return frozenset(words.stems(words.words(said, base), base))


@lru_cache(maxsize=64)
def acts_besides(
    own: tuple[str, ...], others: tuple[tuple[str, ...], ...], language: str
) -> frozenset[str]:
    """Give the stems that tell other procedures apart and stand nowhere in this one's examples."""
    base = words.base(language)
    return acts_of(others, base) - _meaning(own, base) - _answering(base)


@lru_cache(maxsize=64)
def acts_of(others: tuple[tuple[str, ...], ...], base: str) -> frozenset[str]:
    """Give the stems that tell each of several procedures from the rest."""
    found: set[str] = set()
    for at, examples in enumerate(others):
        told = telling(examples, (*others[:at], *others[at + 1 :]), base)
        counts = Counter(stem for text in examples for stem in _meaning((text,), base))
        found |= {stem for stem in told if counts[stem] >= OFTEN}
    return frozenset(found)


def says(stems: frozenset[str], text: str, language: str) -> bool:
    """Say whether a text has one of these stems."""
    return bool(stems & set(words.stems(words.words(text, language), words.base(language))))


def _meaning(texts: tuple[str, ...], base: str) -> frozenset[str]:
    told = words.content(words.words(" ".join(texts), base), (base,))
    return frozenset(words.stems([word for word in told if len(word) >= SHORTEST_VERB], base))


@lru_cache(maxsize=256)
def wished(examples: tuple[str, ...], language: str) -> frozenset[str]:
    """Give the stems of what the examples ask for, not of what they say is not so."""
    found: set[str] = set()
    denials = turns.said_of(language, "negation")
    for example in examples:
        said = words.words(example, language)
        for at, word in enumerate(said):
            before = " ".join(said[max(0, at - NEAR) : at])
            if len(word) >= SHORTEST_VERB and not denials.search(before):
                found.add(words.stem(word, language))
    return frozenset(found)
