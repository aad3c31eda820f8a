"""What is remembered of a merge, so that a person can take it back: how both conversations stood.

The stranger's is remembered as it stood when she proved within it who she is, though a turn that ran then
let it become hers only later: what she writes meanwhile is not the stranger's.
"""

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

NUMBERS = ("message_seq", "feed_seq")
"""Columns with the last number that a conversation has given out."""


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

    @property
    def proved(self) -> dict[str, int]:
        """The stranger's last numbers when she proved who she is; its row has those of the merge."""
        strangers = self.kept if self.strangers_was_kept else self.merged
        return {name: strangers.get("proved", strangers)[name] for name in NUMBERS}

    def thread(self, conversation_id: str) -> str:
        """Name the thread that has one's state from before."""
        return f"{self.merge_id}:{conversation_id}"


def remember(tx: Tx, row: dict[str, Any]) -> Merge:
    """Remember how a *locked* conversation of a stranger stands in which a customer proves who she is.

    As long as it is the stranger's what was remembered first holds: from then on it is she who writes.
    """
    workspace_id, it = row["workspace_id"], row["conversation_id"]
    begun = _of(workspace_id, [it], merges.c.kept_id) & merges.c.merged_id.is_(None)
    its_own = merges.c.stranger_id == row["customer_id"]
    if found := _read(tx, begun & its_own):
        return found[0]
    merge = Merge(
        merge_id=new_id("merge"),
        kept_id=it,
        merged_id=None,
        stranger_id=row["customer_id"],
        kept=dict(row),
        merged={},
        ended_handoff_id=None,
        theirs=_keys(tx, row),
        at=domain_now(tx),
    )
    tx.execute(merges.insert().values(workspace_id=workspace_id, **vars(merge)))
    _store_state(tx, merge, row, merge.kept_id)
    return merge


def remember_both(tx: Tx, kept: dict[str, Any], merged: dict[str, Any], customer_id: str) -> None:
    """Remember how two *locked* conversations, hers and a stranger's, stand before they become one."""
    strangers, hers = (kept, merged) if merged["customer_id"] == customer_id else (merged, kept)
    merge = remember(tx, strangers)
    last = {name: strangers[name] for name in NUMBERS}
    proved = {name: merge.kept[name] for name in NUMBERS}
    stood = {
        strangers["conversation_id"]: merge.kept | last | {"proved": proved},
        hers["conversation_id"]: dict(hers),
    }
    both = kept["conversation_id"], merged["conversation_id"]
    tx.execute(
        merges.update()
        .where(_of(kept["workspace_id"], [merge.merge_id], merges.c.merge_id))
        .values(
            kept_id=both[0], merged_id=both[1], kept=stood[both[0]], merged=stood[both[1]],
            ended_handoff_id=_ended(tx, merge, kept, merged, strangers), at=domain_now(tx),
        )
    )  # fmt: skip
    _store_state(tx, merge, hers, both[0])


def _ended(
    tx: Tx, merge: Merge, kept: dict[str, Any], merged: dict[str, Any], strangers: dict[str, Any]
) -> str | None:
    """Give the hand-off that ends by the merge and waits again after it: of two, one of each customer."""
    stays, ends = handoffs.current(tx, kept), handoffs.current(tx, merged)
    if stays is None or ends is None:
        return None
    its = stays if strangers is kept else ends
    if its["handoff_id"] not in merge.theirs[handoff_rows.name]:
        return None  # it was asked for after the proof, so both are hers
    return ends["handoff_id"]


def _store_state(tx: Tx, merge: Merge, row: dict[str, Any], kept_id: str) -> None:
    workspace_id, it = row["workspace_id"], row["conversation_id"]
    state = checkpoints.load(tx, workspace_id, it)
    checkpoints.store(tx, workspace_id, merge.thread(it), state, conversation_id=kept_id)


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
        if found := _read(tx, _of(workspace_id, [conversation_id], side)):
            # The feed grows with each, but not where a stranger's is only given to a customer.
            return max(
                found, key=lambda merge: (merge.kept["feed_seq"], merge.at, bool(merge.merged_id))
            )
    return None


def _read(tx: Tx, which: sa.ColumnElement[bool]) -> list[Merge]:
    return [
        Merge(**{name: value for name, value in row.items() if name != "workspace_id"})
        for row in tx.execute(sa.select(merges).where(which)).mappings()
    ]


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


__all__ = [
    "BY_KEY",
    "Merge",
    "before",
    "done_with",
    "forget",
    "latest",
    "remember",
    "remember_both",
]
