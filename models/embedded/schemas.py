"""JSON schemas as they are given for tools: references followed, and what their options are."""

import re
from collections.abc import Mapping
from typing import Any

DEEPEST = 4
"""Objects within objects that are looked into: a schema may refer to itself without end."""


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """Give a property's schema with its reference followed and "or null" taken away."""
    if not isinstance(schema, Mapping):  # `true` is a schema for anything
        return {}
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return _plain(
            {
                **root.get("$defs", {}).get(name, {}),
                **{k: v for k, v in schema.items() if k != "$ref"},
            }
        )
    for key in ("anyOf", "oneOf", "allOf"):
        ways = [
            way
            for way in schema.get(key, [])
            if isinstance(way, Mapping) and way.get("type") != "null"
        ]
        if len(ways) == 1:
            rest = {name: given for name, given in schema.items() if name != key}
            return {**resolved(ways[0], root), **rest}
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give it with `items` that are a schema: `true`, or one for each place, allow anything."""
    if isinstance(schema.get("items", {}), Mapping):
        return dict(schema)
    return {**schema, "items": {}}


def options_of(schema: Mapping[str, Any]) -> list[Any]:
    """Give the options of an enumeration, or of a list of such; `[]` where any value will do."""
    listed = schema.get("enum") or schema.get("items", {}).get("enum") or []
    return [option for option in listed if option is not None]


def spelled_out(name: str) -> str:
    """Give the words of an identifier: `trackParcel` and `track_parcel` are "track parcel"."""
    return " ".join(re.sub(r"(?<=[a-z\d])(?=[A-Z])|[_\-.]+", " ", name).lower().split())


__all__ = ["DEEPEST", "options_of", "resolved", "spelled_out"]
