"""Approvals: writes that a person decides on. The row is the truth, its thread only the mechanism.

    pending ──decide, expire──▶ decided ──carry out──▶ done | failed | unknown | rejected | expired | lost
       ├──the customer──▶ withdrawn
       └──her erasure, also of a decided one──▶ erased

`conversations.acting` carries out what is decided. Locks are taken in one order: conversation, approval,
audit.
"""

from typing import Any, Literal

import sqlalchemy as sa

from conversations import accept, checkpoints
from conversations.rows import locked
from conversations.tables import approvals, conversations
from core import audit, events
from core.database import Tx, database_now, domain_now, insert_once
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from customers import identity
from graph.turn import PendingApproval

Kind = Literal["approve", "edit", "reject", "respond"]
WHY = {
    "reject": "why not, as the customer is to hear it",
    "respond": "what the customer is to be asked or told",
}
"""Decisions that need words, and what the words are for."""


def propose(tx: Tx, row: dict[str, Any], pending: PendingApproval, *, turn_id: str) -> None:
    """Store a write that waits for a person, with its thread, in the commit that says so."""
    approval_id = pending.proposal["proposal_id"]
    values = {
        "workspace_id": row["workspace_id"],
        "approval_id": approval_id,
        "conversation_id": row["conversation_id"],
        "customer_id": row["customer_id"],
        "proposed_in": turn_id,
        "proposal": dict(pending.proposal),
        "state": "pending",
        "decision": {},
        "decided_by": "",
        "expires_at": pending.expires_at.timestamp(),
        "epoch": 0,
        "attempts": 0,
        "outcome": {},
        "created_at": domain_now(tx),
    }
    if not insert_once(tx, approvals, values):
        return
    checkpoints.store(
        tx,
        row["workspace_id"],
        approval_id,
        pending.rows,
        conversation_id=row["conversation_id"],
    )
    events.emit(
        tx,
        workspace_id=row["workspace_id"],
        kind="approval.requested",
        subject={"approval_id": approval_id, "conversation_id": row["conversation_id"]},
    )


