"""A specialist as a subgraph of one step: a brief goes in, a report comes out, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents import Brief, Evidence, Report, Specialist
from graph import composing
from graph.context import TurnContext
from graph.ensemble import Ensemble, Say
from graph.grounding import grounds
from graph.state import Assignment, Findings, Work
from models.usage import acting, calls_so_far

Step = Callable[..., Awaitable[Findings]]


def node(name: str, specialist: Specialist, ensemble: Ensemble, *, expanded: bool = False) -> Any:
    """Give what the conversation's graph runs for one specialist.

    Where somebody looks inside, in pictures or traces, it is the subgraph. Elsewhere it is the
    subgraph's only step: what is handed in and out is the same, and LangGraph's engine around one step
    costs as much as three nodes.
    """
    step = step_of(name, specialist, ensemble)
    if expanded or ensemble.settings.tracing:
        return subgraph(name, step, expanded=expanded)
    return step


def subgraph(
    name: str, step: Step, *, expanded: bool = False
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile the subgraph of one specialist.

    It stores nothing of its own, so it has no checkpointer; but LangGraph draws the inside only of
    subgraphs that may have one, which is what `expanded` is for.
    """
    graph = StateGraph(
        Work, context_schema=TurnContext, input_schema=Assignment, output_schema=Findings
    )
    graph.add_node("respond", step)
    graph.add_edge(START, "respond")
    graph.add_edge("respond", END)
    return graph.compile(name=name, checkpointer=None if expanded else False)


def step_of(name: str, specialist: Specialist, ensemble: Ensemble) -> Step:
    """Make the one step of a specialist."""

    async def respond(state: Assignment, runtime: Runtime[TurnContext]) -> Findings:
        """Read the brief, work, and sign the report with all that it rests on and was made from."""
        brief = state["brief"]
        evidence = [Evidence(source="effect", text=done) for done in brief["done"]]
        context = ensemble.in_studio(runtime.context)
        say = _say(brief, context, ensemble, evidence) if brief["alone"] else None
        of = {"turn_id": brief["turn_id"], "language": brief["language"]}
        kit = ensemble.kit(context, **of, evidence=evidence, say=say)
        calls = calls_so_far()
        with acting(name):
            found = await specialist.respond(brief, kit)
        known = {
            "agent": name,
            "given": brief["given"],
            "by_model": found.get("by_model", calls_so_far() > calls),
            # What was only looked at in order to understand her says nothing that may be told.
            "rests_on": [] if specialist.perceives else [*evidence, *_own(found, evidence)],
            "answers": brief["text"],
        }
        return {"reports": {brief["step"]: Report(**{**found, **known})}}

    return respond


def _own(found: Report, recorded: list[Evidence]) -> list[Evidence]:
    """Give the company's own sentences that a report names and nobody has recorded."""
    known = {each["text"] for each in recorded}
    told = dict.fromkeys(text for text in found.get("evidence", []) if text not in known)
    return [Evidence(source="company", text=text) for text in told]


def _say(brief: Brief, context: TurnContext, ensemble: Ensemble, evidence: list[Evidence]) -> Say:
    """Make the way in which this specialist shows finished sentences while it works."""
    policies, profile = ensemble.workspace.policies, ensemble.workspace.profile
    due = bool(brief["facts"].get("notice_due"))
    notice = composing.ai_notice(policies, brief["language"], profile=profile, due=due)

    async def say(sentence: str) -> None:
        rests_on = grounds(
            ensemble,
            context,
            language=brief["language"],
            evidence=evidence,
            history=brief["history"],
            slots=brief["slots"],
        )
        await context.services.voice.say(sentence, rests_on, notice=notice)

    return say
