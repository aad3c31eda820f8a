"""The commit of a turn: all that it changed becomes true in one transaction, or nothing does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from conversations import (
    approvals,
    checkpoints,
    effects,
    feed,
    handoffs,
    mailbox,
    notices,
    sampling,
    transcript,
    turns,
)
from conversations.mailbox import Claim
from conversations.ownership import MAX_STALE_RERUNS, Draft, Verdict, verdict
from conversations.rows import change, found, locked, standing
from conversations.transcript import Utterance
from core import audit, events
from core.database import Tx, domain_now
from customers import cases
from graph.saver import Row
from graph.turn import Reply, TurnResult


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What of the workspace and the deployment shapes a commit."""

    follow_up_hours: float = 48.0
    """After which a case is followed up."""

    route_sample: float = 0.0
    """Share of the turns read without the routing model that it is shown afterwards, 0 to 1."""


def commit(
    tx: Tx, claim: Claim, result: TurnResult, rows: list[Row], rules: Rules = Rules()
) -> Verdict:
    """Commit what a run prepared, unless the conversation has moved on; say what became of it.

    `rerun` and `lost` leave no trace of the draft; `withhold` keeps the record of what was done
    outside, and nothing that the AI wanted to say.
    """
    row = locked(tx, claim.workspace_id, claim.conversation_id)
    done = effects.of_turn(tx, claim.workspace_id, claim.turn_id)
    draft = Draft(
        effects_started=result.effects_started
        or any(effect["run"] == claim.standing.epoch for effect in done),
        stale_reruns=row["stale_reruns"],
        too_late=_too_late(tx, row, claim),
    )
    decided = verdict(claim.standing, standing(row), draft)
    if decided == "commit" and not _withdraw(tx, claim, result, last=draft):
        decided = "rerun"
    if decided == "commit" and _surprises(claim, done) and draft.stale_reruns < MAX_STALE_RERUNS:
        decided = "rerun"
    if decided == "rerun":
        mailbox.rerun(tx, row)
    elif decided == "withhold":
        _withhold(tx, row, claim, result, done)
    elif decided == "commit":
        _store(tx, row, claim, result, rows, done, rules)
    return decided


