"""Conversation tokens: whoever holds one may read and continue that conversation."""

import hashlib
import secrets

import sqlalchemy as sa

from conversations.tables import tokens
from core.database import Tx, database_now
from core.statements import Prepared

PREFIX = "ct_"
_ISSUED = Prepared(tokens.insert())
_OPENED = Prepared(
    sa.select(tokens.c.conversation_id).where(
        tokens.c.workspace_id == sa.bindparam("workspace"),
        tokens.c.token_hash == sa.bindparam("of_hash"),
    )
)


def issue(tx: Tx, workspace_id: str, conversation_id: str) -> str:
    """Make a token and give it; it is stored hashed and cannot be shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    _ISSUED.run(
        tx,
        workspace_id=workspace_id,
        token_hash=_hash(token),
        conversation_id=conversation_id,
        created_at=database_now(tx),
    )
    return token


def conversation_of(tx: Tx, workspace_id: str, token: str) -> str | None:
    """Give the conversation that a token opens, or None.

    It is found by its hash, so the time this takes says nothing about a token that is nearly right.
    """
    opened = _OPENED.first(tx, workspace=workspace_id, of_hash=_hash(token))
    return opened["conversation_id"] if opened else None


def revoke_all(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """End every token of a conversation."""
    tx.execute(
        tokens.delete().where(
            tokens.c.workspace_id == workspace_id, tokens.c.conversation_id == conversation_id
        )
    )


def _hash(token: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
