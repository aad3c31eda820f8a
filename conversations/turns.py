"""What a turn is told before it runs, and what is kept of it afterwards."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import checkpoints, effects, handoffs, transcript
from conversations.approvals import shown
from conversations.mailbox import Claim
from conversations.rows import found
from conversations.tables import approvals, messages, turns
from core.clock import moment
from core.database import Tx, domain_now
from core.statements import Prepared
from customers import cases, identity
from graph.saver import Row
from graph.turn import TurnRequest, TurnResult, Waiting

_IN_WORKSPACE = messages.c.workspace_id == sa.bindparam("workspace")
_MISSED = Prepared(
    sa.select(messages.c.message_id, messages.c.role, messages.c.text)
    .where(
        _IN_WORKSPACE,
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.sequence > sa.bindparam("seen"),
        messages.c.state == "done",
        messages.c.role.in_([sa.literal("customer"), sa.literal("person")]),
    )
    .order_by(messages.c.sequence)
)
REMEMBERED_S = 45 * 86_400.0
"""For how long the answer to what a person was asked to decide on is told."""

MOST_REQUESTS = 12
_REQUESTS = Prepared(
    sa.select(
        *(approvals.c[name] for name in ("approval_id", "proposal", "state", "decision", "outcome"))
    )
    .where(
        approvals.c.workspace_id == sa.bindparam("workspace"),
        approvals.c.customer_id == sa.bindparam("customer"),
        approvals.c.created_at > sa.bindparam("since"),
    )
    .order_by(approvals.c.created_at.desc())
    .limit(MOST_REQUESTS)
)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Everything a run begins with, read in one go."""

    request: TurnRequest
    rows: list[Row]
    done: list[str]
    """What a dropped run of this turn has already done."""


def opening(tx: Tx, claim: Claim) -> Opening:
    """Read what a claimed turn is about: its messages, the facts of the moment, the committed state."""
    row = found(tx, claim.workspace_id, claim.conversation_id)
    customer = identity.customer(tx, claim.workspace_id, row["customer_id"])
    left = handoffs.handed_back(tx, claim.workspace_id, row["customer_id"])
    asked = _requests(tx, claim.workspace_id, row["customer_id"])
    request = TurnRequest(
        turn_id=claim.turn_id,
        conversation_id=claim.conversation_id,
        workspace_id=claim.workspace_id,
        customer_id=customer.customer_id,
        external_id=customer.external_id,
        verification=customer.verification,
        channel=row["channel"],
        language=row["language"] or customer.language,
        messages=() if claim.event else tuple(_waiting(message) for message in claim.batch),
        event=claim.event,
        facts={
            "name": customer.name,
            "owner": row["owner"],
            "first_turn": not row["seen_seq"],
            "open_cases": [
                {
                    "case_id": case.case_id,
                    "kind": case.kind,
                    "summary": case.summary,
                    "subject": case.subject,
                    "opened_at": case.opened_at,
                    "follow_up_at": case.follow_up_at,
                }
                for case in cases.open_cases(tx, claim.workspace_id, customer.customer_id)
            ],
            "promises": [one["promised"] for one in left if one["promised"]],
            "handed_back": left,
            "requests": asked,
            "pending_approvals": [
                {"approval_id": one["approval_id"], "preview": one["proposal"].get("preview", "")}
                for one in reversed(asked)
                if one["state"] == "pending"
            ],
        },
        known=customer.known,
        missed=tuple(_missed(tx, row, claim)),
        now=moment(domain_now(tx)),
    )
    return Opening(
        request=request,
        rows=checkpoints.load(tx, claim.workspace_id, claim.conversation_id),
        done=effects.sentences(effects.of_turn(tx, claim.workspace_id, claim.turn_id)),
    )


def _waiting(message: dict[str, Any]) -> Waiting:
    return Waiting(
        message_id=message["message_id"],
        text=message["text"],
        attachments=tuple(message["parts"]),
    )


def _missed(tx: Tx, row: dict[str, Any], claim: Claim) -> list[dict[str, str]]:
    """Give what was said since the last turn without the graph: a person's stretch, or a lost turn."""
    batch = {message["message_id"] for message in claim.batch}
    said = _MISSED.rows(
        tx, workspace=row["workspace_id"], conversation=row["conversation_id"],
        seen=row["seen_seq"],
    )  # fmt: skip
    return [message for message in said if message["message_id"] not in batch]


def _requests(tx: Tx, workspace_id: str, customer_id: str) -> list[dict[str, Any]]:
    """Give what of this customer's a person decides on, or has decided, in whatever conversation."""
    since = domain_now(tx) - REMEMBERED_S
    return _REQUESTS.rows(tx, workspace=workspace_id, customer=customer_id, since=since)


_OWN = (
    "next", "agents", "context", "person", "calls", "input_tokens", "output_tokens", "cost_usd",
    "degraded",
)  # fmt: skip
_KEEP = Prepared(turns.insert())


