"""Routes of attachments: bring a file, and get back what was sent."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from conversations import attachments
from conversations.attachments import Shelf
from conversations.callers import REFUSED, Token, is_staff, opened
from conversations.visitors import BEGIN_ANEW
from core.access import OptionalCaller
from core.errors import NotFound, TooLarge, Unauthenticated

router = APIRouter(tags=["conversations"])

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Nothing that a stranger sent runs here, whatever it is."""


class Uploaded(BaseModel):
    """A file that waits to be sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": "attachment_...", "name": "photo.jpg", "type": "image/jpeg", "size": 182044}
            ]
        }
    )

    id: str
    """For `attachments` of `POST /chat`, as `{"id": ...}`; within a day."""

    name: str
    type: str
    """By its content, whatever was said of it."""

    size: int


@router.post(
    "/attachments",
    status_code=201,
    summary="Bring a file, to be sent with a message",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    },
    responses={413: {"description": "Larger than the setting `attachment_mb` allows."}},
)
async def upload(request: Request, name: Annotated[str, Query(max_length=1_000)] = "") -> Uploaded:
    """Take the body as a file; a message names its `id`, and until then nobody can read it."""
    state = request.app.state
    limit = state.settings.attachment_mb * 1_000_000
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"The file is larger than {state.settings.attachment_mb:g} MB.")
    brought = attachments.checked(name, bytes(content))
    shelf = Shelf(state.settings.data_dir, state.workspace_id)
    aside = await asyncio.to_thread(shelf.set_aside, brought)
    try:
        return Uploaded(**await state.database.writing(shelf.keep, brought, aside))
    finally:
        aside.unlink(missing_ok=True)


@router.get(
    "/attachments/{attachment_id}",
    summary="Get what was sent along",
    response_class=FileResponse,
    responses=REFUSED,
)
async def download(
    attachment_id: str, request: Request, caller: OptionalCaller, token: Token = None
) -> FileResponse:
    """Give a file to the conversation in which it was sent, and to staff; as a download always."""
    state = request.app.state
    conversation_id = None
    if not is_staff(caller):
        conversation_id = await opened(request, token)
        if conversation_id is None:
            raise Unauthenticated(BEGIN_ANEW)
    row: dict[str, Any] = await state.database.reading(
        attachments.sent, state.workspace_id, attachment_id.replace("\x00", ""), conversation_id
    )
    path = Shelf(state.settings.data_dir, state.workspace_id).path(row["digest"])
    if not path.is_file():
        raise NotFound(f"The file of attachment {attachment_id[:80]!r} is no longer here.")
    disposition = f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}"
    headers = {**HEADERS, "Content-Disposition": disposition}
    return FileResponse(path, media_type=row["type"], headers=headers)
