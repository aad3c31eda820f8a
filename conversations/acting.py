"""Acting: what was decided on a write is carried out, and told to the customer.

`decided` is stored before anything is done, so a crash anywhere is driven on by the sweep; the effects
ledger sees to it that the write happens at most once.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import accept, checkpoints, effects, handoffs, leases
from conversations.approvals import change, one, open_for
from conversations.rows import found, locked
from conversations.tables import approvals
from core import audit
from core.database import Tx, database_now, domain_now
from customers import identity
from graph.saver import Row

MAX_DRIVES = 3
"""Tries after which people are told that it could not be carried out."""


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
    change(
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
        change(tx, action.approval, attempts=attempts, **leases.FREED)


def finish(tx: Tx, action: Action, event: dict[str, Any], rows: list[Row]) -> str | None:
    """Store how an approval ended and tell the customer's conversation; give that conversation's id."""
    if (claimed := _claimed(tx, action)) is None:
        return None
    row, approval = claimed
    checkpoints.store(
        tx, approval["workspace_id"], approval["approval_id"], rows,
        conversation_id=approval["conversation_id"],
    )  # fmt: skip
    _end(tx, row, approval, _final(event), event)
    return row["conversation_id"]


def _claimed(tx: Tx, action: Action) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Give the customer's conversation and the approval, locked; None if this claim stands no more."""
    workspace_id, approval_id = action.approval["workspace_id"], action.approval["approval_id"]
    row = locked(tx, workspace_id, action.approval["conversation_id"])
    # Looked at before a conversation is opened for it, locked only after: nothing is begun for an erased one.
    if (approval := one(tx, workspace_id, approval_id))["state"] != "decided":
        return None
    row = open_for(tx, row, approval["customer_id"])
    return (row, approval) if holds(tx, action) else None


def _final(event: dict[str, Any]) -> str:
    decision = event.get("decision")
    if decision in ("approve", "edit"):
        return (event.get("outcome") or {}).get("state", "unknown")
    return {"reject": "rejected", "expire": "expired"}.get(str(decision), "unknown")


def _end(
    tx: Tx, row: dict[str, Any], approval: dict[str, Any], state: str, event: dict[str, Any]
) -> None:
    change(
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
    if (claimed := _claimed(tx, action)) is None:
        return None
    row, approval = claimed
    if approval["attempts"] < MAX_DRIVES:
        wait_s = 0.5 * 4 ** (approval["attempts"] - 1)
        change(tx, approval, lease_until=None, due_at=database_now(tx) + wait_s)
        return None
    event = {
        "kind": "approval",
        **approval["decision"],
        "proposal": approval["proposal"],
        "outcome": {"state": "unknown", "text": "", "data": {"failure": failure}},
    }
    _end(tx, row, approval, "lost", event)
    return row["conversation_id"]
