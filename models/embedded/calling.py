"""Choosing a tool and filling its arguments from what the customer wrote; nothing is made up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from models.embedded import words
from models.embedded.embedder import Lexical
from models.embedded.features import meanings
from models.embedded.values import values

LEAST_LIKENESS = 0.13
"""Likeness below which no tool fits. Read on descriptions of unrelated trades, see its test."""

CLOSE = 0.88
"""Likeness of the second tool, against the first, from which the customer is asked which."""

SEARCHED = ("query", "question", "consulta", "pergunta", "search_query")
"""Arguments that the request itself is the value of."""

SPOKEN = ("pt", "en")
MEANING_WEIGHT = 0.5


@dataclass(frozen=True)
class Choice:
    """What to do about a request: call, ask, or neither."""

    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    missing: str = ""
    """The argument to ask for."""

    question: str = ""
    """The description of what is missing."""

    rivals: tuple[str, ...] = ()
    """Descriptions of tools that are too near to each other to choose."""


def choose_tool(
    tools: Sequence[Mapping[str, Any]], request: str, language: str, now: datetime,
    *, earlier: str = "", forced: str = "", optional: bool = True,
) -> Choice | None:  # fmt: skip
    """Choose among functions in OpenAI's form; None when none fits.

    `earlier` is what the customer said before, read for arguments only; `forced` names the tool that
    must be called; without `optional` some tool must be.
    """
    functions = [dict(tool.get("function", tool)) for tool in tools]
    if forced:
        functions = [function for function in functions if function.get("name") == forced]
    if not functions:
        return None
    likeness = np.array([_likeness(function, request, language, now) for function in functions])
    order = np.argsort(-likeness)
    best = functions[int(order[0])]
    if not forced and len(functions) > 1 and optional:
        if likeness[order[0]] < LEAST_LIKENESS:
            return None
        second = functions[int(order[1])]
        if likeness[order[1]] >= CLOSE * likeness[order[0]]:
            return Choice(rivals=(_summary(best), _summary(second)))
    elif optional and not forced and likeness[order[0]] < LEAST_LIKENESS:
        return None
    return filled(best, request, language, now, earlier=earlier)


def filled(
    function: Mapping[str, Any], request: str, language: str, now: datetime,
    *, earlier: str = "", held: Mapping[str, Any] | None = None, asked: str = "",
) -> Choice:  # fmt: skip
    """Fill a function's arguments, or name the one required argument to ask for.

    `held` is what earlier messages gave; of it only `asked`, which the request answers, is replaced.
    """
    parameters = function.get("parameters") or {}
    schemas: dict[str, Any] = {
        name: resolved(schema, parameters)
        for name, schema in parameters.get("properties", {}).items()
    }
    found = values(schemas, request, language, now, asked=asked)
    if earlier:
        found = values(schemas, earlier, language, now) | found
    if held is not None:
        found |= {name: value for name, value in held.items() if name != asked or name not in found}
    for name in schemas:
        if name not in found and name in SEARCHED:
            found[name] = request
    missing = next((name for name in parameters.get("required", []) if name not in found), "")
    question = str(schemas.get(missing, {}).get("description", "")) or _documented(
        function, missing
    )
    return Choice(str(function["name"]), found, missing, question if missing else "")


def _documented(function: Mapping[str, Any], argument: str) -> str:
    """Give what a docstring's `Args:` says of an argument, else its name in words."""
    told = re.search(rf"^\s*{re.escape(argument)}\s*(?:\(.*?\))?:\s*(\S.*)$",
                     str(function.get("description", "")), re.MULTILINE)  # fmt: skip
    return told[1].strip() if argument and told else argument.replace("_", " ")


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """Give a property's schema with its reference followed and "or null" taken away."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return {
            **root.get("$defs", {}).get(name, {}),
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
    for key in ("anyOf", "oneOf", "allOf"):
        ways = [way for way in schema.get(key, []) if way.get("type") != "null"]
        if len(ways) == 1:
            rest = {name: given for name, given in schema.items() if name != key}
            return {**resolved(ways[0], root), **rest}
    return dict(schema)


def _likeness(function: Mapping[str, Any], request: str, language: str, now: datetime) -> float:
    """Give how near a request is to what a tool says of itself, or to one of its examples."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", str(function.get("name", "")))
    description = str(function.get("description", "")).split("\n\n")[0]
    parameters = function.get("parameters") or {}
    arguments = " ".join(parameters.get("properties", {})).replace("_", " ")
    said = [f"{name}. {description} {arguments}", name, description]
    examples = function.get("examples") or parameters.get("x-examples") or {}
    said += [
        one
        for listed in (examples.values() if isinstance(examples, Mapping) else [examples])
        for one in listed
    ]
    vectors = Lexical().embed([request, *said])
    near = float((vectors[1:] @ vectors[0]).max())
    mine = set(meanings(words.words(request, language), SPOKEN)) - {
        "want",
        "how",
        "hello",
        "thanks",
    }
    its = set(meanings(words.words(" ".join(said)), SPOKEN))
    shared = len(mine & its) / max(1, len(mine)) * min(1, len(mine & its))
    schemas = {n: resolved(s, parameters) for n, s in parameters.get("properties", {}).items()}
    telling = {n: s for n, s in schemas.items() if "pattern" in s or "format" in s or "enum" in s}
    found = 0.05 * bool(telling and values(telling, request, language, now))
    return near + MEANING_WEIGHT * shared / (1 + MEANING_WEIGHT) + found


def _summary(function: Mapping[str, Any]) -> str:
    first = re.split(r"(?<=[.!?])\s|\n", str(function.get("description", "")).strip())[0]
    return first.rstrip(". ") or str(function["name"]).replace("_", " ")
