"""How long rows are kept that nobody needs for ever: each folder's `tables` says so beside its tables.

    kept = (Kept(rows="events", table=events, since=events.c.emitted_at, days=30),)

What is not listed is never pruned: transcripts, cases, approvals, the audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from core.database import Tx
from core.discover import everywhere
from core.errors import BadInput

AT_ONCE = 500
"""Rows that one transaction deletes: on SQLite everybody else's writes wait for it."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Rows that are deleted some days after a moment that they hold."""

    rows: str
    """Their name in `REGENTE_KEEP_DAYS`."""

    table: sa.Table
    since: sa.ColumnElement[float] | sa.ScalarSelect[float]
    """Seconds since 1970; where it is null the row is kept."""

    days: float | None
    """None: for ever."""

    where: sa.ColumnElement[bool] | None = None


def all_kept(days: Mapping[str, float | None]) -> list[Kept]:
    """Give what every folder declares, with the days that the deployment wants instead.

    Raises:
        BadInput: it names rows that nobody declares, or no positive number of days.
    """
    declared = {
        kept.rows: kept
        for of_folder in everywhere("tables", "kept", tuple).values()
        for kept in of_folder
    }
    unknown = days.keys() - declared.keys()
    wrong = {rows: asked for rows, asked in days.items() if asked is not None and not asked > 0}
    if unknown or wrong:
        raise BadInput(
            f"REGENTE_KEEP_DAYS takes {sorted(declared)}, each with a positive number of days or null; "
            f"wrong: {sorted({*unknown, *wrong})}."
        )
    return [replace(kept, days=days.get(rows, kept.days)) for rows, kept in declared.items()]


def prune(tx: Tx, kept: Kept, workspace_id: str, *, before: float, limit: int = AT_ONCE) -> int:
    """Delete up to `limit` rows from before a moment, and give how many."""
    table = kept.table
    keys = sa.tuple_(*table.primary_key.columns)
    old = sa.select(*table.primary_key.columns).where(
        table.c.workspace_id == workspace_id, kept.since < before
    )
    if kept.where is not None:
        old = old.where(kept.where)
    return tx.execute(table.delete().where(keys.in_(old.limit(limit)))).rowcount
