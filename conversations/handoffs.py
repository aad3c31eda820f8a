"""Hand-offs: what people get with a conversation, and what they give back with it."""

from typing import Any

import sqlalchemy as sa

from conversations import accept, feed, mailbox, outbox, ownership, summaries, transcript, voice
from conversations.rows import change, locked
from conversations.tables import conversations, handoffs
from conversations.transcript import Utterance
from core import audit, events
from core.database import Tx, domain_now
from core.errors import BadInput, Conflict
from core.ids import new_id
from core.statements import Prepared
from customers import identity

OPEN = ("waiting", "taken")
OWN_WORDS = 3
"""Messages of a customer that tell what she wanted a person for."""

_CURRENT = Prepared(
    sa.select(handoffs)
    .where(
        handoffs.c.workspace_id == sa.bindparam("workspace"),
        handoffs.c.conversation_id == sa.bindparam("conversation"),
        handoffs.c.state.in_([sa.literal(state) for state in OPEN]),
    )
    .order_by(handoffs.c.created_at.desc())
    .limit(sa.literal_column("1"))
)
_RETURNED = Prepared(
    sa.select(handoffs.c.handback, handoffs.c.taken_by, handoffs.c.returned_at, handoffs.c.packet)
    .where(
        handoffs.c.customer_id == sa.bindparam("customer"),
        # As sums: by the plain columns SQLite would read all that the workspace ever had returned.
        handoffs.c.workspace_id + "" == sa.bindparam("workspace"),
        handoffs.c.state + "" == "returned",
    )
    .order_by(handoffs.c.returned_at)
)


def request(
    tx: Tx, row: dict[str, Any], reason: str, packet: dict[str, Any], *, turn_id: str | None
) -> str:
    """Put a *locked* conversation into the queue with its packet; give the hand-off's id.

    One hand-off waits at a time: a second request renews the packet of the first. The packet has the
    summary of the conversation, so that whoever takes it need not read all.
    """
    if row["owner"] == "queue" and (open_one := current(tx, row)) is not None:
        _change(tx, open_one, packet=open_one["packet"] | packet | _summary(tx, row))
        return open_one["handoff_id"]
    handoff_id = _insert(tx, row, reason, packet, state="waiting", turn_id=turn_id)
    give_to(tx, row, ownership.after(row["owner"], "hand_off"))
    events.emit(
        tx,
        workspace_id=row["workspace_id"],
        kind="handoff.requested",
        subject={"handoff_id": handoff_id, "conversation_id": row["conversation_id"]},
    )
    return handoff_id


def _insert(tx: Tx, row: dict[str, Any], reason: str, packet: dict[str, Any], **values: Any) -> str:
    handoff_id = new_id("handoff")
    tx.execute(
        handoffs.insert().values(
            workspace_id=row["workspace_id"],
            handoff_id=handoff_id,
            conversation_id=row["conversation_id"],
            customer_id=row["customer_id"],
            reason=reason,
            packet=packet | _summary(tx, row),
            handback={},
            created_at=domain_now(tx),
            **{"taken_by": "", "turn_id": None, **values},
        )
    )
    return handoff_id


def give_to(tx: Tx, row: dict[str, Any], owner: str, name: str = "") -> None:
    """Change the owner of a *locked* conversation; all that was prepared before becomes invalid."""
    change(
        tx,
        row,
        owner=owner,
        owner_name=name,
        fence=row["fence"] + 1,
        tenure=row["tenure"] + 1,
    )
    tell_owner(tx, row)


STATUS = {"ai": "answered", "queue": "handoff", "person": "with_person", "closed": "closed"}
"""What a customer's side is told about who is speaking."""


def status(row: dict[str, Any]) -> str:
    """Give what a customer's side is told about who speaks in a conversation."""
    return STATUS["closed" if row["state"] == "closed" else row["owner"]]


def tell_owner(tx: Tx, row: dict[str, Any], **more: Any) -> None:
    """Tell all who follow a *locked* conversation who speaks in it now."""
    named = {"name": row["owner_name"]} if row["owner"] == "person" else {}
    told = {"status": status(row), "owner": row["owner"], **named}
    feed.append(tx, row, "status", told | more)


def current(tx: Tx, row: dict[str, Any]) -> dict[str, Any] | None:
    """Give the conversation's open hand-off, or None."""
    return _CURRENT.first(tx, workspace=row["workspace_id"], conversation=row["conversation_id"])


def _change(tx: Tx, handoff: dict[str, Any], **values: Any) -> None:
    tx.execute(
        handoffs.update()
        .where(
            handoffs.c.workspace_id == handoff["workspace_id"],
            handoffs.c.handoff_id == handoff["handoff_id"],
        )
        .values(**values)
    )


def tell(tx: Tx, handoff: dict[str, Any], **more: Any) -> None:
    """Add to the packet of a hand-off."""
    _change(tx, handoff, packet=handoff["packet"] | more)


