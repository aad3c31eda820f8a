"""Taking a merge back: what both conversations had before is apart again, and who was who is so again.

    the stranger's      her rows, her state and her identities, as they were at the merge
    the customer's      hers from then, and all that came later: it was she who had proved who she is

What was done in the meantime stays done. Of two hand-offs that became one both wait again.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import (
    checkpoints,
    handoffs,
    mailbox,
    merges,
    moving,
    transcript,
    voice,
)
from conversations.accept import open_conversation, opening
from conversations.leases import FREED
from conversations.merges import Merge
from conversations.rows import change, exactly, found
from conversations.tables import approvals, conversations, messages, outbox
from conversations.transcript import Utterance
from core import audit, events
from core.database import Tx
from core.errors import Conflict, NotFound
from customers import identity
from graph.joining import asks_for_person, parted_state

Row = dict[str, Any]

_WHERE = ("channel", "account", "address")


@dataclass(frozen=True, kw_only=True)
class Parted:
    """Two conversations that are apart again."""

    strangers_id: str
    hers_id: str


def part(tx: Tx, workspace_id: str, conversation_id: str, *, person: str, actor: str) -> Parted:
    """Take back the last merge of a conversation, named by either id.

    Raises:
        NotFound: no merge of it is known, or none any more.
        Conflict: something is under way in it, somebody else speaks in it, it was merged once more since,
            or the stranger has begun another conversation since.
    """
    merge = _known(tx, workspace_id, conversation_id)
    customer_id = found(tx, workspace_id, merge.kept_id)["customer_id"]
    for one in sorted({customer_id, merge.stranger_id}):
        opening(tx, workspace_id, one)
    ids = sorted(it for it in (merge.kept_id, merge.merged_id) if it)
    for it in ids:
        voice.silence(tx, workspace_id, it)
    rows = {it: exactly(tx, workspace_id, it) for it in ids}
    if _known(tx, workspace_id, conversation_id) != merge:
        raise Conflict("It was merged, or parted, at this moment; look again.")
    kept = rows[merge.kept_id]
    _refuse(tx, merge, kept, person)
    merged = rows[merge.merged_id] if merge.merged_id else _new(tx, merge, kept)
    strangers, hers = (kept, merged) if merge.strangers_was_kept else (merged, kept)
    now = checkpoints.load(tx, workspace_id, merge.kept_id)
    moving.apart(tx, merge, kept, merged)
    _stand(tx, merge, kept, merged, customer_id)
    moving.restore_stranger(tx, merge, strangers, customer_id)
    identity.move_back(tx, workspace_id, customer_id, merge.stranger_id)
    if merge.ended_handoff_id and kept["state"] == "open":
        handoffs.reopen(tx, kept, merged, merge.ended_handoff_id)
    for row in (strangers, hers):
        _own(tx, row)
    _restore_states(tx, merge, strangers, hers, now)
    for row, other in ((strangers, hers), (hers, strangers)):
        _go_on(tx, merge, row, other)
    merges.done_with(tx, workspace_id, merge)
    _tell(tx, merge, strangers, hers, actor)
    return Parted(strangers_id=strangers["conversation_id"], hers_id=hers["conversation_id"])


def _known(tx: Tx, workspace_id: str, conversation_id: str) -> Merge:
    merge = merges.latest(tx, workspace_id, conversation_id)
    if merge is None:
        raise NotFound(
            f"No merge of {conversation_id!r} is known that could be taken back: there was none, it was"
            " taken back already, or it was too long ago."
        )
    return merge


def _refuse(tx: Tx, merge: Merge, kept: Row, person: str) -> None:
    """Say why a merge cannot be taken back, or not now."""
    if kept["state"] == "merged":
        raise Conflict(
            f"{merge.kept_id!r} was merged once more since, into {kept['redirect_to']!r}; take that"
            " back first."
        )
    newest = merges.latest(tx, kept["workspace_id"], merge.kept_id)
    if newest is not None and newest.merge_id != merge.merge_id:
        it = newest.merged_id
        what = f"{it!r} was merged into it" if it else "It was given to a customer"
        raise Conflict(f"{what} since; take that back first.")
    if kept["owner"] == "person" and kept["owner_name"] != person:
        raise Conflict(
            f"{kept['owner_name']} is speaking in this conversation; ask them to part it."
        )
    if kept["joining"] or mailbox.runs(tx, kept) or _under_way(tx, kept):
        raise Conflict(
            "Something is under way in it: a turn, an approved write or a delivery. Try again in a minute."
        )
    if kept["state"] == "open":
        _refuse_second(tx, kept["workspace_id"], merge.stranger_id)
    elif merge.merged_id is None:
        raise Conflict("The conversation is closed; there is nothing that could go on apart.")


def _refuse_second(tx: Tx, workspace_id: str, stranger_id: str) -> None:
    other = sa.select(conversations.c.conversation_id).where(
        conversations.c.workspace_id == workspace_id,
        conversations.c.customer_id == stranger_id,
        conversations.c.state == "open",
    )
    if (begun := tx.scalar(other)) is not None:
        raise Conflict(
            f"The stranger has begun another conversation since, {begun!r}; close it first."
        )


def _under_way(tx: Tx, row: Row) -> bool:
    """Say whether an approved write or a delivery of a *locked* conversation is being carried out."""
    for table, state in ((approvals, "decided"), (outbox, "sending")):
        busy = sa.select(table.c.state).where(
            table.c.workspace_id == row["workspace_id"],
            table.c.conversation_id == row["conversation_id"],
            table.c.state == state,
        )
        if tx.execute(busy.limit(1)).first() is not None:
            return True
    return False


def _new(tx: Tx, merge: Merge, kept: Row) -> Row:
    """Open a conversation for a customer who goes on in a stranger's, which is given back."""
    customer_id = kept["customer_id"]
    change(tx, kept, customer_id=merge.stranger_id)
    where = {name: kept[name] for name in _WHERE}
    return open_conversation(tx, kept["workspace_id"], customer_id, **where)


