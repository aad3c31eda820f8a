"""Webhooks: what a channel's provider sends us, a customer's messages and what became of ours.

It is acknowledged once it is kept; the turn comes afterwards. What is refused as a whole (429, 503) the
provider sends again, and what of it had been taken is not taken twice.
"""

import json
from dataclasses import replace
from typing import Any

import structlog
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from channels import Inbound
from channels.providers import Account, Status
from conversations import accept, settling
from conversations.accept import Accepted
from conversations.admission import Limits, admit
from conversations.forgotten import is_forgotten
from core.database import Tx
from core.errors import BadInput, NotFound
from customers import identity

log = structlog.get_logger(__name__)
router = APIRouter()

MAX_CHARACTERS = 8_000
"""Of one message; a longer one is cut."""

MAX_REASON = 300
LATEST_AT = 1e11
"""Seconds since 1970 that no clock shows: whoever gives more counts in something else."""


class Heard(BaseModel):
    """What a webhook held."""

    messages: int
    """Taken in, or taken in before."""

    statuses: int
    """Of messages that we had sent."""

    ignored: int
    """What concerns nobody here, or cannot be used."""


@router.post("/webhooks/{channel}/{account}", summary="What a channel's provider sends")
async def webhook(channel: str, account: str, request: Request) -> Heard:
    """Take in a provider's webhook, signed with the account's secret."""
    state = request.app.state
    ours: Account | None = state.accounts.get((channel, account))
    if ours is None:
        raise NotFound(
            f"There is no account {account!r} of a channel {channel!r}; workspace.yaml names them."
        )
    raw = await request.body()
    ours.provider.check_signature(raw, request.headers, ours)
    payload = _object(raw)
    heard = Heard(messages=0, statuses=0, ignored=0)
    for told in ours.provider.statuses(payload):
        about = await _reconciled(state, told, channel, account)
        if about is None:
            heard.ignored += 1
            continue
        heard.statuses += 1
        state.hub.ring(about)
    for inbound in ours.provider.read(payload):
        state.runner.knocked()
        accepted = await _taken(state, inbound, ours) if inbound.account == account else None
        if accepted is None:
            heard.ignored += 1
            continue
        heard.messages += 1
        state.runner.ring(accepted.conversation_id, in_s=accepted.due_in_s)
        state.hub.ring(accepted.conversation_id)
    return heard


def _object(raw: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(raw)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise HTTPException(400, "The body should be a JSON object.")
    return payload


async def _reconciled(state: Any, told: Status, channel: str, account: str) -> str | None:
    """Take the provider's word; None: it is about nothing that we sent."""
    if not _plain(told.key) or not _plain(told.provider_message_id):
        return None
    told = replace(told, reason=_text(told.reason)[:MAX_REASON])
    return await state.database.writing(
        settling.reconcile, state.workspace_id, channel, account, told
    )


async def _taken(state: Any, inbound: Inbound, ours: Account) -> Accepted | None:
    """Take one message in; None: it cannot be used, and the others are not to suffer from that."""
    try:
        return await state.database.writing(
            take, state.workspace_id, _cleaned(inbound), ours, Limits.of(state.settings)
        )
    except BadInput as error:
        log.warning("message_ignored", channel=inbound.channel, reason=str(error))
        return None


def _cleaned(inbound: Inbound) -> Inbound:
    """Give a message as a database can hold it; what is too long is cut."""
    text = _text(inbound.text)[:MAX_CHARACTERS].strip()
    if not text and not inbound.parts:
        raise BadInput("The message is empty.")
    if not _plain(inbound.address) or not _plain(inbound.provider_message_id):
        raise BadInput("The sender's address or the message's id is no plain text.")
    at = inbound.provider_at
    known = at is not None and 0 < at < LATEST_AT
    return replace(inbound, text=text, provider_at=float(at) if at and known else None)


def _text(said: str) -> str:
    """Take out NUL and halves of surrogates."""
    return said.replace("\x00", "").encode("utf-8", "ignore").decode()


def _plain(word: str) -> bool:
    return len(word) <= identity.MAX_CHARACTERS and word.isprintable()


def take(tx: Tx, workspace_id: str, inbound: Inbound, ours: Account, limits: Limits) -> Accepted:
    """Take a message in that came over a provider: who writes from an address is the same customer.

    Raises:
        BadInput: the message was erased.
        TooManyRequests: she, or all together, send more than `limits` allow.
    """
    if is_forgotten(tx, workspace_id, inbound.key):
        raise BadInput("The message was erased; it does not come back.")
    customer_id = identity.resolve(tx, workspace_id, inbound.channel, inbound.address)
    accepted = accept.accept(
        tx,
        workspace_id,
        inbound,
        customer_id=customer_id,
        quiet_s=ours.provider.quiet_s,
        max_wait_s=ours.provider.max_wait_s,
    )
    admit(tx, workspace_id, accepted, limits, customer_id=customer_id)
    return accepted
