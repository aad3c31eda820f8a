"""What a specialist is told: made from the state, with the names of the keys it was made from."""

from typing import Any

from agents import Brief
from core.injected import plain_file_name, plain_name
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.state import Conversation, Step, said, signals_of, turn_of, waiting

GIVEN = ["messages", "signals", "slots", "awaiting", "journey", "reports", "event", "facts"]
HISTORY = 12
"""Utterances a specialist sees; the window of the state is longer."""


def brief(
    state: Conversation,
    context: TurnContext,
    ensemble: Ensemble,
    agent: str,
    *,
    text: str,
    goal: str,
    step: Step | None = None,
) -> Brief:
    """Make the brief of one specialist for one step."""
    services = context.services
    return Brief(
        turn_id=turn_of(state)["turn_id"],
        step=step["key"] if step else agent,
        agent=agent,
        goal=goal,
        why=step["why"] if step else "it perceives",
        text=text,
        intent=step["intent"] if step else "",
        language=language_of(state, context, ensemble),
        history=said(state["messages"][-HISTORY:]),  # type: ignore[typeddict-item]
        signals=signals_of(state),
        slots=state.get("slots", {}),
        awaiting=state.get("awaiting", []),
        journey=state.get("journey", []),
        attachments=_attachments(state, context),
        reports=list(state.get("reports", {}).values()),
        event=state.get("event", {}),
        facts=_facts(state, context),
        alone=len(state.get("plan", [])) == 1,
        done=services.ledger.done() if services else [],
        given=[key for key in GIVEN if key == "facts" or state.get(key)],
    )


def _attachments(state: Conversation, context: TurnContext) -> list[dict[str, str]]:
    """Give the files that came with the waiting messages."""
    if state.get("event"):
        return []
    return [
        {**one, "name": plain_file_name(one["name"])}
        for message in waiting(state["messages"], context.message_ids)
        for one in message.additional_kwargs.get("attachments", [])
    ]


def _facts(state: Conversation, context: TurnContext) -> dict[str, Any]:
    """Give the facts of the turn; what customers call themselves is a name or it is left out."""
    facts = {**context.facts, "notice_due": notice_due(state, context)}
    if facts.get("name"):
        facts["name"] = plain_name(str(facts["name"]))
    return facts


def language_of(state: Conversation, context: TurnContext, ensemble: Ensemble) -> str:
    """Give the language to answer in: what was read, else what is known, else the company's first."""
    signals = state.get("signals")
    spoken = (signals["language"] if signals else "") or context.language
    return (
        spoken
        if spoken in ensemble.workspace.profile.languages
        else ensemble.workspace.default_language
    )


def notice_due(state: Conversation, context: TurnContext) -> bool:
    """Say whether this reply must tell that an AI is speaking: at the start, and after a person."""
    return bool(context.facts.get("first_turn")) or bool(state.get("notice_due"))
