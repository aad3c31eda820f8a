"""JSON schemas without references, as small readers understand them; the dialects of 3.0 and 3.1 are one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from tools.connecting.text import described

DEEPEST = 12
MOST_PARTS = 4_000
"""Parts of one description that are followed: more is a document that was made to be endless."""

KEPT = {
    "type", "format", "enum", "const", "pattern", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
    "items", "properties", "required", "description", "default", "readOnly", "anyOf", "oneOf", "allOf",
}  # fmt: skip
"""What is kept of a schema; beside it stands nothing that a check of arguments would need."""


class Unreadable(Exception):
    """A description that cannot be followed; the message says what is wrong with it."""


def resolved(part: Any, document: Mapping[str, Any], *, shallow: bool = False) -> dict[str, Any]:
    """Give a part of a document with its references followed, and its schemas made plain.

    With `shallow` only the reference that the part itself is.

    Raises:
        Unreadable: a reference leads nowhere or out of the document, or there is no end to them.
    """
    reader = _Reader(document)
    if shallow:
        return reader.followed(part)
    read = reader.read(part, ())
    return read if isinstance(read, dict) else {}


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give a schema that stands by itself (its references point into it) made plain."""
    return resolved(schema, schema)


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._parts = 0

    def followed(self, part: Any) -> dict[str, Any]:
        """Give what a part refers to, if it is a reference, with what stands beside the reference."""
        seen: list[str] = []
        while isinstance(part, Mapping) and isinstance(reference := part.get("$ref"), str):
            if reference in seen:
                raise Unreadable(f"the reference {reference!r} leads to itself")
            seen.append(reference)
            beside = {key: value for key, value in part.items() if key != "$ref"}
            target = self._target(reference)
            part = {**target, **beside} if isinstance(target, Mapping) else target
        return dict(part) if isinstance(part, Mapping) else {}

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise Unreadable(f"the reference {reference!r} leads out of the document")
        found: Any = self._document
        for step in reference.removeprefix("#").split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdigit() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, Mapping) and name in found:
                found = found[name]
            else:
                raise Unreadable(f"the reference {reference!r} leads nowhere")
        return found

    def read(self, part: Any, inside: tuple[str, ...]) -> Any:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Unreadable("its description has no end")
        if isinstance(part, list):
            return [self.read(one, inside) for one in part]
        if not isinstance(part, Mapping):
            return part
        reference = part.get("$ref")
        if isinstance(reference, str):
            if reference in inside or len(inside) >= DEEPEST:  # a thing that holds itself ends here
                return {"type": "object"}
            return self.read(self.followed(part), (*inside, reference))
        shown = ("example", "examples") if "schema" in part else ()
        read = {key: self.read(value, inside) for key, value in part.items() if key not in shown}
        read = _harmless(read)
        return _schema(read) if _is_schema(read) else read


def _harmless(part: dict[str, Any]) -> dict[str, Any]:
    """Give a part whose texts may be shown to a model; what is called `title` may be an argument, too."""
    if isinstance(part.get("title"), str):
        del part["title"]
    if isinstance(text := part.pop("description", ""), str):
        text = described(text)
    return part if text == "" else {**part, "description": text}


def _is_schema(part: Mapping[str, Any]) -> bool:
    if "in" in part and "name" in part:
        return False
    kind = part.get("type")
    kinds = {"string", "number", "integer", "boolean", "array", "object", "null"}
    named = kind in kinds if isinstance(kind, str) else isinstance(kind, list)
    return named or any(key in part for key in ("properties", "allOf", "anyOf", "oneOf", "enum"))


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Give one schema in the words of 2020-12, with what it is made of put together."""
    kept = _merged({key: value for key, value in schema.items() if key in KEPT})
    kept = _certain(kept)
    if "type" not in kept and "properties" in kept:
        kept["type"] = "object"
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # 3.0 has a yes or no beside the limit.
        if isinstance(kept.get(bound), bool) and kept.pop(bound) and limit in kept:
            kept[bound] = kept.pop(limit)
    if not isinstance(kept.get("required", []), list):
        del kept["required"]
    if kept.get("default", 0) is None:
        del kept["default"]
    return kept


def _certain(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a schema that may also be null, or be of one of several kinds, as what it is."""
    for several in ("anyOf", "oneOf"):
        ways = schema.get(several)
        real = [
            way
            for way in (ways if isinstance(ways, list) else [])
            if isinstance(way, dict) and way.get("type") != "null"
        ]
        if len(real) == 1:
            schema = {**real[0], **{key: value for key, value in schema.items() if key != several}}
    kind = schema.get("type")
    if isinstance(kind, list):
        real_kinds = [one for one in kind if one != "null"]
        schema = {**schema, "type": real_kinds[0] if real_kinds else "string"}
    return schema


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    """Put the parts of `allOf` together with what stands beside them."""
    parts = schema.pop("allOf", None)
    if not isinstance(parts, list):
        return schema
    whole: dict[str, Any] = {}
    for part in [*(one for one in parts if isinstance(one, dict)), schema]:
        properties = {**whole.get("properties", {}), **part.get("properties", {})}
        required = [*whole.get("required", []), *part.get("required", [])]
        whole |= part
        if properties:
            whole["properties"] = properties
        if required:
            whole["required"] = list(dict.fromkeys(required))
    return whole
