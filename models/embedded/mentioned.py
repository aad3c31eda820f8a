"""Names that a text mentions though nobody asked for one: of a film, a city, a medicine, an animal.

A name is written with capitals inside a sentence, or is a word that no language knows. Where a text has
one only, and a tool takes one only, it is that; else it is asked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from models.embedded import lexicon, spelling, words
from models.embedded.schemas import spelled_out

Kind = Literal["name", "place", ""]
Way = Literal["from", "to", ""]
TOKEN = re.compile(r"[^\W\d_][\w'’-]*")
OPENS = re.compile(r"(?:^|[.!?]\s)\W*$")
JOINTS = frozenset(
    (
        "de",
        "da",
        "do",
        "das",
        "dos",
        "e",
        "of",
        "the",
        "and",
        "in",
        "on",
        "to",
        "a",
        "o",
        "la",
        "del",
    )
)
OF = frozenset(("de", "da", "do", "das", "dos", "of", "del"))
DEMONYM = re.compile(r"(?:ian|ean|ish|ese|ican|ês|esa|ense|ano|ana)$")
LONGEST_INITIALS = 4
SHORTEST = 4
"""Letters of a word that is a name for being unknown; shorter ones are mostly sounds and slips."""


def kind_of(name: str, schema: Mapping[str, Any]) -> Kind:
    """Say what an argument of free words is the name of, by its name and description."""
    said = {*words.words(f"{spelled_out(name)} {schema.get('description', '')}")}
    if said & _listed("places"):
        return "place"
    return "name" if said & _listed("called") else ""


def way_of(name: str, schema: Mapping[str, Any]) -> Way:
    """Say whether a place is one that is left or one that is reached, where that is told."""
    said = {*words.words(f"{spelled_out(name)} {schema.get('description', '')}")}
    leaves, reaches = bool(said & _listed("origins")), bool(said & _listed("destinations"))
    return "" if leaves == reaches else "from" if leaves else "to"


def mentioned(
    kind: Kind, text: str, language: str, apart: str, way: Way = "", *, sole: bool = False
) -> str | None:
    """Give the one name that a text has, without what `apart` says: other values, and what the tool does.

    With `sole` a tool takes one place only, so that "in" leads it, whether it is left or reached.
    """
    other = {*words.words(apart)}
    runs = [
        run
        for run in _capitals(text, language, OF if kind == "place" else JOINTS)
        if not {*words.words(run[0])} <= other
    ]
    led = [run for run in runs if run[1] in _led(language, way, sole=sole)]
    if kind == "place":
        return led[0][0] if len(led) == 1 else None
    runs = [
        run
        for run in runs
        if run[1] not in _listed("herself")
        if run not in led or " " in run[0] or run[1] in _listed("for_whom")
        if not is_initials(run[0]) or text.isupper()
    ]
    if len(runs) == 1:
        return runs[0][0]
    strange = [word for word in _strange(text, language) if words.folded(word) not in other]
    return strange[0] if not runs and len(strange) == 1 else None


def full_name(text: str) -> str | None:
    """Give the one name of a person with two parts or more that a text has."""
    found = [run for run, _ in _capitals(text, None) if " " in run]
    return found[0] if len(found) == 1 else None


def _capitals(
    text: str, language: str | None, joints: frozenset[str] = JOINTS
) -> list[tuple[str, str]]:
    """Give what is written with capitals, each with the word before it.

    The first word of a sentence may have its capital from there; without a language it is part of the name.
    """
    found: list[tuple[str, str]] = []
    tokens = list(TOKEN.finditer(text))
    at = 0
    while at < len(tokens):
        begins = OPENS.search(text[: tokens[at].start()]) is not None
        opens = begins and language is not None and _ordinary(tokens[at].group(), language)
        if opens or not _is_name(tokens[at].group()):
            at += 1
            continue
        end = _end_of_name(text, tokens, at, joints)
        run = text[tokens[at].start() : tokens[end].end()]
        if end > at or not _is_word_of_time(run):
            found.append((run, tokens[at - 1].group().lower() if at else ""))
        at = end + 1
    return found


def _end_of_name(
    text: str, tokens: Sequence[re.Match[str]], at: int, joints: frozenset[str]
) -> int:
    """Give the last word of a name: more capitals may follow after small words, "North of Nowhere"."""
    end = at
    for later in range(at + 1, len(tokens)):
        if text[tokens[later - 1].end() : tokens[later].start()].strip():
            break
        dated = _is_word_of_time(tokens[later].group()) and tokens[later - 1].group() not in OF
        if _is_name(tokens[later].group()) and not dated:
            end = later
        elif tokens[later].group() not in joints:
            break
    return end


def _is_name(word: str) -> bool:
    if re.split(r"['’]", word)[0] == "I" or any(map(str.isdigit, word)):
        return False
    return word[0].isupper() and (len(word) > 1 or word in "AOÉ")


def _ordinary(word: str, language: str) -> bool:
    return any(lexicon.known(words.folded(word), one) for one in (language, "en"))


def _is_word_of_time(word: str) -> bool:
    plain = words.folded(word)
    return plain in _time() or DEMONYM.search(word.lower()) is not None


def _strange(text: str, language: str) -> list[str]:
    """Give the words that no language knows, and that are no slip of a known one."""
    mended = spelling.listening(frozenset(), language).mended
    return [
        word for word in (match.group() for match in TOKEN.finditer(text))
        if len(word) >= SHORTEST and word.islower()
        and not any(lexicon.known(words.folded(word), one) for one in ("pt", "en"))
        and mended(words.folded(word)) == words.folded(word)
        and words.words(word, language) == [words.folded(word)]
    ]  # fmt: skip


@cache
def _time() -> frozenset[str]:
    """Give the names of weekdays and months: English writes these with capitals, too."""
    lists = words.load("dates").values()
    named = (lists_[kind] for lists_ in lists if isinstance(lists_, dict) for kind in ("weekdays", "months")
             if kind in lists_)  # fmt: skip
    return frozenset(words.folded(str(word)) for listed in named for word in _flat(listed))


def _flat(listed: Any) -> Iterator[Any]:
    if isinstance(listed, dict):
        listed = [*listed]
    for one in listed:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


@cache
def _listed(kind: str) -> frozenset[str]:
    lists = words.load("arguments")[kind].values()
    return frozenset(words.folded(word) for listed in lists for word in listed)


def is_initials(said: str) -> bool:
    """Say whether a word in capitals is short for others, "DNA", and nobody's name."""
    return said.isupper() and 1 < len(said) <= LONGEST_INITIALS


