"""What is known for a procedure that begins: from her words, and from what was said before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agents import Brief, Kit, Slot, remembering, unclear
from agents.hearing import called, message, values, words_of
from journeys import Instance, Journey, model, places
from journeys.events import Called
from journeys.model import Confirm
from models.embedded import pointing
from tools import Tool


@dataclass
class Known:
    """What is known for the slots of a procedure before anything is asked."""

    values: dict[str, Any] = field(default_factory=dict)
    guesses: dict[str, Any] = field(default_factory=dict)
    """Values known from elsewhere, for slots whose choices have to be looked at first."""

    apart: dict[str, list[Any]] = field(default_factory=dict)
    """Values that she does not mean: she speaks of another one."""

    unsure: dict[str, list[Any]] = field(default_factory=dict)
    """Values of which her words mean one, where nobody could be sure which."""

    only: dict[str, list[Any]] = field(default_factory=dict)
    """Values of which she means one, for several were talked about at once."""

    def narrowed(self, happened: Called, journey: Journey, instance: Instance) -> Called:
        """Leave out of a list of choices what she does not mean, unless nothing would be left."""
        step = next((step for step in journey.steps if step.id == instance["step"]), None)
        name = getattr(step, "collect", "")
        options = journey.slots[name].options if name in journey.slots else None
        if options is None or not ({name} & {*self.apart, *self.only}):
            return happened
        items = happened.data.get(options.items)
        kept = [
            item for item in items if self._may_mean(name, item.get(options.value))
        ] if isinstance(items, list) else []  # fmt: skip
        return replace(happened, data={**happened.data, options.items: kept}) if kept else happened

    def _may_mean(self, name: str, value: Any) -> bool:
        return value not in self.apart.get(name, []) and value in self.only.get(name, [value])


def known(brief: Brief, kit: Kit, journey: Journey) -> Known:
    """Give what her words and what was said before tell for a procedure that begins."""
    text, language = words_of(brief), brief["language"]
    told = values(brief, kit, journey)
    unsure = unclear.readings(text, language, kit, journey, told)
    found = Known(values=told, unsure=unsure)
    for name, slot in journey.slots.items():
        if slot.options is not None and name not in found.values:
            _take_numbers(found, brief, kit, journey, name)
            if name in unsure:  # "at 11" is sure where only one of its readings can be had
                found.only.setdefault(name, unsure[name])
    for name, value in shared(journey, brief["slots"], kit.tools).items():
        slot = journey.slots[name]
        if name in found.values or name in found.only or name in unsure:
            continue
        if slot.options is not None or "pattern" in slot.schema_:
            several = remembering.recent(brief["journey"], name)
            if pointing.other(text, language, called(journey, name)):
                found.apart[name] = [value]
                continue
            if pointing.any_of(text, language):
                continue
            if len(several) > 1:
                found.only[name] = several
                continue
        known_values = found.guesses if slot.options is not None else found.values
        known_values[name] = value
    return found


def _take_numbers(found: Known, brief: Brief, kit: Kit, journey: Journey, name: str) -> None:
    """Take the number that stands elsewhere in her message, or the several of which she means one."""
    slot, text, language = journey.slots[name], words_of(brief), brief["language"]
    one = [] if _claimed(brief) else _named(brief, kit, slot, message(brief))
    if len(one) == 1 and not pointing.other(text, language, called(journey, name)):
        found.values[name] = one[0]
        return
    several = _named(brief, kit, slot, text) or _offered(brief, name)
    if len(several) > 1:
        found.only[name] = several


def _claimed(brief: Brief) -> bool:
    """Say whether another procedure has taken the numbers of this message already."""
    return any(report.get("slots") for report in brief["reports"])


def _named(brief: Brief, kit: Kit, slot: model.Slot, text: str) -> list[Any]:
    """Give the values that she names where only one can be taken: "A-1 and A-2"."""
    if "pattern" not in slot.schema_:
        return []
    schema = {"named": {"type": "array", "items": slot.schema_}}
    language, now = brief["language"], kit.context.now
    return list(kit.understanding.values(schema, text, language, now).get("named", []))


def _offered(brief: Brief, name: str) -> list[Any]:
    """Give the choices that are open to her in a procedure which asks for the same."""
    current = next(iter(remembering.running(brief["journey"])), None)
    if current is None or current["asked"] != name:
        return []
    return [option["value"] for option in current["options"] if not option.get("gone")]


def shared(
    journey: Journey, slots: Mapping[str, Slot], tools: Mapping[str, Tool]
) -> dict[str, Any]:
    """Give what others have learned for this journey's slots.

    What was put into an earlier write (an amount, a reason) was meant for that write: such a value of
    our own is not taken again, unless it says what the write is about.
    """
    spent: set[str] = set()
    for step in journey.steps:
        if isinstance(step, Confirm):
            tool = tools.get(step.confirm)
            for argument, template in step.arguments.items():
                if tool is None or argument not in tool.entity:
                    spent |= {name.split(".")[0] for name in places.names(template)}
    return {
        name: slot["value"]
        for name, slot in slots.items()
        if name in journey.slots
        and slot["value"] is not None
        and not (slot["source"] == "transactions" and name in spent)
    }
