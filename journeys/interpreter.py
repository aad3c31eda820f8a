"""Carry out a journey, purely: `(instance, event) → (instance, effects)`, the same for the same.

The caller does the effects in their order and comes back with what happened. After each event the
journey has either ended (`End`), or the last effect says what it waits for: an answer (`Ask`), a call
(`Read`), a preview (`Propose`), or an execution (`Perform`), which only a yes to that very proposal
brings about; or for a person's decision on it (`AwaitDecision`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from core.workspace import said
from journeys import words
from journeys.asking import ask, between_readings, choices_of, doubting, question_for
from journeys.events import (
    Answer,
    Ask,
    AwaitDecision,
    Begin,
    BringPerson,
    Called,
    CallFailed,
    Cancel,
    Correct,
    Effect,
    End,
    Event,
    Perform,
    Performed,
    Proposed,
    Refused,
    Reopen,
    Resume,
    Submitted,
    Tell,
    Unable,
)
from journeys.model import Call, Collect, Confirm, Instance, Journey
from journeys.moving import enter, following
from journeys.repairing import changed, cleared, origin_of, rewound
from journeys.running import Run, end, fitting_values, is_told, remember

MAX_TRIES = 2
"""Useless answers to one question after which a person is called at the next."""


def new(journey: Journey, instance_id: str) -> Instance:
    """Give an instance that has not begun."""
    return Instance(
        instance_id=instance_id, journey=journey.journey, version=journey.version,
        step=journey.steps[0].id, state="running", slots={}, results={}, asked="", tries=0,
        options=[], proposal=None, path=[], performed=[], calls=0,
    )  # fmt: skip


def interpret(
    journey: Journey, instance: Instance, event: Event, now: datetime, language: str
) -> tuple[Instance, list[Effect]]:
    """Give the instance after an event, and what it wants done, in order.

    An event that does not belong to what the instance waits for changes nothing: what it waits for is
    asked for again. The instance that is given is left as it was.
    """
    run = Run(journey, instance, now, language)
    if instance["state"] == "waiting" and not isinstance(event, Performed | Refused | Cancel):
        run = run.wanting(AwaitDecision())
    elif instance["state"] not in ("running", "waiting"):
        run = run.wanting(End(instance["state"]))
    elif run.step is None:
        run = end(run, "failed")
    else:
        run = _HANDLERS[type(event)](run, event)
    return run.instance, list(run.effects)


# Events


def _begin(run: Run, event: Begin) -> Run:
    if run.instance.get("path"):
        return _again(run)
    run = doubting(run.having(slots=fitting_values(run, event.values)), event.unsure)
    return enter(run, run.journey.steps[0].id)


def _answer(run: Run, event: Answer) -> Run:
    if run.instance.get("waits_for") != "answer":
        return _again(run)
    return _confirmed(run, event) if run.instance["asked"] == "confirm" else _collected(run, event)


def _unable(run: Run, event: Unable) -> Run:
    """Leave the question open without putting it again."""
    if run.instance.get("waits_for") != "answer" or run.instance["asked"] == "confirm":
        return _again(run)
    asking = ask(run)
    *before, asked = asking.effects
    told = replace(cast(Ask, asked), text=words.say("unable", run.language))
    return replace(asking, effects=(*before, told))


def _collected(run: Run, event: Answer) -> Run:
    """Take an answer to the question for a slot, and whatever else she said with it."""
    asked = run.instance["asked"]
    values = dict(event.values)
    options = run.instance["options"]
    if event.chosen is not None and 0 <= event.chosen < len(options):
        values[asked] = options[event.chosen]["value"]
    fitting = fitting_values(run, values)
    if gone := next((one for one in options if _is_gone(one, fitting.get(asked))), None):
        return ask(run.having(tries=0).saying("gone", choice=str(gone["label"])))
    different = changed(run.journey, run.instance, fitting)
    taken = {name: value for name, value in fitting.items() if name not in run.instance["slots"]}
    run = run.having(slots={**run.instance["slots"], **taken})
    run = doubting(run, event.unsure)
    if different:
        return _correct_all(run, different)
    if asked in taken:
        return enter(run.having(tries=0), run.instance["step"])
    if asked in event.unsure and run.instance["tries"] < MAX_TRIES:
        return ask(between_readings(run.having(tries=run.instance["tries"] + 1), asked))
    return ask(run) if taken else _unclear(run)


def _is_gone(option: Mapping[str, Any], value: Any) -> bool:
    """Say whether a value is this choice, which cannot be had now."""
    return bool(option.get("gone")) and option["value"] == value


def _confirmed(run: Run, event: Answer) -> Run:
    """Take a yes, a no, or a correction of what is to be agreed to."""
    proposal = run.instance.get("proposal")
    fitting = fitting_values(run, event.values)
    different = changed(run.journey, run.instance, fitting)
    if different and event.agreed is not True:
        return _correct_all(run, different)
    if proposal is None:
        return _again(run)
    if event.agreed is True and not different:
        return run.having(waits_for="outcome", tries=0).wanting(Perform(proposal))
    if event.agreed is False:
        step = cast(Confirm, run.step)
        run = run.having(proposal=None, asked="", tries=0)
        if step.declined:
            return enter(run, step.declined, jumped=True)
        return end(run.saying("declined"), "cancelled")
    if different:  # "yes, but ...": what she agrees to is not what was proposed
        return _correct_all(run, different)
    return _unclear(run)


def _called(run: Run, event: Called) -> Run:
    waits = run.instance.get("waits_for")
    if waits == "options":
        return _offer(run, event)
    if waits != "call":
        return _again(run)
    step = cast(Call, run.step)
    run = remember(run, step.into, {**event.data, "text": event.text})
    return following(run, step)


def _call_failed(run: Run, event: CallFailed) -> Run:
    waits, step = run.instance.get("waits_for"), run.step
    if waits == "options":
        return ask(run)
    if waits not in ("call", "proposal"):
        return _again(run)
    assert isinstance(step, Call | Confirm)
    if event.retry and (slot := origin_of(run.journey, run.instance, step, event)):
        return _mend(run, slot, event.message)
    return _failed(run, step, event.message)


def _proposed(run: Run, event: Proposed) -> Run:
    if run.instance.get("waits_for") != "proposal":
        return _again(run)
    asked = question_for(run, event)
    run = run.having(
        proposal={**event.proposal, "asked": asked}, asked="confirm", waits_for="answer", calls=0
    )
    return ask(run)


def _performed(run: Run, event: Performed) -> Run:
    if run.instance.get("waits_for") not in ("outcome", "decision"):
        return _again(run)
    run = run.having(state="running")
    step, outcome = cast(Confirm, run.step), event.outcome
    if outcome["state"] == "stopped":  # nothing was done; only a new yes may do it
        # After a person's approval nothing was being asked any more.
        run = run.having(waits_for="answer", asked="confirm").wanting(Tell(outcome["text"]))
        return ask(run)
    run = run.having(proposal=None, asked="")
    if outcome["state"] == "failed":
        return _failed(run, step, outcome["text"])
    performed = [*run.instance.get("performed", []), step.id]
    run = remember(
        run.having(performed=performed), step.into, {**outcome["data"], "text": outcome["text"]}
    )
    if outcome["state"] == "unknown":
        reason = f"it is not certain whether {step.confirm} was carried out"
        return end(run.wanting(Tell(outcome["text"]), BringPerson(reason)), "handed_off")
    if not is_told(run.journey, step.into):
        run = run.wanting(Tell(outcome["text"]))
    return following(run, step)


def _submitted(run: Run, event: Submitted) -> Run:
    if run.instance.get("waits_for") != "outcome":
        return _again(run)
    run = run.having(state="waiting", waits_for="decision", asked="").saying("submitted")
    return run.wanting(AwaitDecision())


def _refused(run: Run, event: Refused) -> Run:
    return end(run, "cancelled") if run.instance["state"] == "waiting" else _again(run)


def _correct(run: Run, event: Correct) -> Run:
    fitting = fitting_values(run, {event.slot: event.value})
    if event.slot not in run.instance["slots"]:
        return _answer(run, Answer(values=fitting)) if fitting else _again(run)
    different = changed(run.journey, run.instance, fitting, certain=True)
    return _correct_all(run, different) if different else _again(run)


def _cancel(run: Run, event: Cancel) -> Run:
    if run.instance.get("performed"):
        return end(run.saying("cancelled_after"), "cancelled")
    # What she dropped may be another matter than what she speaks of, which may have been done.
    purpose = said(run.journey.purpose, run.language)
    return end(run.saying("cancelled", purpose=purpose), "cancelled")


def _reopen(run: Run, event: Reopen) -> Run:
    """Ask for a slot again, without what was found out with its value."""
    step = next((step for step in run.journey.steps if _collects(step, event.slot)), None)
    if step is None or not (event.slot in run.instance["slots"] or event.unsure):
        return _again(run)
    target, instance = rewound(run.journey, run.instance, {event.slot: None})
    if target is None:
        return _again(run.saying("too_late"))
    run = replace(run, instance=instance).having(slots=cleared(instance, event.slot), proposal=None)
    return enter(doubting(run, {event.slot: event.unsure}), step.id)


def _collects(step: Any, slot: str) -> bool:
    return isinstance(step, Collect) and step.collect == slot


def _resume(run: Run, event: Resume) -> Run:
    if event.afresh and not run.instance.get("performed"):
        afresh = run.having(
            results={}, path=[], options=[], proposal=None, asked="", tries=0, waits_for=None
        )
        return enter(afresh, run.journey.steps[0].id)
    if event.afresh:
        return enter(run, run.instance["step"])
    if not event.reminder or run.instance.get("waits_for") != "answer":
        return _again(run)
    purpose = said(run.journey.purpose, run.language)
    asking = ask(run)
    *before, asked = asking.effects
    if not purpose or not isinstance(asked, Ask):
        return asking
    text = f"{words.say('reminder', run.language, purpose=purpose)} {asked.text}"
    return replace(asking, effects=(*before, replace(asked, text=text)))


# Repair


def _correct_all(run: Run, different: Mapping[str, Any]) -> Run:
    """Go back to just after the first of these slots, without what was found out with the old values."""
    target, instance = rewound(run.journey, run.instance, different)
    if target is None:
        return _again(run.saying("too_late"))
    run = replace(run, instance=instance).saying("corrected")
    if target == "":
        return _again(run)
    return enter(run, target)


def _mend(run: Run, slot: str, message: str) -> Run:
    """Ask for an argument again that a tool would not take."""
    refused = run.instance.get("refused", 0) + 1
    if refused > MAX_TRIES:
        reason = f"{slot} was refused {refused} times in {run.journey.journey}: {message}"
        return end(run.wanting(Tell(message), BringPerson(reason)), "handed_off")
    _, instance = rewound(run.journey, run.instance, {slot: None})
    run = replace(run, instance=instance).having(
        refused=refused, slots=cleared(instance, slot), proposal=None
    )
    steps = run.journey.steps
    collect = next(step for step in steps if isinstance(step, Collect) and step.collect == slot)
    return enter(run.wanting(Tell(message)), collect.id)


def _failed(run: Run, step: Call | Confirm, message: str) -> Run:
    """Go where the step says, with the tool's message as its result; or say it and end."""
    run = run.having(proposal=None, asked="")
    if step.failed:
        run = remember(run, step.into, {"text": message, "failed": True})
        if not is_told(run.journey, step.into):
            run = run.wanting(Tell(message))
        return enter(run, step.failed, jumped=True)
    return end(run.wanting(Tell(message)), "failed")


