"""What conversations hold of a customer: her words, what was made of them, and what was done about them.

Erased, a conversation is closed with the outcome `erased`. What was under way ends there: its turn is refused
at the commit, its approval and hand-off say why, and nothing more is sent.
"""

from typing import Any

import sqlalchemy as sa

from conversations import feed, forgotten, mailbox, merges, voice
from conversations.accept import opening
from conversations.attachments import Shelf
from conversations.leases import FREED
from conversations.rows import change, exactly
from conversations.tables import (
    approvals,
    attachments,
    checkpoints,
    conversations,
    effects,
    handoffs,
    message_terms,
    messages,
    outbox,
    route_samples,
    summaries,
    tokens,
    turns,
)
from conversations.tables import feed as feed_rows
from core.database import Tx, domain_now
from core.personal import ERASED, PersonalData, Subject

_WORDS = {
    "route samples": route_samples,  # found by the turns
    "messages": messages,
    "deliveries": outbox,
    "summaries": summaries,
    "terms": message_terms,
    "turns": turns,
    "feed entries": feed_rows,
    "states": checkpoints,
    "tokens": tokens,
    "files": attachments,
}
"""Tables of which nothing is left."""

_SAID = ("role", "text", "channel", "created_at")


def _ids(tx: Tx, subject: Subject) -> list[str]:
    """Give all her conversations, also one that is about to become hers."""
    of_workspace = sa.select(conversations.c.conversation_id).where(
        conversations.c.workspace_id == subject.workspace_id
    )
    hers = tx.scalars(of_workspace.where(conversations.c.customer_id.in_(subject.customer_ids)))
    joining = tx.scalars(of_workspace.where(conversations.c.joining.in_(subject.customer_ids)))
    return sorted({*hers, *joining})


def _of(table: sa.Table, subject: Subject, ids: list[str]) -> sa.ColumnElement[bool]:
    of_workspace = table.c.workspace_id == subject.workspace_id
    if table is route_samples:
        theirs = sa.select(turns.c.turn_id).where(_of(turns, subject, ids))
        return of_workspace & table.c.turn_id.in_(theirs)
    return of_workspace & table.c.conversation_id.in_(ids)


def count(tx: Tx, subject: Subject) -> dict[str, int]:
    """Count the rows that hold something of her."""
    ids = _ids(tx, subject)
    return {
        name: tx.scalar(
            sa.select(sa.func.count()).select_from(table).where(_of(table, subject, ids))
        )
        or 0
        for name, table in _WORDS.items()
    }


def export(tx: Tx, subject: Subject) -> dict[str, Any]:
    """Give her conversations with all that was said, the files she sent, and what was decided for her."""
    ids = _ids(tx, subject)
    said = _rows(tx, messages, subject, ids, ("conversation_id", *_SAID), "sequence")
    return {
        "messages": [row for row in said if row["role"] != "system"],
        "files": _rows(tx, attachments, subject, ids, ("name", "type", "size"), "created_at"),
        "approvals": _rows(tx, approvals, subject, ids, ("proposal", "state"), "created_at"),
        "handed_back": _rows(tx, handoffs, subject, ids, ("reason", "handback"), "created_at"),
    }


def _rows(
    tx: Tx, table: sa.Table, subject: Subject, ids: list[str], names: tuple[str, ...], order: str
) -> list[dict[str, Any]]:
    columns = [table.c[name] for name in names]
    wanted = sa.select(*columns).where(_of(table, subject, ids))
    ordered = wanted.order_by(table.c.conversation_id, table.c[order])
    return [dict(row) for row in tx.execute(ordered).mappings()]


def erase(tx: Tx, subject: Subject) -> None:
    """Leave of her conversations that they were, and why what was open in them ended."""
    for customer_id in sorted(subject.customer_ids):
        opening(tx, subject.workspace_id, customer_id)
    ids = _ids(tx, subject)
    for conversation_id in ids:
        voice.silence(tx, subject.workspace_id, conversation_id)
    rows = [exactly(tx, subject.workspace_id, conversation_id) for conversation_id in ids]
    _end_approvals(tx, subject, ids)
    _end_handoffs(tx, subject, ids)
    done = effects.update().where(_of(effects, subject, ids))
    tx.execute(done.values(proposal={}, text="", data={}, untold_since=None))
    for row in rows:
        _close(tx, row)
        Shelf(subject.data_dir, subject.workspace_id).erase(tx, row["conversation_id"])
    written = sa.select(messages.c.key).where(_of(messages, subject, ids))
    hers = tx.scalars(written.where(messages.c.role == "customer")).all()
    forgotten.forget(tx, subject.workspace_id, hers)
    for table in _WORDS.values():
        tx.execute(table.delete().where(_of(table, subject, ids)))
    merges.forget(tx, subject.workspace_id, ids)
    for row in rows:
        if row["state"] == "closed":  # whoever has it open is told
            feed.append(tx, row, "status", {"status": "closed", "outcome": "erased"})


def _close(tx: Tx, row: dict[str, Any]) -> None:
    mailbox.clear(tx, row)
    change(
        tx, row, state="merged" if row["state"] == "merged" else "closed", outcome="erased",
        owner="ai", owner_name="", joining=None, address="", closed_at=domain_now(tx),
        epoch=row["epoch"] + 1, fence=row["fence"] + 1, tenure=row["tenure"] + 1, **FREED,
    )  # fmt: skip


def _end_approvals(tx: Tx, subject: Subject, ids: list[str]) -> None:
    theirs = approvals.update().where(_of(approvals, subject, ids))
    undecided = approvals.c.state.in_(("pending", "decided"))
    ended = {"state": "erased", "due_at": None, "finished_at": domain_now(tx), **FREED}
    tx.execute(theirs.where(undecided).values(decision={"decision": "erase"}, **ended))
    tx.execute(theirs.where(~undecided).values(decision={}))
    # What it was about is gone; which tool it was, and that it ended so, is no secret of hers.
    for approval_id, proposal in tx.execute(
        sa.select(approvals.c.approval_id, approvals.c.proposal).where(_of(approvals, subject, ids))
    ).all():
        left = {"proposal_id": approval_id, "tool": proposal.get("tool", ""), "arguments": {}}
        tx.execute(
            theirs.where(approvals.c.approval_id == approval_id).values(
                proposal=left | {"preview": ""}, outcome={"reason": ERASED}
            )
        )


def _end_handoffs(tx: Tx, subject: Subject, ids: list[str]) -> None:
    theirs = handoffs.update().where(_of(handoffs, subject, ids))
    waiting = handoffs.c.state.in_(("waiting", "taken"))
    tx.execute(theirs.where(waiting).values(state="withdrawn", returned_at=domain_now(tx)))
    tx.execute(theirs.values(reason=ERASED, packet={}, handback={}))


personal_data = PersonalData(count=count, export=export, erase=erase)
