"""The states of two conversations of one customer as one: what she speaks of now stays before what waits."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.perceiving import WINDOW
from graph.saver import Row, TurnSaver
from graph.situation import YES_NO
from tools import LEVELS

LAPSING = YES_NO
"""Questions that nobody has before her any more: no later yes is to them."""


def joined_state(kept: Sequence[Row], merged: Sequence[Row], *, kept_is_recent: bool) -> list[Row]:
    """Give the rows of the conversation that is kept, with what the other one knew.

    A pending hand-off of the kept one stays pending. The newer of two slots counts, unless the older is
    surer; procedures under way go on the stack, those of the conversation she spoke in last on top.
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
    }


def slots_of(recent: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was learned in both: the newer, unless the older is surer."""
    slots = {**before, **recent}
    for name in before.keys() & recent.keys():
        if _level(before[name]) > _level(recent[name]):
            slots[name] = before[name]
    return slots


def _level(slot: Mapping[str, Any]) -> int:
    known = slot.get("verification", "")
    return LEVELS.index(known) if known in LEVELS else 0
