"""The outbox: what a provider must carry to a customer, written in the transaction of the message itself.

    waiting ──▶ sending ──▶ sent        cancelled: the gate or a person stopped it
       ▲           │ ├────▶ dead        unknown: it may have gone out; the provider's word settles it, or a
       └───────────┘ └────▶ unknown              person, and only a repeatable provider is asked again

One delivery of a conversation is under way at a time, in the order of its messages, replies before
campaigns. `due_at` is null when nothing is left to do. Whoever changes a delivery holds its conversation's
row.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from channels import Message
from channels.providers import Account, Accounts, providers
from conversations import feed, gate, leases
from conversations.rows import locked
from conversations.tables import outbox
from core import events, limits
from core.database import Tx, database_now, insert_once
from core.errors import LeaseLost, TooManyRequests
from core.ids import new_id
from core.statements import Prepared, change_of

REPLIES, CAMPAIGNS = 0, 1
"""Lanes; the lower one goes first."""

MAX_ATTEMPTS = 12
"""With the back-off that is three quarters of an hour after the first."""

RECONCILE_S = 15.0
"""How long the next message waits for the provider's word on one whose end nobody knows."""

TAKEN_OVER = "a person has taken over"
BROKEN_OFF = "the process that was sending it ended"

_OPEN = (
    (outbox.c.workspace_id == sa.bindparam("workspace"))
    & (outbox.c.conversation_id == sa.bindparam("conversation"))
    & outbox.c.due_at.is_not(None)
)
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


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A part of a message that this process sends."""

    workspace_id: str
    conversation_id: str
    delivery_id: str
    key: str
    epoch: int
    body: dict[str, Any]
    account: Account


@dataclass(frozen=True, kw_only=True)
class Later:
    """The account has let out what it may for now of this lane."""

    way: "Way"
    in_s: float


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
    now = database_now(tx)
    same = (
        "workspace_id",
        "conversation_id",
        "message_id",
        "sequence",
        "channel",
        "account",
        "role",
    )
    for part, body in enumerate(written):
        row = {name: message[name] for name in same} | {
            "delivery_id": new_id("delivery"),
            "key": f"{message['key']}/{part}" if part else message["key"],
            "part": part,
            "class": kind,
            "lane": lane,
            "body": body,
            "state": "waiting",
            "due_at": now,
            "created_at": now,
            "recalled": False,
        }
        empty = dict.fromkeys(("reason", "provider_message_id", "receipt"), "")
        insert_once(tx, outbox, row | empty | {"attempts": 0, "epoch": 0})


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


def take(
    tx: Tx,
    workspace_id: str,
    conversation_id: str,
    *,
    process_id: str,
    lease_s: float,
    accounts: Accounts,
) -> Delivery | Later | None:
    """Claim a conversation's next delivery and let it through the gate: from this commit on it is sent.

    What the gate stops is cancelled, and the next one looked at; None: there is nothing to send now.
    """
    row = locked(tx, workspace_id, conversation_id)
    while (found := head(tx, workspace_id, conversation_id)) is not None:
        if not _claimable(found, now := database_now(tx)):
            return None
        account = accounts.get((found["channel"], found["account"]))
        if found["state"] == "sending":
            repeat_in_s = 0.0 if account and account.provider.repeatable else None
            wonder(tx, row, found, BROKEN_OFF, repeat_in_s=repeat_in_s)
        elif account is None:
            stop(tx, row, found, f"workspace.yaml has no account {found['account']!r}", to="dead")
        elif found["state"] == "unknown" and not account.provider.repeatable:
            stop(tx, row, found, found["reason"])
        elif (reason := gate.objection(found, gate.facts(tx, row), now)) is not None:
            stop(tx, row, found, reason)
        elif (wait_s := _over_rate(tx, found, account)) > 0:
            return Later(way=way(found), in_s=wait_s)
        else:
            held = leases.claimed(found, process_id, now + lease_s)
            change(tx, found, state="sending", reason="", **held)
            return _delivery(found, account)
    return None


def _claimable(found: dict[str, Any], now: float) -> bool:
    return found["due_at"] <= now and (found["lease_until"] is None or found["lease_until"] < now)


def stop(
    tx: Tx, row: dict[str, Any], found: dict[str, Any], reason: str, *, to: str = "cancelled"
) -> None:
    """End what shall not be tried any more; what may have gone out already stays `unknown`."""
    if found["state"] == "unknown":
        end(tx, row, found, "unknown", found["reason"])
    else:
        end(tx, row, found, to, reason)


def wonder(
    tx: Tx, row: dict[str, Any], found: dict[str, Any], reason: str, *, repeat_in_s: float | None
) -> None:
    """Leave open whether a delivery went out: a repeatable provider is asked again in `repeat_in_s`, of
    another (None) the word is waited for.
    """
    wait_s = RECONCILE_S if repeat_in_s is None else repeat_in_s
    change(tx, found, state="unknown", reason=reason)
    if found["recalled"] or found["attempts"] >= MAX_ATTEMPTS:
        end(tx, row, found, "unknown", reason)
    else:
        change(tx, found, due_at=database_now(tx) + wait_s, **leases.FREED)


def bucket(channel: str, account: str) -> str:
    """Give the name of the bucket that holds an account's rate."""
    return f"send:{channel}:{account}"


