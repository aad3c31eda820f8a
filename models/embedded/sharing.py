"""Arguments that have the same options: the language a text is in, and the one it goes into.

One word of a customer's cannot be both. Which one it is, is told by what leads it: "from English into
Portuguese"; where nothing tells it, all of them are asked for.
"""

import re
from collections.abc import Mapping
from typing import Any

from models.embedded import labels, words
from models.embedded.mentioned import way_of
from models.embedded.schemas import options_of

Schemas = Mapping[str, dict[str, Any]]


def groups(schemas: Schemas) -> list[list[str]]:
    """Give the names of arguments that take one of the same options."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, schema in schemas.items():
        if "enum" in schema and (options := options_of(schema)):
            found.setdefault(tuple(map(str, options)), []).append(name)
    return [names for names in found.values() if len(names) > 1]


def shared_out(
    names: list[str], schemas: Schemas, text: str, language: str, asked: str
) -> dict[str, Any]:
    """Give the options of such arguments as far as it is told which is whose, but for the one asked for."""
    schema = schemas[names[0]]
    options, called = options_of(schema), schema.get("x-labels", {})
    found: dict[str, Any] = {}
    for name in names:
        way = way_of(name, schemas[name])
        if not way or name == asked:
            continue
        led = words.pattern(*_leads("sources" if way == "from" else "targets", language))
        flat = words.flat(text)
        told = {
            span.value
            for match in led.finditer(flat)
            if (said := re.match(r"\s+(?:the\s+)?\w+", flat[match.end() :]))
            and (span := labels.value_meant(options, called, said[0], language))
        }
        if len(told) == 1:
            found[name] = told.pop()
    return found if len({*map(str, found.values())}) == len(found) else {}


def _leads(kind: str, language: str) -> list[str]:
    lists = words.load("arguments")[kind]
    return [str(one) for one in lists.get(words.base(language), lists["en"])]


__all__ = ["groups", "shared_out"]
