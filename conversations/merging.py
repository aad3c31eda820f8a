"""Merging: a customer's conversations become one when she proves within another who she is.

    sign in ─▶ joining, on both rows ─▶ no turn begins in them ─▶ merged between turns, in one transaction

A turn that has begun is let come to its end first: its effects are keyed by where its messages stood. The
rows of the merged conversation go behind those of the one that is kept, in their order, and it becomes a
redirect that every look-up follows. Locks are taken in one order: the customer's own, those of voices and
then of rows, each in the order of ids; only then comes what hangs on the rows, such as tokens.
"""

from typing import Any

import sqlalchemy as sa

from conversations import (
    checkpoints,
    handoffs,
    mailbox,
    merges,
    ownership,
    transcript,
    voice,
)
from conversations import tokens as tokens_of
from conversations.accept import opening
from conversations.ownership import Open
from conversations.rows import change, exactly, standing
from conversations.tables import (
    approvals,
    attachments,
    conversations,
    effects,
    message_terms,
    messages,
    outbox,
    summaries,
    tokens,
    turns,
)
from conversations.tables import checkpoints as checkpoint_rows
from conversations.tables import feed as feed_rows
from conversations.tables import handoffs as handoff_rows
from conversations.transcript import Utterance
from core import audit, events
from core.database import Tx, domain_now
from customers import cases, identity
from graph.joining import joined_state

Row = dict[str, Any]

_FOLLOW = (tokens, attachments, turns, effects, checkpoint_rows)
"""Tables whose rows only say whose they are."""

_IN_ORDER = (messages, outbox)
"""Tables whose rows have the number of a message."""

_MADE_ANEW = (summaries, message_terms)
"""Tables whose rows are made of messages, and again of those that now stand behind the kept ones."""


def bring(
    tx: Tx, workspace_id: str, conversation_id: str, customer_id: str
) -> tuple[str, list[str]]:
    """Give a stranger's open conversation to the customer who has proved within it who she is.

    If she has another open one they become one, now or as soon as no turn runs in them. Its tokens end:
    somebody else may have begun it and be waiting for her to continue. Gives the conversation in which she
    goes on, and those that were merged into it; `""` where none is hers: another customer has proved within
    it at the same moment who she is, and was first.
    """
    kept, merged = join(tx, workspace_id, customer_id, also=conversation_id)
    waits = not kept and exactly(tx, workspace_id, conversation_id)["joining"] == customer_id
    return conversation_id if waits else kept, merged


def due(tx: Tx, workspace_id: str, limit: int = 20) -> list[str]:
    """Give the customers whose conversations wait to become one; locks nothing."""
    found = (
        sa.select(conversations.c.joining)
        .where(conversations.c.workspace_id == workspace_id, conversations.c.joining.is_not(None))
        .distinct()
        .limit(limit)
    )
    return [customer_id for customer_id in tx.scalars(found) if customer_id]


def join(tx: Tx, workspace_id: str, customer_id: str, *, also: str = "") -> tuple[str, list[str]]:
    """Make one of a customer's open conversations; give it, and those that were merged into it.

    Gives `""` while a turn has begun in one of them and not all are hers, or there is none any more.
    """
    opening(tx, workspace_id, customer_id)
    theirs = _locked(tx, workspace_id, customer_id, also)
    if any(row["conversation_id"] == also for row in theirs):
        tokens_of.revoke_all(tx, workspace_id, also)
    rows = [row for row in theirs if row["state"] == "open"]
    rows.sort(key=lambda row: row["customer_id"] != customer_id)  # hers first, then strangers'
    strangers = [row for row in rows if row["customer_id"] != customer_id]
    if strangers and any(mailbox.runs(tx, row) for row in rows):
        for row in strangers:
            merges.remember(tx, row)
        for row in rows:
            change(tx, row, joining=customer_id)
        return "", []
    if rows and rows[0] in strangers:
        merges.remember(tx, rows[0])
        _give(tx, rows[0], customer_id)
    while len(rows) > 1:
        rows[:2] = [_merge(tx, rows[0], rows[1], customer_id)]
    for row in theirs:  # one that was closed before it came to it is hers as well
        if row["state"] != "merged":
            change(tx, row, joining=None)
            _give(tx, row, customer_id)
    kept = rows[0]["conversation_id"] if rows else ""
    return kept, [row["conversation_id"] for row in theirs if row["state"] == "merged"]


