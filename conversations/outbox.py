"""The outbox: what a provider must carry to a customer, written in the transaction of the message itself.

    waiting ──▶ sending ──▶ sent        cancelled: the gate or a person stopped it
       ▲           │ ├────▶ dead        unknown: it may have gone out; the provider's word settles it, or a
       └───────────┘ └────▶ unknown              person, and only a repeatable provider is asked again

One delivery of a conversation is under way at a time, in the order of its messages, replies before
campaigns. A dead one does not hold up the next message, but no part of its own goes out after it. `due_at`
is null when nothing is left to do. Whoever changes a delivery holds its conversation's row.
"""

from collections.abc import Collection
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from channels import Message
from channels.providers import providers
from conversations import feed, leases
from conversations.tables import messages, outbox
from core import events
from core.database import Tx, database_now, insert_once
from core.ids import new_id
from core.statements import Prepared, change_of

REPLIES, CAMPAIGNS = 0, 1
"""Lanes; the lower one goes first."""

LONGEST_KEY = 200
TAKEN_OVER = "a person has taken over"
TORN = "an earlier part of its message did not go out"

_OF_THE_MESSAGE = (
    "workspace_id", "conversation_id", "message_id", "sequence", "channel", "account", "role",
)  # fmt: skip

_OPEN = (
    (outbox.c.workspace_id == sa.bindparam("workspace"))
    & (outbox.c.conversation_id == sa.bindparam("conversation"))
    & outbox.c.due_at.is_not(None)
)
_TORN_OFF = (outbox.c.state == "cancelled") & (outbox.c.reason == TORN)
_IN_ORDER = (outbox.c.lane, outbox.c.sequence, outbox.c.part)
# What is under way comes first: nothing overtakes it.
_UNDER_WAY_FIRST = sa.case(
    (outbox.c.state == sa.literal_column("'sending'"), sa.literal_column("0")),
    else_=sa.literal_column("1"),
)
_OPEN_ROWS = Prepared(sa.select(outbox).where(_OPEN).order_by(_UNDER_WAY_FIRST, *_IN_ORDER))
_HEAD = Prepared(
    sa.select(outbox)
    .where(_OPEN)
    .order_by(_UNDER_WAY_FIRST, *_IN_ORDER)
    .limit(sa.literal_column("1"))
)


Way = tuple[str, str, int]
"""Channel, account and lane: what has a rate of its own."""


def way(found: dict[str, Any]) -> Way:
    """Give the way that a delivery takes."""
    return found["channel"], found["account"], found["lane"]


def put(
    tx: Tx, message: dict[str, Any], *, kind: str = "transactional", lane: int = REPLIES
) -> None:
    """Write what must go out for a message of a *locked* conversation; nothing where no provider sends.

    `kind` is what the gate judges by: mandatory, transactional, promotional.
    """
    if (provider := providers().get(message["channel"])) is None:
        return
    written = provider.write(
        Message(
            address=message["address"],
            text=message["text"],
            message_id=message["key"],
            buttons=tuple(message["buttons"]),
            citations=tuple(message["citations"]),
            agent=message["agent"],
        )
    )
    key, now = _key(message), database_now(tx)
    for part, body in enumerate(written):
        row = {name: message[name] for name in _OF_THE_MESSAGE} | {
            "delivery_id": new_id("delivery"),
            "key": f"{key}/{part}" if part else key,
            "part": part,
            "class": kind,
            "lane": lane,
            "body": body,
            "state": "waiting",
            "due_at": now,
            "created_at": now,
            "doubted": False,
            "recalled": False,
        }
        empty = dict.fromkeys(("reason", "provider_message_id", "receipt"), "")
        insert_once(tx, outbox, row | empty | {"attempts": 0, "epoch": 0})


def _key(message: dict[str, Any]) -> str:
    """Give the message's key as any provider takes it, in a header too."""
    key: str = message["key"]
    if key.isascii() and key.isprintable() and len(key) <= LONGEST_KEY:
        return key
    return f"{message['conversation_id']}:{sha256(key.encode()).hexdigest()[:32]}"


def head(tx: Tx, workspace_id: str, conversation_id: str) -> dict[str, Any] | None:
    """Give the delivery of a conversation whose turn it is, or None."""
    return _HEAD.first(tx, workspace=workspace_id, conversation=conversation_id)


def due(tx: Tx, workspace_id: str, *, but_by: Collection[Way] = (), limit: int = 50) -> list[str]:
    """Give conversations whose next delivery could be sent now, replies first; locks nothing.

    `but_by` are ways on which nothing can go out now.
    """
    now, before = database_now(tx), outbox.alias("before")
    overtaken = sa.exists().where(
        before.c.workspace_id == outbox.c.workspace_id,
        before.c.conversation_id == outbox.c.conversation_id,
        before.c.due_at.is_not(None),
        sa.tuple_(before.c.lane, before.c.sequence, before.c.part) < sa.tuple_(*_IN_ORDER),
    )
    found = (
        sa.select(outbox.c.conversation_id)
        .where(
            outbox.c.workspace_id == workspace_id,
            outbox.c.due_at <= now,
            leases.free(outbox, now),
            ~overtaken,
        )
        .order_by(outbox.c.lane, outbox.c.due_at)
        .limit(limit)
    )
    if but_by:
        taken = sa.tuple_(outbox.c.channel, outbox.c.account, outbox.c.lane)
        found = found.where(taken.not_in(list(but_by)))
    return list(tx.scalars(found))


