"""Go from step to step, until something is to be done or waited for."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from core.workspace import said
from journeys import conditions, places
from journeys.asking import ask, between_readings
from journeys.events import BringPerson, Continue, Propose, Read, Tell
from journeys.model import Branch, Call, Collect, Confirm, HandOff, PassOn, Say, Step
from journeys.repairing import cleared
from journeys.running import Run, end

MAX_MOVES = 100
"""Steps taken for one event; more is a loop."""

MAX_CALLS = 20
"""Calls between two questions; more is a loop."""

Waits = Literal["answer", "options", "call", "proposal", "outcome", "decision"]


def enter(run: Run, name: str, *, jumped: bool = False) -> Run:
    """Go to a step and on from there, until something is to be done or waited for."""
    for _ in range(MAX_MOVES):
        if name == "end":
            return end(run, "done")
        passed = jumped and name in run.instance.get("path", [])
        path = [*run.instance.get("path", []), name][-MAX_MOVES:]
        run = run.having(step=name, path=path, asked="", options=[], waits_for=None)
        step = run.step
        if step is None:
            return end(run, "failed")
        run, moved = _MOVES[type(step)](run, step, passed)
        if moved is None:
            return run
        name, jumped = moved
    return end(
        run.wanting(BringPerson(f"the procedure {run.journey.journey} turns in circles")),
        "handed_off",
    )


Moved = tuple[Run, tuple[str, bool] | None]
"""Where to go next, and whether by a jump; None: wait here."""


def _at_collect(run: Run, step: Any, passed: bool) -> Moved:
    slot = run.journey.slots.get(step.collect)
    if slot is None:
        return end(run, "failed"), None
    slots = run.instance["slots"]
    if passed and slot.required and step.collect in slots:
        slots = cleared(run.instance, step.collect)
        run = run.having(slots=slots)
    if step.collect in slots:
        return run, _next(run, step)
    if slot.options is None and step.collect in run.instance.get("unsure", {}):
        return ask(between_readings(run, step.collect)), None
    if slot.default is not None:
        return run.having(slots={**slots, step.collect: slot.default}), _next(run, step)
    if not slot.required:
        return run, _next(run, step)
    if slot.options is None:
        return ask(run), None
    arguments = _arguments(run, slot.options.arguments)
    return _calling(run, "options", Read(slot.options.call, arguments, None)), None


def _at_call(run: Run, step: Any, passed: bool) -> Moved:
    read = Read(step.call, _arguments(run, step.arguments), step.into)
    return _calling(run, "call", read), None


def _at_confirm(run: Run, step: Any, passed: bool) -> Moved:
    propose = Propose(step.confirm, _arguments(run, step.arguments))
    return _calling(run, "proposal", propose), None


def _at_branch(run: Run, step: Any, passed: bool) -> Moved:
    for way in step.branch:
        if way.when is None or _holds(way.when, run.known):
            return run, (way.go, True)
    return run, _next(run, step)


def _at_say(run: Run, step: Any, passed: bool) -> Moved:
    text = step.say if isinstance(step.say, str) else said(step.say, run.language)
    spoken = places.filled(text, run.readable, run.language)
    return (run.wanting(Tell(spoken)) if spoken else run), _next(run, step)


def _at_hand_off(run: Run, step: Any, passed: bool) -> Moved:
    text = step.hand_off if isinstance(step.hand_off, str) else said(step.hand_off, run.language)
    reason = places.filled(text, run.readable, run.language)
    return end(run.wanting(BringPerson(reason or run.journey.journey)), "handed_off"), None


def _at_pass_on(run: Run, step: Any, passed: bool) -> Moved:
    return end(run.wanting(Continue(step.pass_on, dict(run.instance["slots"]))), "done"), None


def _calling(run: Run, waits: Waits, effect: Read | Propose) -> Run:
    """Wait for a call, unless too many were made without asking the customer anything."""
    calls = run.instance.get("calls", 0) + 1
    if calls > MAX_CALLS:
        reason = f"the procedure {run.journey.journey} calls {effect.tool} over and over"
        return end(run.wanting(BringPerson(reason)), "handed_off")
    return run.having(calls=calls, waits_for=waits, asked="", proposal=None).wanting(effect)


def _next(run: Run, step: Step) -> tuple[str, bool]:
    """Give the step after this one."""
    if step.go:
        return step.go, True
    index = next(place for place, known in enumerate(run.journey.steps) if known.id == step.id)
    following = run.journey.steps[index + 1 : index + 2]
    return (following[0].id if following else "end"), False


def following(run: Run, step: Step) -> Run:
    name, jumped = _next(run, step)
    return enter(run, name, jumped=jumped)


def _arguments(run: Run, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give a call its arguments; what has no value is left out."""
    given = places.resolved(arguments, run.known, run.language)
    return {name: value for name, value in given.items() if value is not None}


def _holds(condition: str, known: Mapping[str, Any]) -> bool:
    try:
        return conditions.holds(condition, known)
    except conditions.ConditionError:
        return False


_MOVES: dict[type, Callable[[Run, Any, bool], Moved]] = {
    Collect: _at_collect,
    Call: _at_call,
    Confirm: _at_confirm,
    Branch: _at_branch,
    Say: _at_say,
    HandOff: _at_hand_off,
    PassOn: _at_pass_on,
}
