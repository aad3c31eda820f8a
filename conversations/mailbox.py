"""Claiming conversations whose messages wait: one holder at a time, by a lease in the row."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import leases, transcript
from conversations.ownership import ANSWER_WITHIN_S, MAX_ATTEMPTS, Standing
from conversations.rows import change, locked, standing
from conversations.tables import conversations, messages
from core.database import Tx, database_now, domain_now
from core.statements import Prepared, change_of


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A conversation that this process may run a turn in."""

    workspace_id: str
    conversation_id: str
    customer_id: str
    turn_id: str
    """Conversation and lowest waiting message: the same for every attempt at the same messages."""

    standing: Standing
    attempts: int
    batch: list[dict[str, Any]]
    """The messages the turn is about, in the order they were written; or one internal event."""

    claimed_at: float
    waiting_since: float
    unsummed: int = 0
    """Messages that the conversation's summary does not have yet."""

    @property
    def event(self) -> dict[str, Any]:
        """The internal event the turn is about, or `{}`."""
        return self.batch[0]["event"] if self.batch[0]["class"] == "internal" else {}

    @property
    def exhausted(self) -> bool:
        """Whether it was tried often enough: a person gets it."""
        return self.attempts > MAX_ATTEMPTS


def make_due(tx: Tx, row: dict[str, Any], *, quiet_s: float = 0.0, max_wait_s: float = 0.0) -> None:
    """Let a *locked* conversation be claimed once `quiet_s` has passed without another message."""
    now = domain_now(tx)
    first = row["first_waiting_at"] or now
    change(
        tx,
        row,
        first_waiting_at=first,
        answer_by=row["answer_by"] or now + ANSWER_WITHIN_S,
        ready_at=min(now + quiet_s, first + max_wait_s) if quiet_s else now,
    )


def due_in_s(tx: Tx, row: dict[str, Any]) -> float | None:
    """Give the seconds until a conversation may be claimed, 0 for now; None: nothing waits in it."""
    if row["ready_at"] is None:
        return None
    return max(0.0, row["ready_at"] - domain_now(tx))


_FREE = (
    (conversations.c.workspace_id == sa.bindparam("workspace"))
    & (conversations.c.ready_at <= sa.bindparam("moment"))
    & leases.free(conversations, sa.bindparam("lease_moment"))
)
_DUE = sa.select(conversations.c.conversation_id).where(_FREE).order_by(conversations.c.ready_at)
_CLAIMABLE = Prepared(
    sa.select(conversations)
    .where(conversations.c.conversation_id == sa.bindparam("conversation"), _FREE)
    .with_for_update(skip_locked=True)
)
_WAITING_NOW = Prepared(
    sa.select(sa.func.count().label("waiting")).select_from(
        sa.select(sa.literal_column("1"))
        .select_from(conversations)
        .where(
            conversations.c.workspace_id == sa.bindparam("workspace"),
            conversations.c.ready_at <= sa.bindparam("moment"),
        )
        .limit(sa.bindparam("most"))
        .subquery()
    )
)


def due(tx: Tx, workspace_id: str, limit: int = 50) -> list[str]:
    """Give conversations that could be claimed now, longest waiting first; locks nothing."""
    wanted = {"workspace": workspace_id, "moment": domain_now(tx), "lease_moment": database_now(tx)}
    return list(tx.execute(_DUE.limit(limit), wanted).scalars())


def waiting_now(tx: Tx, workspace_id: str, more_than: int) -> bool:
    """Say whether more conversations than this are due or running; counts no further."""
    counted = _WAITING_NOW.first(
        tx, workspace=workspace_id, moment=domain_now(tx), most=more_than + 1
    )
    return counted is not None and counted["waiting"] > more_than


def claim(
    tx: Tx, workspace_id: str, conversation_id: str, *, process_id: str, lease_s: float
) -> Claim | None:
    """Take the lease of a conversation that is due and free, with its batch; else None."""
    now, lease_now = domain_now(tx), database_now(tx)
    row = _CLAIMABLE.first(
        tx, workspace=workspace_id, conversation=conversation_id, moment=now, lease_moment=lease_now
    )
    if row is None:
        return None
    waiting = transcript.waiting(tx, workspace_id, conversation_id)
    if not waiting:
        change(tx, row, ready_at=None, first_waiting_at=None, answer_by=None)
        return None
    if row["joining"] and not any(message["turn_id"] for message in waiting):
        return None  # first it becomes one with another; what has begun comes to its end before
    batch = _batch(waiting)
    turn_id = f"{conversation_id}:{waiting[0]['sequence']}"
    change(tx, row, **leases.claimed(row, process_id, lease_now + lease_s))
    mark(tx, workspace_id, batch, turn_id=turn_id)
    return Claim(
        workspace_id=workspace_id,
        conversation_id=conversation_id,
        customer_id=row["customer_id"],
        turn_id=turn_id,
        standing=standing(row),
        attempts=row["attempts"],
        batch=batch,
        claimed_at=now,
        waiting_since=waiting[0]["created_at"],
        unsummed=row["message_seq"] - row["summed_seq"],
    )


