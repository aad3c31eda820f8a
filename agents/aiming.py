"""Hold what a customer names against what is hers, before anything is chosen for her.

What a procedure can be carried out for is a part of what she has. If she names a thing that is not in
that part, the only one which is left must not be taken in its place: what she names is, and the tool
says why it cannot be done; and where she has no such thing, she is told so and asked.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents import Brief, Kit, choosing, hearing, remembering
from journeys import Instance, Journey, words
from journeys.asking import known_by
from journeys.events import Answer, Called, Correct, Event, Read
from journeys.model import Slot
from models.embedded import pointing

Look = Callable[[Read], Awaitable[Event]]


@dataclass(frozen=True)
class Aim:
    """What a choice was made to be by her words."""

    event: Event
    told: str = ""
    """What she has to hear about it."""

    beyond: bool = False
    """Whether what she names is none of what the procedure is for."""

    open: bool = False
    """Whether she must be asked, whatever her words seem to choose."""


async def aimed(
    brief: Brief, kit: Kit, look: Look, happened: Called, journey: Journey, instance: Instance, *,
    whole: Called,
) -> Aim:  # fmt: skip
    """Give the choices that are left of those a call listed, or what she names instead of them.

    `whole` is the list before it was narrowed to what she may mean.
    """
    slot = collected(journey, instance)
    if slot is None or slot.options is None:
        return Aim(happened)
    text, language = hearing.words_of(brief), brief["language"]
    named = choosing.names(kit.journeys, language)
    listed = hearing.listed(slot, happened)
    missed = choosing.missed(named, _labels(listed), text)
    spoken = "" if missed else _spoken_of(brief, kit, listed, journey, instance)
    if not listed or not (missed or spoken or len(listed) == 1):
        return Aim(happened)
    hers = await _hers(look, slot, instance, language, listed)
    fits = choosing.fitting(named, _labels(hers), text)
    if missed and fits:
        return Aim(_listing(happened, slot, [hers[at] for at in fits]), beyond=True)
    if missed:
        told = words.say("not_hers", language, thing=missed)
        return Aim(replace(happened, certain=False), told)
    other = _other(kit, hers, listed, text, language) if fits or not named else None
    mine = next((one for one in hers if spoken and one["value"] == spoken), None)
    if mine is not None and not fits:
        apart = spoken in [one["value"] for one in hearing.listed(slot, whole)]
        if not apart and (journey.writes or pointing.points(text, language)):
            return Aim(_listing(happened, slot, [mine]), beyond=True)
        if not apart:
            return Aim(happened, words.say("not_for_it", language, thing=str(mine["label"])))
    if other is None:
        return Aim(happened)
    both = _listing(happened, slot, [*listed, other])
    return Aim(replace(both, certain=False), open=True)


def _spoken_of(
    brief: Brief,
    kit: Kit,
    listed: Sequence[Mapping[str, Any]],
    journey: Journey,
    instance: Instance,
) -> Any:
    """Give what was spoken of last, if none of the choices is it and she names no other.

    Of it there may be no refund, and of another thing there is; and "I want to send it back" means it.
    """
    language, text = brief["language"], hearing.words_of(brief)
    name = getattr(_step(journey, instance), "collect", "")
    options = journey.slots[name].options if name in journey.slots else None
    if options is not None and options.alone:
        return ""  # "I was charged twice" is about the one that was, whatever came before
    spoken = remembering.recent(brief["journey"], name)
    if len(spoken) != 1 or spoken[0] in [option["value"] for option in listed]:
        return ""
    about = hearing.called(journey, name)  # "my other address" is no other order
    if pointing.other(text, language, about) or pointing.any_of(text, language):
        return ""
    if choosing.names(kit.journeys, language).mentions(text):
        return ""
    return spoken[0]


async def named_instead(
    brief: Brief, kit: Kit, look: Look, journey: Journey, instance: Instance, event: Answer
) -> Aim:
    """Read an answer that is none of the choices: it may name another thing of hers, or none."""
    slot, asked = journey.slots.get(instance["asked"]), instance["asked"]
    if slot is None or slot.options is None or asked in event.values or event.chosen is not None:
        return Aim(event)
    text, language = brief["text"], brief["language"]
    named = choosing.names(kit.journeys, language)
    listed = instance["options"]
    missed = choosing.missed(named, _labels(listed), text)
    if not missed:
        return Aim(event)
    hers = await _hers(look, slot, instance, language, listed)
    fits = choosing.fitting(named, _labels(hers), text)
    if len(fits) == 1:
        return Aim(replace(event, values={**event.values, asked: hers[fits[0]]["value"]}))
    return Aim(event, "" if fits else words.say("not_hers", language, thing=missed))


async def another_of_hers(
    brief: Brief, kit: Kit, look: Look, journey: Journey, instance: Instance
) -> Correct | None:
    """Give the other thing of hers that she names while one is about to be confirmed.

    It need not be one that the procedure is for: the tool then says why not.
    """
    text, language = brief["text"], brief["language"]
    named = choosing.names(kit.journeys, language)
    if not named.words(text):
        return None
    for name, taken in instance["slots"].items():
        slot = journey.slots.get(name)
        if slot is None or slot.options is None or "pattern" not in slot.schema_:
            continue
        hers = await _hers(look, slot, instance, language, [])
        fits = choosing.fitting(named, _labels(hers), text)
        if len(fits) == 1 and hers[fits[0]]["value"] != taken:
            return Correct(name, hers[fits[0]]["value"])
    return None


def collected(journey: Journey, instance: Instance) -> Slot | None:
    """Give the slot that a procedure's present step collects."""
    return journey.slots.get(getattr(_step(journey, instance), "collect", ""))


def _step(journey: Journey, instance: Instance) -> Any:
    return next((step for step in journey.steps if step.id == instance["step"]), None)


async def _hers(
    look: Look, slot: Slot, instance: Instance, language: str, listed: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Give all of the kind that she has, whether or not the procedure can be carried out for it."""
    wide = hearing.options_call(slot, instance, language, wide=True)
    if wide == hearing.options_call(slot, instance, language):
        return [*listed]
    found = hearing.listed(slot, await look(wide))
    return found or [*listed]


def _other(
    kit: Kit, hers: Sequence[dict[str, Any]], listed: Sequence[Mapping[str, Any]], text: str,
    language: str,
) -> dict[str, Any] | None:  # fmt: skip
    """Give what her words choose of all that is hers, if it is not among what was listed."""
    named = choosing.names(kit.journeys, language)
    chosen = choosing.meant(kit.understanding, named, _labels(hers), text, language)
    values = [option["value"] for option in listed]
    if chosen is None or hers[chosen]["value"] in values:
        return None
    return hers[chosen]


def _labels(options: Sequence[Mapping[str, Any]]) -> list[str]:
    return [known_by(option) for option in options]


def _listing(happened: Called, slot: Slot, options: Sequence[Mapping[str, Any]]) -> Called:
    """Give a call's result with these choices in place of those that it listed."""
    assert slot.options is not None
    fields = {"value": slot.options.value, "label": slot.options.label, "also": slot.options.also}
    items = [{fields[key]: value for key, value in option.items()} for option in options]
    return replace(happened, data={**happened.data, slot.options.items: items})
