"""Approvals: writes that a person decides on. The row is the truth, its thread only the mechanism.

    pending ──decide, expire──▶ decided ──drive──▶ done | failed | unknown | rejected | expired | lost
       ├──the customer──▶ withdrawn
       └──her erasure, also of a decided one──▶ erased

`decided` is stored before anything is done, so a crash anywhere is driven on by the sweep; the effects
ledger sees to it that the write happens at most once. Locks are taken in one order: conversation,
approval, audit.
"""

from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from conversations import accept, checkpoints, effects, handoffs, leases
from conversations.rows import found, locked
from conversations.tables import approvals, conversations
from core import audit, events
from core.database import Tx, database_now, domain_now, insert_once
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from customers import identity
from graph.saver import Row
from graph.turn import PendingApproval

Kind = Literal["approve", "edit", "reject", "respond"]
WHY = {
    "reject": "why not, as the customer is to hear it",
    "respond": "what the customer is to be asked or told",
}
"""Decisions that need words, and what the words are for."""
MAX_DRIVES = 3


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


def _change(tx: Tx, approval: dict[str, Any], **values: Any) -> None:
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
        _change(
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
    row = _open(tx, row, approval["customer_id"])
    accept.address_event(
        tx, row, event, key=f"approval:{approval['approval_id']}:{new_id('respond')}"
    )


def _open(tx: Tx, row: dict[str, Any], customer_id: str) -> dict[str, Any]:
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
        _change(tx, approval, state="withdrawn", due_at=None, finished_at=domain_now(tx))
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
        _change(
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


def due(tx: Tx, workspace_id: str, limit: int = 20) -> tuple[list[str], bool]:
    """Give decided approvals to drive, and whether some pending one has expired; locks nothing."""
    now = database_now(tx)
    of_workspace = approvals.c.workspace_id == workspace_id
    statement = (
        sa.select(approvals.c.approval_id)
        .where(of_workspace, approvals.c.state == "decided", _free(now))
        .order_by(approvals.c.due_at)
        .limit(limit)
    )
    late = sa.select(approvals.c.approval_id).where(
        of_workspace, approvals.c.state == "pending", approvals.c.expires_at <= domain_now(tx)
    )
    return list(tx.execute(statement).scalars()), tx.execute(late.limit(1)).first() is not None


def _free(now: float) -> sa.ColumnElement[bool]:
    return (approvals.c.due_at <= now) & leases.free(approvals, now)


@dataclass(frozen=True, kw_only=True)
class Action:
    """A decided approval that this process carries out."""

    approval: dict[str, Any]
    epoch: int
    rows: list[Row]
    language: str
    customer: Any
    now: float

    @property
    def exhausted(self) -> bool:
        """Whether it was tried often enough: each time whoever carried it out died in the middle."""
        return self.approval["attempts"] > MAX_DRIVES


def claim(
    tx: Tx, workspace_id: str, approval_id: str, *, process_id: str, lease_s: float
) -> Action | None:
    """Take a decided approval to carry it out; None when another does, or it is done."""
    now = database_now(tx)
    statement = (
        sa.select(approvals)
        .where(
            approvals.c.workspace_id == workspace_id,
            approvals.c.approval_id == approval_id,
            approvals.c.state == "decided",
            _free(now),
        )
        .with_for_update(skip_locked=True)
    )
    row = tx.execute(statement).mappings().first()
    if row is None:
        return None
    approval = dict(row)
    _change(
        tx,
        approval,
        **leases.claimed(approval, process_id, now + lease_s),
    )
    conversation = found(tx, workspace_id, approval["conversation_id"])
    return Action(
        approval=approval,
        epoch=approval["epoch"],
        rows=checkpoints.load(tx, workspace_id, approval_id),
        language=conversation["language"],
        customer=identity.customer(tx, workspace_id, approval["customer_id"]),
        now=domain_now(tx),
    )


def free_all(tx: Tx, workspace_id: str, process_id: str) -> int:
    """Let every approval be driven on at once that a dead process held; give how many there were."""
    decided = approvals.c.state == "decided"
    return leases.free_all(tx, approvals, workspace_id, process_id, where=decided)


def holds(tx: Tx, action: Action) -> bool:
    """Say whether this claim still stands; the row stays locked until the transaction ends."""
    approval = one(tx, action.approval["workspace_id"], action.approval["approval_id"], lock=True)
    return approval["state"] == "decided" and approval["epoch"] == action.epoch


def renew(tx: Tx, action: Action, lease_s: float) -> None:
    """Keep an approval for another `lease_s`; `LeaseLost` if somebody else carries it out."""
    approval = action.approval
    leases.renew(
        tx, approvals, lease_s, what=approval["approval_id"], workspace_id=approval["workspace_id"],
        approval_id=approval["approval_id"], epoch=action.epoch, state="decided",
    )  # fmt: skip


def give_back(tx: Tx, action: Action) -> None:
    """Give an approval back as if it had not been claimed: the process stops."""
    if holds(tx, action):
        attempts = max(0, action.approval["attempts"] - 1)
        _change(tx, action.approval, attempts=attempts, **leases.FREED)


def finish(tx: Tx, action: Action, event: dict[str, Any], rows: list[Row]) -> str | None:
    """Store how an approval ended and tell the customer's conversation; give that conversation's id."""
    workspace_id, approval_id = action.approval["workspace_id"], action.approval["approval_id"]
    row = locked(tx, workspace_id, action.approval["conversation_id"])
    # Looked at before a conversation is opened for it, locked only after: nothing is begun for an erased one.
    if (approval := one(tx, workspace_id, approval_id))["state"] != "decided":
        return None
    row = _open(tx, row, approval["customer_id"])
    if not holds(tx, action):
        return None
    state = _final(event)
    checkpoints.store(
        tx, workspace_id, approval_id, rows, conversation_id=approval["conversation_id"]
    )
    _end(tx, row, approval, state, event)
    return row["conversation_id"]


def _final(event: dict[str, Any]) -> str:
    decision = event.get("decision")
    if decision in ("approve", "edit"):
        return (event.get("outcome") or {}).get("state", "unknown")
    return {"reject": "rejected", "expire": "expired"}.get(str(decision), "unknown")


def _end(
    tx: Tx, row: dict[str, Any], approval: dict[str, Any], state: str, event: dict[str, Any]
) -> None:
    _change(
        tx,
        approval,
        state=state,
        outcome=event.get("outcome") or {},
        lease_until=None,
        due_at=None,
        finished_at=domain_now(tx),
    )
    effects.close(tx, effects.of_turn(tx, row["workspace_id"], approval["approval_id"]))
    accept.address_event(tx, row, event, key=f"approval:{approval['approval_id']}")
    if state in ("unknown", "lost") and row["owner"] == "ai":
        packet = {"approval_id": approval["approval_id"], "proposal": approval["proposal"]}
        handoffs.request(tx, row, f"approval_{state}", packet, turn_id=None)
    audit.append(
        tx,
        workspace_id=row["workspace_id"],
        actor="system",
        action=f"approval.{state}",
        subject=approval["approval_id"],
    )


def failed(tx: Tx, action: Action, *, failure: str) -> str | None:
    """Note that carrying out went wrong; it is tried again, then given to people as lost."""
    workspace_id, approval_id = action.approval["workspace_id"], action.approval["approval_id"]
    row = locked(tx, workspace_id, action.approval["conversation_id"])
    # Looked at before a conversation is opened for it, locked only after: nothing is begun for an erased one.
    if (approval := one(tx, workspace_id, approval_id))["state"] != "decided":
        return None
    row = _open(tx, row, approval["customer_id"])
    if not holds(tx, action):
        return None
    if approval["attempts"] < MAX_DRIVES:
        wait_s = 0.5 * 4 ** (approval["attempts"] - 1)
        _change(tx, approval, lease_until=None, due_at=database_now(tx) + wait_s)
        return None
    event = {
        "kind": "approval",
        **approval["decision"],
        "proposal": approval["proposal"],
        "outcome": {"state": "unknown", "text": "", "data": {"failure": failure}},
    }
    _end(tx, row, approval, "lost", event)
    return row["conversation_id"]
