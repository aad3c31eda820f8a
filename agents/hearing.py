"""What a customer's words say to a procedure: values, an answer, which of several choices she means."""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from agents import Brief, Kit, attaching, choosing, unclear
from core.workspace import said
from journeys import Instance, Journey, model, places
from journeys.asking import known_by, options_of
from journeys.events import Answer, Called, Cancel, Correct, Event, Read, Reopen, Unable
from models import Answered, Understanding
from models.embedded import acting, amending, denying, heeding, partly, pointing
from models.embedded.values import is_free

PUT_RIGHT = 12
"""Words that only put a number right; more than that objects to other things as well."""

DIGITS = re.compile(r"\d+")
AGREED = {"yes": True, "no": False}


def message(brief: Brief) -> str:
    """Give all that she wrote last, be it in one message or in several."""
    latest = [*takewhile(lambda one: one["role"] == "customer", reversed(brief["history"]))]
    return "\n".join(one["text"] for one in reversed(latest))


def called(journey: Journey, name: str) -> str:
    """Give the words by which customers call what a slot stands for."""
    return " ".join((*journey.slots[name].ask.values(), name.replace("_", " ")))


def corrected(
    brief: Brief, kit: Kit, journey: Journey, instance: Instance, name: str,
    listed: Sequence[Mapping[str, Any]],
) -> Any:  # fmt: skip
    """Give the other choice that she means instead of the one taken, `Reopen` if unclear, else None."""
    text, language, taken = brief["text"], brief["language"], instance["slots"][name]
    labels, named = [known_by(option) for option in listed], choosing.names(kit.journeys, language)
    shown = name in instance.get("offered", {})
    choose = choosing.choose if shown else choosing.meant
    chosen = choose(kit.understanding, named, labels, text, language)
    at = next((at for at, option in enumerate(listed) if option["value"] == taken), None)
    if at is not None and (more := partly.added(labels, at, text, language)):
        chosen = more.at
    if chosen is not None and listed[chosen]["value"] != taken:
        return listed[chosen]["value"]
    if chosen is None and "?" not in text and names_others(brief, instance, name, listed):
        return Reopen(name)
    there = [option["value"] for option in listed if not option.get("gone")]
    others = [value for value in there if value != taken]
    if pointing.other(text, language, called(journey, name)):
        return others[0] if len(others) == 1 else Reopen(name)
    return Reopen(name) if pointing.not_this(text, language) else None


def names_others(
    brief: Brief, instance: Instance, name: str, listed: Sequence[Mapping[str, Any]]
) -> bool:
    """Say whether her words name other choices of a slot than the one taken: "yes, only the chair"."""
    taken = [option["value"] == instance["slots"].get(name) for option in listed]
    labels = [known_by(option) for option in listed]
    return True in taken and choosing.names_others(
        labels, taken.index(True), brief["text"], brief["language"]
    )


def says_how_much(instance: Instance, text: str, language: str) -> bool:
    """Say whether a text does no more than say how much of what she was shown: "all of them"."""
    return any(
        partly.only_how_much([known_by(option) for option in options], text, language)
        for options in instance.get("offered", {}).values()
    )


def may_correct(brief: Brief, journey: Journey, instance: Instance, name: str) -> bool:
    """Say whether her words may mean another choice than the one that was taken for a slot."""
    text, language = brief["text"], brief["language"]
    return instance["asked"] == "confirm" or means_other(text, language, journey, name)


def means_other(text: str, language: str, journey: Journey, name: str) -> bool:
    """Say whether a text says that another choice is meant, or not the one that was taken."""
    about = called(journey, name)
    return pointing.other(text, language, about) or pointing.not_this(text, language)


def options_call(
    slot: model.Slot, instance: Instance, language: str, *, wide: bool = False
) -> Read:
    """Give the call that lists the choices of a slot; or, if `wide`, whatever of the kind is hers.

    What stands in the journey itself narrows the list to what can be done; what comes from her words,
    such as the order that an item is of, does not.
    """
    assert slot.options is not None
    told = {**instance["slots"], **instance["results"]}
    arguments = {
        name: value
        for name, value in slot.options.arguments.items()
        if not wide or places.names(value)
    }
    return Read(slot.options.call, places.resolved(arguments, told, language), None)


def listed(slot: model.Slot, happened: Event) -> list[dict[str, Any]]:
    """Give the choices that a call listed."""
    assert slot.options is not None
    items = happened.data.get(slot.options.items) if isinstance(happened, Called) else None
    return options_of(items, slot)


def asked_before(brief: Brief) -> bool:
    """Say whether a procedure has asked her something in this turn already."""
    return any(
        question["agent"] == "transactions"
        for report in brief["reports"]
        for question in report.get("asked", [])
    )


def words_of(brief: Brief) -> str:
    """Give what she said about this; all of her message where it is about nothing else."""
    whole = message(brief)
    return whole if brief["alone"] and brief["text"] in whole else brief["text"]


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
    told, language = text or words_of(brief), brief["language"]
    found = kit.understanding.values(schemas, told, language, kit.context.now, asked=asked)
    if (meant := denying.without_denied(told, language)) != told:
        formed = {name: one for name, one in schemas.items() if "pattern" in one}
        again = kit.understanding.values(formed, meant, language, kit.context.now, asked=asked)
        found = {name: value for name, value in found.items() if name not in formed} | again
    return found | attaching.attached(brief, kit, journey, asked, told)


