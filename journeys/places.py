"""Places in texts and arguments: `$name`, `$name.field`, `${name}`, and `$$` for a price."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from core.written import truth

PLACE = re.compile(
    r"\$(?:(?P<dollar>\$)|\{(?P<braced>[a-zA-Z_][\w.]*)\}|(?P<name>[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*)*))"
)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def names(text: Any) -> list[str]:
    """Give the names, dotted as written, of all places in a text or in the texts of an argument."""
    if isinstance(text, str):
        return [_name(match) for match in PLACE.finditer(text) if not match["dollar"]]
    if isinstance(text, Mapping):
        return [name for part in text.values() for name in names(part)]
    if isinstance(text, list | tuple):
        return [name for part in text for name in names(part)]
    return []


def filled(text: str, known: Mapping[str, Any], language: str) -> str:
    """Give a text with its places filled, as a customer would read them."""

    def put(match: re.Match[str]) -> str:
        return "$" if match["dollar"] else written(looked_up(_name(match), known), language)

    return PLACE.sub(put, text).strip()


def resolved(argument: Any, known: Mapping[str, Any], language: str) -> Any:
    """Give an argument with its places filled; one that is a place and nothing else keeps its type."""
    if isinstance(argument, str):
        match = PLACE.fullmatch(argument.strip())
        if match and not match["dollar"]:
            return looked_up(_name(match), known)
        return filled(argument, known, language) if "$" in argument else argument
    if isinstance(argument, Mapping):
        return {key: resolved(part, known, language) for key, part in argument.items()}
    if isinstance(argument, list | tuple):
        return [resolved(part, known, language) for part in argument]
    return argument


def looked_up(name: str, known: Mapping[str, Any]) -> Any:
    """Give what a dotted name stands for; None when there is nothing."""
    found: Any = known
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def written(value: Any, language: str) -> str:
    """Write a value as a customer reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return truth(value, language)
    if isinstance(value, float) and not value.is_integer():
        text = f"{value:.2f}"
        return text.replace(".", ",") if language == "pt-BR" else text
    if isinstance(value, float):
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(written(part, language) for part in value)
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return _day(value, language)
    return str(value)


def _day(value: str, language: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    if language == "pt-BR":
        return day.strftime("%d/%m/%Y")
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _name(match: re.Match[str]) -> str:
    return match["braced"] or match["name"]