def reopen(tx: Tx, row: dict[str, Any], other: dict[str, Any], handoff_id: str) -> None:
    """Let a hand-off of a conversation wait again that had ended when it became one with another's."""
    it = (handoffs.c.workspace_id == row["workspace_id"]) & (handoffs.c.handoff_id == handoff_id)
    tx.execute(handoffs.update().where(it).values(state="waiting", taken_by="", returned_at=None))
    for found in (current(tx, row), current(tx, other)):
        joined = found["packet"].get("joined", []) if found else []
        left = [one for one in joined if one.get("handoff_id") != handoff_id]
        if found and left != joined:
            packet = {name: told for name, told in found["packet"].items() if name != "joined"}
            _change(tx, found, packet=packet | ({"joined": left} if left else {}))


def _summary(tx: Tx, row: dict[str, Any]) -> dict[str, Any]:
    """Give what a packet says of the whole conversation: quotes, each with its message's id."""
    found = summaries.current(tx, row["workspace_id"], row["conversation_id"])
    return {"summary": found} if found else {}


def withdraw(tx: Tx, row: dict[str, Any]) -> None:
    """Take a *locked* conversation out of the queue: the customer needs no person any more."""
    if (handoff := current(tx, row)) is not None:
        _change(tx, handoff, state="withdrawn", returned_at=domain_now(tx))
    give_to(tx, row, ownership.after(row["owner"], "withdraw"))


def end(tx: Tx, row: dict[str, Any]) -> None:
    """End the open hand-off of a *locked* conversation that is being closed."""
    if (handoff := current(tx, row)) is not None:
        state = "returned" if handoff["state"] == "taken" else "withdrawn"
        _change(tx, handoff, state=state, returned_at=domain_now(tx))


def take_over(
    tx: Tx, workspace_id: str, conversation_id: str, *, person: str, actor: str
) -> dict[str, Any]:
    """Give the conversation to a person; from this commit on nothing of the AI goes out.

    Raises:
        Conflict: another person has it, or it is closed.
    """
    voice.silence(tx, workspace_id, conversation_id)
    row = locked(tx, workspace_id, conversation_id)
    _still_open(row)
    if row["owner"] == "person":
        if row["owner_name"] == person:
            return row
        raise Conflict(f"{row['owner_name']} has taken over this conversation already.")
    before, now = row["owner"], domain_now(tx)
    if (handoff := current(tx, row)) is not None:
        _change(tx, handoff, state="taken", taken_by=person, taken_at=now)
    else:
        taken = {"taken_by": person, "taken_at": now, "state": "taken"}
        _insert(tx, row, "taken over by a person", {}, **taken)
    mailbox.clear(tx, row)
    give_to(tx, row, ownership.after(before, "take_over"), person)
    recall(tx, row)
    _record(tx, row, actor, "conversation.takeover", {"from": before})
    return row


def recall(tx: Tx, row: dict[str, Any]) -> None:
    """Stop what of the AI has not gone out yet, and show the person what may still arrive."""
    stopped, in_flight = outbox.recall(tx, row)
    told = [
        f"{len(messages)} of the AI's messages {what}."
        for messages, what in ((stopped, "not sent"), (in_flight, "in flight, and may arrive"))
        if messages
    ]
    if told:
        said = Utterance(
            role="system",
            kind="internal",
            text=" ".join(told),
            key=f"recall:{row['conversation_id']}:{row['tenure']}",
            event={"kind": "recall", "stopped": stopped, "in_flight": in_flight},
        )
        transcript.add(tx, row, said)


def _still_open(row: dict[str, Any]) -> None:
    if row["outcome"] == "erased":
        raise Conflict("The customer of this conversation was erased; there is nobody to write to.")
    if row["state"] != "open":
        raise Conflict("The conversation is closed; the customer's next message opens a new one.")


def _owned(row: dict[str, Any], person: str) -> None:
    _still_open(row)
    if row["owner"] != "person":
        raise Conflict("Take the conversation over first; the AI is speaking in it.")
    if row["owner_name"] != person:
        raise Conflict(f"{row['owner_name']} has taken over this conversation and speaks in it.")


def reply(
    tx: Tx,
    workspace_id: str,
    conversation_id: str,
    *,
    text: str,
    person: str,
    actor: str,
    message_id: str = "",
) -> dict[str, Any]:
    """Let the person who owns the conversation speak to the customer; the same id speaks once."""
    row = locked(tx, workspace_id, conversation_id)
    _owned(row, person)
    key = f"desk:{conversation_id}:{message_id or new_id('reply')}"
    stored = transcript.add(tx, row, Utterance(role="person", text=text, key=key, agent=person))
    if stored is not None:
        _record(tx, row, actor, "conversation.reply", {"message_id": stored})
    found = transcript.by_key(tx, workspace_id, key)
    assert found is not None
    return found


