"""Stages of a turn that always follow each other: how it begins to perceive, and how it closes.

Nothing ever comes between them, so where nobody looks a turn runs them as one step of LangGraph's: what
it does around a step costs more than they do. Studio, pictures and traces have a node for each.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from langgraph.graph import END, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Overwrite

from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.perceiving import perceive_with
from graph.replying import compose_with, decide_with, review_with
from graph.specialists import Step, step_of
from graph.state import Conversation

Stage = Callable[..., Awaitable[Any]]
Graph = StateGraph[Any, Any, Any, Any]


def add_perceive(graph: Graph, ensemble: Ensemble, *, joined: bool) -> None:
    """Add the first stage; `joined`, it runs the specialists that perceive itself."""
    perceive = perceive_with(ensemble)
    names = perceiving(ensemble)
    if not joined:
        graph.add_node("perceive", perceive, destinations=(*names, "supervisor"))
        return
    steps = {name: step_of(name, ensemble.team.members[name], ensemble) for name in names}
    graph.add_node("perceive", with_sent(perceive, steps), destinations=("supervisor",))


def add_closing(graph: Graph, ensemble: Ensemble, *, joined: bool) -> None:
    """Add the stages that close a turn: three nodes, or `joined` one."""
    stages: dict[str, Stage] = {
        "decide": decide_with(ensemble),
        "compose": compose_with(ensemble),
        "review": review_with(ensemble),
    }
    if joined:
        graph.add_node("decide", in_one(*stages.values()), destinations=("handoff", END))
        return
    for name, stage in stages.items():
        graph.add_node(name, stage)
    graph.add_edge("decide", "compose")
    graph.add_edge("compose", "review")


def with_sent(stage: Stage, steps: Mapping[str, Step]) -> Stage:
    """Make one node of a stage and the steps that it sends briefs to, which run side by side."""

    async def perceive(state: Conversation, runtime: Runtime[TurnContext]) -> Command[Any]:
        command: Command[Any] = await stage(state, runtime)
        if isinstance(command.goto, str):
            return command
        sent: Any = command.goto
        found = await asyncio.gather(*(steps[send.node](send.arg, runtime) for send in sent))
        reports = {key: report for each in found for key, report in each["reports"].items()}
        update = {**(command.update or {}), "reports": Overwrite(reports)}  # type: ignore[dict-item]
        return Command(update=update, goto="supervisor")

    return perceive


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


def path(nodes: Iterable[str], state: Conversation, ensemble: Ensemble) -> list[str]:
    """Give the stages that a turn passed by the nodes of the joined graph, as the whole graph has them."""
    reports = state.get("reports", {})
    stands_for = {
        "perceive": ["perceive", *(name for name in perceiving(ensemble) if name in reports)],
        "decide": ["decide", "compose", "review"],
    }
    return [stage for node in nodes for stage in stands_for.get(node, [node])]


def perceiving(ensemble: Ensemble) -> list[str]:
    """Name the specialists that perceive."""
    return [name for name, member in ensemble.team.members.items() if member.perceives]
