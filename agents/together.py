"""What her last two messages say together: a wish in both, or a scene and the wish that it leads up to."""

from itertools import dropwhile, takewhile
from typing import Any

from agents import Brief, Kit, choosing, remembering
from agents.clauses import DOUBTFUL, procedures
from models.embedded import scenes

NO_SLOTS = ("confirm", "person", "case", "approval")


def before(text: str, intents: list[dict[str, Any]], language: str, brief: Brief, kit: Kit) -> str:
    """Give what she wrote before these words if only both together tell what she wants; else nothing.

    "Opened the box" and then "one short, it is the red one" may each be taken for another matter. What
    is open was begun on the first alone: both together are surer.
    """
    earlier, read = _earlier(brief), kit.understanding.intents
    if not text or not earlier or _plain(intents) or not _may_be_one_matter(brief):
        return ""
    alone = read(earlier, language)
    joined = read(f"{earlier}, {text}", language)
    if _plain(alone) or len(joined) != 1 or not _plain(joined):
        return ""
    name = joined[0]["name"]
    known = {_under_way(brief, kit)} if brief["awaiting"] else {one["name"] for one in alone}
    return earlier if name in procedures(kit) and name not in known else ""


def is_scene(text: str, language: str, kit: Kit) -> bool:
    """Say whether a text only tells what led up to something, from which no wish is read."""
    return scenes.only_leads_up(text, choosing.names(kit.journeys, language).words(text), language)


def after_scene(
    intents: list[dict[str, Any]], language: str, brief: Brief, kit: Kit
) -> list[dict[str, Any]]:
    """Let a wish be about the thing of which she told right before: "the chair came", "I want it bigger"."""
    earlier = _earlier(brief)
    if len(intents) != 1 or brief["awaiting"] or not is_scene(earlier, language, kit):
        return intents
    return [one | {"text": f"{earlier}, {one['text']}"} for one in intents]


def _earlier(brief: Brief) -> str:
    """Give her messages right before our last reply, as one text."""
    told = dropwhile(lambda one: one["role"] == "customer", reversed(brief["history"]))
    told = dropwhile(lambda one: one["role"] != "customer", told)
    latest = [*takewhile(lambda one: one["role"] == "customer", told)]
    return ", ".join(one["text"] for one in reversed(latest))


def _plain(intents: list[dict[str, Any]]) -> bool:
    return any(one["confidence"] >= DOUBTFUL for one in intents)


def _may_be_one_matter(brief: Brief) -> bool:
    """Say whether nothing is open, or the first question of what her message before began."""
    if not brief["awaiting"]:
        return True
    return bool(remembering.running(brief["journey"])) and (
        brief["awaiting"][0]["slot"] not in NO_SLOTS
    )


def _under_way(brief: Brief, kit: Kit) -> str:
    current = next(iter(remembering.running(brief["journey"])), None)
    journey = kit.journeys.get(current["journey"]) if current else None
    return journey.trigger.intent if journey else ""
