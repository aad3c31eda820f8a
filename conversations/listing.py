"""Finding conversations: for staff, newest first, by what they are and whose."""

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from conversations.tables import conversations
from core.access import Staff
from core.database import Tx

router = APIRouter(tags=["conversations"])


class Listed(BaseModel):
    """A conversation in a list."""

    conversation_id: str
    customer_id: str
    state: Literal["open", "closed", "merged"]
    owner: Literal["ai", "queue", "person"]
    owner_name: str
    outcome: str
    """How a closed one ended: `solved`, `unsolved`, `moot`, or `quiet`."""

    redirect_to: str | None
    """Of a merged one: the conversation in which it went on, and in which all of it is read."""

    language: str
    channel: str
    messages: int
    simulated: bool
    """Lived through with a simulated customer, for a demo."""

    opened_at: float
    closed_at: float | None


class Conversations(BaseModel):
    """A page of conversations, newest first."""

    conversations: list[Listed]
    next_before: float | None = None
    """Pass as `before` to read on; None: that was all."""


@router.get("/conversations")
async def list_conversations(
    request: Request,
    caller: Staff,
    state: Literal["open", "closed", "merged"] | None = None,
    owner: Literal["ai", "queue", "person"] | None = None,
    simulated: bool | None = None,
    customer_id: Annotated[str | None, Query(max_length=200)] = None,
    before: float | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Conversations:
    """Give conversations, newest first; `before` is a moment, as `opened_at`.

    Merged ones, whose messages are in another, are given only if they are asked for.
    """
    wanted = {"state": state, "owner": owner, "simulated": simulated, "customer_id": customer_id}
    rows = await request.app.state.database.reading(
        listed, caller.workspace_id, before, limit,
        **{name: value for name, value in wanted.items() if value is not None},
    )  # fmt: skip
    return Conversations(
        conversations=[Listed.model_validate(row) for row in rows],
        next_before=rows[-1]["opened_at"] if len(rows) == limit else None,
    )


def open_ones(tx: Tx, workspace_id: str) -> list[tuple[str, bool, int]]:
    """Count the open conversations by owner, simulated ones apart."""
    by = (conversations.c.owner, conversations.c.simulated)
    counted = (
        sa.select(*by, sa.func.count())
        .where(conversations.c.workspace_id == workspace_id, conversations.c.state == "open")
        .group_by(*by)
    )
    return [(row[0], row[1], row[2]) for row in tx.execute(counted)]


def listed(
    tx: Tx, workspace_id: str, before: float | None, limit: int, **wanted: Any
) -> list[dict[str, Any]]:
    """Give conversations whose columns have these values, newest first."""
    columns = [conversations.c[name] for name in Listed.model_fields if name != "messages"]
    statement = (
        sa.select(*columns, conversations.c.message_seq.label("messages"))
        .where(
            conversations.c.workspace_id == workspace_id,
            *(conversations.c[name] == value for name, value in wanted.items()),
        )
        .order_by(conversations.c.opened_at.desc(), conversations.c.conversation_id)
        .limit(limit)
    )
    if "state" not in wanted:
        statement = statement.where(conversations.c.state != "merged")
    if before is not None:
        statement = statement.where(conversations.c.opened_at < before)
    return [dict(row) for row in tx.execute(statement).mappings()]
