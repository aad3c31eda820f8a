"""Routes of the customer's side: writing, and proving who one is; what is shown is in `showing`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from channels import Inbound, webchat
from conversations import (
    agreement,
    explaining,
    listing,
    reading,
    showing,
    tokens,
    turns,
    uploads,
    visitors,
    webhooks,
)
from conversations.accept import Accepted
from conversations.admission import Limits
from conversations.callers import REFUSED, Token, bearer, given_token
from conversations.reading import Entry
from conversations.shapes import (
    ChatRequest,
    ChatResponse,
    Proof,
)
from conversations.streams import STREAM, LastEventId, last_number, stream
from conversations.turns import Answer
from conversations.visitors import Taken, Visitor
from core.access import PREFIX as KEY_PREFIX
from core.access import Caller, OptionalCaller
from core.errors import BadInput, RegenteError, Unauthenticated
from core.workspace import Workspace
from customers import Assertion
from customers.http import near
from customers.verification import read_token, secret

router = APIRouter(tags=["conversations"])

# --- who asks --------------------------------------------------------------------------------------


def _asserted(request: Request, caller: Caller | None, chat: ChatRequest) -> Assertion | None:
    """Give what the company says of the customer, by a server's key or a token it signed."""
    shown = bearer(request)
    if shown and not shown.startswith((tokens.PREFIX, KEY_PREFIX)):
        state = request.app.state
        return read_token(shown, secret(state.workspace, state.settings))
    claims = chat.claims()
    if caller is None or "chat:assert" not in caller.scopes or not claims:
        return None
    if "user" not in claims:
        raise BadInput("A server's key says who the customer is by `customer.id`, your own number.")
    return Assertion(
        external_id=claims["user"].strip(),
        name=claims.get("name"),
        email=claims.get("email"),
        phone=claims.get("tel"),
        language=chat.language,
    )


def _language(workspace: Workspace, asked: str | None) -> str:
    """Give the workspace's language that a tag asks for; `""`: none of them."""
    for language in workspace.profile.languages:
        if asked and asked.lower().split("-")[0] == language.lower().split("-")[0]:
            return language
    return ""


# --- chat ------------------------------------------------------------------------------------------


@router.post(
    "/chat",
    response_model=ChatResponse,
    responses={
        200: {
            "content": STREAM,
            "description": "The reply; with `Accept: text/event-stream` live.",
        },
        202: {"model": ChatResponse, "description": "Still running; read the conversation later."},
        429: {
            "description": "Too many at once: nothing was kept; `Retry-After` says when to send it again."
        },
        **REFUSED,
    },
)
async def chat(
    chat: ChatRequest,
    request: Request,
    caller: OptionalCaller,
    token: Token = None,
    last: LastEventId = None,
) -> Response:
    """Send a customer's message and get the reply of the turn that contains it."""
    chat.check_characters()
    state = request.app.state
    language = _language(state.workspace, chat.language)
    message = Inbound(
        channel=webchat.channel.name,
        account=webchat.WebChat.account,
        address="",
        provider_message_id="",
        text=chat.text(),
        parts=[item.model_dump(exclude_none=True) for item in chat.attachments],
        language=language,
        provider_at=chat.sent_at.timestamp() if chat.sent_at else None,
    )
    visitor = Visitor(
        token=given_token(request, token, chat.conversation_token),
        conversation_id=chat.conversation_id or "",
        asserted=_asserted(request, caller, chat.model_copy(update={"language": language or None})),
        address="" if near(request) or request.client is None else request.client.host,
        claims=chat.claims(),
    )
    state.runner.knocked()
    taken: Taken = await state.database.writing(
        visitors.take, state.workspace_id, visitor, message, chat.message_id or "",
        limits=Limits.of(state.settings),
    )  # fmt: skip
    for conversation_id in (*taken.merged, taken.accepted.conversation_id):
        state.hub.ring(conversation_id)
    if "text/event-stream" in request.headers.get("Accept", ""):
        return stream(state, _turn_events(state, taken, last_number(last)))
    _ring(state, taken.accepted)
    answer = await reading.wait(
        state.database,
        state.hub,
        state.workspace_id,
        taken.accepted.conversation_id,
        taken.accepted.message_id,
        timeout_s=state.settings.turn_timeout_s,
    )
    body = _response(taken, answer)
    return JSONResponse(body, status_code=202 if answer.state == "waiting" else 200)


def _ring(state: Any, accepted: Accepted) -> None:
    state.runner.ring(accepted.conversation_id, in_s=accepted.due_in_s)


