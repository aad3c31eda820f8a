"""Structured output: a schema filled from a text, as far as the text says it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.embedded import words
from models.embedded.calling import resolved
from models.embedded.embedder import Lexical
from models.embedded.sentiment import sentiment
from models.embedded.values import values


def form(function: Mapping[str, Any], text: str, language: str, now: datetime) -> dict[str, Any]:
    """Fill a function's parameters; a required one that the text does not say gets an empty value.

    Enumerations take the value nearest in meaning, for whoever asks for one wants one; lists and
    objects that nothing fills are empty; a free string is left empty rather than made up.
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
            found[name] = _needed(name, given, text, language)
    return found


def _needed(name: str, schema: Mapping[str, Any], text: str, language: str) -> Any:
    """Give the least that is true for a value that must be there."""
    if "default" in schema:
        return schema["default"]
    if schema.get("enum"):
        return _nearest([one for one in schema["enum"] if one is not None], schema, text)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        if "null" in kind:
            return None
        kind = kind[0]
    if kind in ("number", "integer"):
        return _number(name, schema, text, language)
    if kind == "string" and {"text", "summary", "quote", "words", "message"} & set(
        name.lower().split("_")
    ):
        return text
    return {"boolean": False, "array": [], "object": {}, "null": None}.get(str(kind), "")


def _number(name: str, schema: Mapping[str, Any], text: str, language: str) -> float | int:
    low, high = schema.get("minimum"), schema.get("maximum")
    felt = sentiment(text, language) if "sentiment" in name else 0.0
    value = felt if low is None else max(low, felt)
    value = value if high is None else min(high, value)
    return int(value) if schema.get("type") == "integer" else value


def _nearest(options: list[Any], schema: Mapping[str, Any], text: str) -> Any:
    """Give the option whose name or label is nearest to the text; a neutral one when none is near."""
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
    return next((one for one in options if words.folded(str(one)) in neutral), options[0])
