"""Letters: deliveries that ended without reaching anybody for sure, and what people do about them."""

from typing import Any, Literal

import sqlalchemy as sa

from conversations.outbox import again, drop_rest, end, send_rest, torn
from conversations.rows import locked
from conversations.settling import one
from conversations.tables import messages, outbox
from core import audit
from core.database import Tx
from core.errors import Conflict, NotFound

Decision = Literal["replay", "drop"]
State = Literal["waiting", "sending", "sent", "unknown", "dead", "cancelled"]
LISTED = 200


def listed(tx: Tx, workspace_id: str, state: State | None) -> list[dict[str, Any]]:
    """Give deliveries with the words of their messages, the newest first: those in a state, or those
    that wait for a person, being dead or never known; each with the number of its message's `parts`, and
    how many of them went out.
    """
    if state is None:
        wanted = outbox.c.state.in_(("dead", "unknown")) & outbox.c.due_at.is_(None)
    else:
        wanted = outbox.c.state == state
    parts = outbox.alias("parts")
    count = (
        sa.select(sa.func.count())
        .select_from(parts)
        .where(
            parts.c.workspace_id == outbox.c.workspace_id,
            parts.c.message_id == outbox.c.message_id,
        )
    )
    of_message = {"parts": count, "parts_sent": count.where(parts.c.state == "sent")}
    counts = [query.scalar_subquery().label(name) for name, query in of_message.items()]
    found = (
        sa.select(outbox, messages.c.text, *counts)
        .join(
            messages,
            (messages.c.workspace_id == outbox.c.workspace_id)
            & (messages.c.message_id == outbox.c.message_id),
        )
        .where(outbox.c.workspace_id == workspace_id, wanted)
        .order_by(outbox.c.created_at.desc(), outbox.c.part)
        .limit(LISTED)
    )
    return [dict(row) for row in tx.execute(found).mappings()]


def decide(
    tx: Tx, workspace_id: str, delivery_id: str, decision: Decision, *, person: str, actor: str
) -> dict[str, Any]:
    """Send a dead or unknown delivery once more, with the key it always had, or let it be.

    The parts of its message that were stopped behind it follow it, or are left with it; not those that a
    person has dropped or a take-over has stopped. One that is unknown may have reached her: unless the
    provider is repeatable, she may read it twice; dropped it stops nothing behind it.

    Raises:
        NotFound: there is no such delivery.
        Conflict: it is still on its way, there is nothing to decide, or a part before it did not go out.
    """
    if (found := one(tx, workspace_id, delivery_id)) is None:
        raise NotFound(f"There is no delivery {delivery_id!r}.")
    row = locked(tx, workspace_id, found["conversation_id"])
    found = one(tx, workspace_id, delivery_id) or found
    if found["state"] not in ("dead", "unknown"):
        raise Conflict(
            f"The delivery is {found['state']!r}; only a dead or unknown one is decided."
        )
    if found["due_at"] is not None:
        raise Conflict("It is not known yet whether it went out; look again in a minute.")
    if decision == "replay":
        if torn(tx, found):
            raise Conflict("An earlier part of its message did not go out; that one comes first.")
        again(tx, found)
        send_rest(tx, found)
    else:
        reason = f"{person} dropped it"
        if found["state"] == "dead":  # nothing is stopped behind one that may have arrived
            drop_rest(tx, row, found, reason)
        end(tx, row, found, "cancelled", reason)
    audit.append(
        tx,
        workspace_id=workspace_id,
        actor=actor,
        action=f"delivery.{decision}",
        subject=delivery_id,
        details={"conversation_id": found["conversation_id"]},
    )
    return found


def of_messages(tx: Tx, workspace_id: str, message_ids: list[str]) -> dict[str, str]:
    """Give what became of messages that a provider carries, by message: of several parts, the worst."""
    found = tx.execute(
        sa.select(outbox.c.message_id, outbox.c.state, outbox.c.receipt).where(
            outbox.c.workspace_id == workspace_id, outbox.c.message_id.in_(message_ids)
        )
    )
    worst: dict[str, str] = {}
    for message_id, state, receipt in found:
        word = receipt if state == "sent" and receipt else state
        worst[message_id] = min(worst.get(message_id, word), word, key=_BEST_LAST.index)
    return worst


_BEST_LAST = ("dead", "unknown", "cancelled", "waiting", "sending", "sent", "delivered", "read")
