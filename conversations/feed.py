"""The feed of a conversation: what its readers see, numbered without gaps."""

from typing import Any, Literal

import sqlalchemy as sa

from conversations.rows import change, place
from conversations.tables import feed
from core.database import Tx, domain_now
from core.statements import Prepared

AT_ONCE = 20
"""Entries that are read at once: what a reader that takes no bytes has in memory, and a thousand may."""

Kind = Literal["message", "status", "done", "error"]

_ENTRY = Prepared(feed.insert())
_SINCE = (
    sa.select(feed)
    .where(
        feed.c.workspace_id == sa.bindparam("workspace"),
        feed.c.conversation_id == sa.bindparam("conversation"),
        feed.c.sequence > sa.bindparam("sequence"),
    )
    .order_by(feed.c.sequence)
    .limit(sa.bindparam("limit"))
)
_FOR_STAFF = Prepared(_SINCE)
_FOR_ALL = Prepared(_SINCE.where(feed.c.staff_only.is_(False)))


def append(
    tx: Tx,
    row: dict[str, Any],
    kind: Kind,
    data: dict[str, Any],
    *,
    turn_id: str | None = None,
    staff_only: bool = False,
) -> int:
    """Add an entry to the feed of a *locked* conversation row and give its number.

    The lock is what makes the numbers appear in order: a reader that has seen 7 will never see a 6
    appear behind it.
    """
    change(tx, row, feed_seq=row["feed_seq"] + 1)
    entry = {
        "workspace_id": row["workspace_id"],
        "conversation_id": row["conversation_id"],
        "sequence": row["feed_seq"],
        "kind": kind,
        "turn_id": turn_id,
        "staff_only": staff_only,
        "data": data,
        "created_at": domain_now(tx),
    }
    _ENTRY.run(tx, **entry)
    return row["feed_seq"]


def since(
    tx: Tx, workspace_id: str, conversation_id: str, sequence: int, *, staff: bool
) -> list[dict[str, Any]]:
    """Give the entries after `sequence`, oldest first; what only staff may see is left out otherwise."""
    return look(tx, workspace_id, conversation_id, sequence, staff=staff)[1]


def look(
    tx: Tx, workspace_id: str, conversation_id: str, sequence: int, *, staff: bool
) -> tuple[str, list[dict[str, Any]]]:
    """Give what `since` gives, and the conversation in which the feed goes on.

    The feed of a merged conversation goes on under its own numbers: its readers miss nothing and see
    nothing twice, before and after.
    """
    theirs = (_FOR_STAFF if staff else _FOR_ALL).rows
    wanted: dict[str, Any] = {"workspace": workspace_id, "limit": AT_ONCE}
    if found := theirs(tx, **wanted, conversation=conversation_id, sequence=sequence):
        return conversation_id, found
    here = place(tx, workspace_id, conversation_id)
    if here.conversation_id == conversation_id:
        return conversation_id, []
    further = sequence + here.feed_offset
    found = theirs(tx, **wanted, conversation=here.conversation_id, sequence=further)
    return here.conversation_id, [
        row | {"sequence": row["sequence"] - here.feed_offset} for row in found
    ]
