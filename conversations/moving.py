"""Moving the rows of two conversations that a merge had put together apart again."""

from typing import Any

import sqlalchemy as sa

from conversations.merges import BY_KEY, Merge
from conversations.tables import (
    approvals,
    feed,
    handoffs,
    message_terms,
    messages,
    outbox,
    summaries,
    tokens,
)
from core.database import Tx
from customers.tables import cases

Row = dict[str, Any]


def apart(tx: Tx, merge: Merge, kept: Row, merged: Row) -> None:
    """Give the merged conversation the rows it had, with the numbers they had.

    If the stranger's was kept, what came later goes with them, and so do the tokens.
    """
    numbered = _hers if merge.strangers_was_kept else _strangers
    for table, number in ((messages, "message_seq"), (outbox, "message_seq"), (feed, "feed_seq")):
        numbered(tx, merge, table, number, kept, merged)
    for table, key in BY_KEY.items():
        theirs = key.in_(merge.theirs.get(table.name, []))
        # The states of both stand under ids of their own; they are put back one by one.
        own = key.in_(
            [merge.kept_id, *(merge.thread(it) for it in (merge.kept_id, merge.merged_id or ""))]
        )
        _move(tx, table, kept, merged, (~theirs if merge.strangers_was_kept else theirs) & ~own)
    if merge.strangers_was_kept:
        _move(tx, tokens, kept, merged, sa.true())
    came = messages.c.origin_conversation_id == merged["conversation_id"]
    _change(tx, messages, merged, came, origin_conversation_id=None)
    for table in (summaries, message_terms):  # made anew of what each of them has
        tx.execute(table.delete().where(_of(table, kept)))


def _strangers(tx: Tx, merge: Merge, table: sa.Table, number: str, kept: Row, merged: Row) -> None:
    """Take out of hers what the stranger's had when she proved who she is."""
    begins = merge.kept[number]
    its = table.c.sequence.between(begins + 1, begins + merge.proved[number])
    _move(tx, table, kept, merged, its, sequence=table.c.sequence - begins)


def _hers(tx: Tx, merge: Merge, table: sa.Table, number: str, kept: Row, merged: Row) -> None:
    """Take out of the stranger's all that came after she had proved who she is.

    Hers keep their numbers. What she wrote there before the merge goes behind them; in the feed to its end,
    since whoever has followed hers over the merge knows the later entries by their numbers.
    """
    sequence, joined, proved = table.c.sequence, merge.kept[number], merge.proved[number]
    own = merge.merged.get(number, 0)
    of_feed = table is feed
    its_own = sequence.between(joined + 1, joined + own)
    _move(tx, table, kept, merged, its_own, sequence=sequence - joined)
    later, behind = (joined, kept[number] - joined) if of_feed else (proved, own)
    _move(tx, table, kept, merged, sequence > joined, sequence=sequence - later)
    _move(tx, table, kept, merged, sequence > proved, sequence=sequence - proved + behind)


def restore_stranger(tx: Tx, merge: Merge, row: Row, customer_id: str) -> None:
    """Let what the stranger's conversation has be the stranger's again."""
    for table in (approvals, handoffs, cases):
        hers = table.c.customer_id == customer_id
        _change(tx, table, row, hers, customer_id=merge.stranger_id)
    addressed = messages.c.address == customer_id
    _change(tx, messages, row, addressed, address=merge.stranger_id)


def _of(table: sa.Table, row: Row) -> sa.ColumnElement[bool]:
    return (table.c.workspace_id == row["workspace_id"]) & (
        table.c.conversation_id == row["conversation_id"]
    )


def _change(
    tx: Tx, table: sa.Table, row: Row, which: sa.ColumnElement[bool], **values: Any
) -> None:
    tx.execute(table.update().where(_of(table, row), which).values(**values))


def _move(
    tx: Tx, table: sa.Table, kept: Row, to: Row, which: sa.ColumnElement[bool], **values: Any
) -> None:
    _change(tx, table, kept, which, conversation_id=to["conversation_id"], **values)
