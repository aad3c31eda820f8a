"""Files that a customer sends: which procedure one belongs to, and how long it waits for one."""

from collections.abc import Mapping
from typing import Any

from agents import Brief, Kit, Slot, choosing
from journeys import Instance, Journey, model
from journeys.checking import ATTACHMENT


def takes_attachment(slot: model.Slot) -> bool:
    """Say whether a slot takes the name of a file that she sends."""
    return slot.schema_.get("format") == ATTACHMENT


def attached(brief: Brief, kit: Kit, journey: Journey, asked: str, text: str) -> dict[str, Any]:
    """Give the file that she sends, or has sent just before, to the slot that takes one."""
    waiting = [name for name, slot in journey.slots.items() if takes_attachment(slot)]
    sent: list[Any] = [one["name"] for one in brief.get("attachments", [])]
    if not sent and not asked and (before := _kept(brief, kit, text)):
        sent = [before]
    waiting.sort(key=lambda name: name != asked)
    return dict(zip(waiting, sent, strict=False))


def _kept(brief: Brief, kit: Kit, text: str) -> Any:
    """Give the file that waits, unless it came with words about another thing."""
    before = brief["slots"].get(ATTACHMENT)
    if not before or not before["value"]:
        return None
    named = choosing.names(kit.journeys, brief["language"])
    mentions = named.mentions(before.get("about", ""))
    same = not mentions or not named.mentions(text) or named.fitting(mentions, text)
    return before["value"] if same else None


def used_attachment(brief: Brief, instance: Instance, verification: str) -> dict[str, Slot]:
    """Forget a file that nobody waited for once a procedure has taken it."""
    sent = [one["name"] for one in brief.get("attachments", [])]
    known_before = brief["slots"].get(ATTACHMENT)
    sent += [known_before["value"]] if known_before else []
    if not set(sent) & set(map(str, instance["slots"].values())):
        return {}
    return {ATTACHMENT: Slot(value=None, source="transactions", verification=verification)}


def lapsed(slots: Mapping[str, Slot], sent: list[str]) -> dict[str, Slot]:
    """Forget a file of an earlier message, for another matter has come up since."""
    kept = slots.get(ATTACHMENT)
    if not kept or not kept["value"] or kept["value"] in sent:
        return {}
    return {ATTACHMENT: {**kept, "value": None}}
