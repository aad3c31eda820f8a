"""Limits that hold over all processes: a row for each limited thing, moved on by one statement.

    limits.take(tx, workspace_id, "writes:customer_1", per_minute=60, burst=60)

A bucket of `burst` drops fills again at `per_minute`; the row says when it will be full. A full one needs
no row, so `prune` forgets it. The row stays locked until the transaction ends: what is taken in a
transaction that fails was not taken.
"""

import sqlalchemy as sa

from core.database import Moment, Tx, database_now, metadata
from core.errors import TooManyRequests
from core.statements import Prepared

buckets = sa.Table(
    "buckets",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("full_at", Moment, nullable=False, index=True),
)
PRUNED_AT_ONCE = 500

_TAKEN = Prepared(
    sa.text(
        """
        INSERT INTO buckets (workspace_id, name, full_at) VALUES (:workspace, :bucket, :first_full)
        ON CONFLICT (workspace_id, name) DO UPDATE
        SET full_at = CASE WHEN buckets.full_at > :now THEN buckets.full_at ELSE :now END + :drop_s
        WHERE buckets.full_at <= :latest
        """
    )
)
_HELD = Prepared(
    sa.text(
        """
        INSERT INTO buckets (workspace_id, name, full_at) VALUES (:workspace, :bucket, :until)
        ON CONFLICT (workspace_id, name) DO UPDATE SET full_at = :until
        WHERE buckets.full_at < :until
        """
    )
)
_FULL_AT = Prepared(
    sa.select(buckets.c.full_at).where(
        buckets.c.workspace_id == sa.bindparam("workspace"),
        buckets.c.name == sa.bindparam("bucket"),
    )
)


def take(tx: Tx, workspace_id: str, name: str, *, per_minute: float, burst: int) -> None:
    """Take a drop out of a bucket.

    Raises:
        TooManyRequests: it is empty; `retry_after_s` says when there will be one.
    """
    drop_s, now = 60.0 / per_minute, database_now(tx)
    latest = now + (burst - 1) * drop_s
    taken = _TAKEN.run(
        tx, workspace=workspace_id, bucket=name, first_full=now + drop_s, now=now, drop_s=drop_s,
        latest=latest,
    )  # fmt: skip
    if taken != 1:
        row = _FULL_AT.first(tx, workspace=workspace_id, bucket=name)
        wait_s = row["full_at"] - latest if row else drop_s
        raise TooManyRequests(
            f"More than {per_minute:g} a minute; try again in {wait_s:.0f} s.", retry_after_s=wait_s
        )


def hold(
    tx: Tx, workspace_id: str, name: str, *, for_s: float, per_minute: float, burst: int
) -> None:
    """Let nothing be taken out of a bucket for so long: whoever it protects has asked for that."""
    drop_s, now = 60.0 / per_minute, database_now(tx)
    until = now + for_s + (burst - 1) * drop_s
    _HELD.run(tx, workspace=workspace_id, bucket=name, until=until)


def prune(tx: Tx) -> int:
    """Forget buckets that are full again, some at once; give how many."""
    full = (
        sa.select(buckets.c.workspace_id, buckets.c.name)
        .where(buckets.c.full_at < database_now(tx))
        .limit(PRUNED_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = sa.tuple_(buckets.c.workspace_id, buckets.c.name)
    return tx.execute(buckets.delete().where(keys.in_(full))).rowcount
