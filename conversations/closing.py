"""Closing a conversation: its matter is over, and the customer's next message opens a new one.

    people close   `solved`, `unsolved`, or `moot`: there was nothing to solve
    silence        `quiet`: neither side has written for the workspace's `close_after_hours`

What waits for people is never closed by silence: a hand-off, an approval. Who closes it tells the customer
how it ended, in words of their own.
"""

from typing import Any, Literal

import sqlalchemy as sa

from conversations import feed, handoffs, mailbox, outbox, ownership, voice
from conversations.rows import change, locked
from conversations.tables import approvals, conversations, messages
from core import audit, events
from core.database import Tx, domain_now
from core.errors import Conflict
from core.statements import Prepared

Outcome = Literal["solved", "unsolved", "moot", "quiet"]

_PENDING = Prepared(
    sa.select(approvals.c.created_at)
    .where(
        approvals.c.workspace_id == sa.bindparam("workspace"),
        approvals.c.conversation_id == sa.bindparam("conversation"),
        approvals.c.state == "pending",
    )
    .order_by(approvals.c.created_at.desc())
    .limit(1)
)
_TOLD = Prepared(
    sa.select(messages.c.created_at)
    .where(
        messages.c.workspace_id == sa.bindparam("workspace"),
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.role == "person",
    )
    .order_by(messages.c.created_at.desc())
    .limit(1)
)


def close(
    tx: Tx,
    workspace_id: str,
    conversation_id: str,
    outcome: Outcome,
    *,
    person: str,
    actor: str,
    message: str = "",
) -> dict[str, Any]:
    """Close a conversation for a person who says how it ended; `message` tells the customer before.

    Raises:
        Conflict: it is closed, somebody else is speaking in it, or the customer waits for a person or an
            approval, which is not `moot`, and nobody has written to her since.
    """
    voice.silence(tx, workspace_id, conversation_id)
    row = locked(tx, workspace_id, conversation_id)
    if row["state"] == "closed":
        raise Conflict("The conversation is closed already.")
    if row["owner"] == "person" and row["owner_name"] != person:
        raise Conflict(
            f"{row['owner_name']} is speaking in this conversation; ask them to close it."
        )
    if message:
        by = {"person": person, "actor": actor}
        handoffs.take_over(tx, workspace_id, conversation_id, **by)
        handoffs.reply(tx, workspace_id, conversation_id, text=message, **by)
        row = locked(tx, workspace_id, conversation_id)
    elif outcome != "moot" and (what := _untold(tx, row)):
        raise Conflict(
            f"{what}, and nobody has written to the customer since: tell her how it ended with "
            "`message`, or close it as `moot` if there was nothing to solve."
        )
    _end(tx, row, outcome, actor)
    return row


def _untold(tx: Tx, row: dict[str, Any]) -> str:
    """Say what a customer waits for without a person's word since; empty: for nothing."""
    of_it = {"workspace": row["workspace_id"], "conversation": row["conversation_id"]}
    handoff, pending = handoffs.current(tx, row), _PENDING.first(tx, **of_it)
    since = {
        "A person was called": handoff["created_at"] if handoff else None,
        "An approval is pending": pending["created_at"] if pending else None,
    }
    told = _TOLD.first(tx, **of_it)
    last = told["created_at"] if told else 0.0
    return next((what for what, moment in since.items() if moment and moment > last), "")


def close_quiet(tx: Tx, workspace_id: str, *, after_hours: float, limit: int = 50) -> list[str]:
    """Close conversations of the AI in which nobody has written for so long; give their ids."""
    before = domain_now(tx) - after_hours * 3600
    last = (
        sa.select(sa.func.max(messages.c.created_at))
        .where(
            messages.c.workspace_id == conversations.c.workspace_id,
            messages.c.conversation_id == conversations.c.conversation_id,
        )
        .scalar_subquery()
    )
    undecided = sa.exists().where(
        approvals.c.workspace_id == conversations.c.workspace_id,
        approvals.c.conversation_id == conversations.c.conversation_id,
        approvals.c.state.in_(("pending", "decided")),
    )
    quiet = (
        sa.select(conversations.c.conversation_id)
        .where(
            conversations.c.workspace_id == workspace_id,
            conversations.c.state == "open",
            conversations.c.owner == "ai",
            conversations.c.ready_at.is_(None),
            conversations.c.opened_at < before,
            sa.func.coalesce(last, conversations.c.opened_at) < before,
            ~undecided,
        )
        .order_by(conversations.c.opened_at)
        .limit(limit)
    )
    closed = []
    for conversation_id in tx.execute(quiet).scalars().all():
        row = locked(tx, workspace_id, conversation_id)
        # Something may have come between the look and the lock.
        same = row["conversation_id"] == conversation_id
        if same and row["state"] == "open" and row["owner"] == "ai" and row["ready_at"] is None:
            _end(tx, row, "quiet", "system")
            closed.append(conversation_id)
    return closed


def _end(tx: Tx, row: dict[str, Any], outcome: Outcome, actor: str) -> None:
    ownership.after(row["owner"], "close")
    handoffs.end(tx, row)
    mailbox.clear(tx, row)
    outbox.recall(tx, row)
    change(
        tx,
        row,
        state="closed",
        outcome=outcome,
        closed_at=domain_now(tx),
        owner="ai",
        owner_name="",
        fence=row["fence"] + 1,
        tenure=row["tenure"] + 1,
    )
    feed.append(tx, row, "status", {"status": handoffs.STATUS["closed"], "outcome": outcome})
    subject = {"conversation_id": row["conversation_id"], "customer_id": row["customer_id"]}
    events.emit(tx, workspace_id=row["workspace_id"], kind="conversation.closed", subject=subject)
    audit.append(
        tx,
        workspace_id=row["workspace_id"],
        actor=actor,
        action="conversation.closed",
        subject=row["conversation_id"],
        details={"outcome": outcome},
    )
