"""Values for JSON schemas, found in what the customer said: as a careful model would."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
CODE = re.compile(r"\b(?=[\w./-]*\d)[A-Za-z0-9]+(?:[-./]?[A-Za-z0-9]+)*\b")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
YES = frozenset({"yes", "sim", "sure", "ok", "please", "confirmo", "claro", "pode"})


def words(text: str) -> list[str]:
    """Give the words of a text, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9]+", plain.replace("_", " "))


def stems(text: str) -> set[str]:
    """Give the beginnings of the words that carry meaning."""
    return {word[:5] for word in words(text) if len(word) > 2}


def fill(schema: Mapping[str, Any], text: str, *, invent: bool) -> dict[str, Any]:
    """Give an object for a schema; without `invent` what the text does not say is left out."""
    definitions = {**schema.get("$defs", {}), **schema.get("definitions", {})}
    required = schema.get("required") or ()
    filled: dict[str, Any] = {}
    for name, written in (schema.get("properties") or {}).items():
        part = resolved(written, definitions)
        value = find(name, part, text)
        if value is None and (name in required) and invent:
            value = neutral(part, text, definitions)
        if value is not None:
            filled[name] = value
    return filled


def missing(schema: Mapping[str, Any], filled: Mapping[str, Any]) -> list[str]:
    """Give the required properties that have no value."""
    return [name for name in schema.get("required") or () if name not in filled]


def resolved(part: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and of alternatives take the first that is not null."""
    if "$ref" in part:
        return resolved(definitions.get(part["$ref"].rsplit("/", 1)[-1], {}), definitions)
    for key in ("anyOf", "oneOf", "allOf"):
        for option in part.get(key, ()):
            if option.get("type") != "null":
                return {**resolved(option, definitions), **_without(part, key)}
    return part


def _without(part: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != key}


def find(name: str, part: Mapping[str, Any], text: str) -> Any:
    """Give the value of one property that the text says, or None."""
    if "const" in part:
        return part["const"]
    if options := part.get("enum"):
        return _option(options, part, text)
    kind = part.get("type")
    if kind in ("integer", "number"):
        return _number(text, whole=kind == "integer")
    if kind == "boolean":
        return True if YES & set(words(text)) else None
    return _string(name, part, text) if kind in ("string", None) else None


def _option(options: list[Any], part: Mapping[str, Any], text: str) -> Any:
    said, labels = stems(text), part.get("x-labels", {})
    scored = []
    for option in options:
        names = " ".join([str(option), *map(str, dict(labels.get(str(option), {})).values())])
        scored.append((len(stems(names) & said), option))
    best = max(scored, key=lambda pair: pair[0])
    return best[1] if best[0] else None


def _number(text: str, *, whole: bool) -> float | int | None:
    found = NUMBER.search(text)
    if found is None:
        return None
    value = float(found.group().replace(",", "."))
    return int(value) if whole else value


def _string(name: str, part: Mapping[str, Any], text: str) -> str | None:
    if pattern := part.get("pattern"):
        loose = pattern.removeprefix("^").removesuffix("$")
        found = re.search(loose, text, re.IGNORECASE)
        if found is None:
            return None
        value = found.group()
        return value if re.search(pattern, value) else value.upper()
    if part.get("format") == "email" or "email" in name:
        found = EMAIL.search(text)
    elif part.get("format") in ("date", "date-time"):
        found = DATE.search(text)
    elif re.search(r"(^|_)(id|code|number|numero|codigo|protocol|protocolo)$", name):
        found = CODE.search(EMAIL.sub(" ", text))
    else:
        return text.strip() or None  # free text, such as a reason, is what the customer said
    return found.group() if found else None


def neutral(part: Mapping[str, Any], text: str, definitions: Mapping[str, Any]) -> Any:
    """Give a value that fits when the text says none."""
    if "default" in part:
        return part["default"]
    if options := part.get("enum"):
        return options[0]
    kind = part.get("type")
    if kind == "object" or "properties" in part:
        return fill({**part, "$defs": definitions}, text, invent=True)
    if kind == "array":
        count = part.get("minItems", 0)
        item = resolved(part.get("items", {}), definitions)
        return [neutral(item, text, definitions) for _ in range(count)]
    if kind in ("integer", "number"):
        return part.get("minimum", 0)
    return {"boolean": False, "null": None}.get(str(kind), text.strip()[:200] or "-")
