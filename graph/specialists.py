"""A specialist as a subgraph: a brief goes in, a report comes out, and nothing else."""

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents import Brief, Report, Specialist
from graph import composing
from graph.context import TurnContext
from graph.ensemble import Ensemble, Say
from graph.reviewing import Grounds
from graph.state import Assignment, Findings, Work, Working


def subgraph(
    name: str, specialist: Specialist, ensemble: Ensemble, *, expanded: bool = False
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Compile one specialist.

    It stores nothing of its own, so it has no checkpointer; but LangGraph draws the inside only of
    subgraphs that may have one, which is what `expanded` is for.
    """

    async def respond(state: Assignment, runtime: Runtime[TurnContext]) -> Working:
        """Read the brief and work."""
        brief = state["brief"]
        evidence: list[str] = []
        context = ensemble.in_studio(runtime.context)
        say = _say(brief, context, ensemble, evidence) if brief["alone"] else None
        found = await specialist.respond(
            brief, ensemble.kit(brief, context, evidence=evidence, say=say)
        )
        return {"found": found, "evidence": evidence}

    async def report(state: Work) -> Findings:
        """Sign the report, and name all that it rests on and was made from."""
        brief, found = state["brief"], state["found"]
        evidence = dict.fromkeys([*found.get("evidence", []), *state["evidence"]])
        known = {"agent": name, "given": brief["given"], "evidence": list(evidence)}
        return {"reports": {brief["step"]: Report(**{**found, **known})}}

    graph = StateGraph(
        Work, context_schema=TurnContext, input_schema=Assignment, output_schema=Findings
    )
    graph.add_node("respond", respond)
    graph.add_node("report", report)
    graph.add_edge(START, "respond")
    graph.add_edge("respond", "report")
    graph.add_edge("report", END)
    return graph.compile(name=name, checkpointer=None if expanded else False)


def _say(brief: Brief, context: TurnContext, ensemble: Ensemble, evidence: list[str]) -> Say:
    """Make the way in which this specialist shows finished sentences while it works."""
    policies, profile = ensemble.workspace.policies, ensemble.workspace.profile
    due = bool(brief["facts"].get("notice_due"))
    notice = composing.ai_notice(policies, brief["language"], profile=profile, due=due)

    async def say(sentence: str) -> None:
        grounds = Grounds(
            evidence=(
                *evidence,
                brief["text"],
                *(utterance["text"] for utterance in brief["history"]),
                *(str(slot["value"]) for slot in brief["slots"].values()),
                str(brief["facts"]),
            ),
            never_promise=tuple(policies.never_promise.get(brief["language"], [])),
        )
        await context.services.voice.say(sentence, grounds, notice=notice)

    return say
