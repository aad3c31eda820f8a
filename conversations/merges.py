"""What is remembered of a merge, so that a person can take it back: how both conversations stood."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import checkpoints, handoffs
from conversations.tables import approvals, attachments, effects, merges, turns
from conversations.tables import checkpoints as checkpoint_rows
from conversations.tables import handoffs as handoff_rows
from core.database import Tx, domain_now
from core.ids import new_id
from customers.tables import cases
from graph.saver import Row

BY_KEY: dict[sa.Table, sa.Column[Any]] = {
    attachments: attachments.c.attachment_id,
    turns: turns.c.turn_id,
    effects: effects.c.proposal_id,
    approvals: approvals.c.approval_id,
    handoff_rows: handoff_rows.c.handoff_id,
    checkpoint_rows: checkpoint_rows.c.thread_id,
    cases: cases.c.case_id,
}
"""Tables whose rows have no number within their conversation, and by what they are told apart."""


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Two conversations that became one; or one of a stranger that was given to a customer without any."""

    merge_id: str
    kept_id: str
    merged_id: str | None
    stranger_id: str
    kept: dict[str, Any]
    merged: dict[str, Any]
    ended_handoff_id: str | None
    theirs: dict[str, list[str]]
    at: float

    @property
    def strangers_was_kept(self) -> bool:
        """Whether it was the stranger's in which both went on."""
        return self.kept["customer_id"] == self.stranger_id

    def thread(self, conversation_id: str) -> str:
        """Name the thread that has one's state from before."""
        return f"{self.merge_id}:{conversation_id}"


def remember(tx: Tx, kept: dict[str, Any], merged: dict[str, Any] | None, customer_id: str) -> None:
    """Remember how two *locked* conversations stand before they become one of the customer's."""
    strangers = merged if merged is not None and merged["customer_id"] != customer_id else kept
    both = [row for row in (kept, merged) if row is not None]
    open_ones = [found for row in both if (found := handoffs.current(tx, row)) is not None]
    merge = Merge(
        merge_id=new_id("merge"),
        kept_id=kept["conversation_id"],
        merged_id=merged["conversation_id"] if merged else None,
        stranger_id=strangers["customer_id"],
        kept=dict(kept),
        merged=dict(merged or {}),
        ended_handoff_id=open_ones[1]["handoff_id"] if len(open_ones) > 1 else None,
        theirs=_keys(tx, strangers),
        at=domain_now(tx),
    )
    workspace_id = kept["workspace_id"]
    tx.execute(merges.insert().values(workspace_id=workspace_id, **vars(merge)))
    for row in both:
        it = row["conversation_id"]
        state = checkpoints.load(tx, workspace_id, it)
        checkpoints.store(
            tx, workspace_id, merge.thread(it), state, conversation_id=merge.kept_id
        )  # fmt: skip


def _keys(tx: Tx, row: dict[str, Any]) -> dict[str, list[str]]:
    of_it = {"workspace_id": row["workspace_id"], "conversation_id": row["conversation_id"]}
    return {
        table.name: [
            one
            for one in tx.scalars(
                sa.select(key).where(*(table.c[name] == value for name, value in of_it.items()))
            )
            if one != row["conversation_id"]  # its own thread: the state
        ]
        for table, key in BY_KEY.items()
    }


def latest(tx: Tx, workspace_id: str, conversation_id: str) -> Merge | None:
    """Give the last merge that a conversation took part in and that was not taken back, if it is known."""
    for side in (merges.c.merged_id, merges.c.kept_id):
        theirs = sa.select(merges).where(_of(workspace_id, [conversation_id], side))
        found = [
            Merge(**{name: value for name, value in row.items() if name != "workspace_id"})
            for row in tx.execute(theirs).mappings()
        ]
        if found:  # the feed has grown with each
            return max(found, key=lambda merge: merge.kept["feed_seq"])
    return None


def before(tx: Tx, workspace_id: str, merge: Merge, conversation_id: str) -> list[Row]:
    """Give the state that one of both had."""
    return checkpoints.load(tx, workspace_id, merge.thread(conversation_id))


def done_with(tx: Tx, workspace_id: str, merge: Merge) -> None:
    """Forget a merge that was taken back."""
    tx.execute(merges.delete().where(_of(workspace_id, [merge.merge_id], merges.c.merge_id)))
    for it in (merge.kept_id, merge.merged_id):
        checkpoints.forget(tx, workspace_id, merge.thread(it or ""))


def forget(tx: Tx, workspace_id: str, conversation_ids: Iterable[str]) -> None:
    """Forget the merges of conversations whose customer is erased."""
    for side in (merges.c.kept_id, merges.c.merged_id):
        tx.execute(merges.delete().where(_of(workspace_id, conversation_ids, side)))


def _of(workspace_id: str, wanted: Iterable[str], column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return (merges.c.workspace_id == workspace_id) & column.in_(list(wanted))


__all__ = ["BY_KEY", "Merge", "before", "done_with", "forget", "latest", "remember"]
