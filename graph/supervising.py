"""The supervisor: plans the turn, hands out its steps one by one, and takes in what comes back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from agents import Report, Signals, attaching, remembering
from graph import owning, packets, planning, promising
from graph.briefing import brief
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.situating import Reading
from graph.situation import YES_NO
from graph.state import Conversation, Step, Turn, signals_of, turn_of, waiting

HOP_BUDGET = 8
"""Specialists called in one turn; what needs more goes to a person."""

MISSES = 2
"""Turns in a row without an answer after which a person is called, not only offered."""


def supervise_with(ensemble: Ensemble) -> Callable[..., Awaitable[Command[str]]]:
    """Make the node for one version of a workspace."""

    async def supervisor(state: Conversation, runtime: Runtime[TurnContext]) -> Command[str]:
        """Take in the last report, then call the next specialist or go on to the decision."""
        context = runtime.context or TurnContext()
        update = _perceived(state) if not state.get("plan") else _reported(state)
        now: Conversation = {**state, **update}  # type: ignore[typeddict-item]
        if not state.get("plan"):
            update |= _planned(now, context, ensemble)
        now = {**now, **update}  # type: ignore[typeddict-item]
        return _next(now, update, context, ensemble)

    return supervisor


def _perceived(state: Conversation) -> dict[str, Any]:
    """Join what the perceiving specialists reported into the signals."""
    signals: dict[str, Any] = dict(signals_of(state))
    for report in state.get("reports", {}).values():
        signals |= report.get("signals", {})
    return {"signals": Signals(**signals)}


def _planned(state: Conversation, context: TurnContext, ensemble: Ensemble) -> dict[str, Any]:
    """Make the plan, with the reasons against everybody else."""
    reading = Reading(state, context, ensemble)
    situation = reading.situation()
    team = {
        name: member.purpose
        for name, member in ensemble.team.members.items()
        if not member.perceives
    }
    steps = owning.of_hers(planning.plan(situation), reading)
    steps = promising.told_first(steps, reading)
    for step in steps:
        step["rejected"] = planning.rejected(step, situation, team)
    return {"plan": steps} | _unasked(state, steps) | _handed_back(state)


def _unasked(state: Conversation, steps: list[Step]) -> dict[str, Any]:
    """Let what is not put again lapse when she speaks of something else: an offer, and a yes or no.

    No later yes is then to what she no longer has before her.
    """
    awaiting = state.get("awaiting", [])
    if state.get("event") or any(step["goal"] == "continue" for step in steps):
        return {}
    put = planning.moves(steps) or any(step["goal"] == "remind" for step in steps)
    lapsing = {*YES_NO} - ({"confirm"} if put else set())
    left = [question for question in awaiting if question["slot"] not in lapsing]
    return {"awaiting": left} if len(left) < len(awaiting) else {}


def _handed_back(state: Conversation) -> dict[str, Any]:
    """Keep what a person's stretch left behind as facts.

    Whoever did or promised something has taken on what was under way: a yes to an older proposal would do
    it once more.
    """
    event = state.get("event") or {}
    if event.get("kind") != "handback":
        return {}
    changed = event.get("changed")
    changed = changed if isinstance(changed, dict) else {}
    slots = {
        name: {"value": value, "source": "person", "verification": "verified"}
        for name, value in changed.items()
    }
    if did := str(event.get("did") or ""):
        slots["person_did"] = {"value": did, "source": "person", "verification": "verified"}
    taken_on = did or event.get("promised")
    return {
        **({"journey": remembering.kept(state.get("journey", []))} if taken_on else {}),
        "handoff": {},
        "awaiting": [],
        "misses": 0,
        "notice_due": True,
        "slots": {**state.get("slots", {}), **slots},
    }


def _reported(state: Conversation) -> dict[str, Any]:
    """Take in the report of the step that was running."""
    plan = [Step(**step) for step in state.get("plan", [])]
    running = next((step for step in plan if step["state"] == "running"), None)
    if running is None:
        return {}
    running["state"] = "done"
    report = state.get("reports", {}).get(running["key"])
    update: dict[str, Any] = {"plan": plan}
    if report is None:
        return update
    return update | _learned(state, report) | _needs_person(state, plan, report)


def _learned(state: Conversation, report: Report) -> dict[str, Any]:
    """Give the slots, open questions and procedures after a report."""
    update: dict[str, Any] = {}
    if slots := report.get("slots"):
        update["slots"] = {**state.get("slots", {}), **slots}
    if "journey" in report:
        update["journey"] = report["journey"]
    theirs = {report["agent"], *(["transactions"] if "journey" in report else [])}
    others = [question for question in state.get("awaiting", []) if question["agent"] not in theirs]
    asked = report.get("asked")
    if asked is not None and state.get("handoff"):
        asked = [question for question in asked if question["slot"] not in YES_NO]
    if asked is not None:
        update["awaiting"] = [*asked, *others]
    elif len(others) < len(state.get("awaiting", [])) and report["text"]:
        update["awaiting"] = others
    return update


def _needs_person(state: Conversation, plan: list[Step], report: Report) -> dict[str, Any]:
    """Call or offer a person when a specialist wants one or could not help; one is called only once."""
    if state.get("handoff"):
        return {}
    if reason := report.get("handoff"):
        told = report["agent"] == "engagement"
        if not told and not any(step["goal"] == "handoff" for step in plan):
            plan.append(planning.step("engagement", "handoff", reason, key="engagement:handoff"))
            return {"plan": plan}
        return {"handoff": {"reason": reason}, "plan": plan}
    if not report.get("unanswered"):
        return {}
    if state.get("misses", 0) + 1 >= MISSES:
        why = f"{MISSES} messages in a row could not be answered"
        plan.append(planning.step("engagement", "handoff", why, key="engagement:handoff"))
        return {"plan": plan, "misses": 0}
    unanswered = str(report.get("unanswered"))
    plan.append(planning.step("engagement", "offer_person", unanswered, key="engagement:offer"))
    return {"plan": plan, "misses": state.get("misses", 0) + 1}


def _next(
    state: Conversation, update: dict[str, Any], context: TurnContext, ensemble: Ensemble
) -> Command[str]:
    """Call the next specialist, or go on when the plan is done or the budget spent."""
    plan: list[Step] = [Step(**step) for step in state.get("plan", [])]
    turn = Turn(**turn_of(state))
    following = next((step for step in plan if step["state"] == "next"), None)
    if following and turn["hops"] >= HOP_BUDGET and not turn["halted"]:
        turn["halted"] = f"the plan needs more than {HOP_BUDGET} specialists"
        following = planning.step("engagement", "handoff", turn["halted"], key="engagement:halt")
        plan = [step for step in plan if step["state"] == "done"] + [following]
    if following is None:
        update |= {"plan": plan, "turn": turn} | _closed(state, update, plan, context)
        return Command(update=update, goto="decide")
    following["state"] = "running"
    turn["hops"] += 1
    update |= {"plan": plan, "turn": turn}
    now: Conversation = {**state, **update}  # type: ignore[typeddict-item]
    agent, goal, text = following["agent"], following["goal"], following["text"]
    made = brief(now, context, ensemble, agent, text=text, goal=goal, step=following)
    return Command(update=update, goto=Send(agent, {"brief": made}))


def _closed(
    state: Conversation, update: dict[str, Any], plan: list[Step], context: TurnContext
) -> dict[str, Any]:
    """Settle what the whole turn means: the packet for a person, a withdrawal, an end to misses."""
    closing: dict[str, Any] = {}
    if any(step["goal"] == "withdrawn" for step in plan) and state.get("handoff"):
        return {"handoff": {}, "misses": 0}
    handoff = update.get("handoff") or state.get("handoff") or {}
    if handoff and "packet" not in handoff:
        closing["handoff"] = {**handoff, "packet": packets.packet(state, str(handoff["reason"]))}
        closing["awaiting"] = []
    closing |= _file_lapsed({**state, **update}, context, plan)
    if not any(report.get("unanswered") for report in state.get("reports", {}).values()):
        closing["misses"] = 0
    return closing


def _file_lapsed(
    state: Mapping[str, Any], context: TurnContext, plan: Sequence[Step]
) -> dict[str, Any]:
    """Let a file that nobody has taken go, once a later message was about something."""
    if state.get("event") or all(step["agent"] == "engagement" for step in plan):
        return {}
    sent = [
        file["name"]
        for message in waiting(state["messages"], context.message_ids)
        for file in message.additional_kwargs.get("attachments", [])
    ]
    slots = state.get("slots", {})
    lapsed = attaching.lapsed(slots, sent)
    return {"slots": {**slots, **lapsed}} if lapsed else {}
