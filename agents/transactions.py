"""Carries out what customers want done: any workspace's journeys and tools.

A wish starts a journey, or a tool that stands for itself; an answer goes to the procedure that asked.
Writes are proposed, and executed as proposed after the customer's yes, or put before a person.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from agents import Brief, Kit, Question, Report, Slot, Specialist, hearing, remembering, requesting
from agents.cards import beside, prompted
from agents.clauses import UNLIKELY
from agents.decided import standing, told, withdrawn
from agents.guessing import guessed
from agents.phrases import phrases
from agents.procedures import Course, journey_of
from agents.recounting import deeds, outcome, regretted
from agents.rehearsing import Stage
from agents.settling import settled
from agents.vouching import vouched
from core.errors import ModelFailed
from journeys import Journey
from journeys.direct import of_tool
from models.embedded import denying
from tools import Tool

say = phrases(__file__)


async def respond(brief: Brief, kit: Kit) -> Report:
    """Start, continue or drop a procedure; tell what was done, and what a person decided."""
    if (told_of := TOLD.get(brief["goal"])) is not None:
        return await told_of(brief, kit, say)
    course = Course(brief, kit)
    if (moved := MOVES.get(brief["goal"])) is not None:
        await moved(course)
        return course.report()
    if brief["goal"] == "continue":
        if _asked(brief) == "approval":
            return _noted(brief, kit)
        if course.stack:
            return await _continued(course)
    journey, values = await _chosen(brief, kit)
    if journey is None:
        return _unanswered(brief)
    await course.begin(journey, values)
    if (known := await _known_of(course, journey)) is not None:
        return known
    await course.finish()
    return Report(**{**course.report(), "doubtful": guessed(brief, kit)})


async def _known_of(course: Course, looked: Journey) -> Report | None:
    """Tell what was done, or what the team was asked for, where looking it up has found nothing."""
    brief, kit = course.brief, course.kit
    ended = course.kept[0] if course.kept else None
    if ended is None or ended["journey"] != looked.journey or ended["state"] != "failed":
        return None
    here = remembering.kept(brief["journey"])
    for one in [*here, *requesting.elsewhere(brief["facts"], kit.journeys, here)]:
        if one["journey"] in looked.tells_of and (one["state"] == "waiting" or one.get("decided")):
            return await standing(brief, kit, say)
        if one["journey"] in looked.tells_of and one.get("performed"):
            return await outcome({**brief, "intent": one["journey"]}, kit, say)
    return None


async def _continued(course: Course) -> Report:
    """Give her words to the procedure under way."""
    brief, instance = course.brief, course.stack[0]
    if brief["done"] and instance["asked"] == "confirm":
        kit, language = course.kit, brief["language"]
        said = hearing.answered(kit.understanding, kit.journeys, instance, brief["text"], language)
        if said.meaning != "yes":  # a run that was dropped had her yes; what was done stays done
            course.stack.pop(0)
            course.told.append(say("already", brief["language"], done=" ".join(brief["done"])))
            course.deeds.evidence += brief["done"]
            await course.finish()
            return course.report()
    current = journey_of(course.kit, instance["journey"])
    if current is not None:
        course.reread = lambda: _reread(brief, course.kit, current)
    await course.go_on()
    return course.report()


async def _reread(brief: Brief, kit: Kit, current: Journey) -> Journey | None:
    """Give the procedure that changes something and that she wants, as her records settle it.

    What is proposed to her already makes way for nothing that is only guessed.
    """
    text, language = brief["text"], brief["language"]
    if denying.without_denied(text, language) != text:
        return None  # "not A-12, another one" says which one is not meant
    read: list[dict[str, Any]] = [dict(one) for one in kit.understanding.intents(text, language)]
    if brief["awaiting"] and brief["awaiting"][0]["slot"] == "confirm":
        read = [one for one in read if one["confidence"] >= UNLIKELY]
        if not read:
            return await Stage(language, brief, kit).only_taker(text, current)
    wished = [one["name"] for one in await settled(text, read, language, brief, kit, anew=True)]
    return next(
        (one for one in kit.journeys.values() if one.writes and one.trigger.intent in wished), None
    )


async def _chosen(brief: Brief, kit: Kit) -> tuple[Journey | None, dict[str, Any]]:
    """Find the procedure for what she wants, and the values that were read on the way."""
    intent = brief["intent"]
    for journey in kit.journeys.values():
        if intent and journey.trigger.intent == intent:
            return journey, {}
    if intent in kit.tools:
        return of_tool(kit.tools[intent], kit.journeys), {}
    return await _chosen_by_model(brief, kit)


async def _chosen_by_model(brief: Brief, kit: Kit) -> tuple[Journey | None, dict[str, Any]]:
    """Let the model choose a tool; what it writes is only the beginning of a procedure of its own."""
    tools = [tool for tool in kit.tools.values() if serves(tool, "transactions")]
    if not tools or not brief["text"].strip():
        return None, {}
    prompt = prompted(
        CARD.prompt, "agents/transactions.md",
        company=kit.workspace.profile.name, language=brief["language"],
    )  # fmt: skip
    model = kit.models.answer.bind_tools([offered(tool) for tool in tools])
    try:
        answer = await model.ainvoke([SystemMessage(prompt), HumanMessage(brief["text"])])
    except ModelFailed:
        return None, {}
    for made in getattr(answer, "tool_calls", []):
        if made["name"] in kit.tools:
            tool = kit.tools[made["name"]]
            return of_tool(tool, kit.journeys), vouched(made["args"], tool.parameters, brief)
    return None, {}


def serves(tool: Tool, agent: str) -> bool:
    """Say whether a specialist may use a tool without a journey."""
    return agent in tool.serves or (agent == "transactions" and not tool.serves)


def offered(tool: Tool) -> dict[str, Any]:
    """Give a tool as models are offered it."""
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}


def _asked(brief: Brief) -> str:
    """Give the slot of our own question that is open, or nothing."""
    ours = [asked for asked in brief["awaiting"] if asked["agent"] == "transactions"]
    return ours[0]["slot"] if ours else ""


def _noted(brief: Brief, kit: Kit) -> Report:
    """Keep the answer to what a person asked before deciding; the person reads it in the conversation."""
    rest = [
        Question(**asked)
        for asked in brief["awaiting"]
        if asked["agent"] == "transactions" and asked["slot"] != "approval"
    ]
    slot = Slot(value=brief["text"], source="transactions", verification=kit.context.verification)
    return Report(
        agent="transactions",
        text=say("noted", brief["language"]),
        slots={"approval_reply": slot},
        asked=rest,
    )


def _unanswered(brief: Brief) -> Report:
    wish = brief["intent"] or "what she wants"
    return Report(agent="transactions", text="", unanswered=f"no procedure or tool does {wish}")


TOLD = {
    "event": told,
    "withdraw": withdrawn,
    "decision": standing,
    "outcome": outcome,
    "deeds": deeds,
    "regret": regretted,
}
"""Who answers the goals that only tell something."""

MOVES: dict[str, Callable[[Course], Awaitable[None]]] = {
    "remind": Course.finish,
    "aside": Course.explain,
    "instead": lambda course: course.set_aside(course.brief["intent"]),
    "amend": lambda course: course.amend(course.brief["intent"]),
    "drop": lambda course: course.drop(course.brief["intent"]),
}
"""What the goals do with the procedures that are open."""

CARD = beside(__file__)
agent = Specialist(
    purpose=CARD.purpose,
    respond=respond,
    intents=CARD.examples,
    bank=CARD.bank,
    prompt=CARD.prompt,
)
