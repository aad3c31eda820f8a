"""Put questions: for a slot, among options, and for the yes to a write."""

from collections.abc import Mapping
from typing import Any, cast

from core.workspace import said
from journeys import places, words
from journeys.events import Ask, Proposed
from journeys.model import Collect, Confirm, Slot
from journeys.repairing import fits
from journeys.running import Run

MAX_OPTIONS = 60
MAX_BUTTONS = 20


def ask(run: Run, *, lead: str = "", helped: bool = False) -> Run:
    """Put the question that belongs to the present step."""
    language = run.language
    if run.instance["asked"] == "confirm" and (proposal := run.instance.get("proposal")):
        text = " ".join(part for part in (lead, proposal["asked"]) if part)
        run = run.having(waits_for="answer", calls=0)
        return run.wanting(Ask("confirm", text, buttons=words.yes_no(language)))
    step = cast(Collect, run.step)
    slot = run.journey.slots[step.collect]
    options = run.instance["options"]
    labels = [str(option["label"]) for option in options if not option.get("gone")]
    text = words.question(step.collect, slot, language)
    if labels and slot.options is None:
        text = words.either(said(slot.ask, language), labels, language)
    elif labels:
        text = words.with_options(text, labels, language)
    hint = words.help_for(slot, language, labels) if helped else ""
    text = " ".join(part for part in (lead, text, hint) if part)
    run = run.having(asked=step.collect, waits_for="answer", calls=0)
    if labels:
        offered = {**run.instance.get("offered", {}), step.collect: options}
        run = run.having(offered=offered)
    buttons = tuple(labels[:MAX_BUTTONS]) or tuple(words.choices(slot, language))
    known = tuple(known_by(option) for option in options)
    return run.wanting(Ask(step.collect, text, buttons=buttons, options=known))


def doubting(run: Run, unsure: Mapping[str, list[Any]]) -> Run:
    """Keep what her words may mean, for the question that will be put for it, unless that is known now."""
    slots = run.journey.slots
    fitting = {
        name: [one for one in readings if fits(slots[name], one)]
        for name, readings in unsure.items()
        if name in slots
    }
    before = run.instance.get("unsure", {})
    held = before | {name: readings for name, readings in fitting.items() if len(readings) > 1}
    kept = {name: held[name] for name in held if name not in run.instance["slots"]}
    return run.having(unsure=kept) if kept != before else run


def between_readings(run: Run, name: str) -> Run:
    """Let her choose between the values that her words may mean, once; without any, ask openly."""
    unsure = dict(run.instance.get("unsure", {}))
    readings = unsure.pop(name, None)
    if readings is None:
        return run
    options = [words.reading(value, run.language) for value in readings]
    return run.having(options=options, unsure=unsure)


def options_of(items: Any, slot: Slot) -> list[dict[str, Any]]:
    """Give the choices that a call listed, as `{value, label}`, each value once."""
    assert slot.options is not None
    found: dict[str, dict[str, Any]] = {}
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, Mapping) or item.get(slot.options.value) is None:
            continue
        value = item[slot.options.value]
        option = {"value": value, "label": str(item.get(slot.options.label) or value)}
        if also := item.get(slot.options.also):
            option["also"] = str(also)
        found.setdefault(str(value), option)
    return list(found.values())[:MAX_OPTIONS]


def choices_of(data: Mapping[str, Any], slot: Slot) -> list[dict[str, Any]]:
    """Give the choices that a call listed, then those that cannot be had now, as `gone`."""
    assert slot.options is not None
    there = options_of(data.get(slot.options.items), slot)
    values = [option["value"] for option in there]
    gone = options_of(data.get(slot.options.gone), slot)
    return [*there, *({**one, "gone": True} for one in gone if one["value"] not in values)]


def known_by(option: Mapping[str, Any]) -> str:
    """Give all the words that a choice is known by, shown or not."""
    return " ".join(str(option[key]) for key in ("label", "also") if option.get(key))


def question_for(run: Run, event: Proposed) -> str:
    """Ask for a yes to exactly this."""
    proposal, language = event.proposal, run.language
    preview = words.clause(proposal["preview"])
    approval = bool(proposal.get("needs_approval"))
    step = cast(Confirm, run.step)
    own = said(step.ask, language) if step.ask else ""
    if not own:
        return words.say("confirm_approval" if approval else "confirm", language, preview=preview)
    parts = [places.filled(own, {**run.readable, "preview": preview}, language)]
    if "preview" not in places.names(own):
        parts.insert(0, words.say("will", language, preview=preview))
    if approval:
        parts.insert(-1, words.say("with_approval", language))
    return " ".join(parts)
