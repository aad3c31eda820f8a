"""The transcript: every utterance of a customer, the AI, a person or the system."""

from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from conversations import feed, outbox
from conversations.rows import change
from conversations.tables import messages
from core.database import Tx, domain_now, insert_once
from core.ids import new_id
from core.statements import Prepared

Role = Literal["customer", "ai", "person", "system"]
Class = Literal["conversation", "notice", "internal"]

_THEIRS = messages.c.workspace_id == sa.bindparam("workspace")
_BY_KEY = Prepared(sa.select(messages).where(_THEIRS, messages.c.key == sa.bindparam("of_key")))
_WAITING = Prepared(
    sa.select(messages)
    .where(
        _THEIRS,
        messages.c.conversation_id == sa.bindparam("conversation"),
        messages.c.state == sa.literal_column("'waiting'"),
    )
    .order_by(messages.c.sequence)
)


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """A message before it has a place in a conversation."""

    role: Role
    text: str
    key: str
    """Unique in the workspace: the same key is never stored twice."""

    kind: Class = "conversation"
    channel: str = ""
    account: str = ""
    address: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)
    citations: list[dict[str, Any]] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    event: dict[str, Any] = field(default_factory=dict)
    agent: str = ""
    language: str = ""
    waiting: bool = False
    turn_id: str | None = None
    provider_at: float | None = None


def add(tx: Tx, row: dict[str, Any], said: Utterance) -> str | None:
    """Put a message at the end of a *locked* conversation, into its feed and, where it goes out through
    a provider, into its outbox; give its id.

    Gives None, and changes nothing, when the key is already there.
    """
    message_id, now = new_id("message"), domain_now(tx)
    message = {
        "workspace_id": row["workspace_id"],
        "message_id": message_id,
        "conversation_id": row["conversation_id"],
        "sequence": row["message_seq"] + 1,
        "role": said.role,
        "class": said.kind,
        "channel": said.channel or row["channel"],
        "account": said.account or row["account"],
        "address": said.address or row["address"],
        "key": said.key,
        "text": said.text,
        "parts": said.parts,
        "citations": said.citations,
        "buttons": said.buttons,
        "event": said.event,
        "agent": said.agent,
        "language": said.language or row["language"],
        "state": "waiting" if said.waiting else "done",
        "turn_id": said.turn_id,
        "provider_at": said.provider_at,
        "created_at": now,
    }
    if not insert_once(tx, messages, message):
        return None
    change(tx, row, message_seq=row["message_seq"] + 1)
    if said.role in ("ai", "person") and said.kind != "internal" and not row["simulated"]:
        outbox.put(tx, message)
    feed.append(
        tx,
        row,
        "message",
        shown(said, message_id, now),
        turn_id=said.turn_id,
        staff_only=said.kind == "internal",
    )
    return message_id


def shown(said: Utterance, message_id: str, created_at: float) -> dict[str, Any]:
    """Give a message as readers of the feed get it."""
    return {
        "message_id": message_id,
        "turn_id": said.turn_id,
        "role": said.role,
        "text": said.text,
        "citations": said.citations,
        "buttons": said.buttons,
        "agent": said.agent,
        "attachments": said.parts,
        "created_at": created_at,
        **({"event": said.event} if said.event else {}),
    }


def by_key(tx: Tx, workspace_id: str, key: str) -> dict[str, Any] | None:
    """Give the message with this key, or None."""
    return _BY_KEY.first(tx, workspace=workspace_id, of_key=key)


def of_conversation(
    tx: Tx,
    workspace_id: str,
    conversation_id: str,
    *,
    staff: bool,
    after: int = 0,
    limit: int = 200,
) -> list[dict[str, Any]]:
    """Give messages in order; internal ones only to staff."""
    statement = (
        sa.select(messages)
        .where(
            messages.c.workspace_id == workspace_id,
            messages.c.conversation_id == conversation_id,
            messages.c.sequence > after,
        )
        .order_by(messages.c.sequence)
        .limit(limit)
    )
    if not staff:
        statement = statement.where(messages.c["class"] != "internal")
    return [dict(row) for row in tx.execute(statement).mappings()]


def said_in(tx: Tx, workspace_id: str, turn_id: str) -> list[dict[str, Any]]:
    """Give `message_id` and `text` of what the customer said in a turn, in the order of reading."""
    statement = (
        sa.select(messages.c.message_id, messages.c.text)
        .where(
            messages.c.workspace_id == workspace_id,
            messages.c.turn_id == turn_id,
            messages.c.role == "customer",
        )
        .order_by(messages.c.provider_at.is_(None), messages.c.provider_at, messages.c.sequence)
    )
    return [dict(row) for row in tx.execute(statement).mappings()]


def waiting(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    """Give the messages that no turn has answered yet, in the order they came."""
    return _WAITING.rows(tx, workspace=workspace_id, conversation=conversation_id)
