"""What a customer's words may mean for a procedure where nobody could be sure: asked, never guessed."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents import Kit
from journeys import Instance, Journey
from journeys.events import Correct, Reopen


def readings(
    text: str,
    language: str,
    kit: Kit,
    journey: Journey,
    found: Mapping[str, Any],
    *,
    asked: str = "",
) -> dict[str, list[Any]]:
    """Give the two or three values that a text may mean for slots it gives no sure value.

    "03/04" in English, "às 3 e meia", a weekday that is said on that weekday.
    """
    schemas = {name: slot.schema_ for name, slot in journey.slots.items() if name not in found}
    if not schemas:
        return {}
    return kit.understanding.readings(schemas, text, language, kit.context.now, asked=asked)


def told_by_choices(
    unsure: Mapping[str, list[Any]],
    asked: str,
    journey: Journey,
    options: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Give the value that can be meant because only it can be had: "at 3", where 15:00 is free."""
    if asked not in journey.slots or journey.slots[asked].options is None:
        return {}
    there = [option["value"] for option in options if not option.get("gone")]
    meant = [value for value in unsure.get(asked, []) if value in there]
    return {asked: meant[0]} if len(meant) == 1 else {}


def change(
    text: str, language: str, kit: Kit, journey: Journey, instance: Instance
) -> Correct | Reopen | None:
    """Give what a doubtful value changes in what is to be agreed to: "no, at 3"; a yes to the old one
    would be wrong."""
    for name, meant in readings(text, language, kit, journey, {}).items():
        taken = instance["slots"].get(name)
        if taken in meant or (taken is None and journey.slots[name].required):
            continue
        offered = instance.get("offered", {}).get(name, [])
        told = told_by_choices({name: meant}, name, journey, offered)
        return Correct(name, told[name]) if told else Reopen(name, meant)
    return None