def _surprises(claim: Claim, done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what an earlier, slow run has ended while this one ran: the draft says it is not certain."""
    return [
        effect
        for effect in done
        if effect["run"] != claim.standing.epoch
        and effect["state"] != "unknown"
        and (effect["finished_at"] or 0.0) >= claim.claimed_at
    ]


def _too_late(tx: Tx, row: dict[str, Any], claim: Claim) -> bool:
    """Say whether another run, should it take as long as this one, would end after `answer_by`."""
    if row["answer_by"] is None:
        return False
    took_s = domain_now(tx) - claim.claimed_at
    return mailbox.when_due(tx, row) + took_s >= row["answer_by"]


def finish(
    tx: Tx, claim: Claim, result: TurnResult, rows: list[Row], rules: Rules = Rules()
) -> tuple[Verdict, float | None]:
    """Commit, and say besides in how many seconds another turn is due; None: nothing waits."""
    decided = commit(tx, claim, result, rows, rules)
    return decided, mailbox.due_in_s(tx, found(tx, claim.workspace_id, claim.conversation_id))


def _withdraw(tx: Tx, claim: Claim, result: TurnResult, *, last: Draft) -> bool:
    """Take back approvals; False when a person was faster and the draft would say something false."""
    if not result.withdrawn:
        return True
    savepoint = tx.begin_nested()
    taken = [
        approvals.withdraw(tx, claim.workspace_id, approval_id) for approval_id in result.withdrawn
    ]
    if all(taken) or last.effects_started or last.stale_reruns >= MAX_STALE_RERUNS:
        savepoint.commit()
        return True
    savepoint.rollback()
    return False


def _store(
    tx: Tx,
    row: dict[str, Any],
    claim: Claim,
    result: TurnResult,
    rows: list[Row],
    done: list[dict[str, Any]],
    rules: Rules,
) -> None:
    checkpoints.store(
        tx, claim.workspace_id, claim.conversation_id, rows, conversation_id=claim.conversation_id
    )
    _mark_done(tx, row, claim)
    change(tx, row, language=result.language or row["language"])
    replies = list(result.replies)
    handoff: dict[str, Any] | None = result.handoff
    unsure = effects.close(tx, done) + _surprises(claim, done)
    if unsure and handoff is None and row["owner"] == "ai":
        # Nobody knows whether it happened: a person finds out, and the customer is told so.
        handoff = {"reason": "unknown_outcome", "packet": {"effects": effects.sentences(unsure)}}
        replies.append(Reply(text=notices.worded(notices.CHECKING, row["language"]), agent=""))
    for number, reply in enumerate(replies):
        _say(tx, row, claim, number, asdict(reply))
    for pending in result.approvals:
        approvals.propose(tx, row, pending, turn_id=claim.turn_id)
    for number, case in enumerate(result.cases):
        case_id = case.get("case_id") or cases.protocol(f"{claim.turn_id}:{number}")
        _open_case(tx, row, {**case, "case_id": case_id}, rules.follow_up_hours)
    handoff_id = None
    if handoff is not None:
        handoff_id = handoffs.request(
            tx, row, handoff.get("reason", ""), handoff.get("packet") or {}, turn_id=claim.turn_id
        )
    elif result.handoff_withdrawn and row["owner"] == "queue":
        handoffs.withdraw(tx, row)
    turns.keep(tx, claim, "committed", result, owner_after=row["owner"])
    sampling.draw(tx, claim, result, share=rules.route_sample)
    _done(tx, row, claim, handoff_id)
    mailbox.settle(tx, row)
    _tell(tx, claim, "turn.committed", {"replies": len(replies), "handoff": handoff_id or ""})


def _mark_done(tx: Tx, row: dict[str, Any], claim: Claim) -> None:
    mailbox.mark(tx, claim.workspace_id, claim.batch, state="done", turn_id=claim.turn_id)
    seen = max(message["sequence"] for message in claim.batch)
    if left := transcript.waiting(tx, claim.workspace_id, claim.conversation_id):
        seen = min(seen, left[0]["sequence"] - 1)
    change(tx, row, seen_seq=max(row["seen_seq"], seen))


def _say(
    tx: Tx, row: dict[str, Any], claim: Claim, number: int, reply: dict[str, Any], **more: Any
) -> None:
    first = claim.batch[0]
    transcript.add(
        tx,
        row,
        Utterance(
            role="ai",
            text=reply["text"],
            key=f"{claim.turn_id}:{number}",
            channel=first["channel"],
            account=first["account"],
            address=first["address"],
            citations=[dict(citation) for citation in reply.get("citations", [])],
            buttons=list(reply.get("buttons", [])),
            agent=reply.get("agent", ""),
            turn_id=claim.turn_id,
            **more,
        ),
    )


def _open_case(
    tx: Tx, row: dict[str, Any], case: Mapping[str, Any], follow_up_hours: float
) -> None:
    opened = cases.open_case(
        tx,
        row["workspace_id"],
        case_id=case["case_id"],
        customer_id=row["customer_id"],
        kind=case["kind"],
        summary=case["summary"],
        subject=_subject(case.get("subject")),
        conversation_id=row["conversation_id"],
        follow_up_hours=follow_up_hours,
    )
    events.emit(
        tx,
        workspace_id=row["workspace_id"],
        kind="case.opened",
        subject={"case_id": opened.case_id, "customer_id": row["customer_id"]},
    )


def _subject(subject: Any) -> Mapping[str, Any]:
    return subject if isinstance(subject, Mapping) else {"name": subject} if subject else {}


def _done(tx: Tx, row: dict[str, Any], claim: Claim, handoff_id: str | None) -> None:
    feed.append(
        tx,
        row,
        "done",
        {
            "turn_id": claim.turn_id,
            "status": handoffs.STATUS[row["owner"]],
            **({"handoff_id": handoff_id} if handoff_id else {}),
        },
        turn_id=claim.turn_id,
    )


def _tell(tx: Tx, claim: Claim, action: str, details: dict[str, Any]) -> None:
    """Emit and audit; the audit's chain is locked from here on, so this comes last."""
    events.emit(
        tx,
        workspace_id=claim.workspace_id,
        kind=action,
        subject={"turn_id": claim.turn_id, "conversation_id": claim.conversation_id},
    )
    audit.append(
        tx,
        workspace_id=claim.workspace_id,
        actor="ai",
        action=action,
        subject=claim.turn_id,
        details=details,
    )


def _withhold(
    tx: Tx, row: dict[str, Any], claim: Claim, result: TurnResult, done: list[dict[str, Any]]
) -> None:
    """Keep what was done outside where the person sees it; the draft is dropped."""
    effects.close(tx, done)
    if done and not turns.recorded(tx, claim):
        told = effects.sentences(done)
        feed.append(
            tx, row, "status", {"status": "withheld", "effects": told}, turn_id=claim.turn_id,
            staff_only=True,
        )  # fmt: skip
        transcript.add(
            tx,
            row,
            Utterance(
                role="system",
                kind="internal",
                text=" ".join(told),
                key=f"{claim.turn_id}:withheld",
                event={"kind": "withheld", "effects": told},
                turn_id=claim.turn_id,
            ),
        )
        turns.keep(tx, claim, "withheld", result, owner_after=row["owner"])
    mailbox.settle(tx, row)
    _tell(tx, claim, "turn.withheld", {"effects": len(done)})


def give_up(tx: Tx, claim: Claim, *, failure: str, language: str = "") -> bool:
    """Hand a conversation whose turn failed too often to people, and say so to the customer."""
    row = mailbox.held(tx, claim)
    if row is None:
        return False
    if row["owner"] == "person" or row["tenure"] != claim.standing.tenure:
        mailbox.settle(tx, row)
        return False
    seen = row["seen_seq"]
    _mark_done(tx, row, claim)
    change(tx, row, seen_seq=seen)  # the graph never saw these: the next turn is told of them
    done = effects.of_turn(tx, claim.workspace_id, claim.turn_id)
    unsure = effects.close(tx, done)
    language = row["language"] or claim.batch[0]["language"] or language
    said = [effect["text"] for effect in done if effect["state"] == "done"]
    said += [notices.worded(notices.APOLOGY, language)]
    said += [notices.worded(notices.UNSURE, language)] if unsure else []
    _say(tx, row, claim, 0, {"text": " ".join(said)}, kind="notice")
    packet = {"failure": failure, "effects": effects.sentences(done)}
    handoff_id = handoffs.request(tx, row, "turn_failed", packet, turn_id=claim.turn_id)
    turns.keep(tx, claim, "dead", None, owner_after=row["owner"], failure=failure)
    _done(tx, row, claim, handoff_id)
    mailbox.settle(tx, row)
    _tell(tx, claim, "turn.dead", {"failure": failure, "handoff": handoff_id})
    return True
