"""Who a web visitor is: by a conversation's token, by the company's word, or a stranger with claims."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from channels import Inbound, webchat
from conversations import attachments, merging, tokens
from conversations.accept import Accepted, accept, open_conversation
from conversations.admission import Limits, admit
from conversations.rows import found, place
from core.database import Tx
from core.errors import NotFound, Unauthenticated
from core.ids import new_id
from customers import Assertion, identity
from customers.verification import assert_customer, redeem

BEGIN_ANEW = (
    "This conversation needs its token: send the `conversation_token` that came with it, or leave "
    "`conversation_id` out to begin anew."
)
SAFE_ID_CHARACTERS = 16
"""From this length on a `message_id` is taken for unguessable, and a first message may be repeated."""


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """What came with a request."""

    token: str = ""
    conversation_id: str = ""
    asserted: Assertion | None = None
    """What the company says of the customer: by a server's key or a signed token."""

    address: str = ""
    """Network address; empty: this machine, or not known."""

    claims: Mapping[str, str] = field(default_factory=dict)
    """What the request says of the customer; nobody is looked up by it."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A visitor's message that was taken in."""

    accepted: Accepted
    token: str
    merged: tuple[str, ...] = ()
    """Conversations that have become one with hers by it; their readers must be told."""


@dataclass(frozen=True, kw_only=True)
class Proved:
    """The conversation of a customer who has proved who she is; empty: she has none yet."""

    conversation_id: str = ""
    token: str = ""
    """Empty: she needs another one."""

    merged: tuple[str, ...] = ()
    """As in `Taken`."""


def take(
    tx: Tx,
    workspace_id: str,
    visitor: Visitor,
    message: Inbound,
    message_id: str,
    limits: Limits | None = None,
) -> Taken:
    """Take a visitor's message into her conversation, and give the token that opens it.

    Raises:
        Unauthenticated: a conversation was named without its token.
        TooManyRequests: she, her address or all together send more than `limits` allow.
    """
    conversation_id = _opened(tx, workspace_id, visitor)
    token, merged = visitor.token if conversation_id else "", ()
    if visitor.asserted is not None:
        customer_id = assert_customer(tx, workspace_id, visitor.asserted)
        proved = _theirs(tx, workspace_id, customer_id, conversation_id, token)
        conversation_id, token, merged = proved.conversation_id, proved.token, proved.merged
        _only_theirs(tx, workspace_id, customer_id, visitor, conversation_id)
    elif conversation_id:
        customer_id = found(tx, workspace_id, conversation_id)["customer_id"]
    else:
        customer_id = _stranger(tx, workspace_id, visitor, message, message_id)
    if visitor.asserted is None and visitor.claims:
        identity.claim(tx, workspace_id, customer_id, visitor.claims)
    inbound = replace(
        message,
        address=customer_id,
        provider_message_id=message_id or new_id("request"),
        parts=attachments.named(tx, workspace_id, message.parts),
    )
    accepted = accept(
        tx,
        workspace_id,
        inbound,
        customer_id=customer_id,
        conversation_id=_while_open(tx, workspace_id, conversation_id),
        quiet_s=webchat.channel.quiet_s,
        max_wait_s=webchat.channel.max_wait_s,
    )
    if visitor.asserted is None and visitor.token:
        _still_opens(tx, workspace_id, visitor.token)
    if limits is not None:
        stranger = not conversation_id and visitor.asserted is None
        admit(
            tx, workspace_id, accepted, limits,
            customer_id=customer_id, stranger_at=visitor.address if stranger else "",
        )  # fmt: skip
    attachments.link(tx, workspace_id, inbound.parts, accepted.conversation_id)
    if not token or accepted.conversation_id != conversation_id:
        token = tokens.issue(tx, workspace_id, accepted.conversation_id)
    return Taken(accepted=accepted, token=token, merged=merged)


def prove(tx: Tx, workspace_id: str, token: str, kind: str, value: str, code: str) -> Proved | None:
    """Prove with a code who a visitor is; give her conversation and its token, None: a wrong code.

    Raises:
        Unauthenticated: the token opens no conversation.
    """
    opened = tokens.conversation_of(tx, workspace_id, token)
    if opened is None:
        raise Unauthenticated(BEGIN_ANEW)
    row = found(tx, workspace_id, opened)
    # Decided before the visitor's identity moves: she stays who she was if the code is wrong.
    customer_id = redeem(tx, workspace_id, row["customer_id"], kind, value, code)
    if customer_id is None:
        return None
    proved = _theirs(tx, workspace_id, customer_id, opened, token)
    if not proved.conversation_id:
        hers = open_conversation(
            tx, workspace_id, customer_id,
            channel=webchat.channel.name, account=webchat.WebChat.account, address=customer_id,
        )  # fmt: skip
        proved = replace(proved, conversation_id=hers["conversation_id"])
    shown = proved.token or tokens.issue(tx, workspace_id, proved.conversation_id)
    return replace(proved, token=shown)