def answer(
    brief: Brief, kit: Kit, journey: Journey, instance: Instance
) -> Answer | Cancel | Correct | Reopen | Unable:
    """Read her words as an answer to the question that is open."""
    text, language, understanding = brief["text"], brief["language"], kit.understanding
    asked = instance["asked"]
    if asked == "confirm":
        return _to_proposal(brief, kit, journey, instance)
    if understanding.gives_up(text, language):
        return Cancel()
    found = values(brief, kit, journey, text=text, asked=asked)
    unsure = unclear.readings(text, language, kit, journey, found, asked=asked)
    found |= unclear.told_by_choices(unsure, asked, journey, instance["options"])
    labels = [known_by(option) for option in instance["options"]]
    if labels and _takes_none(understanding, labels, text, language):
        return Cancel()
    if labels and asked in found and not _may_be(journey, instance, found[asked]):
        del found[asked]
    if not found and not labels and heeding.unable(text, language):
        return Unable()
    if not labels or asked in found:  # a number she writes out is surer than a place in a list
        return Answer(text, found, unsure=unsure)
    question = said(journey.slots[asked].ask, language) if asked in journey.slots else ""
    named = choosing.names(kit.journeys, language)
    meant = denying.without_denied(text, language)
    chosen = choosing.choose(understanding, named, labels, meant, language, question)
    return Answer(text, found, chosen=chosen, unsure=unsure)


def _to_proposal(
    brief: Brief, kit: Kit, journey: Journey, instance: Instance
) -> Answer | Cancel | Correct | Reopen:
    """Read her words as an answer to what a procedure proposes."""
    text, language = brief["text"], brief["language"]
    reply = answered(kit.understanding, kit.journeys, instance, text, language)
    if reply.meaning == "drop":
        return Cancel()
    found = values(brief, kit, journey, text=text)
    agreed = AGREED.get(reply.meaning)
    if not found and (changed := unclear.change(text, language, kit, journey, instance)):
        return changed
    right = None if found or agreed else put_right(text, language, journey, instance)
    if isinstance(right, Correct) or (right and agreed is None):
        return right
    return Answer(text, found, agreed=agreed)


def _takes_none(
    understanding: Understanding, labels: Sequence[str], text: str, language: str
) -> bool:
    """Say whether none of the choices is meant: a bare no, a no to the only one, "neither of them"."""
    if heeding.none_of(text, language):
        return True
    if understanding.agreement(text, language) is not False:
        return False
    reply = understanding.answer(text, language, "")
    return len(labels) == 1 or (reply.wholly and reply.meaning == "no")


def put_right(
    text: str, language: str, journey: Journey, instance: Instance
) -> Correct | Reopen | None:
    """Give what a number beside no yes puts right in a value of her own words.

    "It is 210, not 120" says which; "it is 15" may not, then she is asked anew, and no later yes can be
    to what she said was wrong.
    """
    proposal = instance.get("proposal")
    own = [
        name
        for name, slot in journey.slots.items()
        if name in instance["slots"] and slot.options is None and is_free(slot.schema_)
    ]
    if "?" in text or not own:
        return None
    short = len(text.split()) <= PUT_RIGHT
    for name in own if short else ():
        value = amending.amended(str(instance["slots"][name]), text, language)
        if value is not None:
            return Correct(name, value)
    told = {*DIGITS.findall(proposal["asked"])} if proposal else set()
    return Reopen(own[0]) if {*DIGITS.findall(text)} - told else None


def answered(
    understanding: Understanding, journeys: Mapping[str, Journey], instance: Instance,
    text: str, language: str,
) -> Answered:  # fmt: skip
    """Read an answer to what a procedure proposes; a yes that names another act is neither."""
    journey = journeys.get(instance["journey"])
    examples = tuple(journey.trigger.examples.get(language, ())) if journey else ()
    own = " ".join(examples)
    proposal = instance.get("proposal")
    question = proposal["asked"] if proposal else ""
    reply = understanding.answer(text, language, question, own)
    if reply.meaning == "drop" and says_how_much(instance, text, language):
        return Answered("no")  # "no wait, leave out the chair" drops nothing but the chair
    if reply.wholly:
        return reply
    if understanding.gives_up(text, language) and not says_how_much(instance, text, language):
        return Answered("drop")
    if not reply.meaning and acting.urges_act(text, question, examples, language):
        reply = Answered("yes")
    if reply.meaning == "yes":
        others = other_examples(journeys, instance, language)
        if acting.names_another(f"{question} {own}", others, text, language):
            return Answered()
    return reply


def other_examples(
    journeys: Mapping[str, Journey], instance: Instance, language: str
) -> tuple[tuple[str, ...], ...]:
    """Give what customers say for the other procedures that change something."""
    return tuple(
        tuple(other.trigger.examples.get(language, ()))
        for name, other in journeys.items()
        if name != instance["journey"] and other.writes
    )


def _may_be(journey: Journey, instance: Instance, value: Any) -> bool:
    """Say whether a value may be meant while choices are shown: one of them, or a form of its own."""
    schema = journey.slots[instance["asked"]].schema_
    if any(mark in schema for mark in ("pattern", "format", "enum")):
        return True
    return value in [one["value"] for one in instance["options"] if not one.get("gone")]
