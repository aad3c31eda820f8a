"""Whether a model's answer can be used at all: held against the tools and the schema it was given."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from langchain_core.messages import AIMessage
from pydantic import BaseModel

from core.errors import ModelFailed

FORM = "form"
"""Option of a request: the JSON schema of its answer, which its prompt tells the model."""

FORCED = ("any", "required", True)


class Unusable(ModelFailed):
    """The model answered, and its answer cannot be used; it may be asked once more.

    `flaw` says what was wrong with it, to the model; empty where it was spoiled on its way.
    """

    def __init__(self, message: str, *, partial: str = "", flaw: str = "") -> None:
        super().__init__(message, partial=partial)
        self.flaw = flaw


class Refused(ModelFailed):
    """The server is well and found fault with this request; `said` is what it said of it."""

    def __init__(self, message: str, *, said: str) -> None:
        super().__init__(message)
        self.said = said


def flaw(message: AIMessage, asked: Mapping[str, Any]) -> str:
    """Say why the answer to a request with these options is unusable; empty when it is sound."""
    if message.invalid_tool_calls:
        name = message.invalid_tool_calls[0].get("name")
        return f"the arguments of its call of {name!r} are not JSON"
    for part in getattr(message, "tool_call_chunks", ()):
        if not _json_object(part["args"]):
            return f"the arguments of its call of {part['name']!r} are not JSON"
    tools = {tool["function"]["name"]: tool["function"] for tool in _functions(asked.get("tools"))}
    for call in message.tool_calls:
        if call["name"] not in tools:
            return f"it called {call['name']!r}, which it was not given"
        if wrong := misfit(call["args"], tools[call["name"]].get("parameters") or {}):
            return f"its call of {call['name']!r} does not fit: {wrong}"
    if message.tool_calls:
        return ""
    text = message.text.strip()
    if not text:
        return "its answer is empty"
    if tools and _forces(asked.get("tool_choice")):
        return "it was to call a tool and did not"
    return _formatted(text, wanted_schema(asked))


def _json_object(text: str | None) -> bool:
    try:
        return isinstance(orjson.loads(text or "{}"), dict)
    except orjson.JSONDecodeError:
        return False


def _functions(tools: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    return [tool for tool in tools or () if isinstance(tool.get("function"), Mapping)]


def _forces(choice: Any) -> bool:
    return choice in FORCED or isinstance(choice, dict)


def _formatted(text: str, schema: Mapping[str, Any] | None) -> str:
    if schema is None:
        return "words were asked of it, and it gave data" if is_data(text) else ""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "its answer was to be JSON and is not"
    if wrong := misfit(value, schema):
        return f"its answer does not fit the schema: {wrong}"
    return ""


def is_data(text: str) -> bool:
    """Say whether an answer is JSON, of which nothing can be shown to a person."""
    if not looks_like_data(text):
        return False
    try:
        return isinstance(orjson.loads(text), dict | list)
    except orjson.JSONDecodeError:
        return False


def looks_like_data(text: str) -> bool:
    """Say whether an answer that has begun like this may become JSON."""
    return re.match(r"\s*(?:\{|\[\s*(?:[\[{\"]|$))", text) is not None


def wanted_schema(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the JSON schema that a request with these options asks for; None: it asks for plain text.

    `form` is the schema that stands in the prompt, where `response_format` only says that it is JSON.
    """
    response_format = asked.get("response_format")
    if (form := asked.get(FORM)) is not None:
        return form
    if isinstance(response_format, type) and issubclass(response_format, BaseModel):
        return _schema_of(response_format)
    if not isinstance(response_format, Mapping):
        return None
    kind = response_format.get("type")
    if kind == "json_schema":
        return response_format.get("json_schema", {}).get("schema") or {"type": "object"}
    return {"type": "object"} if kind == "json_object" else None


@lru_cache(maxsize=256)
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def misfit(value: Any, schema: Mapping[str, Any]) -> str:
    """Say what of `value` does not fit a JSON schema; empty when all does.

    An argument that the schema does not have is a misfit too, unless the schema invites others.
    """
    key = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
    validator = _validator(key)
    if validator is None:
        return ""
    for error in validator.iter_errors(value):
        place = ".".join(map(str, error.absolute_path))
        return f"{place}: {error.message}"[:200] if place else error.message[:200]
    properties = schema.get("properties") or {}
    closed = bool(properties) and "additionalProperties" not in schema
    if closed and isinstance(value, dict) and (unknown := sorted(set(value) - set(properties))):
        return f"there is no {unknown[0]!r}"
    return ""


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Draft202012Validator | None:
    """Give the validator of a schema; None for a schema that is wrong itself: nothing fits that."""
    parsed = orjson.loads(schema)
    try:
        Draft202012Validator.check_schema(parsed)
    except SchemaError:
        return None
    return Draft202012Validator(parsed)