def _while_open(tx: Tx, workspace_id: str, conversation_id: str) -> str:
    """Give a conversation that takes messages, else `""`.

    Looked at before it is locked: who opens another must hold no row that its customer's erasure waits for.
    """
    if conversation_id and found(tx, workspace_id, conversation_id)["state"] == "open":
        return conversation_id
    return ""


def _opened(tx: Tx, workspace_id: str, visitor: Visitor) -> str:
    """Give the conversation that the token opens; `""` without one."""
    opened = tokens.conversation_of(tx, workspace_id, visitor.token) if visitor.token else None
    if visitor.token and opened is None:
        raise Unauthenticated(BEGIN_ANEW)
    if visitor.conversation_id and not visitor.asserted:
        named = place(tx, workspace_id, visitor.conversation_id).conversation_id
        if opened is None or place(tx, workspace_id, opened).conversation_id != named:
            raise Unauthenticated(BEGIN_ANEW)
    return opened or ""


def _still_opens(tx: Tx, workspace_id: str, token: str) -> None:
    """Refuse a token that ended while its message waited for the conversation's lock: somebody has proved
    within it who she is, and it is hers.
    """
    if tokens.conversation_of(tx, workspace_id, token) is None:
        raise Unauthenticated(BEGIN_ANEW)


def _theirs(
    tx: Tx, workspace_id: str, customer_id: str, conversation_id: str, token: str
) -> Proved:
    """Give the conversation of a verified customer that goes on.

    A stranger's conversation becomes hers when she signs in within it, and one with hers if she has another
    open. Its tokens end then: somebody else may have begun it and be waiting for her to continue.
    """
    if not conversation_id:
        return Proved()
    row = found(tx, workspace_id, conversation_id)
    if customer_id in (row["customer_id"], row["joining"]):
        return Proved(conversation_id=row["conversation_id"], token=token)
    stranger = identity.customer(tx, workspace_id, row["customer_id"])
    is_she = stranger.customer_id == customer_id
    if not is_she and not stranger.is_stranger:
        return Proved()
    if row["state"] != "open":
        return Proved(conversation_id=row["conversation_id"], token=token) if is_she else Proved()
    kept, merged = merging.bring(tx, workspace_id, row["conversation_id"], customer_id)
    return Proved(conversation_id=kept, merged=tuple(merged))


def _only_theirs(
    tx: Tx, workspace_id: str, customer_id: str, visitor: Visitor, conversation_id: str
) -> None:
    """Refuse a conversation named without its token, unless it is the verified customer's own."""
    if not visitor.conversation_id or visitor.token or conversation_id:
        return
    try:
        row = found(tx, workspace_id, visitor.conversation_id)
    except NotFound:
        raise Unauthenticated(BEGIN_ANEW) from None
    if identity.current_id(tx, workspace_id, row["customer_id"]) != customer_id:
        raise Unauthenticated(BEGIN_ANEW)


def _stranger(
    tx: Tx, workspace_id: str, visitor: Visitor, message: Inbound, message_id: str
) -> str:
    """Give the customer that a visitor without a token is: never one who has proved since who she is."""
    value = _value(visitor, message, message_id)
    customer_id = identity.resolve(tx, workspace_id, "visitor", value, language=message.language)
    if identity.customer(tx, workspace_id, customer_id).is_stranger:
        return customer_id
    return identity.resolve(
        tx, workspace_id, "visitor", new_id("visitor"), language=message.language
    )


def _value(visitor: Visitor, message: Inbound, message_id: str) -> str:
    """Give the identity of a visitor without a token: somebody new.

    With an unguessable message id the same request gives the same visitor, so that a first message
    whose answer was lost may be sent again; with "1" or "a" it would open a stranger's conversation.
    """
    if len(message_id) < SAFE_ID_CHARACTERS:
        return new_id("visitor")
    told = json.dumps([message_id, message.text, dict(visitor.claims)], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
