"""The first node: takes in what is waiting and sends it to the specialists that perceive."""

from typing import Any, Literal

from langchain_core.messages import AnyMessage, RemoveMessage
from langgraph.runtime import Runtime
from langgraph.types import Command, Overwrite, Send

from agents import Signals
from graph.briefing import brief
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.state import UNREAD, Conversation, Turn, signals_of, waiting

WINDOW = 40
"""Messages above which the window is cut ..."""

KEPT = 20
"""... to this many: in batches, so that prompts keep a stable beginning most of the time."""


def perceive_with(ensemble: Ensemble) -> Any:
    """Make the node for one version of a workspace."""
    perceivers = [name for name, member in ensemble.team.members.items() if member.perceives]

    async def perceive(
        state: Conversation, runtime: Runtime[TurnContext]
    ) -> Command[Literal["supervisor"]]:
        """Begin the turn: forget what belonged to the last one, and read the waiting messages."""
        context = runtime.context or TurnContext()
        asked = waiting(state["messages"], context.message_ids)
        update = _fresh(state, context, asked)
        if state.get("event") or not asked:
            return Command(update=update, goto="supervisor")
        begun: Conversation = {**state, **update, "reports": {}}  # type: ignore[typeddict-item]
        text = "\n".join(message.text for message in asked)
        goto = [
            Send(name, {"brief": brief(begun, context, ensemble, name, text=text, goal="perceive")})
            for name in perceivers
        ]
        return Command(update=update, goto=goto)

    return perceive


def _fresh(state: Conversation, context: TurnContext, asked: list[AnyMessage]) -> dict[str, Any]:
    """Give the update that begins a turn."""
    ids = [message.id or "" for message in asked]
    turn_id = context.turn_id or f"studio:{ids[0] if ids else 'event'}"
    evicted = _evicted(state["messages"])
    return {
        **({"messages": evicted} if evicted else {}),
        "turn": Turn(turn_id=turn_id, message_ids=ids, hops=0, halted=""),
        "event": state.get("event") or {},
        "signals": unread(signals_of(state)),
        "plan": [],
        "reports": Overwrite({}),
        "decision": {},
        "draft": None,
    }


def _evicted(messages: list[AnyMessage]) -> list[RemoveMessage]:
    """Give the removals that keep the window bounded."""
    if len(messages) <= WINDOW:
        return []
    return [RemoveMessage(id=message.id or "") for message in messages[: len(messages) - KEPT]]


def unread(signals: Signals) -> Signals:
    """Give empty signals that keep the language, the mood and the wish for no promotions of before."""
    kept = ("language", "sentiment", "opted_out")
    before = {name: value for name, value in signals.items() if name in kept}
    return Signals(**{**UNREAD, **before})
