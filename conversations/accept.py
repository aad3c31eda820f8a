"""Take a message in: once its transaction is committed, it will be answered."""

import zlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from channels import Inbound
from conversations import mailbox, transcript
from conversations.ownership import ai_may_run
from conversations.rows import change, found, locked
from conversations.tables import conversations
from conversations.transcript import Utterance
from core.database import Tx, alone, domain_now, insert_once
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.statements import Prepared
from customers import identity

SHARDS = 64
_OPEN = Prepared(
    sa.select(conversations)
    .where(
        conversations.c.workspace_id == sa.bindparam("workspace"),
        conversations.c.customer_id == sa.bindparam("customer"),
        conversations.c.state == sa.literal_column("'open'"),
    )
    .with_for_update()
)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What became of a message that was taken in."""

    conversation_id: str
    message_id: str
    owner: str
    repeated: bool
    """It had been taken in before; nothing was stored."""

    feed_before: int
    """Last number of the feed before the message; what its readers read on from."""

    queued: bool = False
    """Its conversation waits for a turn because of it, and did not before."""

    due_in_s: float = 0.0
    """Seconds until its turn may begin: a burst is let come to its end first."""


def open_conversation(
    tx: Tx,
    workspace_id: str,
    customer_id: str,
    *,
    channel: str,
    account: str,
    address: str,
    language: str = "",
) -> dict[str, Any]:
    """Give the customer's one open conversation, locked; it is opened if there is none.

    Twenty first messages at once open one: the partial unique index decides, not a look beforehand.
    """
    # Before any row: one that was closed or merged while it was waited for stays locked on PostgreSQL.
    opening(tx, workspace_id, customer_id)
    while True:
        row = _OPEN.first(tx, workspace=workspace_id, customer=customer_id)
        if row is not None:
            return row
        where = {"channel": channel, "account": account, "address": address}
        insert_once(tx, conversations, _new(tx, workspace_id, customer_id, language) | where)


def opening(tx: Tx, workspace_id: str, customer_id: str) -> None:
    """Be alone until this transaction ends at opening a conversation of a customer, or at giving her one."""
    alone(tx, f"opening:{workspace_id}:{customer_id}")


def _new(tx: Tx, workspace_id: str, customer_id: str, language: str) -> dict[str, Any]:
    customer = identity.customer(tx, workspace_id, customer_id)
    if customer.erased:
        raise NotFound("This customer was erased meanwhile; whoever writes begins anew.")
    return {
        "workspace_id": workspace_id,
        "conversation_id": new_id("conversation"),
        "customer_id": customer_id,
        "shard": zlib.crc32(customer_id.encode()) % SHARDS,
        "state": "open",
        "owner": "ai",
        "owner_name": "",
        "language": language,
        "opened_at": domain_now(tx),
        "outcome": "",
        "simulated": customer.simulated,
    } | dict.fromkeys(
        (
            "fence",
            "tenure",
            "epoch",
            "attempts",
            "stale_reruns",
            "message_seq",
            "feed_seq",
            "seen_seq",
            "summed_seq",
        ),
        0,
    )


def accept(
    tx: Tx,
    workspace_id: str,
    inbound: Inbound,
    *,
    customer_id: str,
    conversation_id: str = "",
    quiet_s: float = 0.0,
    max_wait_s: float = 0.0,
) -> Accepted:
    """Store a message in the customer's open conversation, once, and make the conversation due.

    `conversation_id` names a conversation whose token the caller showed; if it has been closed since,
    the customer's open one takes the message. `quiet_s` and `max_wait_s` are those of the channel.
    """
    if (before := transcript.by_key(tx, workspace_id, inbound.key)) is not None:
        return _repeated(tx, workspace_id, before)
    row = locked(tx, workspace_id, conversation_id) if conversation_id else None
    if row is None or row["state"] != "open":
        row = open_conversation(
            tx,
            workspace_id,
            customer_id,
            channel=inbound.channel,
            account=inbound.account,
            address=inbound.address,
            language=inbound.language,
        )
    runs, feed_before = ai_may_run(row["owner"]), row["feed_seq"]
    idle = row["ready_at"] is None
    message_id = transcript.add(
        tx,
        row,
        Utterance(
            role="customer",
            text=inbound.text,
            key=inbound.key,
            channel=inbound.channel,
            account=inbound.account,
            address=inbound.address,
            parts=inbound.parts,
            language=inbound.language,
            waiting=runs,
            provider_at=inbound.provider_at,
        ),
    )
    if message_id is None:
        # Someone else stored it between our look and our lock.
        if (before := transcript.by_key(tx, workspace_id, inbound.key)) is None:
            raise Conflict("The message was taken in twice at the same moment; send it again.")
        return _repeated(tx, workspace_id, before)
    change(
        tx,
        row,
        fence=row["fence"] + 1,
        channel=inbound.channel,
        account=inbound.account,
        address=inbound.address,
        language=inbound.language or row["language"],
    )
    if runs:
        mailbox.make_due(tx, row, quiet_s=quiet_s, max_wait_s=max_wait_s)
    return Accepted(
        conversation_id=row["conversation_id"],
        message_id=message_id,
        owner=row["owner"],
        repeated=False,
        feed_before=feed_before,
        queued=runs and idle,
        due_in_s=mailbox.due_in_s(tx, row) or 0.0,
    )


def _repeated(tx: Tx, workspace_id: str, before: dict[str, Any]) -> Accepted:
    row = found(tx, workspace_id, before["conversation_id"])
    return Accepted(
        conversation_id=row["conversation_id"],
        message_id=before["message_id"],
        owner=row["owner"],
        repeated=True,
        feed_before=row["feed_seq"],
    )


def address_event(
    tx: Tx, row: dict[str, Any], event: dict[str, Any], *, key: str, text: str = ""
) -> str | None:
    """Put an internal event into the mailbox of a *locked* conversation; it never moves the fence.

    A person who owns the conversation is shown it and tells the customer; no turn runs then.
    """
    runs = ai_may_run(row["owner"])
    message_id = transcript.add(
        tx,
        row,
        Utterance(role="system", kind="internal", text=text, key=key, event=event, waiting=runs),
    )
    if message_id is not None and runs:
        mailbox.make_due(tx, row)
    return message_id
