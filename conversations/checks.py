"""What the doctor looks at in conversations: who waits and is not answered, and what people must settle."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from conversations.tables import approvals, conversations, effects, handoffs, outbox, turns
from core.database import Tx, database_now, domain_now
from core.findings import Check, Deployment, Finding

STUCK_S = 60.0
UNSETTLED_S = 600.0
DAY_S = 86_400.0
QUEUED_S = 3600.0
SHOWN = 3


def _waiting(deployment: Deployment) -> Iterator[Finding]:
    stuck = deployment.database.read(_stuck, deployment.workspace_id)
    if not stuck:
        yield Finding("well", f"Nobody has waited for an answer for more than {STUCK_S:.0f} s.")
        return
    longest_s = stuck[0].waited_s
    tried = sum(row.attempts > 1 for row in stuck)
    yield Finding(
        "BROKEN",
        f"{len(stuck)} customers wait for an answer, one for {longest_s / 60:,.0f} minutes; {tried} turns"
        f" were tried more than once ({_some(row.conversation_id for row in stuck)}).",
        "If no process runs, start one. Else read its log for turn_failed and drive_failed; after three"
        " attempts a person is called.",
    )


def _stuck(tx: Tx, workspace_id: str) -> list[Any]:
    now = domain_now(tx)
    waiting_since = sa.func.coalesce(conversations.c.first_waiting_at, conversations.c.ready_at)
    due = (
        sa.select(
            conversations.c.conversation_id,
            conversations.c.attempts,
            (now - waiting_since).label("waited_s"),
        )
        .where(
            conversations.c.workspace_id == workspace_id, conversations.c.ready_at < now - STUCK_S
        )
        .order_by(waiting_since)
    )
    return list(tx.execute(due))


def _given_up(deployment: Deployment) -> Iterator[Finding]:
    """Look for what was tried until nobody could go on: the dead letters of turns and approvals."""
    dead, lost = deployment.database.read(_dead, deployment.workspace_id)
    if dead:
        yield Finding(
            "RISK",
            f"{len(dead)} turns of the last day failed three times and went to people ({_some(dead)}).",
            "GET /conversations/{id}/turns has the failure; the log has turn_dead with the traceback.",
        )
    if lost:
        yield Finding(
            "RISK",
            f"{len(lost)} approvals of the last day could not be carried out ({_some(lost)}).",
            "Look in the system behind the tool whether it was done, and tell the customer.",
        )
    if not dead and not lost:
        yield Finding("well", "Nothing was given up in the last day.")


def _dead(tx: Tx, workspace_id: str) -> tuple[list[str], list[str]]:
    since = domain_now(tx) - DAY_S
    given_up = sa.select(turns.c.conversation_id).where(
        turns.c.workspace_id == workspace_id, turns.c.status == "dead", turns.c.finished_at > since
    )
    lost = sa.select(approvals.c.approval_id).where(
        approvals.c.workspace_id == workspace_id,
        approvals.c.state.in_(("lost", "unknown")),
        approvals.c.finished_at > since,
    )
    return list(tx.scalars(given_up)), list(tx.scalars(lost))


def _unsettled(deployment: Deployment) -> Iterator[Finding]:
    begun, decided, queued = deployment.database.read(_open_ends, deployment.workspace_id)
    if begun:
        yield Finding(
            "RISK",
            f"{len(begun)} writes were begun and nobody knows how they ended ({_some(begun)}).",
            "Look in the system behind the tool; a person of the conversation is to tell the customer.",
        )
    if decided:
        yield Finding(
            "RISK",
            f"{len(decided)} decided approvals have not been carried out for {UNSETTLED_S / 60:.0f} minutes"
            f" ({_some(decided)}).",
            "If a process runs, read its log for action_failed.",
        )
    if queued:
        yield Finding(
            "note",
            f"{queued} customers have waited for a person for more than an hour.",
            "GET /handoffs lists them, longest first.",
        )


def _open_ends(tx: Tx, workspace_id: str) -> tuple[list[str], list[str], int]:
    begun_before, now = domain_now(tx) - UNSETTLED_S, domain_now(tx)
    begun = sa.select(effects.c.proposal_id).where(
        effects.c.workspace_id == workspace_id,
        effects.c.state.in_(("started", "unknown")),
        effects.c.started_at.between(now - 7 * DAY_S, begun_before),
    )
    decided = sa.select(approvals.c.approval_id).where(
        approvals.c.workspace_id == workspace_id,
        approvals.c.state == "decided",
        approvals.c.due_at < database_now(tx) - UNSETTLED_S,
    )
    queued = sa.select(sa.func.count()).where(
        handoffs.c.workspace_id == workspace_id,
        handoffs.c.state == "waiting",
        handoffs.c.created_at < now - QUEUED_S,
    )
    return list(tx.scalars(begun)), list(tx.scalars(decided)), tx.execute(queued).scalar_one()


def _undelivered(deployment: Deployment) -> Iterator[Finding]:
    """Look for what customers should have got through a provider."""
    letters, late = deployment.database.read(_letters, deployment.workspace_id)
    if letters:
        yield Finding(
            "RISK",
            f"{letters} messages did not reach their customers, or nobody knows whether they did.",
            "GET /deliveries lists them with their reasons; POST /deliveries/{id} sends or drops them.",
        )
    if late:
        yield Finding(
            "RISK",
            f"{late} messages have waited for more than {UNSETTLED_S / 60:.0f} minutes to be sent.",
            "GET /deliveries?state=waiting has the reason of the last try; if there was none, is a"
            " process running, and is the account's `per_minute` in workspace.yaml enough?",
        )
    if not letters and not late:
        yield Finding("well", "No message to a customer is undelivered.")


def _letters(tx: Tx, workspace_id: str) -> tuple[int, int]:
    ours = sa.select(sa.func.count()).where(outbox.c.workspace_id == workspace_id)
    dead = outbox.c.state.in_(("dead", "unknown")) & outbox.c.due_at.is_(None)
    late = outbox.c.due_at.is_not(None) & (outbox.c.created_at < database_now(tx) - UNSETTLED_S)
    return tx.execute(ours.where(dead)).scalar_one(), tx.execute(ours.where(late)).scalar_one()


def _some(ids: Any) -> str:
    named = list(ids)
    more = f" and {len(named) - SHOWN} more" if len(named) > SHOWN else ""
    return ", ".join(named[:SHOWN]) + more


checks = (
    Check("waiting", _waiting, reads_tables=True),
    Check("given up", _given_up, reads_tables=True),
    Check("unsettled", _unsettled, reads_tables=True),
    Check("undelivered", _undelivered, reads_tables=True),
)
