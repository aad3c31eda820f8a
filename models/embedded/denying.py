"""What a customer tells us not to do, or calls off."""

import re
from collections.abc import Sequence
from functools import cache

from models.embedded import acting, pointing, turns, words

SHORTEST_VERB = 4
LEAST_AFTER = 2
"""Words after a no that may ask for something: "no, replace it"."""

PARTS = re.compile(r"[,;.!?\n]+|\s[-–—]\s")
JOINTS = re.compile(r"\s(?:e|ou|mas|and|or|but)\s")
NUMBER = r"(?:[a-z]{1,12}-|[a-z]{1,3})?\d{3,}(?!\w|-\d)"
"""A number of a thing as customers write it, folded; no part of a longer one."""

BESIDE_VERB = 4
"""Words between a verb and what it is about."""


def refuses(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text tells not to do what the examples ask for: "não cancela não", "don't send it".

    A verb of the examples must be denied in a form that tells others what to do, and nowhere be wished.
    """
    denied = _denied(examples, text, language)
    if not denied:
        return False
    stems = {words.stem(match["verb"], words.base(language)) for match in denied}
    rest = undenied(examples, text, language).split()
    return not stems & set(words.stems(rest, words.base(language)))


def undenied(examples: Sequence[str], text: str, language: str) -> str:
    """Give a text without what it tells not to do: what is left may be a wish all the same.

    "I changed my mind about it, don't send it" asks for something, "don't cancel it" for nothing.
    """
    said = words.plain(text, language)
    for match in reversed(_denied(examples, text, language)):
        said = f"{said[: match.start()].rstrip()}; {said[match.end() :].lstrip()}"
    return said


def _denied(examples: Sequence[str], text: str, language: str) -> list[re.Match[str]]:
    """Give the places where a verb of the examples is denied."""
    base = words.base(language)
    if base not in words.load("turns") or "?" in text:
        return []
    denials = [*_denial(base).finditer(words.plain(text, language))]
    wished = acting.wished(tuple(examples), base) if denials else frozenset()
    return [match for match in denials if _is_wished(match, wished, base)]


def refuses_person(examples: Sequence[str], text: str, language: str) -> bool:
    """Say whether a text says that nobody need be called any more.

    "I don't need a person anymore", "forget the agent", "I've sorted it out myself".
    """
    plain = words.plain(text, language)
    base = words.base(language)
    if "?" in text:
        return False
    people = frozenset(words.stems(words.words(" ".join(turns.listed(language)["people"])), base))
    if calls_off(text, people, language) or turns.said_of(language, "settled").search(plain):
        return True
    if not turns.said_of(language, "negation").search(plain):
        return False
    return bool(people & set(words.stems(plain.split(), base))) or refuses(examples, text, language)


def without_denied(text: str, language: str) -> str:
    """Give a text without the numbers that it says are not meant: "no wait, not A-12", "o A-12 não".

    For what has a form of its own, such as a number of hers: in an address or a reason it may cut too much.
    """
    flat, kept = words.flat(text), text
    kinds = turns.listed(language)
    before = words.either(kinds["not_it"])
    beside = words.either(kinds["beside_number"])
    pattern = re.compile(
        rf"(?<!\w)(?:{before})\s+(?:(?:{beside})\s+)*{NUMBER}"
        rf"|(?<!\w)(?:(?:{beside})\s+)*{NUMBER}\s+(?:{words.either(kinds['not_after'])})(?=\s*(?:[,;.!]|$))"
    )
    for match in reversed([*pattern.finditer(flat)]):
        kept = f"{kept[: match.start()]}{kept[match.end() :]}"
    return kept


def denies(text: str, language: str) -> bool:
    """Say whether a text begins with a no."""
    return turns.said_of(language, "denying").match(words.plain(text, language)) is not None


def after(text: str, language: str) -> str:
    """Give what follows a no at the beginning of a text; all of it where none, or hardly a word, does."""
    first = PARTS.search(text)
    said = words.plain(text[: first.start()] if first else "", language)
    no = turns.said_of(language, "denying").match(said)
    rest = text[first.end() :].strip() if first else ""
    if no is None or len(words.words(rest)) < LEAST_AFTER:
        return text
    beside = words.content(said[no.end() :].split(), (words.base(language),))
    return rest if set(beside) <= pointing.answer_words(language) else text


def calls_off(text: str, names: frozenset[str], language: str) -> bool:
    """Say whether a text calls off what these stems name: "I don't want the refund any more".

    The name must stand near the verb, and in the same part: "cancel it, I want a refund" calls off none.
    """
    base = words.base(language)
    for part in PARTS.split(text):
        for piece in JOINTS.split(words.plain(part, language)):
            for kind, after in (("calling_off", True), ("called_off", False)):
                for match in turns.said_of(language, kind).finditer(piece):
                    near = piece[match.end() :].split()[:BESIDE_VERB]
                    near = near if after else piece[: match.start()].split()[-BESIDE_VERB:]
                    if names & set(words.stems(near, base)):
                        return True
    return False


def _is_wished(match: re.Match[str], wished: frozenset[str], language: str) -> bool:
    verb = match["verb"]
    form = words.load("turns")[language]["forms"]
    if turns.said_of(language, "other").fullmatch(verb) or turns.said_of(
        language, "modal"
    ).fullmatch(verb):
        return False
    if len(verb) < SHORTEST_VERB or (form and not re.search(f"{form}$", verb)):
        return False
    return words.stem(verb, language) in wished


@cache
def _denial(language: str) -> re.Pattern[str]:
    listed = words.load("turns")[language]
    between = "|".join(re.escape(words.folded(word)) for word in listed["between"])
    no = turns.said_of(language, "negation").pattern
    return re.compile(rf"{no}\s+(?:(?:{between})\s+)*(?P<verb>[^\W\d_]+)(?:\s+nao(?!\s+\w))?")
