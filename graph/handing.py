"""The node in which the conversation waits for a person."""

from typing import Any, Literal

from langgraph.types import Command, interrupt
from pydantic import BaseModel

from graph.state import Conversation


class HandBack(BaseModel):
    """What a person leaves behind; it enters the state as facts."""

    kind: Literal["handback"] = "handback"
    did: str = ""
    """What was done."""

    promised: str = ""
    """What was promised, as the customer may hear it."""

    changed: dict[str, Any] | str = ""
    """What is different now: slots by name, or in words."""

    follow_up: str = ""
    """What the AI should do next; empty: wait for the customer."""

    person: str = ""


async def handoff(state: Conversation) -> Command[Literal["perceive"]]:
    """Wait for a person's hand-back and go on with it as with any event.

    LangGraph runs this function again from its first line on resume, so nothing above `interrupt` may
    have an effect.
    """
    given = interrupt(state.get("handoff"), response_schema=HandBack)
    event = HandBack.model_validate(given).model_dump()
    return Command(update={"event": event, "handoff": {}}, goto="perceive")
