"""Read a finished run: what the commit stores and what the turn record says. Pure."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from agents import Report
from graph.ensemble import Ensemble
from graph.saver import TurnSaver
from graph.state import Conversation, Step
from graph.turn import PendingApproval, Reply, TurnRequest, TurnResult
from models import Usage
from tools import Proposal


def proposals(state: Conversation) -> list[Proposal]:
    """Give the writes that a person must approve."""
    return [proposal for report in _reports(state) for proposal in report.get("approvals", [])]


def result(
    state: Conversation,
    request: TurnRequest,
    ensemble: Ensemble,
    *,
    approvals: list[tuple[Proposal, TurnSaver]],
    path: list[str],
    usage: Usage,
) -> TurnResult:
    """Give what a run leaves behind."""
    draft = state.get("draft")
    reports = _reports(state)
    handoff = state.get("handoff") or None
    expires = request.now + timedelta(hours=ensemble.workspace.policies.approval_hours)
    signals = state.get("signals")
    return TurnResult(
        replies=[
            Reply(
                text=draft["text"],
                agent=draft["agent"],
                citations=draft["citations"],
                buttons=draft["buttons"],
            )
        ]
        if draft and draft["text"]
        else [],
        language=(signals["language"] if signals else "") or request.language,
        approvals=[
            PendingApproval(proposal=proposal, rows=saver.rows(), expires_at=expires)
            for proposal, saver in approvals
        ],
        withdrawn=[taken for report in reports for taken in report.get("withdrawn", [])],
        cases=[case for report in reports if (case := report.get("case"))],
        handoff=handoff,
        handoff_withdrawn=any(step["goal"] == "withdrawn" for step in state.get("plan", []))
        and request.facts.get("owner") == "queue",
        record=_record(state, request, ensemble, path, usage),
    )


def _record(
    state: Conversation, request: TurnRequest, ensemble: Ensemble, path: list[str], usage: Usage
) -> dict[str, Any]:
    """Answer the four questions: what next, who and why not others, which context, is a person needed."""
    plan = state.get("plan", [])
    handoff = state.get("handoff") or {}
    turn, draft = state.get("turn"), state.get("draft")
    return {
        "next": _next(state),
        "agents": [
            {
                "agent": step["agent"],
                "goal": step["goal"],
                "why": step["why"],
                "rejected": step["rejected"],
            }
            for step in plan
        ],
        "context": {step["key"]: _given(step, state) for step in plan},
        "person": {"needed": bool(handoff), "why": handoff.get("reason", "")},
        "path": path,
        "halted": turn["halted"] if turn else "",
        "review": draft["dropped"] if draft else [],
        "decision": state.get("decision") or {},
        "signals": dict(state.get("signals") or {}),
        "tried": [line for report in _reports(state) for line in report.get("tried", [])],
        "version": ensemble.version,
        **asdict(usage),
    }


def _next(state: Conversation) -> str:
    """Say in a few words what happens next."""
    if handoff := state.get("handoff"):
        return f"a person takes over: {handoff.get('reason', '')}"
    if waiting := proposals(state):
        return f"a person decides on {waiting[0]['preview']}"
    if awaiting := state.get("awaiting"):
        return f"waits for {awaiting[0]['slot']}, asked by {awaiting[0]['agent']}"
    return "waits for the customer"


def _given(step: Step, state: Conversation) -> list[str]:
    """Name the state keys that a specialist was given."""
    report = state.get("reports", {}).get(step["key"])
    return list(report.get("given", [])) if report else []


def _reports(state: Conversation) -> list[Report]:
    reports = state.get("reports", {})
    return [reports[step["key"]] for step in state.get("plan", []) if step["key"] in reports]