def listed(
    tx: Tx, workspace_id: str, state: str = "pending", limit: int = 100
) -> list[dict[str, Any]]:
    """Give the approvals in a state, oldest first."""
    statement = (
        sa.select(approvals, conversations.c.simulated)
        .join(
            conversations,
            (conversations.c.workspace_id == approvals.c.workspace_id)
            & (conversations.c.conversation_id == approvals.c.conversation_id),
        )
        .where(approvals.c.workspace_id == workspace_id, approvals.c.state == state)
        .order_by(approvals.c.created_at)
        .limit(limit)
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


def pending_in(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give what of a conversation waits for a person, oldest first, as the customer may see it."""
    return [shown(row) for row in waiting_in(tx, workspace_id, conversation_id)]


def waiting_in(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give the approvals of a conversation that wait for a person, oldest first."""
    statement = (
        sa.select(approvals)
        .where(
            approvals.c.workspace_id == workspace_id,
            approvals.c.conversation_id == conversation_id,
            approvals.c.state == "pending",
        )
        .order_by(approvals.c.created_at)
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Give an approval as the customer may see it: what would be done, how it stands, since when."""
    preview = row["proposal"].get("preview", "")
    return {"preview": preview, **{key: row[key] for key in ("approval_id", "state", "created_at")}}


def one(tx: Tx, workspace_id: str, approval_id: str, *, lock: bool = False) -> dict[str, Any]:
    """Give an approval.

    Raises:
        NotFound: there is no such approval.
    """
    statement = sa.select(approvals).where(
        approvals.c.workspace_id == workspace_id, approvals.c.approval_id == approval_id
    )
    row = tx.execute(statement.with_for_update() if lock else statement).mappings().first()
    if row is None:
        raise NotFound(f"There is no approval {approval_id!r}.")
    return dict(row)


def change(tx: Tx, approval: dict[str, Any], **values: Any) -> None:
    """Change columns of an approval, in the database and in `approval`."""
    tx.execute(
        approvals.update()
        .where(
            approvals.c.workspace_id == approval["workspace_id"],
            approvals.c.approval_id == approval["approval_id"],
        )
        .values(**values)
    )
    approval.update(values)


def decide(
    tx: Tx,
    workspace_id: str,
    approval_id: str,
    kind: Kind,
    *,
    person: str,
    actor: str,
    arguments: dict[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Decide a pending approval, exactly once; `respond` relays a question and leaves it pending.

    `arguments`, with `edit`, were checked against the tool's schema by the caller.

    Raises:
        Conflict: it was decided, withdrawn or has expired before.
        BadInput: the decision lacks what it needs.
    """
    conversation_id = one(tx, workspace_id, approval_id)["conversation_id"]
    row = locked(tx, workspace_id, conversation_id)
    approval = one(tx, workspace_id, approval_id, lock=True)
    _still_pending(tx, approval)
    if kind == "edit" and arguments is None:
        raise BadInput("`edit` needs `arguments`: all of them, as they shall be executed.")
    if kind in WHY and not reason.strip():
        raise BadInput(f"`{kind}` needs `reason`: {WHY[kind]}.")
    if kind == "respond":
        _relay(tx, row, approval, reason, person)
    else:
        decision: dict[str, Any] = {"decision": kind, "reason": reason, "person": person}
        if kind == "edit":
            decision["arguments"] = arguments
        change(
            tx,
            approval,
            state="decided",
            decision=decision,
            decided_by=person,
            decided_at=domain_now(tx),
            due_at=database_now(tx),
        )
    audit.append(
        tx,
        workspace_id=workspace_id,
        actor=actor,
        action=f"approval.{kind}",
        subject=approval_id,
        details={"tool": approval["proposal"]["tool"]},
    )
    return approval


def _still_pending(tx: Tx, approval: dict[str, Any]) -> None:
    if approval["state"] == "pending" and approval["expires_at"] > domain_now(tx):
        return
    if approval["state"] in ("pending", "expired"):
        raise Conflict(f"The approval {approval['approval_id']!r} has expired; nothing was done.")
    if approval["state"] == "withdrawn":
        raise Conflict(f"The customer took {approval['approval_id']!r} back; nothing was done.")
    if approval["state"] == "erased":
        raise Conflict(f"The customer of {approval['approval_id']!r} was erased; nothing is done.")
    raise Conflict(
        f"{approval['decided_by'] or 'The system'} has decided {approval['approval_id']!r} already: "
        f"{approval['decision'].get('decision')}."
    )


def _relay(tx: Tx, row: dict[str, Any], approval: dict[str, Any], reason: str, person: str) -> None:
    """Let the AI put a person's question to the customer; the approval stays pending."""
    event = {
        "kind": "approval",
        "decision": "respond",
        "reason": reason,
        "person": person,
        "proposal": approval["proposal"],
        "outcome": None,
    }
    row = open_for(tx, row, approval["customer_id"])
    accept.address_event(
        tx, row, event, key=f"approval:{approval['approval_id']}:{new_id('respond')}"
    )


def open_for(tx: Tx, row: dict[str, Any], customer_id: str) -> dict[str, Any]:
    """Give the conversation that an event for this customer goes to: her open one, or a new one."""
    if row["state"] == "open":
        return row
    return accept.open_conversation(
        tx,
        row["workspace_id"],
        identity.customer(tx, row["workspace_id"], customer_id).customer_id,
        channel=row["channel"],
        account=row["account"],
        address=row["address"],
        language=row["language"],
    )


def withdraw(tx: Tx, workspace_id: str, approval_id: str) -> bool:
    """Take a pending approval back for the customer; False when a decision was faster."""
    try:
        approval = one(tx, workspace_id, approval_id, lock=True)
    except NotFound:
        return True
    if approval["state"] == "pending":
        change(tx, approval, state="withdrawn", due_at=None, finished_at=domain_now(tx))
        checkpoints.forget(tx, workspace_id, approval_id)
    return approval["state"] == "withdrawn"


def expire(tx: Tx, workspace_id: str) -> list[str]:
    """Decide what nobody decided in time; the driver tells the customers."""
    now = domain_now(tx)
    statement = (
        sa.select(approvals)
        .where(
            approvals.c.workspace_id == workspace_id,
            approvals.c.state == "pending",
            approvals.c.expires_at <= now,
        )
        .with_for_update(skip_locked=True)
        .limit(50)
    )
    late = [dict(row) for row in tx.execute(statement).mappings()]
    for approval in late:
        decision = {"decision": "expire", "reason": "", "person": ""}
        change(
            tx,
            approval,
            state="decided",
            decision=decision,
            decided_at=now,
            due_at=database_now(tx),
        )
    for approval in late:
        audit.append(
            tx,
            workspace_id=workspace_id,
            actor="system",
            action="approval.expire",
            subject=approval["approval_id"],
        )
    return [approval["approval_id"] for approval in late]
