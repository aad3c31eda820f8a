"""Choosing a tool and filling its arguments from what the customer wrote; nothing is made up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from models.embedded.arguments import after_start, arguments, schemas_of, without_past_end
from models.embedded.nearness import ByWords, Nearness

SEARCHED = ("query", "question", "consulta", "pergunta", "search_query")
"""Arguments that the request itself is the value of."""


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
    *, earlier: str = "", forced: str = "", optional: bool = True, near: Nearness | None = None,
) -> Choice | None:  # fmt: skip
    """Choose among functions in OpenAI's form; None when none fits.

    `earlier` is what the customer said before, read for arguments only; `forced` names the tool that
    must be called; without `optional` some tool must be. `near` compares the request with the tools.
    """
    functions = [dict(tool.get("function", tool)) for tool in tools]
    if forced:
        functions = [function for function in functions if function.get("name") == forced]
    if not functions:
        return None
    best = functions[0]
    if not forced and (optional or len(functions) > 1):
        near = near or ByWords()
        likeness = near.of(functions, request, language, now)
        first, *others = (int(at) for at in np.argsort(-likeness))
        best = functions[first]
        if optional and likeness[first] < (near.least if others else near.least_alone):
            return None
        if optional and others and near.close(likeness[first], likeness[others[0]]):
            return Choice(rivals=(_summary(best), _summary(functions[others[0]])))
    return filled(best, request, language, now, earlier=earlier)


def filled(
    function: Mapping[str, Any], request: str, language: str, now: datetime,
    *, earlier: str = "", held: Mapping[str, Any] | None = None, asked: str = "",
) -> Choice:  # fmt: skip
    """Fill a function's arguments, or name the one required argument to ask for.

    `held` is what earlier messages gave; of it only `asked`, which the request answers, is replaced.
    """
    parameters = function.get("parameters") or {}
    schemas = schemas_of(parameters, language)
    found = arguments(function, request, language, now, asked=asked)
    fresh = [*found]
    if earlier:
        found = arguments(function, earlier, language, now) | found
    if held is not None:
        found |= {name: value for name, value in held.items() if name != asked or name not in found}
        found |= after_start(function, schemas, found, request, language, now, asked)
    found = without_past_end(found, schemas, fresh)
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


def _summary(function: Mapping[str, Any]) -> str:
    first = re.split(r"(?<=[.!?])\s|\n", str(function.get("description", "")).strip())[0]
    return first.rstrip(". ") or str(function["name"]).replace("_", " ")
