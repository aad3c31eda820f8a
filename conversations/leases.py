"""Leases: who holds a row, for how long, and keeping it while work is done under it.

Conversations, approvals and deliveries are claimed alike: their tables have `lease_owner`, `lease_until`
and an `epoch` that grows with each claim, so that what an earlier holder prepared is refused.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
import structlog

from core.database import Tx, database_now
from core.errors import LeaseLost

log = structlog.get_logger(__name__)


FREED: dict[str, Any] = {"lease_owner": None, "lease_until": None}
"""What a row holds that nobody has claimed."""


def free(table: sa.Table, now: Any) -> sa.ColumnElement[bool]:
    """Say of a table's rows that nobody holds them at `now`, a moment of the database's clock."""
    return table.c.lease_until.is_(None) | (table.c.lease_until < now)


def claimed(row: dict[str, Any], process_id: str, until: float) -> dict[str, Any]:
    """Give what changes in a row that is claimed; the try is counted before it is made."""
    return {
        "epoch": row["epoch"] + 1,
        "attempts": row["attempts"] + 1,
        "lease_owner": process_id,
        "lease_until": until,
    }


def free_all(
    tx: Tx, table: sa.Table, workspace_id: str, process_id: str, *, where: sa.ColumnElement[bool]
) -> int:
    """Let everything be claimed at once that a dead process held; give how much that was.

    Should it live after all, the next claim's epoch refuses what it prepared.
    """
    held_by_it = table.update().where(
        table.c.workspace_id == workspace_id, where, table.c.lease_owner == process_id
    )
    return tx.execute(held_by_it.values(FREED)).rowcount


def renew(tx: Tx, table: sa.Table, lease_s: float, *, what: str, **held: Any) -> None:
    """Keep a row for another `lease_s` while its columns are still as its holder knows them.

    Raises:
        LeaseLost: they are not: somebody else has claimed `what` meanwhile.
    """
    ours = table.update().where(*(table.c[column] == value for column, value in held.items()))
    if tx.execute(ours.values(lease_until=database_now(tx) + lease_s)).rowcount != 1:
        raise LeaseLost(f"The lease of {what} was lost to another process; this run is dropped.")


@asynccontextmanager
async def kept_alive(
    renew: Callable[[], Awaitable[None]], lease_s: float, at_most_s: float
) -> AsyncIterator[None]:
    """Renew a lease every third of it while the block runs, and end the block when that fails.

    The block stays in the caller's own task: only the renewal is a task of its own, made when it is due,
    for most blocks are over before.

    Raises:
        LeaseLost: somebody else has it.
        TimeoutError: the block took longer than `at_most_s`.
    """
    lost: list[LeaseLost] = []
    beating: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()

    async def beat(scope: asyncio.Timeout) -> None:
        while not lost:
            try:
                await renew()
            except LeaseLost as error:
                lost.append(error)
                scope.reschedule(loop.time())
            except Exception:  # an outage: the lease holds for two more tries
                log.warning("renewal_failed", exc_info=True)
            await asyncio.sleep(lease_s / 3)

    def begin(scope: asyncio.Timeout) -> None:
        beating.append(loop.create_task(beat(scope), name="renew lease"))

    try:
        async with asyncio.timeout(at_most_s) as scope:
            first = loop.call_later(lease_s / 3, begin, scope)
            try:
                yield
            finally:
                first.cancel()
                for task in beating:
                    task.cancel()
    except TimeoutError:
        if lost:
            raise lost[0] from None
        raise
