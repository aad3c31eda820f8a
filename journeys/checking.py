"""Check a journey before it runs, and say what is wrong in plain words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.workspace import Text
from journeys import conditions, places
from journeys.model import Branch, Call, Collect, Confirm, HandOff, Journey, PassOn, Say, Slot, Step
from models.embedded import bank
from tools import Tool

END = "end"
ATTACHMENT = "attachment"
WORD = re.compile(r"[^\W\d_]{2,}")


def problems(journey: Journey, tools: Mapping[str, Tool], languages: Sequence[str]) -> list[str]:
    """Give everything that is wrong with a journey; `[]` means that it can run."""
    found = [
        *_step_ids(journey),
        *_slots(journey, tools, languages),
        *(problem for step in journey.steps for problem in _step(journey, step, tools, languages)),
        *_texts("its purpose", journey.purpose, languages),
        *(_texts("`regretted`", journey.regretted, languages) if journey.regretted else ()),
        *_unknown(journey, "`regretted`", places.names(journey.regretted)),
        *_bank(journey),
    ]
    if not any("there is no step" in problem or "two steps" in problem for problem in found):
        found += _ways(journey)
    return list(dict.fromkeys(found))


def _bank(journey: Journey) -> Iterator[str]:
    try:
        bank.chosen(journey.trigger.intent, journey.trigger.bank)
    except KeyError as error:
        listed = ", ".join(bank.names())
        yield f"the bank has no intent {error} to learn from; there are {listed}"


def _step_ids(journey: Journey) -> Iterator[str]:
    seen: set[str] = set()
    for step in journey.steps:
        if step.id == END:
            yield f"a step is called {END!r}, which means 'no further'; rename it"
        if step.id in seen:
            yield f"two steps are called {step.id!r}; rename one"
        seen.add(step.id)


def _slots(journey: Journey, tools: Mapping[str, Tool], languages: Sequence[str]) -> Iterator[str]:
    collected = {step.collect for step in journey.steps if isinstance(step, Collect)}
    results = {
        step.into for step in journey.steps if isinstance(step, Call | Confirm) and step.into
    }
    for name, slot in journey.slots.items():
        where = f"slot {name!r}"
        if name in results:
            yield f"{where} has the name of a result; rename one of them"
        yield from _schema(where, slot)
        if name in collected and slot.required and slot.default is None:
            yield from _texts(f"the question of {where}", slot.ask, languages)
        for value, label in slot.labels.items():
            yield from _texts(f"the label {value!r} of {where}", label, languages)
            if value not in [str(known) for known in slot.schema_.get("enum", [])]:
                yield f"{where} has a label for {value!r}, which is not in its enum"
        yield from _called(where, slot, languages)
        if slot.options:
            yield from _call(
                journey,
                f"the options of {where}",
                slot.options.call,
                slot.options.arguments,
                tools,
                "read",
            )


def _called(where: str, slot: Slot, languages: Sequence[str]) -> Iterator[str]:
    """Check further words for the values of a slot."""
    known = [str(value) for value in slot.schema_.get("enum", [])]
    if (slot.things or slot.called) and not known:
        yield f"{where} has words for kinds of things, and no enum that lists them"
    for called in slot.called:
        yield from _texts(f"words for values of {where}", called.words, languages)
        for value in called.mean:
            if value not in known:
                yield f"{where} has words for {value!r}, which is not in its enum"


def _schema(where: str, slot: Slot) -> Iterator[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(slot.schema_)
        re.compile(str(slot.schema_.get("pattern", "")))
    except SchemaError as error:
        yield f"{where} has a schema that is none: {error.message}"
        return
    except re.error as error:
        yield f"{where} has a pattern that cannot be read: {error}"
        return
    if slot.schema_.get("format") == ATTACHMENT:
        yield from _attachment(where, slot)
    if slot.default is not None and not Draft202012Validator(slot.schema_).is_valid(slot.default):
        yield f"{where} has the default {slot.default!r}, which its own schema refuses"


def _attachment(where: str, slot: Slot) -> Iterator[str]:
    """Check a slot that takes the name of a file which the customer sends."""
    if slot.schema_.get("type", "string") != "string":
        yield f"{where} takes an attachment, whose name is text; say 'type: string'"
    for mark in ("pattern", "enum", "examples"):
        if mark in slot.schema_:
            yield f"{where} takes an attachment, which customers name as they like; leave out {mark!r}"
    if slot.options or slot.default is not None:
        yield f"{where} takes an attachment, which only she can send; leave out options and default"


def _step(
    journey: Journey, step: Step, tools: Mapping[str, Tool], languages: Sequence[str]
) -> Iterator[str]:
    """Check one step: what it names must exist, what it says must be said in each language."""
    where = f"step {step.id!r}"
    yield from _targets_exist(journey, step)
    match step:
        case Collect(collect=slot):
            if slot not in journey.slots:
                yield f"{where} collects {slot!r}, and there is no slot of that name"
        case Call(call=tool, arguments=arguments):
            yield from _call(journey, where, tool, arguments, tools, "read")
        case Confirm():
            yield from _confirm(journey, where, step, tools, languages)
        case Say(say=text):
            yield from _said(journey, where, text, languages)
        case HandOff(hand_off=text):
            yield from _unknown(journey, where, places.names(text))
        case Branch():
            yield from _branch(journey, where, step)


def _targets_exist(journey: Journey, step: Step) -> Iterator[str]:
    known = {step.id for step in journey.steps}
    for target in _targets(step):
        if target != END and target not in known:
            yield f"step {step.id!r} goes to {target!r}, and there is no step of that name"


def _confirm(
    journey: Journey, where: str, step: Confirm, tools: Mapping[str, Tool], languages: Sequence[str]
) -> Iterator[str]:
    yield from _call(journey, where, step.confirm, step.arguments, tools, "write")
    if step.ask:
        yield from _texts(f"the question of {where}", step.ask, languages)
        yield from _unknown(journey, where, places.names(step.ask), extra=("preview",))


def _branch(journey: Journey, where: str, step: Branch) -> Iterator[str]:
    for way in step.branch:
        yield from _condition(journey, where, way.when)
    if any(way.when is None for way in step.branch[:-1]):
        yield f"{where} has conditions after its 'otherwise', which are never looked at"


def _call(
    journey: Journey, where: str, name: str, arguments: Mapping[str, Any],
    tools: Mapping[str, Tool], effect: str,
) -> Iterator[str]:  # fmt: skip
    tool = tools.get(name)
    if tool is None:
        known = ", ".join(sorted(tools)) or "none"
        yield f"{where} uses the tool {name!r}, which does not exist; there are: {known}"
        return
    if effect == "read" and tool.effect == "write":
        yield f"{where} calls {name!r}, which writes; use `confirm`, so that the customer agrees first"
    if effect == "write" and tool.effect == "read":
        yield f"{where} confirms {name!r}, which only reads; use `call`"
    properties = tool.parameters.get("properties", {})
    for argument in arguments:
        if argument not in properties:
            takes = ", ".join(properties) or "nothing"
            unwanted = f"{where} gives {name!r} the argument {argument!r}"
            yield f"{unwanted}, which it does not take; it takes {takes}"
    for argument in tool.parameters.get("required", []):
        if argument not in arguments:
            yield f"{where} does not give {name!r} the argument {argument!r}, which it needs"
    yield from _unknown(journey, where, places.names(arguments))


def _unknown(
    journey: Journey, where: str, used: Sequence[str], extra: tuple[str, ...] = ()
) -> Iterator[str]:
    results = {
        step.into for step in journey.steps if isinstance(step, Call | Confirm) and step.into
    }
    for name in used:
        first, _, field = name.partition(".")
        if first in results or first in extra:
            continue
        if first not in journey.slots:
            yield f"{where} uses ${name}, and there is neither a slot nor a result called {first!r}"
        elif field:
            yield f"{where} uses ${name}, but {first!r} is a slot and has no fields"


def _condition(journey: Journey, where: str, when: str | None) -> Iterator[str]:
    if when is None:
        return
    try:
        yield from _unknown(journey, where, conditions.names(when))
    except conditions.ConditionError as error:
        yield f"{where} has a condition that cannot be understood: {error}"


def _said(
    journey: Journey, where: str, text: Text | str, languages: Sequence[str]
) -> Iterator[str]:
    yield from _unknown(journey, where, places.names(text))
    if isinstance(text, str):
        if len(languages) > 1 and WORD.search(places.PLACE.sub(" ", text)):
            yield f"{where} says the same words in every language; write one text per language"
        return
    yield from _texts(f"the text of {where}", text, languages)


def _texts(what: str, text: Text, languages: Sequence[str]) -> Iterator[str]:
    for language in languages:
        if not text.get(language, "").strip():
            yield f"{what} is missing in {language}"


def _targets(step: Step) -> list[str]:
    """Give every step id that a step names."""
    named = [step.go]
    if isinstance(step, Branch):
        named += [way.go for way in step.branch]
    if isinstance(step, Call | Confirm):
        named.append(step.failed)
    if isinstance(step, Confirm):
        named.append(step.declined)
    return [name for name in named if name]


def ways(journey: Journey) -> dict[str, list[str]]:
    """Give for each step where it may lead; `end` is one of the places."""
    order = [step.id for step in journey.steps] + [END]
    leads: dict[str, list[str]] = {}
    for index, step in enumerate(journey.steps):
        following = step.go or order[index + 1]
        match step:
            case HandOff() | PassOn():
                leads[step.id] = [END]
            case Branch(branch=branches):
                gone = [way.go for way in branches]
                leads[step.id] = gone if branches[-1].when is None else [*gone, following]
            case Call(failed=failed):
                leads[step.id] = [following, failed or END]
            case Confirm(failed=failed, declined=declined):
                leads[step.id] = [following, failed or END, declined or END]
            case _:
                leads[step.id] = [following]
    return leads


def _ways(journey: Journey) -> Iterator[str]:
    """Look for steps that are never reached, that never end, and that turn in circles."""
    leads = ways(journey)
    reached = _reach(journey.steps[0].id, leads)
    for step in journey.steps:
        if step.id not in reached:
            yield f"step {step.id!r} is never reached"
        elif END not in _reach(step.id, leads):
            yield f"from step {step.id!r} there is no way to an end"
    silent = {
        step.id: [target for target in leads[step.id] if target not in _asking(journey)]
        for step in journey.steps
        if step.id not in _asking(journey)
    }
    for name, targets in silent.items():
        if any(name in _reach(target, silent) for target in targets):
            yield f"step {name!r} is part of a loop that never asks the customer anything"


def _asking(journey: Journey) -> set[str]:
    """Give the steps at which the journey waits for the customer."""
    return {step.id for step in journey.steps if isinstance(step, Collect | Confirm)}


def _reach(start: str, leads: Mapping[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += leads.get(name, [])
    return seen
