"""Streams of server-sent events: how entries become bytes, and where a reader goes on."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Header
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from conversations import passing
from conversations.reading import Entry

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]

STREAM = {
    "text/event-stream": {
        "example": 'event: delta\ndata: {"turn_id": "...", "text": "It left this morning."}\n\n'
        'event: message\nid: 3\ndata: {"turn_id": "...", "role": "ai", "text": "..."}\n\n'
        'event: done\nid: 4\ndata: {"status": "answered"}\n\n'
    }
}


def last_number(last: str | None) -> int | None:
    """Read a `Last-Event-ID`; what is none of ours is taken as the beginning."""
    if last is None or not last.strip():
        return None
    return int(last) if last.strip().isdecimal() and len(last) < 10 else 0


def stream(state: Any, batches: AsyncIterator[list[Entry]]) -> StreamingResponse:
    """Send entries as server-sent events; what comes together goes out together."""
    passed = passing.passed(state.database, state.hub, state.workspace_id, batches)

    async def encoded() -> AsyncIterator[bytes]:
        async for entries in passed:
            yield b"".join(map(_event, entries))

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(encoded(), media_type="text/event-stream", headers=headers)


def _event(entry: Entry) -> bytes:
    if not entry.event:
        return KEEPALIVE_COMMENT
    return format_sse_event(
        event=entry.event,
        data_str=json.dumps(entry.data, ensure_ascii=False),
        id=None if entry.sequence is None else str(entry.sequence),
    )