def named_by(keys: frozenset[str], text: str, language: str) -> list[str]:
    """Give the names that stand beside what they are the name of, or have it in them.

    "no bairro Santa Cruz", "the Riverside neighborhood", "Elm Street".
    """
    found: list[str] = []
    for run, before in _capitals(text, language, OF):
        at = text.index(run)
        behind = re.match(r"\s+([^\W\d_]+)", text[at + len(run) :])
        inside = {*words.words(run)}
        near = text[:at].rstrip(" ").lower().endswith(before) and before
        beside = {words.folded(before) if near else "", words.folded(behind[1]) if behind else ""}
        if (inside & keys and len(inside) > 1) or (not inside & keys and beside & keys):
            found.append(run)
    return found


def place_in(text: str, language: str) -> str | None:
    """Give the place that a sentence ends in: "I'll pick it up in Boston"."""
    runs = _capitals(text, language, OF)
    if len(runs) != 1 or runs[0][1] not in _led(language, ""):
        return None
    return runs[0][0] if text.rstrip(" .!").endswith(runs[0][0]) else None


def _led(language: str, way: Way, *, sole: bool = False) -> frozenset[str]:
    """Give the words that lead a place."""
    lists, base = words.load("arguments"), words.base(language)
    leads = frozenset(map(words.folded, lists["towards"].get(base, ())))
    leaving = frozenset(map(words.folded, lists["leaving"].get(base, ())))
    around = frozenset(map(words.folded, lists["around"].get(base, ()))) if sole else frozenset()
    return {"from": leaving | around, "to": leads - leaving, "": leads}[way]


__all__ = ["Kind", "Way", "full_name", "kind_of", "mentioned", "named_by", "place_in", "way_of"]
