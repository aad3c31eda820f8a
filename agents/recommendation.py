"""Suggests what fits, from the workspace's tools that serve it, and says why."""

from agents import Brief, Kit, Question, Report, Slot, Specialist
from agents.cards import beside
from agents.guessing import guessed
from agents.phrases import phrases
from core.errors import ToolError, ToolRetry
from tools import Tool
from tools.calling import call

say = phrases(__file__)


async def respond(brief: Brief, kit: Kit) -> Report:
    """Call the tool that suggests with what she said; ask one question if it needs more."""
    tool = _tool(kit)
    if tool is None:
        return Report(
            agent="recommendation",
            text=say("cannot", brief["language"]),
            unanswered="no tool suggests",
        )
    arguments = _arguments(brief, kit, tool)
    slots = {
        name: Slot(value=value, source="recommendation", verification=kit.context.verification)
        for name, value in arguments.items()
    }
    missing = [name for name in tool.parameters.get("required", []) if name not in arguments]
    if missing:
        return _asking(brief, tool, missing[0], slots)
    try:
        result = await call(tool, arguments, kit.context)
    except ToolRetry as error:
        return Report(agent="recommendation", text=str(error), slots=slots)
    except ToolError as error:
        return Report(agent="recommendation", text=str(error), slots=slots, unanswered=str(error))
    text = result.text or say("nothing", brief["language"])
    return Report(
        agent="recommendation",
        text=text,
        slots=slots,
        asked=[],
        doubtful=guessed(brief, kit),
        evidence=[result.text],
        tried=[f"{tool.name}({arguments}): {len(result.text)} characters"],
    )


def _tool(kit: Kit) -> Tool | None:
    serving = [
        tool
        for tool in kit.tools.values()
        if "recommendation" in tool.serves and tool.effect == "read"
    ]
    return serving[0] if serving else None


def _arguments(brief: Brief, kit: Kit, tool: Tool) -> dict[str, object]:
    """Take what she says now, then what is known of her; nothing is made up."""
    schemas = tool.parameters.get("properties", {})
    waiting = next(
        (asked["slot"] for asked in brief["awaiting"] if asked["agent"] == "recommendation"), ""
    )
    known = {name: brief["slots"][name]["value"] for name in schemas if name in brief["slots"]}
    free = [name for name, schema in schemas.items() if _free(schema)]
    said = kit.understanding.values(
        schemas, brief["text"], brief["language"], kit.context.now, asked=waiting
    )
    if free and free[0] not in said:
        said[free[0]] = brief["text"]
    return known | said


def _free(schema: dict[str, object]) -> bool:
    """Say whether any words will do, as in a search."""
    return schema.get("type") == "string" and not {"enum", "pattern", "format"} & schema.keys()


def _asking(brief: Brief, tool: Tool, name: str, slots: dict[str, Slot]) -> Report:
    described = str(tool.parameters["properties"][name].get("description") or name).rstrip(".")
    question = say("missing", brief["language"], what=described)
    return Report(
        agent="recommendation",
        text=question,
        slots=slots,
        asked=[Question(agent="recommendation", slot=name, text=question)],
    )


CARD = beside(__file__)
agent = Specialist(
    purpose=CARD.purpose,
    respond=respond,
    intents=CARD.examples,
    bank=CARD.bank,
    prompt=CARD.prompt,
)
