"""What a customer's words say to a procedure: values, an answer, which of several choices she means."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents import Brief, Kit, Slot
from journeys import Instance, Journey, places
from journeys.events import Answer, Cancel
from journeys.model import Confirm
from models import Understanding
from tools import Tool

NEWEST = re.compile(
    r"\b(?:[uú]ltim[oa]s?|mais recentes?|mais nov[oa]|last|latest|(?:most )?recent|newest)\b",
    re.IGNORECASE,
)


def words_of(brief: Brief) -> str:
    """Give what she said about this; all of her message where it is about nothing else."""
    history = brief["history"]
    if brief["alone"] and history and history[-1]["role"] == "customer":
        whole = history[-1]["text"]
        if brief["text"] in whole:
            return whole
    return brief["text"]


def values(
    brief: Brief, kit: Kit, journey: Journey, *, text: str = "", asked: str = ""
) -> dict[str, Any]:
    """Find values for the slots of a procedure in her words."""
    schemas = {
        name: slot.schema_ | ({"x-labels": slot.labels} if slot.labels else {})
        for name, slot in journey.slots.items()
    }
    if not schemas:
        return {}
    text, language = text or words_of(brief), brief["language"]
    return kit.understanding.values(schemas, text, language, kit.context.now, asked=asked)


def answer(brief: Brief, kit: Kit, journey: Journey, instance: Instance) -> Answer | Cancel:
    """Read her words as an answer to the question that is open."""
    text, language, understanding = brief["text"], brief["language"], kit.understanding
    if understanding.gives_up(text, language):
        return Cancel()
    asked = instance["asked"]
    if asked == "confirm":
        found = values(brief, kit, journey, text=text)
        return Answer(text, found, agreed=understanding.agreement(text, language))
    found = values(brief, kit, journey, text=text, asked=asked)
    labels = [str(option["label"]) for option in instance["options"]]
    if labels and asked in found and not _may_be(journey, instance, found[asked]):
        del found[asked]
    if not labels or asked in found:  # a number she writes out is surer than a place in a list
        return Answer(text, found)
    return Answer(text, found, chosen=understanding.choose(labels, text, language))


def meant(
    understanding: Understanding, labels: Sequence[str], text: str, language: str
) -> int | None:
    """Find which choice a text means that was written before the list was shown.

    A place in the list ("the second") means nothing then, so it only counts if it stays the same choice
    in a list of another order; except for the newest, which everybody knows.
    """
    if len(labels) < 2:
        return None
    chosen = understanding.choose(labels, text, language)
    if chosen is None or (chosen == 0 and NEWEST.search(text)):
        return chosen
    turned = understanding.choose([*labels[1:], labels[0]], text, language)
    return chosen if turned is not None and (turned + 1) % len(labels) == chosen else None


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


def _may_be(journey: Journey, instance: Instance, value: Any) -> bool:
    """Say whether a value may be meant while choices are shown: one of them, or a form of its own."""
    schema = journey.slots[instance["asked"]].schema_
    if any(mark in schema for mark in ("pattern", "format", "enum")):
        return True
    return value in [option["value"] for option in instance["options"]]
