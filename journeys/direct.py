"""A tool that is used without a journey becomes one of its own: ask what it needs, call it, say it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from journeys.model import Call, Collect, Confirm, Journey, Say, Slot, Step, Trigger
from tools import Tool

RESULT = "tool_result"
INTENT = re.compile(r"[a-z][a-z0-9_]*")


def name_of(tool: Tool) -> str:
    """Give the name of the journey that a tool becomes."""
    return f"tool_{re.sub(r'[^a-z0-9_]', '_', tool.name.lower())}"


def of_name(name: str, tools: Iterable[Tool], journeys: Mapping[str, Journey]) -> Journey | None:
    """Give the journey that the tool of this name of a journey becomes."""
    tool = next((one for one in tools if name_of(one) == name), None)
    return of_tool(tool, journeys) if tool else None


def of_tool(tool: Tool, journeys: Mapping[str, Journey]) -> Journey:
    """Give the journey that a tool becomes.

    A tool may say itself how its arguments are asked for. Else, where a journey of the workspace has a slot
    of an argument's name, its question and its choices are used: a tool's description is written for models.
    """
    properties: dict[str, Any] = tool.parameters.get("properties", {})
    required = list(tool.parameters.get("required", []))
    slots = {
        name: _slot(name, schema, name in required, journeys, tool)
        for name, schema in properties.items()
    }
    steps: list[Step] = [
        Collect(id=f"ask_{number}", collect=name) for number, name in enumerate(required, start=1)
    ]
    arguments = {name: f"${name}" for name in properties}
    if tool.effect == "write":
        act: Step = Confirm.model_validate(
            {"id": "act", "confirm": tool.name, "with": arguments, "into": RESULT}
        )
    else:
        act = Call.model_validate(
            {"id": "act", "call": tool.name, "with": arguments, "into": RESULT}
        )
    steps += [act, Say(id="told", say=f"${RESULT}.text", go="end")]
    return Journey(
        journey=name_of(tool),
        purpose=dict(tool.purpose),
        needs=tool.needs,
        trigger=Trigger(
            intent=tool.name if INTENT.fullmatch(tool.name) else name_of(tool),
            examples={language: list(said) for language, said in tool.examples.items()},
        ),
        slots=slots,
        steps=steps,  # type: ignore[arg-type]
    )


def _slot(
    name: str, schema: dict[str, Any], required: bool, journeys: Mapping[str, Journey], tool: Tool
) -> Slot:
    if name in tool.slots:
        return Slot.model_validate({**tool.slots[name], "schema": schema, "required": required})
    known = next(
        (journey.slots[name] for journey in journeys.values() if name in journey.slots), None
    )
    if known is None:
        return Slot(schema=schema, required=required)
    options = known.options if known.options and known.options.call != tool.name else None
    return known.model_copy(update={"required": required, "default": None, "options": options})
