"""Writes of a turn that nobody will run again and that told nobody of them: people are told.

A turn that is run again finds what it has done. But when its process dies, and a person takes over or closes
the conversation before the next run, there is none; what was done, or perhaps done, the sweep then tells.
"""

from typing import Any

import sqlalchemy as sa

from conversations import effects, handoffs, notices, transcript
from conversations.rows import locked
from conversations.tables import approvals, conversations
from conversations.tables import effects as table
from conversations.transcript import Utterance
from core.database import Tx, database_now


def left_behind(tx: Tx, workspace_id: str, conversation_id: str = "") -> list[str]:
    """Give conversations with an effect that nobody was told of, and no run left that would tell."""
    under_way = sa.exists().where(
        approvals.c.workspace_id == table.c.workspace_id, approvals.c.approval_id == table.c.turn_id
    )
    found = (
        sa.select(table.c.conversation_id)
        .join(
            conversations,
            (conversations.c.workspace_id == table.c.workspace_id)
            & (conversations.c.conversation_id == table.c.conversation_id),
        )
        .where(
            table.c.workspace_id == workspace_id,
            table.c.untold_since.is_not(None),
            conversations.c.ready_at.is_(None),
            conversations.c.lease_until.is_(None)
            | (conversations.c.lease_until < database_now(tx)),
            ~under_way,
        )
        .distinct()
        .limit(20)
    )
    if conversation_id:
        found = found.where(table.c.conversation_id == conversation_id)
    return list(tx.execute(found).scalars())


def tell(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """Tell people of a conversation's effects; if the AI speaks in it, a person is called."""
    row = locked(tx, workspace_id, conversation_id)
    if not left_behind(tx, workspace_id, conversation_id):
        return  # something has come between the look and the lock
    known = [
        effect
        for effect in effects.untold(tx, workspace_id, conversation_id)
        if not _of_approval(tx, effect)
    ]
    unsure = effects.close(tx, known)
    if not (told := effects.sentences(known)):
        return
    key = f"orphans:{known[0]['proposal_id']}"
    said = {"kind": "orphans", "effects": told}
    transcript.add(
        tx,
        row,
        Utterance(role="system", kind="internal", text=" ".join(told), key=key, event=said),
    )
    if row["state"] == "open" and row["owner"] == "ai":
        _call(tx, row, "unknown_outcome" if unsure else "effect_untold", told, key)


def _of_approval(tx: Tx, effect: dict[str, Any]) -> bool:
    """Say whether an effect is an approval's, which tells of it when it ends."""
    theirs = sa.select(approvals.c.approval_id).where(
        approvals.c.workspace_id == effect["workspace_id"],
        approvals.c.approval_id == effect["turn_id"],
    )
    return tx.execute(theirs).first() is not None


def _call(tx: Tx, row: dict[str, Any], reason: str, told: list[str], key: str) -> None:
    """Call a person, and say so to the customer."""
    text = notices.worded(notices.CHECKING, row["language"])
    transcript.add(tx, row, Utterance(role="ai", kind="notice", text=text, key=f"{key}:notice"))
    handoffs.request(tx, row, reason, {"effects": told}, turn_id=None)