def _stand(tx: Tx, merge: Merge, kept: Row, merged: Row, customer_id: str) -> None:
    """Give both rows their customers, numbers and places; no run of before may do anything in either."""
    both = {
        "state": kept["state"], "outcome": kept["outcome"], "closed_at": kept["closed_at"],
        "redirect_to": None, "feed_offset": None, "joining": None, "summed_seq": 0,
        "owner": "ai", "owner_name": "", **FREED,
        **{name: max(kept[name], merged[name]) + 1 for name in ("epoch", "fence", "tenure")},
    }  # fmt: skip
    cut, past = merge.kept, merge.merged
    # Whether the graph has seen what came after the merge; else it stands where each of them stood.
    later = kept["seen_seq"] > cut["message_seq"] + past.get("message_seq", 0)
    if merge.strangers_was_kept:
        # The numbers of the one that is kept are not given out again: keys are made of them.
        further = {name: kept[name] - proved for name, proved in merge.proved.items()}
        seen = kept["seen_seq"] - merge.proved["message_seq"] if later else past.get("seen_seq", 0)
        further["seen_seq"] = seen
        further["language"] = kept["language"] if later else past.get("language", "")
        strangers = {"customer_id": merge.stranger_id, "seen_seq": cut["seen_seq"]}
        change(tx, kept, **both, **_then(cut), **strangers)
        change(tx, merged, **both, **further, **_place(tx, merged, past), customer_id=customer_id)
        return
    # Its readers were given the numbers of what came later in hers; its row has those of its messages.
    numbers = {"feed_seq": kept["feed_seq"] - cut["feed_seq"], "seen_seq": past["seen_seq"]}
    change(tx, merged, **both, **_then(past), **numbers, customer_id=merge.stranger_id)
    stands = {name: (kept if later else cut)[name] for name in ("language", "seen_seq")}
    change(tx, kept, **both, **_place(tx, kept, cut), **stands)


def _then(then: Row) -> Row:
    return {name: then[name] for name in (*_WHERE, "language", "opened_at")}


def _place(tx: Tx, row: Row, then: Row) -> Row:
    """Give where the customer wrote last, and since when this is open."""
    said = (
        sa.select(*(messages.c[name] for name in _WHERE))
        .where(
            messages.c.workspace_id == row["workspace_id"],
            messages.c.conversation_id == row["conversation_id"],
            messages.c.role == "customer",
        )
        .order_by(messages.c.sequence.desc())
        .limit(1)
    )
    last = tx.execute(said).mappings().first() or then or row
    return {name: last[name] for name in _WHERE} | {"opened_at": (then or row)["opened_at"]}


def _own(tx: Tx, row: Row) -> None:
    """Let whoever has the open hand-off of a conversation have it, else the AI."""
    handoff = handoffs.current(tx, row) if row["state"] == "open" else None
    if handoff is not None:
        owner = {"waiting": "queue", "taken": "person"}[handoff["state"]]
        change(tx, row, owner=owner, owner_name=handoff["taken_by"])


def _restore_states(tx: Tx, merge: Merge, strangers: Row, hers: Row, now: list[Any]) -> None:
    """Give both the state they go on from; a closed one goes on from none."""
    workspace_id = hers["workspace_id"]
    theirs, own = (
        merges.before(tx, workspace_id, merge, row["conversation_id"]) for row in (strangers, hers)
    )
    base = own if merge.strangers_was_kept else now
    for row, state in ((strangers, theirs), (hers, parted_state(base, now, own, theirs))):
        # Who waits in it for a person that has come and gone would wait for ever.
        fits = row["state"] == "open" and (row["owner"] != "ai" or not asks_for_person(state))
        checkpoints.replace(tx, workspace_id, row["conversation_id"], state if fits else [])


def _go_on(tx: Tx, merge: Merge, row: Row, other: Row) -> None:
    """Let what waits in a conversation be answered by whoever speaks in it, and tell people."""
    mailbox.resume(tx, row)
    it = other["conversation_id"]
    said = Utterance(
        role="system",
        kind="internal",
        text="It was parted from another conversation with which it had been merged.",
        key=f"parted:{merge.merge_id}:{row['conversation_id']}",
        event={"kind": "parted", "conversation_id": it},
    )
    transcript.add(tx, row, said)
    handoffs.tell_owner(tx, row, parted=True)


def _tell(tx: Tx, merge: Merge, strangers: Row, hers: Row, actor: str) -> None:
    both = {"conversation_id": hers["conversation_id"], "parted_id": strangers["conversation_id"]}
    moved = {"customer_id": hers["customer_id"], "stranger_id": merge.stranger_id}
    workspace_id = hers["workspace_id"]
    events.emit(tx, workspace_id=workspace_id, kind="conversation.parted", subject=both | moved)
    audit.append(
        tx,
        workspace_id=workspace_id,
        actor=actor,
        action="conversation.parted",
        subject=both["conversation_id"],
        details={"parted": both["parted_id"], **moved},
    )
