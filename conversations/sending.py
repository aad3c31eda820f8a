"""Claiming a conversation's next delivery: the gate is asked, and from then on it counts as sent.

take ─▶ Delivery      `sending`, committed: a person who comes now sees it in flight
     ─▶ Later         the account has let out what it may for now
     ─▶ None          nothing to send
"""

from dataclasses import dataclass
from typing import Any

from channels.providers import Account, Accounts
from conversations import gate, leases
from conversations.outbox import REPLIES, Way, change, end, head, way
from conversations.rows import locked
from conversations.tables import outbox
from core import limits
from core.database import Tx, database_now
from core.errors import TooManyRequests

MAX_ATTEMPTS = 12
"""With the back-off that is three quarters of an hour after the first."""

RECONCILE_S = 15.0
"""How long the next message waits for the provider's word on one whose end nobody knows."""

BROKEN_OFF = "the process that was sending it ended"


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

    way: Way
    in_s: float


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
            stop(tx, row, found, found["reason"])  # the provider has said nothing
        elif (reason := gate.objection(found, gate.facts(tx, row, found), now)) is not None:
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
    end(tx, row, found, "unknown" if found["doubted"] else to, reason)


def wonder(
    tx: Tx, row: dict[str, Any], found: dict[str, Any], reason: str, *, repeat_in_s: float | None
) -> None:
    """Leave open whether a delivery went out: a repeatable provider is asked again in `repeat_in_s`, of
    another (None) the word is waited for.
    """
    wait_s = RECONCILE_S if repeat_in_s is None else repeat_in_s
    change(tx, found, state="unknown", reason=reason, doubted=True)
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


def renew(tx: Tx, delivery: Delivery, lease_s: float) -> None:
    """Keep a delivery for another `lease_s`; `LeaseLost` if this process was taken for dead meanwhile."""
    leases.renew(
        tx, outbox, lease_s, what=delivery.delivery_id, workspace_id=delivery.workspace_id,
        delivery_id=delivery.delivery_id, epoch=delivery.epoch, state="sending",
    )  # fmt: skip
