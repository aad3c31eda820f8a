"""Words for what a back office has: fields, things and deeds, in each of the product's languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from core.workspace import Text, read_yaml
from tools.connecting import rough
from tools.connecting.text import words_of

PT, EN = "pt-BR", "en"
ENDINGS = (("ies", "y"), ("oes", "ao"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("xes", "x"),
           ("s", ""), ("ses", "s"), ("es", ""))  # fmt: skip
"""How plurals end, in either language, and what stands there instead."""

VAGUE = {"id", "ids", "uuid", "key", "my", "the", "a", "by", "for", "of", "me", "api", "v1", "v2"}
"""Words of a name that say nothing of what it is about."""


@dataclass(frozen=True)
class Thing:
    """What an operation deals in."""

    pt: tuple[tuple[str, str, str], ...]
    """Singular, plural and gender, synonyms after the first."""

    en: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Deed:
    """What an operation does with it."""

    name: str
    purpose: tuple[str, str]
    said: Mapping[str, Sequence[str]]


@cache
def _listed() -> dict[str, dict[str, Any]]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


@cache
def _things() -> dict[str, Thing]:
    """By each word for it, in either language, the name in the list first."""
    found: dict[str, Thing] = {}
    own = {name: _thing(*said) for name, said in _listed()["things"].items()}
    found |= own
    for thing in own.values():
        for word in (thing.en[0][0], thing.pt[0][0]):
            found.setdefault("_".join(words_of(word)), thing)
    return found


def _thing(pt: str, en: str) -> Thing:
    portuguese = []
    for one in pt.split(", "):
        spelled, _, gender = one.partition(":")
        singular, _, plural = spelled.partition("/")
        portuguese.append((singular, plural or _plural_pt(singular), gender))
    english = []
    for one in en.split(", "):
        singular, _, plural = one.partition("/")
        english.append((singular, plural or _plural_en(singular)))
    return Thing(tuple(portuguese), tuple(english))


def _plural_pt(word: str) -> str:
    if word.endswith("ão"):
        return f"{word[:-2]}ões"
    if word.endswith("m"):
        return f"{word[:-1]}ns"
    return f"{word}es" if word[-1] in "rzs" else f"{word}s"


def _plural_en(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def singular(word: str) -> str:
    """Give a word of a name as one of its kind: the form that is known, else the likeliest."""
    known = {**_things(), **_listed()["fields"]}
    forms = [
        f"{word.removesuffix(ending)}{instead}"
        for ending, instead in ENDINGS
        if word.endswith(ending) and len(word) > len(ending) + 2
    ]
    likeliest = word if word.endswith("ss") else next(iter(forms), word)
    return next((one for one in (word, *forms) if one in known), likeliest)


def thing_of(names: Sequence[str]) -> Thing:
    """Give what names are about, the last word that is known first; else their own last word."""
    listed = [word for name in names for word in words_of(name) if word not in VAGUE]
    verbs = {word for deed in _listed()["deeds"].values() for word in deed["words"]}
    nouns = [singular(word) for word in listed]
    for word in reversed(nouns):
        if word in _things() and (word not in verbs or len(listed) == 1 or word != nouns[0]):
            return _things()[word]
    left = [word for word in nouns if word not in verbs]
    return _guessed((left or nouns or ["item"])[-1])


def _guessed(word: str) -> Thing:
    """Give a thing that no list has, in rough words."""
    pt, en = rough.phrase([word])
    gender = "f" if pt.endswith(("a", "ção", "são", "dade")) else "m"
    return Thing(((pt, _plural_pt(pt), gender),), ((en, _plural_en(en)),))


def deed_of(names: Sequence[str], thing: Thing, *, reads: bool, method: str, mine: bool) -> Deed:
    """Give what an operation does, by the first word of its names that says it, else by its method."""
    deeds = _listed()["deeds"]
    looks = ("look", "look_mine", "price")
    by_method = {"post": "create", "put": "change", "patch": "change", "delete": "cancel"}
    if reads:
        name = "look_mine" if mine else "look"
    else:
        writes = [one for one in deeds if one not in looks]
        said = [word for one in names for word in words_of(one)]
        name = next(
            (one for word in said for one in writes if word in deeds[one]["words"]),
            by_method.get(method, "create"),
        )
    if name == "create" and any(thing is _things().get(one) for one in _listed()["booked"]):
        name = "book"
    told = deeds[name]
    return Deed(name, tuple(told["purpose"]), {PT: told[PT], EN: told[EN]})


def purpose(deed: Deed, thing: Thing) -> Text:
    """Complete "I can help you to ...", in each language."""
    return {PT: _pt(deed.purpose[0], thing.pt[0]), EN: _en(deed.purpose[1], thing.en[0])}


def examples(
    deed: Deed, thing: Thing, beside: Sequence[Thing] = (), *, priced: bool = False
) -> dict[str, list[str]]:
    """Give what customers say for it, each way with each of the words for the thing.

    `beside` are things that it is about as well, such as the class that a place is booked in; `priced`: what
    it looks up has a price, which they ask for.
    """
    more = _listed()["deeds"]["price"] if priced else {PT: [], EN: []}
    pt = [*thing.pt, *(one.pt[0] for one in beside)]
    en = [*thing.en, *(one.en[0] for one in beside)]
    found = {
        PT: [_pt(said, one) for said in (*deed.said[PT], *more[PT]) for one in _ways(said, pt)],
        EN: [_en(said, one) for said in (*deed.said[EN], *more[EN]) for one in _ways(said, en)],
    }
    return {language: [*dict.fromkeys(said)] for language, said in found.items()}


W = TypeVar("W")


def _ways(said: str, words: Sequence[W]) -> Sequence[W]:
    """Give the words that a sentence is said with: one, where it has no place for any."""
    return words if "{" in said else words[:1]


def things_in(names: Iterable[str]) -> list[Thing]:
    """Give the things that names have a word for."""
    found = (_things().get(singular(word)) for name in names for word in words_of(name))
    return [*dict.fromkeys(one for one in found if one is not None)]


def _pt(said: str, word: tuple[str, str, str]) -> str:
    one, several, gender = word
    her = gender == "f"
    filled = said.replace("d{my}", f"d{'a minha' if her else 'o meu'} {one}")
    filled = filled.replace("d{a}", f"d{'a' if her else 'o'} {one}")
    for place, words in {
        "n{a}": f"n{'uma' if her else 'um'} {one}",
        "{a}": f"{'uma' if her else 'um'} {one}",
        "{one}": one,
        "{my}": f"{'minha' if her else 'meu'} {one}",
        "{some}": several,
        "{mine}": f"{'minhas' if her else 'meus'} {several}",
        "{yours}": f"{'suas' if her else 'seus'} {several}",
    }.items():
        filled = filled.replace(place, words)
    return filled


def _en(said: str, word: tuple[str, str]) -> str:
    one, several = word
    article = "an" if one[0] in "aeiou" else "a"
    if one == several:
        article = "some"
    for place, words in {
        "{a}": f"{article} {one}",
        "{one}": one,
        "{my}": f"my {one}",
        "{some}": several,
        "{mine}": f"my {several}",
        "{yours}": f"your {several}",
    }.items():
        said = said.replace(place, words)
    return said


def label(name: str) -> Text:
    """Give what a field is called, in each language; in the words of its name where these are unknown."""
    parts = [part for part in words_of(name) if part]
    known = _listed()["fields"]
    whole = "_".join(parts)
    if whole in known:
        return _both(known[whole])
    if len(parts) > 1 and parts[-1] in ("id", "code", "number", "at", "on"):
        return label("_".join(parts[:-1]))
    told = [_word(part) for part in parts]
    if any(one is None for one in told):
        return _both(rough.phrase(parts))
    pairs = [one for one in told if one is not None]
    return {PT: " de ".join(pt for pt, _ in reversed(pairs)), EN: " ".join(en for _, en in pairs)}


def _word(part: str) -> tuple[str, str] | None:
    known = _listed()["fields"]
    for word in (part, singular(part)):
        if word in known:
            pt, en = known[word]
            return pt, en
        if word in _things():
            thing, several = _things()[word], word != part
            return (thing.pt[0][1], thing.en[0][1]) if several else (thing.pt[0][0], thing.en[0][0])
    return None


def value(said: str) -> Text:
    """Give what a value of an enumeration is called; as it is written where it is unknown."""
    known = _listed()["values"].get("_".join(words_of(said)))
    if known:
        return _both(known)
    if said != said.lower() or not said.isascii():  # a name, or a text for people
        return _both((said, said))
    return _both(rough.phrase(words_of(said)))


def is_known(said: str) -> bool:
    """Say whether a value is one that means the same everywhere."""
    return "_".join(words_of(said)) in _listed()["values"]


def question(name: str) -> Text:
    """Ask for an argument."""
    called = label(name)
    return {PT: f"Qual {called[PT]}?", EN: f"Which {called[EN]}?"}


def _both(pair: Sequence[str]) -> Text:
    return {PT: pair[0], EN: pair[1]}