def _locked(tx: Tx, workspace_id: str, customer_id: str, also: str) -> list[Row]:
    """Lock what is, or is to be, a customer's open conversation."""
    of_workspace = sa.select(conversations.c.conversation_id).where(
        conversations.c.workspace_id == workspace_id
    )
    # One after the other: by one condition with `or` SQLite reads every conversation.
    ids = {also} if also else set()
    ids.update(tx.scalars(of_workspace.where(conversations.c.joining == customer_id)))
    ids.update(
        tx.scalars(
            of_workspace.where(
                conversations.c.customer_id == customer_id, conversations.c.state == "open"
            )
        )
    )
    for conversation_id in sorted(ids):  # before any row, as whoever takes over does it
        voice.silence(tx, workspace_id, conversation_id)
    rows = [exactly(tx, workspace_id, conversation_id) for conversation_id in sorted(ids)]
    return [row for row in rows if _may_be_hers(tx, row, customer_id, also)]


def _may_be_hers(tx: Tx, row: Row, customer_id: str, also: str) -> bool:
    """Say whether a *locked* conversation is a customer's, or is to be: while this waited for the lock
    another may have proved within it who she is.
    """
    if row["state"] == "merged":
        return False
    if customer_id in (row["customer_id"], row["joining"]):
        return True
    if row["conversation_id"] != also or row["joining"]:
        return False
    owner = identity.customer(tx, row["workspace_id"], row["customer_id"])
    return owner.customer_id == customer_id or owner.is_stranger


def _give(tx: Tx, row: Row, customer_id: str) -> None:
    """Make a *locked* conversation, and what was begun in it, the customer's."""
    stranger_id = row["customer_id"]
    if stranger_id == customer_id:
        return
    theirs = {"workspace_id": row["workspace_id"], "conversation_id": row["conversation_id"]}
    for table in (approvals, handoff_rows):
        _update(tx, table, theirs, customer_id=customer_id)
    # In web chat a visitor's address is who she is: what she wrote before and after is one burst.
    addressed = theirs | {"address": stranger_id}
    _update(tx, messages, addressed, address=customer_id)
    cases.give(
        tx, row["workspace_id"], stranger_id, row["conversation_id"], customer_id=customer_id
    )
    address = customer_id if row["address"] == stranger_id else row["address"]
    change(tx, row, customer_id=customer_id, address=address)


def _merge(tx: Tx, one: Row, other: Row, customer_id: str) -> Row:
    """Make one of two *locked* open conversations in which no turn runs; give the one that is kept."""
    first, _ = ownership.kept_of(_as_open(one), _as_open(other))
    kept, merged = (one, other) if first.conversation_id == one["conversation_id"] else (other, one)
    merges.remember_both(tx, kept, merged, customer_id)
    stands = ownership.joined(standing(kept), standing(merged))
    recent = max(kept, merged, key=lambda row: _last_said(tx, row))
    state = _state(tx, kept, merged, recent)
    _one_handoff(tx, kept, merged)
    silenced = stands.owner == "person" and merged["owner"] != "person"
    offset, seen_seq = kept["feed_seq"], _seen(tx, kept, merged)
    due = [moment for row in (kept, merged) if (moment := row["ready_at"]) is not None]
    change(
        tx, merged, state="merged", owner="ai", owner_name="", closed_at=domain_now(tx),
        redirect_to=kept["conversation_id"], feed_offset=offset, joining=None, ready_at=None,
        first_waiting_at=None, answer_by=None, lease_owner=None, lease_until=None,
        epoch=stands.epoch, fence=stands.fence, tenure=stands.tenure,
    )  # fmt: skip
    for row in (merged, kept):
        _give(tx, row, customer_id)
    _move(tx, kept, merged, customer_id)
    change(
        tx, kept, owner=stands.owner, epoch=stands.epoch, fence=stands.fence, tenure=stands.tenure,
        message_seq=kept["message_seq"] + merged["message_seq"],
        feed_seq=offset + merged["feed_seq"],
        seen_seq=seen_seq,
        ready_at=max(due, default=None),
        opened_at=min(kept["opened_at"], merged["opened_at"]),
        **{name: recent[name] for name in ("language", "channel", "account", "address")},
    )  # fmt: skip
    checkpoints.replace(tx, kept["workspace_id"], kept["conversation_id"], state)
    _go_on(tx, kept, merged, silenced=silenced)
    return kept