def hand_back(
    tx: Tx,
    workspace_id: str,
    conversation_id: str,
    *,
    wrap_up: dict[str, Any],
    person: str,
    actor: str,
) -> dict[str, Any]:
    """Give the conversation back to the AI with what it must know: one event, whichever door it left by.

    `wrap_up` is `{did, promised, changed, follow_up}`.
    """
    row = locked(tx, workspace_id, conversation_id)
    _owned(row, person)
    handoff = current(tx, row)
    if handoff is None:
        raise BadInput("There is no open hand-off of this conversation to hand back.")
    _change(tx, handoff, state="returned", handback=wrap_up, returned_at=domain_now(tx))
    give_to(tx, row, ownership.after("person", "hand_back"))
    accept.address_event(
        tx,
        row,
        {"kind": "handback", **wrap_up, "person": person},
        key=f"handback:{handoff['handoff_id']}",
    )
    _record(tx, row, actor, "conversation.handback", {"handoff_id": handoff["handoff_id"]})
    return row


def _record(tx: Tx, row: dict[str, Any], actor: str, action: str, details: dict[str, Any]) -> None:
    audit.append(
        tx,
        workspace_id=row["workspace_id"],
        actor=actor,
        action=action,
        subject=row["conversation_id"],
        details=details,
    )


def queue(tx: Tx, workspace_id: str, limit: int = 100) -> list[dict[str, Any]]:
    """Give the open hand-offs, longest waiting first, each with who the customer is."""
    statement = (
        sa.select(
            handoffs,
            conversations.c.owner,
            conversations.c.owner_name,
            conversations.c.language,
            conversations.c.simulated,
        )
        .join(
            conversations,
            (conversations.c.workspace_id == handoffs.c.workspace_id)
            & (conversations.c.conversation_id == handoffs.c.conversation_id),
        )
        .where(handoffs.c.workspace_id == workspace_id, handoffs.c.state.in_(OPEN))
        .order_by(handoffs.c.created_at)
        .limit(limit)
    )
    return [
        {**row, "customer": _who(tx, workspace_id, row["customer_id"])}
        for row in tx.execute(statement).mappings().all()
    ]


def _who(tx: Tx, workspace_id: str, customer_id: str) -> dict[str, Any]:
    """Give what a person must know to speak to a customer: her name, her number, how surely it is she."""
    known = identity.customer(tx, workspace_id, customer_id)
    return {
        "name": known.name,
        "external_id": known.external_id,
        "verification": known.verification,
        "claims": known.claims,
    }


def promises(tx: Tx, workspace_id: str, customer_id: str) -> list[str]:
    """Give what people promised this customer, oldest first."""
    given = (one["promised"] for one in handed_back(tx, workspace_id, customer_id))
    return [promise for promise in given if promise]


def promised(tx: Tx, workspace_id: str, customer_id: str) -> list[dict[str, Any]]:
    """Give what people promised this customer when they handed back, oldest first.

    `{promised, by, at, message_id, conversation_id}`, with the internal message that told the AI so.
    """
    given = sa.select(
        handoffs.c.handoff_id, handoffs.c.handback, handoffs.c.taken_by, handoffs.c.returned_at
    ).where(
        handoffs.c.workspace_id == workspace_id,
        handoffs.c.customer_id == customer_id,
        handoffs.c.state == "returned",
    )
    found = []
    for row in tx.execute(given.order_by(handoffs.c.returned_at)):
        told = transcript.by_key(tx, workspace_id, f"handback:{row.handoff_id}")
        if told is not None and (said := str(row.handback.get("promised") or "")):
            of = {key: told[key] for key in ("message_id", "conversation_id")}
            found.append({"promised": said, "by": row.taken_by, "at": row.returned_at, **of})
    return found


def handed_back(tx: Tx, workspace_id: str, customer_id: str) -> list[dict[str, Any]]:
    """Give what people left when they handed back: `{did, promised, by, at, about}`, oldest first.

    `about` has the customer's last words before a person came: what it was about, in her own words.
    """
    returned = _RETURNED.rows(tx, workspace=workspace_id, customer=customer_id)
    return [
        {
            "did": str(row["handback"].get("did") or ""),
            "promised": str(row["handback"].get("promised") or ""),
            "by": row["taken_by"],
            "at": row["returned_at"],
            "about": _wanted(row["packet"]),
        }
        for row in returned
    ]


def _wanted(packet: dict[str, Any]) -> list[str]:
    said = [line["text"] for line in packet.get("last_words", []) if line["role"] == "customer"]
    summary = packet.get("summary")
    matters = summary.get("matters", []) if isinstance(summary, dict) else []
    return said[-OWN_WORDS:] or [str(one["text"]) for one in matters][-OWN_WORDS:]
