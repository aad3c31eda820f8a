"""The stages that close a turn, one after the other: decide, compose, review.

Nothing ever comes between them, so where nobody looks a turn runs them as one step of LangGraph's: what
it does around a step costs more than these do. Studio, pictures and traces have all three.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from langgraph.graph import END, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.replying import compose_with, decide_with, review_with
from graph.state import Conversation

CLOSING = ("decide", "compose", "review")
FIRST = CLOSING[0]
"""Where a plan that is done goes; together the three have its name."""

Stage = Callable[..., Awaitable[Any]]


def add_closing(graph: StateGraph[Any, Any, Any, Any], ensemble: Ensemble, *, joined: bool) -> None:
    """Add the closing stages: three nodes, or `joined` one."""
    stages: dict[str, Stage] = {
        "decide": decide_with(ensemble),
        "compose": compose_with(ensemble),
        "review": review_with(ensemble),
    }
    if joined:
        graph.add_node(FIRST, in_one(*stages.values()), destinations=("handoff", END))
        return
    for name, stage in stages.items():
        graph.add_node(name, stage)
    graph.add_edge("decide", "compose")
    graph.add_edge("compose", "review")


def in_one(*stages: Stage) -> Stage:
    """Make one node of stages: each sees what those before it wrote, and the last says where to go.

    They write over what was there, so none of them but the last may write a key that is joined.
    """
    *first, last = stages

    async def closing(state: Conversation, runtime: Runtime[TurnContext]) -> Command[Any]:
        update: dict[str, Any] = {}
        for stage in first:
            update |= await stage({**state, **update}, runtime)
        command: Command[Any] = await last({**state, **update}, runtime)
        return Command(update={**update, **(command.update or {})}, goto=command.goto)  # type: ignore[dict-item]

    return closing


def passed(node: str) -> tuple[str, ...]:
    """Give the stages that a node of the joined graph stands for."""
    return CLOSING if node == FIRST else (node,)