def _as_open(row: Row) -> Open:
    return Open(
        conversation_id=row["conversation_id"],
        opened_at=row["opened_at"],
        standing=standing(row),
    )


def _last_said(tx: Tx, row: Row) -> float:
    """Give when the customer wrote last."""
    said = sa.select(sa.func.max(messages.c.created_at)).where(
        messages.c.workspace_id == row["workspace_id"],
        messages.c.conversation_id == row["conversation_id"],
        messages.c.role == "customer",
    )
    return tx.scalar(said) or row["opened_at"]


def _state(tx: Tx, kept: Row, merged: Row, recent: Row) -> list[Any]:
    """Give the graph's state of both: what she speaks of now stays before what waits."""
    loaded = [
        checkpoints.load(tx, row["workspace_id"], row["conversation_id"]) for row in (kept, merged)
    ]
    checkpoints.forget(tx, merged["workspace_id"], merged["conversation_id"])
    return joined_state(loaded[0], loaded[1], kept_is_recent=recent is kept)


def _seen(tx: Tx, kept: Row, merged: Row) -> int:
    """Give up to where the graph has seen the messages of both; what it sees twice it knows by its id."""
    unseen = sa.select(messages.c.message_id).where(
        messages.c.workspace_id == kept["workspace_id"],
        messages.c.conversation_id == kept["conversation_id"],
        messages.c.sequence > kept["seen_seq"],
        messages.c.state == "done",
        messages.c.role.in_(("customer", "person")),
    )
    if tx.execute(unseen.limit(1)).first() is not None:
        return kept["seen_seq"]
    return kept["message_seq"] + merged["seen_seq"]


def _one_handoff(tx: Tx, kept: Row, merged: Row) -> None:
    """Leave one hand-off open: that of the conversation which is kept, told of the other's packet."""
    stays, goes = handoffs.current(tx, kept), handoffs.current(tx, merged)
    if stays is None or goes is None:
        return
    handoffs.end(tx, merged)
    its = {"handoff_id": goes["handoff_id"], "reason": goes["reason"]}
    told = [*stays["packet"].get("joined", []), goes["packet"] | its]
    handoffs.tell(tx, stays, joined=told)


def _move(tx: Tx, kept: Row, merged: Row, customer_id: str) -> None:
    """Put the rows of the merged conversation behind those of the kept one."""
    workspace_id, was = merged["workspace_id"], merged["conversation_id"]
    theirs = {"workspace_id": workspace_id, "conversation_id": was}
    here = {"conversation_id": kept["conversation_id"]}
    origin = sa.func.coalesce(messages.c.origin_conversation_id, was)
    _update(tx, messages, theirs, origin_conversation_id=origin)
    for table in _IN_ORDER:
        _update(tx, table, theirs, **here, sequence=table.c.sequence + kept["message_seq"])
    _update(tx, feed_rows, theirs, **here, sequence=feed_rows.c.sequence + kept["feed_seq"])
    for table in (*_FOLLOW, approvals, handoff_rows):
        _update(tx, table, theirs, **here)
    for table in _MADE_ANEW:
        tx.execute(table.delete().where(*_where(table, theirs)))
    cases.give(tx, workspace_id, customer_id, was, **here)


def _update(tx: Tx, table: sa.Table, where: dict[str, Any], **values: Any) -> None:
    tx.execute(table.update().where(*_where(table, where)).values(**values))


def _where(table: sa.Table, columns: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in columns.items()]


def _go_on(tx: Tx, kept: Row, merged: Row, *, silenced: bool) -> None:
    """Let what waits be answered by whoever speaks now, and tell everybody who that is."""
    was = merged["conversation_id"]
    mailbox.resume(tx, kept)
    transcript.add(
        tx,
        kept,
        Utterance(
            role="system",
            kind="internal",
            text="Another conversation of this customer goes on here.",
            key=f"merged:{was}:{kept['epoch']}",
            event={"kind": "merged", "conversation_id": was},
        ),
    )
    if silenced:
        handoffs.recall(tx, kept)
    handoffs.tell_owner(tx, kept)
    events.emit(
        tx,
        workspace_id=kept["workspace_id"],
        kind="conversation.merged",
        subject={"conversation_id": kept["conversation_id"], "merged_id": was},
    )
    audit.append(
        tx,
        workspace_id=kept["workspace_id"],
        actor="system",
        action="conversation.merged",
        subject=kept["conversation_id"],
        details={"merged": was},
    )