def change(tx: Tx, found: dict[str, Any], **values: Any) -> None:
    """Change columns of a delivery, in the database and in `found`."""
    to = {f"to_{column}": value for column, value in values.items()}
    change_of(outbox, ("workspace_id", "delivery_id"), tuple(values)).run(
        tx, of_workspace_id=found["workspace_id"], of_delivery_id=found["delivery_id"], **to
    )
    found.update(values)


def end(tx: Tx, row: dict[str, Any], found: dict[str, Any], state: str, reason: str = "") -> None:
    """Leave a delivery in a state in which nothing is left to do, and show people what they must know."""
    change(
        tx, found, state=state, reason=reason, due_at=None, settled_at=database_now(tx),
        **leases.FREED,
    )  # fmt: skip
    if state in ("dead", "unknown") or found["recalled"]:
        told = {"message_id": found["message_id"], "delivery": state, "reason": reason}
        feed.append(tx, row, "status", {"status": "delivery", **told}, staff_only=True)
    if state in ("dead", "unknown"):
        events.emit(
            tx,
            workspace_id=row["workspace_id"],
            kind=f"delivery.{state}",
            subject={
                "delivery_id": found["delivery_id"],
                "conversation_id": row["conversation_id"],
            },
        )


def again(tx: Tx, found: dict[str, Any]) -> None:
    """Let a delivery that has ended be sent after all; the gate is asked as for any."""
    change(
        tx, found, state="waiting", reason="", attempts=0, recalled=False, receipt="",
        due_at=database_now(tx), settled_at=None,
    )  # fmt: skip


def torn(tx: Tx, found: dict[str, Any]) -> bool:
    """Say whether an earlier part of a delivery's message has ended without going out.

    One that may have gone out is no gap, not even when a person has dropped it.
    """
    if found["part"] == 0:
        return False
    may_have_arrived = outbox.c.doubted & (outbox.c.receipt != "failed")
    lost = (outbox.c.state == "dead") | ((outbox.c.state == "cancelled") & ~may_have_arrived)
    earlier = _parts(found).where(outbox.c.part < found["part"], lost)
    return tx.execute(earlier.limit(1)).first() is not None


def torn_off(tx: Tx, found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the parts of a message behind this one that were stopped because an earlier one did not go out."""
    behind = _parts(found).where(outbox.c.part > found["part"], _TORN_OFF)
    return [dict(part) for part in tx.execute(behind.order_by(outbox.c.part)).mappings()]


def send_rest(tx: Tx, found: dict[str, Any]) -> None:
    """Let the parts of a message behind this one be sent that were stopped because of it."""
    for part in torn_off(tx, found):
        again(tx, part)


def drop_rest(tx: Tx, row: dict[str, Any], found: dict[str, Any], reason: str) -> None:
    """Leave the parts of a message behind this one with it, so that nothing revives them."""
    unsent = (outbox.c.state == "waiting") & ~outbox.c.doubted
    behind = _parts(found).where(outbox.c.part > found["part"], unsent | _TORN_OFF)
    for part in tx.execute(behind).mappings().all():
        end(tx, row, dict(part), "cancelled", reason)


def overtaken(tx: Tx, found: dict[str, Any]) -> bool:
    """Say whether anything of a later message of the conversation may have gone out."""
    later = (
        sa.select(outbox.c.delivery_id)
        .where(
            _of_its_messages(found),
            messages.c.sequence > found["sequence"],
            outbox.c.doubted | outbox.c.state.in_(("sending", "sent", "unknown")),
        )
        .limit(1)
    )
    return tx.execute(later).first() is not None


def _of_its_messages(row: dict[str, Any]) -> sa.ColumnElement[bool]:
    """Name the deliveries of a conversation by its messages: the outbox is found by those."""
    return (
        (messages.c.workspace_id == row["workspace_id"])
        & (messages.c.conversation_id == row["conversation_id"])
        & (outbox.c.workspace_id == messages.c.workspace_id)
        & (outbox.c.message_id == messages.c.message_id)
    )


def _parts(found: dict[str, Any]) -> sa.Select[Any]:
    return sa.select(outbox).where(
        outbox.c.workspace_id == found["workspace_id"],
        outbox.c.message_id == found["message_id"],
    )


def recall(tx: Tx, row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Stop what the AI has not sent in a *locked* conversation; give the messages that were stopped and
    those that are in flight: they reach the customer or not, but are not sent again.
    """
    stopped, in_flight = [], []
    ours = {"workspace": row["workspace_id"], "conversation": row["conversation_id"]}
    for found in _OPEN_ROWS.rows(tx, **ours):
        if found["role"] != "ai":
            continue
        if found["state"] == "waiting" and not found["doubted"]:
            end(tx, row, found, "cancelled", TAKEN_OVER)
            stopped.append(found["message_id"])
        else:
            change(tx, found, recalled=True)
            in_flight.append(found["message_id"])
    # What was stopped before is stopped for good: no late word of the provider lets it follow.
    its = sa.select(messages.c.message_id).where(
        messages.c.workspace_id == row["workspace_id"],
        messages.c.conversation_id == row["conversation_id"],
        messages.c.role == "ai",
    )
    tx.execute(
        outbox.update()
        .where(
            outbox.c.workspace_id == row["workspace_id"], outbox.c.message_id.in_(its), _TORN_OFF
        )
        .values(reason=TAKEN_OVER)
    )
    return list(dict.fromkeys(stopped)), list(dict.fromkeys(in_flight))


def free_all(tx: Tx, workspace_id: str, process_id: str) -> int:
    """Let every delivery be claimed at once that a dead process held; give how many there were."""
    return leases.free_all(tx, outbox, workspace_id, process_id, where=outbox.c.due_at.is_not(None))
