"""What is remembered of procedures: those under way, those that wait for a person, those that ended.

They stand in one list of the state: the current one first, interrupted ones after it, then what waits
or has ended, newest first. Of what has ended only as much is kept as a later question needs.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from journeys import Instance, Journey, places

MAX_KEPT = 6
"""Procedures that wait for a person or have ended and are remembered."""

STALE_AFTER = timedelta(hours=6)
"""Age from which what a procedure found out is found out again before anything is done."""


def running(journeys: Sequence[Instance]) -> list[Instance]:
    """Give the procedures under way, the current one first."""
    return [instance for instance in journeys if instance["state"] == "running"]


def kept(journeys: Sequence[Instance]) -> list[Instance]:
    """Give the procedures that wait for a person or have ended, newest first."""
    return [instance for instance in journeys if instance["state"] != "running"]


def with_ended(journeys: Sequence[Instance], instance: Instance) -> list[Instance]:
    """Put a procedure that waits or has ended before those that were remembered."""
    known = instance["instance_id"]
    others = [other for other in journeys if other["instance_id"] != known]
    waiting = [other for other in others if other["state"] == "waiting"]
    ended = [other for other in others if other["state"] != "waiting"]
    return [_slim(instance), *waiting, *ended][: MAX_KEPT + len(waiting)]


def _slim(instance: Instance) -> Instance:
    """Give what is kept of a procedure that has ended; one that waits goes on later and stays whole."""
    if instance["state"] == "waiting":
        return instance
    results = {
        name: {"text": result["text"]}
        for name, result in instance["results"].items()
        if result.get("text")
    }
    changes: dict[str, Any] = {"results": results, "options": [], "path": [], "offered": {}}
    return cast(Instance, {**instance, **changes})


def recent(journeys: Sequence[Instance], slot: str) -> list[Any]:
    """Give the values that a slot had in the last turn in which any procedure had it, each once."""
    having = [
        instance for instance in journeys
        if instance["slots"].get(slot) is not None and instance.get("at")
    ]  # fmt: skip
    newest = max((str(instance.get("at")) for instance in having), default="")
    values = [instance["slots"][slot] for instance in having if instance.get("at") == newest]
    return list(dict.fromkeys(values))


def written(journeys: Sequence[Instance]) -> Instance | None:
    """Give the last procedure that wrote something."""
    return next((known for known in kept(journeys) if known.get("performed")), None)


def outcome_of(journey: Journey, instance: Instance) -> str:
    """Give what a procedure's write came to, as its tool said."""
    for step in reversed(journey.steps):
        into = getattr(step, "into", None)
        if step.id in instance.get("performed", []) and into:
            return str(instance["results"].get(into, {}).get("text", ""))
    return ""


def told_of(journeys: Sequence[Instance], known: Mapping[str, Journey]) -> str:
    """Give what the open proposal says; where none is open, what the last write came to."""
    current = next(iter(running(journeys)), None)
    if current is not None:
        return str((current.get("proposal") or {}).get("preview", ""))
    done = written(journeys)
    journey = known.get(done["journey"]) if done else None
    return outcome_of(journey, done) if done and journey else ""


def stale(instance: Instance, now: datetime) -> bool:
    """Say whether what a procedure found out may be out of date."""
    at = instance.get("at")
    return at is not None and now - datetime.fromisoformat(at) > STALE_AFTER


def entities(journey: Journey, instance: Instance) -> list[str]:
    """Give what a procedure is about: its numbers, as customers write them."""
    return [
        places.written(value, "en")
        for name, value in instance["slots"].items()
        if name in journey.slots and "pattern" in journey.slots[name].schema_
    ]
