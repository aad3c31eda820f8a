"""How a delivery ends: by what its try came to, and by what the provider tells afterwards."""

import random
from typing import Any

import sqlalchemy as sa

from channels.providers import Status
from conversations.leases import FREED
from conversations.outbox import TAKEN_OVER, change, end, overtaken, send_rest, torn, torn_off
from conversations.outcomes import Outcome
from conversations.rows import locked
from conversations.sending import MAX_ATTEMPTS, Delivery, bucket, stop, wonder
from conversations.tables import outbox
from core import limits
from core.database import Tx, database_now
from core.errors import NotFound

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 600.0
GIVEN_UP_AFTER_S = 86_400.0
"""A reply that could not be sent for a day answers nothing any more."""

LATE = "that the part before it has arrived was told too late for it to follow by itself"
RECEIPTS = ("", "sent", "delivered", "read")
"""The provider's words, each saying more than the one before."""


def back_off(attempts: int) -> float:
    """Give the seconds before the next try: twice as long each time, by chance up to half of it less."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempts - 1))
    return longest * random.uniform(0.5, 1.0)


def settle(tx: Tx, delivery: Delivery, outcome: Outcome) -> float | None:
    """Enter how a try ended; give the seconds until the next one, None: there is none.

    What the provider has told meanwhile, or another process has found out, stands.
    """
    try:
        row = locked(tx, delivery.workspace_id, delivery.conversation_id)
    except NotFound:
        return None
    found = one(tx, delivery.workspace_id, delivery.delivery_id)
    if found is None or found["epoch"] != delivery.epoch:
        return None
    if found["state"] not in ("sending", "unknown") or found["due_at"] is None:
        if outcome.kind == "sent" and found["state"] == "unknown":
            _sent(tx, row, found, outcome)  # whoever was taken for dead knows better
        return None
    if outcome.kind == "sent":
        _sent(tx, row, found, outcome)
    elif outcome.kind == "refused":
        stop(tx, row, found, outcome.reason, to="dead")
    elif outcome.kind == "unknown" or found["doubted"]:
        repeatable = delivery.account.provider.repeatable
        repeat_in_s = max(outcome.pause_s, back_off(found["attempts"])) if repeatable else None
        wonder(tx, row, found, outcome.reason, repeat_in_s=repeat_in_s)
    else:
        _again(tx, row, found, outcome)
    if outcome.kind == "throttled":
        _hold(tx, delivery, outcome.pause_s)
    return None if found["due_at"] is None else max(0.0, found["due_at"] - database_now(tx))


def _sent(tx: Tx, row: dict[str, Any], found: dict[str, Any], outcome: Outcome) -> None:
    change(tx, found, provider_message_id=outcome.provider_message_id)
    _receive(tx, found, "sent")
    end(tx, row, found, "sent")


def _hold(tx: Tx, delivery: Delivery, pause_s: float) -> None:
    """Leave the account alone in all processes, as its provider asks."""
    account = delivery.account
    limits.hold(
        tx, delivery.workspace_id, bucket(account.provider.name, account.name),
        for_s=pause_s, per_minute=account.per_minute, burst=account.burst,
    )  # fmt: skip


def _again(tx: Tx, row: dict[str, Any], found: dict[str, Any], outcome: Outcome) -> None:
    """Try again later, unless it was tried long enough or a person has come."""
    now, throttled = database_now(tx), outcome.kind == "throttled"
    tried_enough = found["attempts"] >= MAX_ATTEMPTS and not throttled
    if found["recalled"]:
        end(tx, row, found, "cancelled", TAKEN_OVER)
    elif tried_enough or now - found["created_at"] > GIVEN_UP_AFTER_S:
        end(tx, row, found, "dead", outcome.reason)
    else:
        wait_s = max(outcome.pause_s, 0.0 if throttled else back_off(found["attempts"]))
        attempts = found["attempts"] - throttled  # it is the account's fault, not the message's
        change(
            tx, found, state="waiting", reason=outcome.reason, attempts=attempts,
            due_at=now + wait_s, **FREED,
        )  # fmt: skip


def reconcile(tx: Tx, workspace_id: str, channel: str, account: str, told: Status) -> str | None:
    """Take the provider's word for what became of a message; give the conversation, None: not ours.

    Words come in any order and more than once: the one that says most is kept, and nothing that was
    delivered has failed.
    """
    found = _told_of(tx, workspace_id, channel, account, told)
    if found is None:
        return None
    row = locked(tx, workspace_id, found["conversation_id"])
    found = one(tx, workspace_id, found["delivery_id"])
    if found is None:
        return None
    if told.state == "failed":
        if found["receipt"] in ("", "sent") and found["state"] in ("sending", "unknown", "sent"):
            change(tx, found, receipt="failed")
            end(tx, row, found, "dead", told.reason or "the provider could not deliver it")
        return found["conversation_id"]
    _receive(tx, found, told.state)
    if told.provider_message_id and not found["provider_message_id"]:
        change(tx, found, provider_message_id=told.provider_message_id[:200])
    if found["state"] != "sent":
        end(tx, row, found, "sent")
        _follow(tx, row, found)  # the word of its failure came first
    return found["conversation_id"]


def _follow(tx: Tx, row: dict[str, Any], found: dict[str, Any]) -> None:
    """Let the parts that were stopped behind one that has arrived be sent, or leave them to people: old, or
    behind what was said since, they would be out of place.
    """
    old = database_now(tx) - found["created_at"] > GIVEN_UP_AFTER_S
    if not old and not overtaken(tx, found):
        send_rest(tx, found)
    elif (rest := torn_off(tx, found)) and not torn(tx, rest[0]):
        end(tx, row, rest[0], "dead", LATE)  # a letter that people see; the rest goes its way


def _receive(tx: Tx, found: dict[str, Any], word: str) -> None:
    known = RECEIPTS.index(found["receipt"]) if found["receipt"] in RECEIPTS else 0
    if RECEIPTS.index(word) > known:
        change(tx, found, receipt=word)


def one(tx: Tx, workspace_id: str, delivery_id: str) -> dict[str, Any] | None:
    """Give a delivery, or None."""
    mine = sa.select(outbox).where(
        outbox.c.workspace_id == workspace_id, outbox.c.delivery_id == delivery_id
    )
    row = tx.execute(mine).mappings().first()
    return dict(row) if row else None


def _told_of(
    tx: Tx, workspace_id: str, channel: str, account: str, told: Status
) -> dict[str, Any] | None:
    """Find what a status is about, among what this account has sent."""
    named = (
        outbox.c.key == told.key
        if told.key
        else outbox.c.provider_message_id == told.provider_message_id
    )
    theirs = sa.select(outbox).where(
        outbox.c.workspace_id == workspace_id,
        outbox.c.channel == channel,
        outbox.c.account == account,
        named,
    )
    if not (told.key or told.provider_message_id):
        return None
    row = tx.execute(theirs).mappings().first()
    return dict(row) if row else None
