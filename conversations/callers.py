"""Who asks on the customer's side: tokens and keys, as routes read them."""

from typing import Annotated, Any

from fastapi import Header, Request

from conversations import tokens
from conversations.rows import place
from conversations.visitors import BEGIN_ANEW
from core.access import Caller
from core.database import Tx
from core.errors import Unauthenticated

Token = Annotated[str | None, Header(alias="X-Conversation-Token")]

REFUSED: dict[int | str, dict[str, Any]] = {
    401: {
        "description": "A conversation without its token, or a key or token that is not valid.",
        "content": {
            "application/json": {"example": {"error": "Unauthenticated", "message": BEGIN_ANEW}}
        },
    }
}


def bearer(request: Request) -> str:
    """Give what stands after `Bearer`, or nothing."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def given_token(request: Request, header: str | None, body: str | None = None) -> str:
    """Give the conversation's token that came with a request, wherever it stands."""
    shown = bearer(request)
    return body or header or (shown if shown.startswith(tokens.PREFIX) else "")


async def opened(request: Request, header: str | None) -> str | None:
    """Give the conversation that a request's token opens, or None."""
    state = request.app.state
    return await state.database.reading(
        tokens.conversation_of, state.workspace_id, given_token(request, header)
    )


async def may_read(
    request: Request, caller: Caller | None, conversation_id: str, header: str | None
) -> bool:
    """Let in staff (True) or who holds the conversation's token (False).

    Raises:
        Unauthenticated: neither; the same whether there is such a conversation or not.
    """
    if is_staff(caller):
        return True
    state = request.app.state
    shown = given_token(request, header)
    if not await state.database.reading(opens, state.workspace_id, shown, conversation_id):
        raise Unauthenticated(BEGIN_ANEW)
    return False


def opens(tx: Tx, workspace_id: str, token: str, conversation_id: str) -> bool:
    """Say whether a token opens a conversation, by the id it has or by one it had before it was merged."""
    theirs = tokens.conversation_of(tx, workspace_id, token)
    if theirs is None:
        return False
    return theirs in (conversation_id, place(tx, workspace_id, conversation_id).conversation_id)


def is_staff(caller: Caller | None) -> bool:
    """Say whether a key is one of the company's people."""
    return caller is not None and "staff" in caller.scopes