# Waiting


def _again(run: Run) -> Run:
    """Want once more what is waited for."""
    waits = run.instance.get("waits_for")
    if waits == "answer":
        return ask(run)
    if waits == "outcome" and run.instance.get("proposal"):
        return ask(run.having(waits_for="answer", asked="confirm"))
    return enter(run, run.instance["step"])


def _unclear(run: Run) -> Run:
    """The answer was of no use: help at the second try, call a person at the third."""
    tries = run.instance["tries"] + 1
    asked = run.instance["asked"]
    run = run.having(tries=tries)
    if tries > MAX_TRIES:
        reason = f"{run.journey.journey} asked for {asked} {tries} times without a usable answer"
        return end(run.wanting(BringPerson(reason)), "handed_off")
    lead = words.say("unclear_confirm" if asked == "confirm" else "unclear", run.language)
    return ask(run, lead=lead, helped=asked != "confirm")


def _offer(run: Run, event: Called) -> Run:
    """Let her choose among what a call listed; a single candidate needs no question."""
    step = cast(Collect, run.step)
    slot = run.journey.slots[step.collect]
    assert slot.options is not None
    options = choices_of(event.data, slot)
    run = run.having(waits_for=None)
    if all(option.get("gone") for option in options):
        text = event.text or words.say("no_options", run.language)
        return end(run.wanting(Tell(text)), "failed")
    if len(options) == 1 and event.certain:
        slots = {**run.instance["slots"], step.collect: options[0]["value"]}
        return following(run.having(slots=slots, tries=0), step)
    return ask(run.having(options=options))


_HANDLERS: dict[type, Callable[[Run, Any], Run]] = {
    Begin: _begin,
    Answer: _answer,
    Unable: _unable,
    Called: _called,
    CallFailed: _call_failed,
    Proposed: _proposed,
    Performed: _performed,
    Submitted: _submitted,
    Correct: _correct,
    Cancel: _cancel,
    Resume: _resume,
    Reopen: _reopen,
    Refused: _refused,
}
