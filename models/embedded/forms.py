"""Structured output: a schema filled from a text, as far as the text says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import ModelFailed
from models.embedded import words
from models.embedded.embedder import Lexical
from models.embedded.schemas import resolved
from models.embedded.sentiment import of_words
from models.embedded.values import values


class Unfilled(ModelFailed):
    """A form requires a value that nobody said."""


def form(function: Mapping[str, Any], text: str, language: str, now: datetime) -> dict[str, Any]:
    """Fill a function's parameters; nothing is made up.

    What is required and not said is null where it may be, a list without entries, or the option that
    says that it is none of the others.

    Raises:
        Unfilled: a required value is not said, and none of these.
    """
    return _object(
        function.get("parameters") or {}, function.get("parameters") or {}, text, language, now
    )


def _object(
    schema: Mapping[str, Any], root: Mapping[str, Any], text: str, language: str, now: datetime
) -> dict[str, Any]:
    properties = {
        name: resolved(given, root) for name, given in schema.get("properties", {}).items()
    }
    found = values(properties, text, language, now)
    required = set(schema.get("required", []))
    for name, given in properties.items():
        if given.get("type") == "object" and given.get("properties"):
            found[name] = _object(given, root, text, language, now)
        elif name not in found and name in required:
            may_be_null = _nullable(schema["properties"][name])
            found[name] = None if may_be_null else _needed(name, given, text, language)
    return found


def _nullable(schema: Mapping[str, Any]) -> bool:
    ways = [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]
    kinds = [way.get("type") for way in ways]
    return "null" in kinds or any("null" in kind for kind in kinds if isinstance(kind, list))


def _needed(name: str, schema: Mapping[str, Any], text: str, language: str) -> Any:
    """Give the least that is true for a value that must be there."""
    if "default" in schema:
        return schema["default"]
    options = [one for one in schema.get("enum", []) if one is not None]
    near = _nearest(options, schema, text) if options else None
    if near is not None:
        return near
    kinds = schema.get("type", "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if None in schema.get("enum", []):
        return None
    if not options and "array" in kinds and not schema.get("minItems"):
        return []
    about = set(name.lower().split("_"))
    if (
        not options
        and "string" in kinds
        and about & {"text", "summary", "quote", "words", "message"}
    ):
        return text
    if {"number", "integer"} & {*kinds} and "sentiment" in about:
        return _felt(schema, text, language)
    raise Unfilled(
        f"The form needs {name!r}, and the text does not say it. Ask for it, or let it be null."
    )


def _felt(schema: Mapping[str, Any], text: str, language: str) -> float | int:
    low, high = schema.get("minimum"), schema.get("maximum")
    felt = of_words(text, language)
    value = felt if low is None else max(low, felt)
    value = value if high is None else min(high, value)
    return int(value) if schema.get("type") == "integer" else value


def _nearest(options: list[Any], schema: Mapping[str, Any], text: str) -> Any:
    """Give the option whose name or label is nearest to the text, a neutral one, or None."""
    labels = schema.get("x-labels", {})
    said = [
        f"{str(one).replace('_', ' ')} {' '.join(map(str, labels.get(str(one), {}).values()))}"
        for one in options
    ]
    vectors = Lexical().embed([text, *said])
    likeness = vectors[1:] @ vectors[0]
    if likeness.max() > 0.1:
        return options[int(likeness.argmax())]
    neutral = {"other", "none", "unknown", "neutral", "outro", "nenhum", "neutro"}
    return next((one for one in options if words.folded(str(one)) in neutral), None)
