"""What models have cost, by day, agent, role and model: rows that every process adds to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core import events
from core.database import Tx, insert_once
from core.settings import Settings
from core.statements import Prepared
from models import Spent
from models.tables import notices, spending
from models.usage import together

Level = Literal["warned", "reached"]
By = Literal["day", "agent", "role", "model"]
FIGURES = ("calls", "input_tokens", "output_tokens", "cost_usd")

_ON_DAY = Prepared(
    sa.select(sa.func.coalesce(sa.func.sum(spending.c.cost_usd), 0.0).label("cost_usd")).where(
        spending.c.workspace_id == sa.bindparam("workspace"), spending.c.day == sa.bindparam("day")
    )
)


@dataclass(frozen=True)
class Limits:
    """What may be spent, in US dollars; 0: any amount."""

    warn_usd: float = 0.0
    """Of a day: from then on people are warned."""

    day_usd: float = 0.0
    """Of a day: from then on the embedded model answers."""

    turn_usd: float = 0.0
    """Of a turn: for the rest of it the embedded model answers."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Read them from the settings."""
        return cls(settings.spend_warn_usd, settings.spend_limit_usd, settings.turn_limit_usd)

    def of_day(self) -> dict[Level, float]:
        """Give the limits of a day that are set."""
        found: dict[Level, float] = {"warned": self.warn_usd, "reached": self.day_usd}
        return {level: usd for level, usd in found.items() if usd}

    def passed(self, spent_usd: float) -> list[Level]:
        """Give the limits of a day that so much reaches."""
        return [level for level, usd in self.of_day().items() if spent_usd >= usd]


def add(
    tx: Tx, workspace_id: str, day: str, spent: Sequence[Spent], limits: Limits
) -> tuple[float, list[Level]]:
    """Add to a day; give what it has cost by now, and the limits that are passed and were not yet told.

    A limit that is passed is told once a day, by whoever comes first: as an event, in this transaction.
    """
    statement = _addition(tx.dialect.name)
    for one in together(list(spent)):  # in one order, or two processes would wait for each other
        statement.run(tx, workspace_id=workspace_id, day=day, **asdict(one))
    total = on_day(tx, workspace_id, day)
    told: list[Level] = [
        level
        for level in limits.passed(total)
        if insert_once(tx, notices, {"workspace_id": workspace_id, "day": day, "limit": level})
    ]
    for level in told:
        events.emit(
            tx,
            workspace_id=workspace_id,
            kind=f"models.limit_{level}",
            subject={"day": day},
            data={"spent_usd": total, "limit_usd": limits.of_day()[level]},
        )
    return total, told


def on_day(tx: Tx, workspace_id: str, day: str) -> float:
    """Give what a day has cost, in US dollars."""
    row = _ON_DAY.first(tx, workspace=workspace_id, day=day)
    return row["cost_usd"] if row else 0.0


def summed(
    tx: Tx, workspace_id: str, by: Sequence[By], *, since: str = "", until: str = "9999-12-31"
) -> list[dict[str, Any]]:
    """Sum up from day to day, both included; the newest day first, then the dearest."""
    columns = [spending.c[name] for name in by]
    sums = [sa.func.sum(spending.c[name]).label(name) for name in FIGURES]
    order = [spending.c.day.desc()] if "day" in by else []
    statement = (
        sa.select(*columns, *sums)
        .where(spending.c.workspace_id == workspace_id, spending.c.day.between(since, until))
        .group_by(*columns)
        .order_by(*order, sa.desc("cost_usd"), *columns)
    )
    rows = [dict(row) for row in tx.execute(statement).mappings()]
    return [row | {name: int(row[name]) for name in FIGURES[:3]} for row in rows]


@lru_cache
def _addition(dialect: str) -> Prepared:
    made = postgresql if dialect == "postgresql" else sqlite
    inserting = made.insert(spending).values(
        {column.name: sa.bindparam(column.name, type_=column.type) for column in spending.c}
    )
    return Prepared(
        inserting.on_conflict_do_update(
            index_elements=list(spending.primary_key),
            set_={name: spending.c[name] + inserting.excluded[name] for name in FIGURES},
        )
    )
