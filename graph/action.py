"""The action's graph: one write that a person decides on, on a thread of its own.

    propose ─▶ approve (interrupt) ─▶ execute ─▶ report

The conversation stays alive meanwhile. The approval's row is the truth; this thread is its mechanism.
"""

from typing import Any, Literal, NotRequired, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt
from pydantic import BaseModel, Field

from core.errors import NotFound
from tools import Context, Ledger, Outcome, Proposal


class Decision(BaseModel):
    """What a person decided."""

    decision: Literal["approve", "edit", "reject", "expire", "withdraw"]
    arguments: dict[str, Any] = Field(default_factory=dict)
    """With `edit`: the arguments to execute with, checked against the tool's schema before."""

    reason: str = ""
    person: str = ""


class Action(TypedDict):
    """State of one action; the thread's id is the proposal's."""

    proposal: Proposal
    decision: NotRequired[dict[str, Any]]
    outcome: NotRequired[Outcome | None]
    event: NotRequired[dict[str, Any]]
    """What the customer is told, as an internal event."""


class ActionContext(TypedDict, total=False):
    """What acts for the action; absent in Studio, where nothing real is reached."""

    ledger: Any
    context: Any


async def propose(state: Action) -> dict[str, Any]:
    """Put the proposal before a person."""
    return {"decision": {}, "outcome": None, "event": {}}


async def approve(state: Action) -> Command[Literal["execute", "report"]]:
    """Wait for the decision. Nothing above `interrupt` may have an effect: it runs again on resume."""
    given = interrupt(
        {"proposal": state["proposal"], "allowed": ["approve", "edit", "reject", "respond"]},
        response_schema=Decision,
    )
    decision = Decision.model_validate(given)
    goto: Literal["execute", "report"] = (
        "execute" if decision.decision in ("approve", "edit") else "report"
    )
    return Command(update={"decision": decision.model_dump()}, goto=goto)


async def execute(state: Action, runtime: Runtime[ActionContext]) -> dict[str, Any]:
    """Execute the proposal as it was approved; the ledger sees to it that it happens once."""
    given = runtime.context or {}
    ledger: Ledger | None = given.get("ledger")
    context: Context | None = given.get("context")
    if ledger is None or context is None:
        return {"outcome": Outcome(state="failed", text="A rehearsal executes nothing.", data={})}
    return {"outcome": await ledger.perform(approved(state), context)}


async def report(state: Action) -> dict[str, Any]:
    """Say what the customer is told."""
    decision = state.get("decision") or {}
    return {
        "event": {
            "kind": "approval",
            "decision": decision.get("decision", ""),
            "reason": decision.get("reason", ""),
            "person": decision.get("person", ""),
            "proposal": approved(state),
            "outcome": state.get("outcome"),
        }
    }


def approved(state: Action) -> Proposal:
    """Give the proposal with the arguments that were approved."""
    decision = state.get("decision") or {}
    if decision.get("decision") != "edit":
        return state["proposal"]
    return Proposal(**{**state["proposal"], "arguments": decision["arguments"]})


def build() -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the action's graph, without a checkpointer."""
    graph = StateGraph(Action, context_schema=ActionContext)
    graph.add_node("propose", propose)
    graph.add_node("approve", approve)
    graph.add_node("execute", execute)
    graph.add_node("report", report)
    graph.add_edge(START, "propose")
    graph.add_edge("propose", "approve")
    graph.add_edge("execute", "report")
    graph.add_edge("report", END)
    return graph.compile(name="action")


async def drive(
    graph: CompiledStateGraph[Any, Any, Any, Any],
    thread: RunnableConfig,
    decision: dict[str, Any],
    ledger: Ledger,
    context: Context,
) -> dict[str, Any]:
    """Bring an action to its end, wherever it stands, and give its event."""
    state = graph.get_state(thread)
    if not state.values:
        raise NotFound(f"The action {thread['configurable']['thread_id']!r} has no checkpoint.")  # type: ignore[typeddict-item]
    given: ActionContext = {"ledger": ledger, "context": context}
    if state.interrupts:
        resume = Command(
            resume={state.interrupts[0].id: Decision.model_validate(decision).model_dump()}
        )
        await graph.ainvoke(resume, thread, context=given, durability="exit")
    elif state.next:
        await graph.ainvoke(None, thread, context=given, durability="exit")
    return graph.get_state(thread).values["event"]


graph = build()
"""What LangGraph Studio opens."""
