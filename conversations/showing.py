"""Routes that show a conversation to whoever may read it: what stands, what was said, what happens."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from conversations import approvals, handoffs, letters, reading, transcript, turns
from conversations.callers import REFUSED, Token, given_token, may_read
from conversations.rows import found, place
from conversations.shapes import ConversationShown, Messages, MessageShown, Turns
from conversations.streams import STREAM, LastEventId, last_number, stream
from conversations.visitors import BEGIN_ANEW
from core.access import OptionalCaller
from core.database import Database, Tx
from core.errors import NotFound, Unauthenticated

router = APIRouter(tags=["conversations"])


@router.get("/conversations/{conversation_id}", responses=REFUSED)
async def conversation(
    conversation_id: str, request: Request, caller: OptionalCaller, token: Token = None
) -> ConversationShown:
    """Give a conversation; its token or a staff key opens it."""
    staff = await may_read(request, caller, conversation_id, token)
    database: Database = request.app.state.database
    shown = await database.reading(
        _shown, request.app.state.workspace_id, conversation_id, staff=staff
    )
    return ConversationShown(**shown)


def _shown(tx: Tx, workspace_id: str, conversation_id: str, *, staff: bool) -> dict[str, Any]:
    row = found(tx, workspace_id, conversation_id)
    handoff = handoffs.current(tx, row)
    offset = place(tx, workspace_id, conversation_id).feed_offset
    inside = {key: row[key] for key in ("customer_id", "outcome", "simulated")}
    if handoff:
        inside["handoff"] = {
            key: handoff[key] for key in ("handoff_id", "reason", "packet", "state")
        }
    return {
        **{key: row[key] for key in ("conversation_id", "state", "language", "channel")},
        "owner": row["owner"],
        "status": handoffs.status(row),
        "opened_at": row["opened_at"],
        "closed_at": row["closed_at"],
        "last_event_id": row["feed_seq"] - offset,
        "owner_name": row["owner_name"] or None,
        "waiting_since": handoff["created_at"] if handoff and row["owner"] == "queue" else None,
        "approvals": approvals.pending_in(tx, workspace_id, row["conversation_id"]),
        **(inside if staff else {}),
    }


@router.get("/conversations/{conversation_id}/messages", responses=REFUSED)
async def messages(
    conversation_id: str,
    request: Request,
    caller: OptionalCaller,
    token: Token = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Messages:
    """Give the transcript in order; staff also see internal messages."""
    staff = await may_read(request, caller, conversation_id, token)
    rows = await request.app.state.database.reading(
        _transcript, request.app.state.workspace_id, conversation_id, staff, after, limit
    )
    return Messages(
        messages=[_message(row, staff=staff) for row in rows],
        next_after=rows[-1]["sequence"] if len(rows) == limit else None,
    )


def _transcript(
    tx: Tx, workspace_id: str, conversation_id: str, staff: bool, after: int, limit: int
) -> list[dict[str, Any]]:
    conversation_id = found(tx, workspace_id, conversation_id)["conversation_id"]
    rows = transcript.of_conversation(
        tx, workspace_id, conversation_id, staff=staff, after=after, limit=limit
    )
    if staff:
        sent = letters.of_messages(tx, workspace_id, [row["message_id"] for row in rows])
        rows = [row | {"delivery": sent.get(row["message_id"])} for row in rows]
    return rows


def _message(row: Mapping[str, Any], *, staff: bool) -> MessageShown:
    return MessageShown(
        **{
            key: row[key]
            for key in (
                "message_id", "sequence", "role", "text", "turn_id", "citations", "buttons",
                "channel", "created_at",
            )
        },
        agent=row["agent"] if staff or row["role"] != "person" else "",
        attachments=row["parts"],
        event=row["event"] if staff and row["event"] else None,
        delivery=row.get("delivery"),
    )  # fmt: skip


@router.get("/conversations/{conversation_id}/turns", responses=REFUSED)
async def turn_records(
    conversation_id: str, request: Request, caller: OptionalCaller, token: Token = None
) -> Turns:
    """Give the turns; to staff with the four answers, what they cost and how long they took."""
    staff = await may_read(request, caller, conversation_id, token)
    rows = await request.app.state.database.reading(
        _turns, request.app.state.workspace_id, conversation_id
    )
    public = ("turn_id", "status", "started_at", "finished_at")
    return Turns(
        turns=[{key: value for key, value in row.items() if staff or key in public} for row in rows]
    )


def _turns(tx: Tx, workspace_id: str, conversation_id: str) -> list[dict[str, Any]]:
    conversation_id = found(tx, workspace_id, conversation_id)["conversation_id"]
    return turns.of_conversation(tx, workspace_id, conversation_id)


@router.get(
    "/conversations/{conversation_id}/feed",
    response_class=StreamingResponse,
    responses={200: {"content": STREAM}, **REFUSED},
)
async def live_feed(
    conversation_id: str,
    request: Request,
    caller: OptionalCaller,
    token: Token = None,
    last: LastEventId = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> StreamingResponse:
    """Follow a conversation; `Last-Event-ID` replays what was missed."""
    staff = await may_read(request, caller, conversation_id, token)
    state = request.app.state
    try:
        await state.database.reading(found, state.workspace_id, conversation_id)
    except NotFound:
        if not staff:
            raise Unauthenticated(BEGIN_ANEW) from None
        raise
    since = last_number(last)
    return stream(
        state,
        reading.follow(
            state.database, state.hub, state.workspace_id, conversation_id,
            after=after if since is None else since, staff=staff,
            token=given_token(request, token),
        ),
    )  # fmt: skip