def _over_rate(tx: Tx, found: dict[str, Any], account: Account) -> float:
    """Take a drop out of the account's bucket; give the seconds to wait where there is none.

    A campaign takes from a full one only, so that replies never wait for it.
    """
    name = bucket(found["channel"], found["account"])
    burst = account.burst if found["lane"] == REPLIES else 1
    try:
        limits.take(tx, found["workspace_id"], name, per_minute=account.per_minute, burst=burst)
    except TooManyRequests as error:
        return max(error.retry_after_s, 0.01)
    return 0.0


def _delivery(found: dict[str, Any], account: Account) -> Delivery:
    same = ("workspace_id", "conversation_id", "delivery_id", "key", "epoch", "body")
    return Delivery(account=account, **{name: found[name] for name in same})


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


def renew(tx: Tx, delivery: Delivery, lease_s: float) -> None:
    """Keep the lease for another `lease_s`.

    Raises:
        LeaseLost: this process was taken for dead meanwhile.
    """
    kept = tx.execute(
        outbox.update()
        .where(
            outbox.c.workspace_id == delivery.workspace_id,
            outbox.c.delivery_id == delivery.delivery_id,
            outbox.c.epoch == delivery.epoch,
            outbox.c.state == "sending",
        )
        .values(lease_until=database_now(tx) + lease_s)
    )
    if kept.rowcount != 1:
        raise LeaseLost(f"The delivery {delivery.delivery_id!r} is no longer this process's.")


def recall(tx: Tx, row: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Stop what the AI has not sent in a *locked* conversation; give the messages that were stopped and
    those that are in flight: they reach the customer or not, but are not sent again.
    """
    stopped, in_flight = [], []
    ours = {"workspace": row["workspace_id"], "conversation": row["conversation_id"]}
    for found in _OPEN_ROWS.rows(tx, **ours):
        if found["role"] != "ai":
            continue
        if found["state"] == "waiting":
            end(tx, row, found, "cancelled", TAKEN_OVER)
            stopped.append(found["message_id"])
        else:
            change(tx, found, recalled=True)
            in_flight.append(found["message_id"])
    return list(dict.fromkeys(stopped)), list(dict.fromkeys(in_flight))


def free_all(tx: Tx, workspace_id: str, process_id: str) -> int:
    """Let every delivery be claimed at once that a dead process held; give how many there were."""
    return leases.free_all(tx, outbox, workspace_id, process_id, where=outbox.c.due_at.is_not(None))
