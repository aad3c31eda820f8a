"""The last nodes: decide what else to say, make one reply, and let it be checked."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from langchain_core.messages import AIMessage
from langgraph.runtime import Runtime
from langgraph.types import Command

from agents import Report
from core.workspace import said as text_in
from decisions import deciding
from graph import checking, composing, doubting
from graph.briefing import language_of, notice_due
from graph.context import Services, TurnContext
from graph.ensemble import Ensemble
from graph.state import Conversation, signals_of, turn_of


def decide_with(ensemble: Ensemble) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Make the node that picks what else to say; it is pure and may pick nothing."""

    async def decide(state: Conversation, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Pick an offer, or nothing, with a reason for every loser."""
        context = runtime.context or TurnContext()
        before = state.get("decision") or {}
        situation = deciding.Situation(
            today=context.now.astimezone(ensemble.workspace.zone).date(),
            intents=tuple(step["intent"] for step in state.get("plan", []) if step["intent"]),
            complaint_open=_complaint_open(state, context),
            sentiment=signals_of(state)["sentiment"],
            opted_out=signals_of(state).get("opted_out", False),
            question_open=bool(state.get("awaiting")) or bool(state.get("handoff")),
            offered=tuple(state.get("offered", [])),
        )
        decision = before | deciding.decide(ensemble.offers, situation)
        made = [decision["winner"]] if decision["winner"] != "nothing" else []
        return {"decision": decision, "offered": [*state.get("offered", []), *made]}

    return decide


def compose_with(ensemble: Ensemble) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Make the node that joins the reports to one reply."""

    async def compose(state: Conversation, runtime: Runtime[TurnContext]) -> dict[str, Any]:
        """Join the reports, the offer and the one question."""
        context = runtime.context or TurnContext()
        language = language_of(state, context, ensemble)
        winner = (state.get("decision") or {}).get("winner")
        offer = next((offer for offer in ensemble.offers if offer.id == winner), None)
        awaiting = state.get("awaiting", [])
        extras = composing.Extras(
            notice=notice(state, context, ensemble),
            offer=text_in(offer.text, language) if offer else "",
            question=awaiting[0] if awaiting else None,
            doubt="" if state.get("handoff") else doubting.question(language),
        )
        return {"draft": composing.compose(in_order(state), extras)}

    return compose


def review_with(ensemble: Ensemble) -> Callable[..., Awaitable[Command[Any]]]:
    """Make the node that holds the reply against what it rests on."""

    async def review(
        state: Conversation, runtime: Runtime[TurnContext]
    ) -> Command[Literal["handoff", "__end__"]]:
        """Let through what is supported; nothing changes the text afterwards."""
        context = runtime.context or TurnContext()
        draft = await checking.checked(state, context, ensemble)
        services: Services | None = context.services
        text = draft["text"]
        if services is not None:
            await services.voice.finish(text)
        update: dict[str, Any] = {"draft": draft}
        if text:
            reply = AIMessage(text, name=draft["agent"], id=f"{_turn_id(state)}:reply")
            update |= {"messages": [reply], "notice_due": False}
        goto: Literal["handoff", "__end__"] = "handoff" if state.get("handoff") else "__end__"
        return Command(update=update, goto=goto)

    return review


def in_order(state: Conversation) -> list[Report]:
    """Give the reports of the steps that spoke, in the order of the plan; care is heard first."""
    reports = state.get("reports", {})
    spoke = [reports[step["key"]] for step in state.get("plan", []) if step["key"] in reports]
    return sorted(spoke, key=lambda report: report["agent"] != "care")


def notice(state: Conversation, context: TurnContext, ensemble: Ensemble) -> str:
    """Say that an AI is speaking: at the start, and after a person's stretch."""
    due = notice_due(state, context)
    language = language_of(state, context, ensemble)
    workspace = ensemble.workspace
    return composing.ai_notice(workspace.policies, language, profile=workspace.profile, due=due)


def _complaint_open(state: Conversation, context: TurnContext) -> bool:
    """Say whether she complains now, or has an open case from before."""
    open_cases = context.facts.get("open_cases") or []
    return bool(open_cases) or signals_of(state)["complaint"]


def _turn_id(state: Conversation) -> str:
    return turn_of(state)["turn_id"]
