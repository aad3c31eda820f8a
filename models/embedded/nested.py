"""Arguments that are objects: a person with a date of birth, an address with street, number and city."""

import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from models.embedded import words
from models.embedded.mentioned import full_name
from models.embedded.schemas import spelled_out

Read = Callable[[Mapping[str, dict[str, Any]], str, bool], dict[str, Any]]
"""Fills schemas from a text; with `True` the text is the answer to a question for them."""

FIRST = re.compile(r"^(?P<number>\d+\w?)\s+(?P<street>\D[^,]*)$")
"""A house number before its street, as English has it."""

LAST = re.compile(r"^(?P<street>[^,\d]*?)[\s,]+(?:n[ºo°.]*\s*)?(?P<number>\d+\w?)$")
CITY = re.compile(r"[^\W\d_][^,;.!?\d]*?(?=\s+(?:instead|please|por favor|now|agora)\b|[,;.!?]|$)")


def filled(
    schema: Mapping[str, Any], text: str, read: Read, *, asked: bool
) -> dict[str, Any] | None:
    """Give an object whose required parts a text all says; None where one is not said."""
    parts: dict[str, dict[str, Any]] = schema.get("properties", {})
    found = _address(parts, text) if _is_address(parts) else read(parts, text, asked)
    for name, part in parts.items():
        if name not in found and is_person(name, part) and (said := full_name(text)):
            found[name] = said
        elif name not in found and is_phone(name, part) and (number := phone(text)):
            found[name] = number
    required = schema.get("required") or list(parts)
    return found if found and all(name in found for name in required) else None


def is_person(name: str, schema: Mapping[str, Any]) -> bool:
    """Say whether a part is what somebody is called."""
    return bool({"name", "nome"} & {*words.words(spelled_out(name))}) and "enum" not in schema


def is_phone(name: str, schema: Mapping[str, Any]) -> bool:
    """Say whether a part is a telephone number."""
    hints = {words.folded(hint) for hint in words.load("values")["hints"]["phone"]}
    return (
        bool(hints & {*words.words(spelled_out(name))}) and schema.get("type", "string") == "string"
    )


def phone(text: str) -> str | None:
    """Give the one run of 8 to 13 digits of a text, without its marks."""
    runs = re.findall(r"(?<![\w/])\+?\d[\d ().-]{6,18}\d(?![\w/])", text)
    numbers = {re.sub(r"\D", "", run) for run in runs}
    fitting = [number for number in numbers if 8 <= len(number) <= 13]
    return fitting[0] if len(fitting) == 1 else None


def _role(name: str) -> str:
    """Give what of an address a part is: street, number, city, or nothing of these."""
    said = {*words.words(spelled_out(name))}
    lists = words.load("arguments")["address"]
    return next((role for role, called in lists.items() if said & {*called}), "")


def _is_address(parts: Mapping[str, Any]) -> bool:
    return {"street", "number"} <= {_role(name) for name in parts}


def _address(parts: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Read "Rua do Sol, 41, Olinda" and "19 Orchard Row, Bath" into their parts."""
    said = _where(text)
    if said is None:
        return {}
    street, number, rest = said
    city = _city(rest)
    known = {"street": street, "number": number, "city": city[0].strip() if city else ""}
    return {
        name: int(known[role]) if schema.get("type") == "integer" and known[role].isdigit() else known[role]
        for name, schema in parts.items()
        if (role := _role(name)) and known[role]
    }  # fmt: skip


def _city(clauses: list[str]) -> re.Match[str] | None:
    """Give the city among what follows a house number, without what is no part of the address."""
    told = list(takewhile(lambda one: not any(map(str.isdigit, one)), map(str.strip, clauses)))
    if told and told[0][:1].isupper():
        told = list(takewhile(lambda one: one[:1].isupper(), told))
    return CITY.match(told[-1]) if told else None


def _where(text: str) -> tuple[str, str, list[str]] | None:
    """Give street, number and what follows them, where one place only is told."""
    clauses = [part.strip(" .;!") for part in text.split(",")]
    kinds = words.pattern(*words.load("values")["streets"])
    for at, clause in enumerate(clauses):
        numbered = re.search(r"(?<![\w-])\d+\w?\s+(?=[A-ZÀ-Ý])[^,]*$", clause)
        match = FIRST.match(numbered[0]) if numbered else None
        if match and (kinds.search(words.flat(match["street"])) or len(clauses) > at + 1):
            return match["street"].strip(), match["number"], clauses[at + 1 :]
        street = kinds.search(words.flat(clause))
        if street is None or (clause[street.start()].islower() and len(street[0]) < 3):
            continue
        told = clause[street.start() :]
        inside = LAST.match(told)
        if inside:
            return inside["street"].strip(), inside["number"], clauses[at + 1 :]
        if at + 1 < len(clauses) and re.fullmatch(r"(?:n[ºo°.]*\s*)?(\d+\w?)", clauses[at + 1]):
            return told, re.sub(r"^\D+", "", clauses[at + 1]), clauses[at + 2 :]
    return None


__all__ = ["filled", "is_person", "phone"]
