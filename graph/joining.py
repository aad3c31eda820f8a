"""The states of two conversations of one customer as one: what she speaks of now stays before what waits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.perceiving import WINDOW, unread
from graph.saver import Row, TurnSaver
from graph.situation import YES_NO
from graph.state import NO_TURN, UNREAD
from tools import LEVELS

LAPSING = YES_NO
"""Questions that nobody has before her any more: no later yes is to them."""

ENDED = {"turn": NO_TURN, "event": {}, "plan": [], "reports": {}, "decision": {}, "draft": None}
"""What a turn leaves behind, emptied: it may have been about what is the other's now."""


def joined_state(kept: Sequence[Row], merged: Sequence[Row], *, kept_is_recent: bool) -> list[Row]:
    """Give the rows of the conversation that is kept, with what the other one knew.

    A pending hand-off of the kept one stays pending. The newer of two slots counts, unless the older is
    surer; procedures under way go on the stack, those of the conversation she spoke in last on top. Her mood
    is that of the latter; who wanted no promotions in one of them is offered none.
    """
    if not kept or not merged:
        return list(kept or merged)
    into, other = TurnSaver(kept), TurnSaver(merged)
    recent, before = into.values(), other.values()
    if not kept_is_recent:
        recent, before = before, recent
    values = _values(recent, before, into.values())
    into.change({name: values[name] for name in values if name in recent or name in before})
    return [*into.rows(), *(row for row in kept if row.namespace)]


def _values(
    recent: Mapping[str, Any], before: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the channels that change."""
    asked = [
        question for question in before.get("awaiting") or [] if question["slot"] not in LAPSING
    ]
    offered = [*(before.get("offered") or []), *(recent.get("offered") or [])]
    return {
        "messages": [*(before.get("messages") or []), *(recent.get("messages") or [])][-WINDOW:],
        "slots": slots_of(recent.get("slots") or {}, before.get("slots") or {}),
        "journey": [*(recent.get("journey") or []), *(before.get("journey") or [])],
        "awaiting": [*(recent.get("awaiting") or []), *asked],
        "offered": list(dict.fromkeys(offered)),
        "handoff": kept.get("handoff") or recent.get("handoff") or before.get("handoff") or {},
        "notice_due": bool(recent.get("notice_due") or before.get("notice_due")),
        "misses": recent.get("misses", 0),
        "signals": _signals(recent, before),
    }


def _signals(recent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Give how she is now."""
    of_both = [state.get("signals") or UNREAD for state in (recent, before)]
    return {**of_both[0], "opted_out": any(signals.get("opted_out") for signals in of_both)}


def slots_of(recent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was learned in both: the newer, unless the older is surer."""
    slots = {**before, **recent}
    for name in before.keys() & recent.keys():
        if _level(before[name]) > _level(recent[name]):
            slots[name] = before[name]
    return slots


def parted_state(
    base: Sequence[Row], now: Sequence[Row], before: Sequence[Row], other: Sequence[Row]
) -> list[Row]:
    """Give the state of one of two conversations that were joined, without what only the other had known.

    `before` and `other` are their states when they were joined, `now` is what has become of both, and `base`
    what this one goes on from, `now` or `before`.
    """
    if not before:
        return []  # all there is began with the other's
    if not other:
        return list(now)
    into = TurnSaver(base)
    states = [TurnSaver(rows).values() for rows in (now, before, other)]
    turn, *former = (state.get("turn") for state in states)
    if turn and turn in former:
        return list(before)  # none has run since
    into.change(_parted(*states))
    return [*into.rows(), *(row for row in base if row.namespace)]


def _own(
    now: Mapping[str, Any],
    before: Mapping[str, Any],
    other: Mapping[str, Any],
    name: str,
    key: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """Give what of a list is not only the other's; `key` tells what is the same, however far it has come."""
    key = key or (lambda one: one)
    own, not_own = ([key(one) for one in of.get(name) or []] for of in (before, other))
    return [one for one in now.get(name) or [] if key(one) in own or key(one) not in not_own]


def _parted(
    now: Mapping[str, Any], before: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the channels that change; how she is since then is how she is."""
    found: dict[str, Any] = {
        **ENDED,
        "signals": unread(now.get("signals") or UNREAD),
        "notice_due": now.get("notice_due", False),
        "misses": now.get("misses", 0),
        "journey": _own(now, before, other, "journey", lambda one: one["instance_id"]),
        "offered": _own(now, before, other, "offered"),
    }
    # It may have been put again in other words; but she may have been asked the like in a matter of her own.
    same = None if found["journey"] else (lambda one: (one["agent"], one["slot"]))
    found["awaiting"] = _own(now, before, other, "awaiting", same)
    own, not_own = before.get("slots") or {}, other.get("slots") or {}
    learned = {
        name: slot
        for name, slot in (now.get("slots") or {}).items()
        if slot != not_own.get(name) or slot == own.get(name)
    }
    lost = {name: own[name] for name in own.keys() & not_own.keys() - learned.keys()}
    found["slots"] = lost | learned
    known = {message.id for message in before.get("messages") or []}
    theirs = {message.id for message in other.get("messages") or []} - known
    found["messages"] = [one for one in now.get("messages") or [] if one.id not in theirs]
    handoff = now.get("handoff") or {}
    kept = handoff == before.get("handoff") or handoff != other.get("handoff")
    found["handoff"] = handoff if kept else {}
    return {name: value for name, value in found.items() if name in now or name in before}


def asks_for_person(rows: Sequence[Row]) -> bool:
    """Say whether a conversation in this state waits for a person."""
    return bool(TurnSaver(rows).values().get("handoff"))


def _level(slot: Mapping[str, Any]) -> int:
    known = slot.get("verification", "")
    return LEVELS.index(known) if known in LEVELS else 0