def _response(taken: Taken, answer: Answer) -> dict[str, Any]:
    return ChatResponse.model_validate(
        {
            "conversation_id": taken.accepted.conversation_id,
            "turn_id": answer.turn_id,
            "conversation_token": taken.token,
            "replies": answer.replies,
            "status": answer.status,
            "handoff": answer.handoff,
            "approvals": answer.approvals,
        }
    ).model_dump()


async def _turn_events(state: Any, taken: Taken, last: int | None) -> AsyncIterator[list[Entry]]:
    """Give what happens until the turn that contains the message is done."""
    accepted = taken.accepted
    begun = {
        "status": "accepted",
        "conversation_id": accepted.conversation_id,
        "conversation_token": taken.token,
        "message_id": accepted.message_id,
    }
    yield [Entry(event="status", data=begun)]
    try:
        async for entries in _until_answered(state, taken, last):
            yield entries
    except RegenteError as error:
        yield [Entry(event="error", data={"error": type(error).__name__, "message": str(error)})]


async def _until_answered(state: Any, taken: Taken, last: int | None) -> AsyncIterator[list[Entry]]:
    accepted, loop = taken.accepted, asyncio.get_running_loop()
    until, number = loop.time() + state.settings.turn_timeout_s, None
    found = reading.follow(
        state.database,
        state.hub,
        state.workspace_id,
        accepted.conversation_id,
        after=accepted.feed_before if last is None else last,
        staff=False,
        patience_s=1.0,
        token=taken.token,
        begun=lambda: _ring(state, accepted),  # no earlier, or the first sentence might be missed
    )
    answer, shown = await _look(state, accepted), []
    try:
        while answer.state == "waiting" or (number is None and answer.turn_id is not None):
            if answer.state == "done" and accepted.repeated:
                break
            if shown:
                yield shown
            if loop.time() >= until or (news := await anext(found, None)) is None:
                shown = []
                break
            if any(_may_change(entry, answer) for entry in news):
                answer = await _look(state, accepted)
            shown = [entry for entry in news if entry.event != "done" and _concerns(entry, answer)]
            number = next((entry.sequence for entry in news if _ends(entry, answer)), None)
    finally:
        await found.aclose()
    if accepted.repeated and answer.state == "done":
        for reply in answer.replies:
            data = {"turn_id": answer.turn_id, "role": "ai", **reply}
            shown.append(Entry(event="message", data=data))
    if answer.status != "answered":
        status = {"status": answer.status, "turn_id": answer.turn_id}
        shown.append(Entry(event="status", data=status))
    yield [*shown, Entry(event="done", data=_response(taken, answer), sequence=number)]


def _may_change(entry: Entry, answer: Answer) -> bool:
    """Say whether an entry can mean that the message stands otherwise than `answer` says."""
    if entry.event in ("message", "delta", "retract"):
        return entry.data.get("role", "ai") == "ai" and not _concerns(entry, answer)
    return True


def _ends(entry: Entry, answer: Answer) -> bool:
    return entry.event == "done" and entry.data.get("turn_id") == answer.turn_id


async def _look(state: Any, accepted: Accepted) -> Answer:
    return await state.database.glancing(turns.answer, state.workspace_id, accepted.message_id)


def _concerns(entry: Entry, answer: Answer) -> bool:
    """Say whether an entry is of the turn that is waited for."""
    if entry.event == "message" and entry.data.get("role") == "customer":
        return False
    if entry.event == "message" and entry.data.get("role") != "ai":
        return True
    if entry.event in ("message", "delta", "retract"):
        return entry.data.get("turn_id") == answer.turn_id
    return entry.event == "status"


@router.post("/chat/verify", responses=REFUSED)
async def verify(proof: Proof, request: Request, token: Token = None) -> dict[str, str]:
    """Prove with a one-time code who the visitor is; gives the conversation that goes on."""
    state = request.app.state
    proven = await state.database.writing(
        visitors.prove, state.workspace_id, given_token(request, token),
        proof.kind, proof.value, proof.code,
    )  # fmt: skip
    if proven is None:
        raise Unauthenticated("This code does not fit; ask for a new one after five tries.")
    for conversation_id in (*proven.merged, proven.conversation_id):
        state.hub.ring(conversation_id)
    if proven.merged:
        state.runner.ring(proven.conversation_id)
    return {"conversation_id": proven.conversation_id, "conversation_token": proven.token}


for more in (showing, listing, uploads, explaining, agreement, webhooks):
    router.include_router(more.router)
