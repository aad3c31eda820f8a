"""Take back what was said: what changes, how far to go back, what must be found out again. Pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

from journeys import places
from journeys.events import CallFailed
from journeys.model import Call, Collect, Confirm, Instance, Journey, Slot


def fits(slot: Slot, value: Any) -> bool:
    """Say whether a value is one that the slot may have."""
    from jsonschema import Draft202012Validator

    schema = dict(slot.schema_)
    pattern = schema.pop("pattern", None)
    if pattern and isinstance(value, str) and not re.fullmatch(str(pattern), value):
        return False
    checker = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema, format_checker=checker).is_valid(value)


def usable(slot: Slot, value: Any) -> Any:
    """Give a value in the slot's own type, where only that can be meant."""
    kind = slot.schema_.get("type")
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def changed(
    journey: Journey, instance: Instance, values: Mapping[str, Any], *, certain: bool = False
) -> dict[str, Any]:
    """Give the values that differ from what the slots have.

    Unless it is certain that she corrects something, only slots count whose values are recognised for
    sure (by pattern, format or list): free text would otherwise be overwritten by any remark. What
    nobody is asked for ("another day") differs from what it is without her saying anything.
    """
    return {
        name: value
        for name, value in values.items()
        if (name in instance["slots"] or not journey.slots[name].required)
        and instance["slots"].get(name) != value
        and (certain or _recognisable(journey.slots[name]))
    }


def _recognisable(slot: Slot) -> bool:
    return any(mark in slot.schema_ for mark in ("pattern", "format", "enum"))


def cleared(instance: Instance, slot: str) -> dict[str, Any]:
    """Give the slots without this one."""
    return {name: value for name, value in instance["slots"].items() if name != slot}


def rewound(
    journey: Journey, instance: Instance, values: Mapping[str, Any]
) -> tuple[str | None, Instance]:
    """Give the step to go on from and the instance with the new values.

    The step is the one that collected the first of these slots, or the first that used it; empty when
    none of them was used yet; None when a write was executed after it: that cannot be taken back.
    """
    path = instance.get("path", [])
    places_in_path = [place for place, name in enumerate(path) if _concerns(journey, name, values)]
    slots = {**instance["slots"], **values}
    if not places_in_path:
        return "", cast(Instance, {**instance, "slots": slots})
    first = places_in_path[0]
    if set(path[first:]) & set(instance.get("performed", [])):
        return None, instance
    results = {
        into: result
        for into, result in instance["results"].items()
        if into not in _depending(journey, set(values))
    }
    changes: dict[str, Any] = {
        "slots": slots, "results": results, "path": path[:first], "proposal": None, "asked": "",
        "options": [], "waits_for": None, "tries": 0,
    }  # fmt: skip
    return path[first], cast(Instance, {**instance, **changes})


def _concerns(journey: Journey, step_id: str, values: Mapping[str, Any]) -> bool:
    """Say whether a step collected one of these slots or used it."""
    step = next((step for step in journey.steps if step.id == step_id), None)
    if isinstance(step, Collect):
        options = journey.slots[step.collect].options if step.collect in journey.slots else None
        return step.collect in values or bool(options and _uses(options.arguments, set(values)))
    return isinstance(step, Call | Confirm) and _uses(step.arguments, set(values))


def _depending(journey: Journey, names: set[str]) -> set[str]:
    """Give the results that were found out with one of these names, or with another such result."""
    found: set[str] = set()
    for _ in journey.steps:
        found |= {
            step.into
            for step in journey.steps
            if isinstance(step, Call | Confirm)
            and step.into
            and _uses(step.arguments, names | found)
        }
    return found


def _uses(arguments: Any, names: set[str]) -> bool:
    return any(name.split(".")[0] in names for name in places.names(arguments))


def origin_of(
    journey: Journey, instance: Instance, step: Call | Confirm, event: CallFailed
) -> str | None:
    """Give the slot to ask for again when a tool would not take an argument; None: nothing to ask.

    It is the slot behind the argument that the error names; else one whose value the message quotes;
    else the one that was collected last.
    """
    collected = [known.collect for known in journey.steps if isinstance(known, Collect)]
    given: dict[str, str] = {}
    for argument, template in step.arguments.items():
        for name in places.names(template):
            if name in collected and name in instance["slots"]:
                given[argument] = name
    if event.argument:
        return given.get(event.argument)
    slots = list(given.values())
    quoted = [name for name in slots if str(instance["slots"][name]) in event.message]
    in_order = sorted(quoted or slots, key=collected.index)
    return in_order[-1] if in_order else None
