"""Tell the customer what became of a write that a person had to decide on."""

from collections.abc import Callable
from typing import Any, cast

from agents import Brief, Kit, Question, Report, remembering, requesting
from agents.phrases import Phrases
from agents.procedures import Course
from journeys import Instance
from journeys.words import clause
from tools import Outcome

MAX_TOLD = 3
"""Requests whose standing is told at once."""


async def told(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Tell an `approval` event in the customer's language, and go on with what waited for it."""
    event = brief["event"]
    tell = _DECISIONS.get(str(event.get("decision", "")))
    evidence = [str(event)]
    if tell is None:
        return Report(agent="transactions", text="", evidence=evidence)
    instance = _waiting_for(brief, event)
    if instance is None or event.get("decision") == "respond":
        report = tell(event, brief, say)
    else:
        report = await _gone_on(brief, kit, say, instance)
    report["evidence"] = [*evidence, *report.get("evidence", [])]
    report["about"] = _preview(event)
    return report


def _waiting_for(brief: Brief, event: dict[str, Any]) -> Instance | None:
    """Find the procedure whose proposal was decided on."""
    proposal_id = (event.get("proposal") or {}).get("proposal_id")
    for instance in remembering.kept(brief["journey"]):
        known = instance.get("proposal")
        if instance["state"] == "waiting" and known and known["proposal_id"] == proposal_id:
            return instance
    return None


async def _gone_on(brief: Brief, kit: Kit, say: Phrases, instance: Instance) -> Report:
    """Tell the decision and carry out the steps after it; after a no there are none."""
    event = brief["event"]
    outcome: Outcome | None = event.get("outcome") or None
    certain = outcome is not None and outcome["state"] in ("done", "failed")
    course = Course(brief, kit)
    await course.decided(instance, outcome if certain else None)
    if certain and outcome is not None and course.told:
        key = "approved" if outcome["state"] == "done" else "approved_failed"
        text = " ".join(dict.fromkeys(course.told))
        lead = Report(agent="transactions", text=say(key, brief["language"], outcome=text))
    else:
        lead = _DECISIONS[event["decision"]](event, brief, say)
    course.told = [lead["text"]]
    course.kept = [
        cast(Instance, {**one, "decided": lead["text"]})
        if one["instance_id"] == instance["instance_id"] else one
        for one in course.kept
    ]  # fmt: skip
    await course.finish()
    report = course.report()
    if handoff := lead.get("handoff"):
        report["handoff"] = handoff
    return report


async def withdrawn(brief: Brief, kit: Kit, say: Phrases) -> Report:
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
    taken = [str(approval["approval_id"]) for approval in pending]
    course = Course(brief, kit)
    for instance in list(course.kept):
        if (
            instance["state"] == "waiting"
            and (instance.get("proposal") or {}).get("proposal_id") in taken
        ):
            await course.decided(instance, None)
    course.told = [text]
    await course.finish()
    report = course.report()
    report["withdrawn"] = taken
    report["evidence"] = [*previews, *report.get("evidence", [])]
    return report


async def standing(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Say how it stands with what a person has to decide on, or has decided."""
    language = brief["language"]
    pending: list[dict[str, Any]] = list(brief["facts"].get("pending_approvals") or [])
    previews = [clause(str(approval.get("preview", ""))) for approval in pending[:MAX_TOLD]]
    told_lines = [say("pending", language, preview=preview) for preview in previews]
    requests = brief["facts"].get("requests") or []
    under_way = [_preview(request) for request in requests if request["state"] == "decided"]
    told_lines += [say("under_way", language, preview=one) for one in under_way[:MAX_TOLD]]
    decided = [
        known["decided"] for known in remembering.kept(brief["journey"]) if "decided" in known
    ] or _told_elsewhere(brief, say)
    if not told_lines and decided:
        told_lines = [say("decided_before", language, decided=decided[0])]
    text = " ".join(told_lines) or say("nothing_pending", language)
    return Report(agent="transactions", text=text, evidence=[*previews, *under_way, *decided, text])


def _told_elsewhere(brief: Brief, say: Phrases) -> list[str]:
    """Give what she is told of what a person has decided on in any of her conversations, newest first."""
    events = [
        {**request["decision"], **{name: request[name] for name in ("proposal", "outcome")}}
        for request in brief["facts"].get("requests") or []
        if request["state"] not in ("withdrawn", *requesting.UNDER_WAY)
    ]
    known = [(event, _DECISIONS.get(str(event.get("decision", "")))) for event in events]
    return [tell(event, brief, say)["text"] for event, tell in known if tell is not None]


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