def keep(tx: Tx, claim: Claim, status: str, result: TurnResult | None, **notes: Any) -> None:
    """Store the turn record: the four answers, what it cost, how long it took."""
    record = dict(result.record) if result else {}
    finished = domain_now(tx)
    kept = {
        "workspace_id": claim.workspace_id,
        "turn_id": claim.turn_id,
        "conversation_id": claim.conversation_id,
        "status": status,
        "trigger": claim.event.get("kind", "messages"),
        "next": record.get("next", ""),
        "agents": record.get("agents", []),
        "context": record.get("context", {}),
        "person": record.get("person"),
        "record": {key: value for key, value in record.items() if key not in _OWN} | notes,
        "calls": record.get("calls", 0),
        "input_tokens": record.get("input_tokens", 0),
        "output_tokens": record.get("output_tokens", 0),
        "cost_usd": record.get("cost_usd", 0.0),
        "degraded": str(record.get("degraded") or ""),
        "attempts": claim.attempts,
        "ms": (finished - claim.claimed_at) * 1000,
        "waited_ms": (finished - claim.waiting_since) * 1000,
        "started_at": claim.claimed_at,
        "finished_at": finished,
    }
    _KEEP.run(tx, **kept)


def recorded(tx: Tx, claim: Claim) -> bool:
    """Say whether this turn already has its record."""
    statement = sa.select(turns.c.turn_id).where(
        turns.c.workspace_id == claim.workspace_id, turns.c.turn_id == claim.turn_id
    )
    return tx.execute(statement).first() is not None


def of_conversation(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give the turn records of a conversation, oldest first."""
    statement = (
        sa.select(turns)
        .where(turns.c.workspace_id == workspace_id, turns.c.conversation_id == conversation_id)
        .order_by(turns.c.finished_at)
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a message so far."""

    state: str
    """`waiting`, or `done`."""

    turn_id: str | None
    owner: str
    replies: list[dict[str, Any]]
    handoff: dict[str, Any] | None
    approvals: list[dict[str, Any]]

    @property
    def status(self) -> str:
        """What the customer's side is told: who answers now, or that the turn still runs."""
        if self.state == "waiting":
            return "running"
        return handoffs.STATUS[self.owner]


_ONE = Prepared(
    sa.select(messages.c.conversation_id, messages.c.state, messages.c.turn_id).where(
        _IN_WORKSPACE, messages.c.message_id == sa.bindparam("message")
    )
)
_RECORD = Prepared(
    sa.select(turns.c.record).where(
        turns.c.workspace_id == sa.bindparam("workspace"), turns.c.turn_id == sa.bindparam("turn")
    )
)
_SAID = Prepared(
    sa.select(
        messages.c.message_id, messages.c.text, messages.c.citations, messages.c.agent,
        messages.c.buttons,
    )
    .where(_IN_WORKSPACE, messages.c.turn_id == sa.bindparam("turn"), messages.c.role == "ai")
    .order_by(messages.c.sequence)
)  # fmt: skip
_PROPOSED = Prepared(
    sa.select(
        approvals.c.approval_id, approvals.c.proposal, approvals.c.state, approvals.c.created_at
    ).where(
        approvals.c.workspace_id == sa.bindparam("workspace"),
        approvals.c.conversation_id == sa.bindparam("conversation"),
        approvals.c.proposed_in == sa.bindparam("turn"),
    )
)


def answer(tx: Tx, workspace_id: str, message_id: str) -> Answer:
    """Give what the turn that contains a message has said."""
    message = _ONE.first(tx, workspace=workspace_id, message=message_id)
    if message is None:  # she was erased
        return Answer(
            state="done", turn_id=None, owner="closed", replies=[], handoff=None, approvals=[]
        )
    row = found(tx, workspace_id, message["conversation_id"])
    turn_id = message["turn_id"]
    if message["state"] == "waiting":
        return Answer(
            state="waiting",
            turn_id=turn_id or _coming(tx, row),
            owner=row["owner"],
            replies=[],
            handoff=None,
            approvals=[],
        )
    handoff = handoffs.current(tx, row)
    owner = row["owner"]
    if turn_id is not None and (kept := _kept(tx, workspace_id, turn_id)) is not None:
        # A repeated request gets the first result, whatever has happened since.
        owner = kept
    return Answer(
        state="done",
        turn_id=turn_id,
        owner=owner,
        replies=_replies(tx, workspace_id, turn_id) if turn_id else [],
        handoff={"handoff_id": handoff["handoff_id"], "reason": handoff["reason"]}
        if handoff and owner in ("queue", "person")
        else None,
        approvals=_proposed(tx, workspace_id, row["conversation_id"], turn_id),
    )


def _kept(tx: Tx, workspace_id: str, turn_id: str) -> str | None:
    """Give who owned the conversation when a turn was committed."""
    kept = _RECORD.first(tx, workspace=workspace_id, turn=turn_id)
    return kept["record"].get("owner_after") if kept else None


def _coming(tx: Tx, row: dict[str, Any]) -> str:
    """Give the id that the turn over all that waits now will have."""
    lowest = transcript.waiting(tx, row["workspace_id"], row["conversation_id"])[0]
    return lowest["turn_id"] or f"{row['conversation_id']}:{lowest['sequence']}"


def _replies(tx: Tx, workspace_id: str, turn_id: str) -> list[dict[str, Any]]:
    return _SAID.rows(tx, workspace=workspace_id, turn=turn_id)


def _proposed(
    tx: Tx, workspace_id: str, conversation_id: str, turn_id: str | None
) -> list[dict[str, Any]]:
    if turn_id is None:
        return []
    return [
        shown(row)
        for row in _PROPOSED.rows(
            tx, workspace=workspace_id, conversation=conversation_id, turn=turn_id
        )
    ]
