"""Tell the customer what became of a write that a person had to decide on."""

from collections.abc import Callable
from typing import Any

from agents import Brief, Kit, Question, Report
from agents.phrases import Phrases
from journeys.words import clause


def told(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Tell an `approval` event in the customer's language."""
    event = brief["event"]
    tell = _DECISIONS.get(str(event.get("decision", "")))
    evidence = [str(event)]
    if tell is None:
        return Report(agent="transactions", text="", evidence=evidence)
    report = tell(event, brief, say)
    report["evidence"] = evidence
    report["about"] = _preview(event)
    return report


def withdrawn(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Take back what waits for approval: the one she means, or all."""
    pending: list[dict[str, Any]] = list(brief["facts"].get("pending_approvals") or [])
    language = brief["language"]
    if not pending:
        return Report(agent="transactions", text=say("nothing_pending", language), asked=[])
    if len(pending) > 1:
        labels = [str(approval.get("preview", "")) for approval in pending]
        chosen = kit.understanding.choose(labels, brief["text"], language)
        pending = pending if chosen is None else [pending[chosen]]
    previews = [clause(str(approval.get("preview", ""))) for approval in pending]
    text = say("withdrawn", language, preview=say("and", language).join(previews))
    return Report(
        agent="transactions",
        text=text,
        withdrawn=[str(approval["approval_id"]) for approval in pending],
        asked=[],
        evidence=previews,
    )


def _approved(event: dict[str, Any], brief: Brief, say: Phrases) -> Report:
    outcome = event.get("outcome") or {}
    key = {"done": "approved", "failed": "approved_failed", "stopped": "approved_stopped"}.get(
        str(outcome.get("state")), "approved_unknown"
    )
    text = say(key, brief["language"], outcome=str(outcome.get("text", "")))
    report = Report(agent="transactions", text=text)
    if key in ("approved_unknown", "approved_stopped"):
        report["handoff"] = "an approved action is not known to be carried out"
    return report


def _rejected(event: dict[str, Any], brief: Brief, say: Phrases) -> Report:
    reason = clause(str(event.get("reason") or ""))
    key = "rejected_why" if reason else "rejected"
    text = say(key, brief["language"], preview=_preview(event), reason=reason)
    return Report(agent="transactions", text=text)


def _asked(event: dict[str, Any], brief: Brief, say: Phrases) -> Report:
    text = say(
        "asks",
        brief["language"],
        preview=_preview(event),
        reason=str(event.get("reason", "")).strip(),
    )
    question = Question(agent="transactions", slot="approval", text=text)
    return Report(agent="transactions", text=text, asked=[question])


def _expired(event: dict[str, Any], brief: Brief, say: Phrases) -> Report:
    text = say("expired", brief["language"], preview=_preview(event))
    return Report(agent="transactions", text=text)


def _preview(event: dict[str, Any]) -> str:
    return clause(str((event.get("proposal") or {}).get("preview", "")))


_DECISIONS: dict[str, Callable[[dict[str, Any], Brief, Phrases], Report]] = {
    "approve": _approved,
    "edit": _approved,
    "reject": _rejected,
    "respond": _asked,
    "expire": _expired,
}