def mark(tx: Tx, workspace_id: str, batch: list[dict[str, Any]], **values: Any) -> None:
    """Change columns of messages."""
    marking = change_of(messages, ("workspace_id", "message_id"), tuple(values))
    to = {f"to_{column}": value for column, value in values.items()}
    for message in batch:
        marking.run(tx, of_workspace_id=workspace_id, of_message_id=message["message_id"], **to)


def _batch(waiting: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give what one turn is about: an event alone, or one address's messages up to the next event.

    Providers deliver a burst in any order; where they say when each message was written, that counts.
    """
    first = waiting[0]
    if first["class"] == "internal":
        return [first]
    batch = []
    for message in waiting:
        if message["class"] == "internal":
            break
        if all(message[part] == first[part] for part in ("channel", "account", "address")):
            batch.append(message)
    if all(message["provider_at"] is not None for message in batch):
        batch.sort(key=lambda message: (message["provider_at"], message["sequence"]))
    return batch


def renew(tx: Tx, claim: Claim, lease_s: float) -> None:
    """Keep a conversation for another `lease_s`; `LeaseLost` if somebody else has claimed it."""
    leases.renew(
        tx, conversations, lease_s, what=claim.conversation_id, workspace_id=claim.workspace_id,
        conversation_id=claim.conversation_id, epoch=claim.standing.epoch,
    )  # fmt: skip


def held(tx: Tx, claim: Claim) -> dict[str, Any] | None:
    """Give the locked row if the claim still holds it, else None."""
    row = locked(tx, claim.workspace_id, claim.conversation_id)
    return row if row["epoch"] == claim.standing.epoch else None


def give_back(tx: Tx, claim: Claim) -> None:
    """Give the lease back as if it had not been taken: the process stops."""
    if (row := held(tx, claim)) is not None:
        _free_row(tx, row, attempts=max(0, row["attempts"] - 1))


def back_off(tx: Tx, claim: Claim) -> None:
    """Give the lease back after a failure; the next attempt waits longer each time."""
    if (row := held(tx, claim)) is not None:
        wait_s = min(30.0, 0.5 * 4 ** (row["attempts"] - 1))
        _free_row(tx, row, ready_at=domain_now(tx) + wait_s)


def free_all(tx: Tx, workspace_id: str, process_id: str) -> int:
    """Let every conversation be claimed at once that a dead process held; give how many there were."""
    waiting = conversations.c.ready_at.is_not(None)
    return leases.free_all(tx, conversations, workspace_id, process_id, where=waiting)


def _free_row(tx: Tx, row: dict[str, Any], **values: Any) -> None:
    change(tx, row, **leases.FREED, **values)


def runs(tx: Tx, row: dict[str, Any]) -> bool:
    """Say whether a turn has begun that has not ended, by whomever, and however often it was tried."""
    if row["lease_until"] is not None and row["lease_until"] >= database_now(tx):
        return True
    waiting = transcript.waiting(tx, row["workspace_id"], row["conversation_id"])
    return any(message["turn_id"] for message in waiting)


def settle(tx: Tx, row: dict[str, Any]) -> None:
    """Free a locked conversation after a turn; what still waits is due when its burst has ended."""
    waiting = transcript.waiting(tx, row["workspace_id"], row["conversation_id"])
    first = waiting[0]["created_at"] if waiting else None
    _free_row(
        tx,
        row,
        attempts=0,
        stale_reruns=0,
        first_waiting_at=first,
        answer_by=first + ANSWER_WITHIN_S if first else None,
        ready_at=when_due(tx, row) if waiting else None,
    )


def resume(tx: Tx, row: dict[str, Any]) -> None:
    """Leave what waits in a *locked* conversation to whoever speaks in it now."""
    if row["owner"] == "person" or row["state"] != "open":
        clear(tx, row)
    else:
        settle(tx, row)


def rerun(tx: Tx, row: dict[str, Any]) -> None:
    """Free a locked conversation whose draft was stale: all that waits is run again."""
    _free_row(
        tx,
        row,
        attempts=max(0, row["attempts"] - 1),
        stale_reruns=row["stale_reruns"] + 1,
        ready_at=when_due(tx, row),
    )


def when_due(tx: Tx, row: dict[str, Any]) -> float:
    """Give when what came during a turn may be run: now, unless its burst still goes on."""
    return max(domain_now(tx), row["ready_at"] or 0.0)


def clear(tx: Tx, row: dict[str, Any]) -> None:
    """Mark all that waits as done without a turn: a person speaks, or it is closed."""
    tx.execute(
        messages.update()
        .where(
            messages.c.workspace_id == row["workspace_id"],
            messages.c.conversation_id == row["conversation_id"],
            messages.c.state == "waiting",
        )
        .values(state="done", turn_id=None)
    )
    change(
        tx, row, ready_at=None, first_waiting_at=None, answer_by=None, attempts=0, stale_reruns=0
    )
