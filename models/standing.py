"""How models stand: servers' health, the switch, the day's money; in rows that all processes share.

`Memory` is the same for one process without a database: Studio, and whoever opens models alone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from core import audit
from core.database import Database, Tx, database_now, insert_once
from core.statements import Prepared, change_of
from models import Spent
from models.breaker import Health
from models.spending import Level, Limits, add, on_day
from models.tables import servers, switches

Step = Callable[[Health, float], Health]
"""Makes of a health, at a moment, the next one."""


@dataclass(frozen=True)
class State:
    """What is to be known before a call goes out."""

    now: float
    """On the clock of the servers' moments."""

    servers: dict[str, Health] = field(default_factory=dict)
    stopped: str | None = None
    """Why models are switched off; None: they are not."""

    spent_usd: float = 0.0
    """On the day that was asked about."""


class Store(Protocol):
    """Where it is kept."""

    async def read(self, day: str) -> State:
        """Give how it stands."""
        ...

    async def change(self, server: str, step: Step) -> tuple[Health, Health, float]:
        """Change a server's health, alone at it; give it before and after, and the moment."""
        ...

    async def add(
        self, day: str, spent: Sequence[Spent], limits: Limits
    ) -> tuple[float, list[Level]]:
        """Add to a day's money; see `models.spending.add`."""
        ...


class Memory:
    """Keeps it in this process."""

    def __init__(self) -> None:
        self._servers: dict[str, Health] = {}
        self._days: dict[str, float] = {}

    async def read(self, day: str) -> State:
        """Give how it stands."""
        return State(time.monotonic(), dict(self._servers), None, self._days.get(day, 0.0))

    async def change(self, server: str, step: Step) -> tuple[Health, Health, float]:
        """Change a server's health."""
        now, before = time.monotonic(), self._servers.get(server, Health())
        self._servers[server] = step(before, now)
        return before, self._servers[server], now

    async def add(
        self, day: str, spent: Sequence[Spent], limits: Limits
    ) -> tuple[float, list[Level]]:
        """Add to a day's money."""
        before = self._days.get(day, 0.0)
        self._days[day] = total = before + sum(one.cost_usd for one in spent)
        return total, [
            level for level in limits.passed(total) if level not in limits.passed(before)
        ]


class Rows:
    """Keeps it in the database."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self._database, self._workspace_id = database, workspace_id

    async def read(self, day: str) -> State:
        """Give how it stands."""
        return await self._database.glancing(read, self._workspace_id, day)

    async def change(self, server: str, step: Step) -> tuple[Health, Health, float]:
        """Change a server's health, with its row locked."""
        return await self._database.writing(_change, self._workspace_id, server, step)

    async def add(
        self, day: str, spent: Sequence[Spent], limits: Limits
    ) -> tuple[float, list[Level]]:
        """Add to a day's money."""
        return await self._database.writing(add, self._workspace_id, day, spent, limits)


_OF_WORKSPACE = Prepared(
    sa.select(servers.c.server, servers.c.failed, servers.c.open_until, servers.c.reason).where(
        servers.c.workspace_id == sa.bindparam("workspace")
    )
)
_ONE = Prepared(
    sa.select(servers.c.failed, servers.c.open_until, servers.c.reason)
    .where(
        servers.c.workspace_id == sa.bindparam("workspace"),
        servers.c.server == sa.bindparam("server"),
    )
    .with_for_update()
)
_SWITCH = Prepared(sa.select(switches).where(switches.c.workspace_id == sa.bindparam("workspace")))


def read(tx: Tx, workspace_id: str, day: str) -> State:
    """Give how models stand, and what the day has cost."""
    rows = _OF_WORKSPACE.rows(tx, workspace=workspace_id)
    position = switch(tx, workspace_id)
    return State(
        now=database_now(tx),
        servers={row.pop("server"): Health(**row) for row in rows},
        stopped=position["reason"] if position and position["stopped"] else None,
        spent_usd=on_day(tx, workspace_id, day),
    )


def _change(tx: Tx, workspace_id: str, server: str, step: Step) -> tuple[Health, Health, float]:
    now, key = database_now(tx), {"workspace_id": workspace_id, "server": server}
    row = _ONE.first(tx, workspace=workspace_id, server=server)
    if row is None:
        insert_once(tx, servers, {**key, **asdict(Health()), "changed_at": now})
        row = _ONE.first(tx, workspace=workspace_id, server=server)
    before = Health(**(row or {}))
    after = step(before, now)
    if after != before:
        _update(tx, servers, key, {**asdict(after), "changed_at": now})
    return before, after, now


def switch(tx: Tx, workspace_id: str) -> dict[str, Any] | None:
    """Give the position of the switch, who put it there and why; None: nobody has touched it."""
    return _SWITCH.first(tx, workspace=workspace_id)


def turn(tx: Tx, workspace_id: str, *, stopped: bool, by: str, reason: str = "") -> None:
    """Switch models that are paid for off or on, for every process; the audit says who did and why."""
    key = {"workspace_id": workspace_id}
    now = database_now(tx)
    position = {"stopped": stopped, "reason": reason, "by": by, "changed_at": now}
    if not insert_once(tx, switches, {**key, **position}):
        _update(tx, switches, key, position)
    action = "models.stop" if stopped else "models.go"
    audit.append(
        tx, workspace_id=workspace_id, actor=by, action=action, subject="models",
        details={"reason": reason},
    )  # fmt: skip


def _update(tx: Tx, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    statement = change_of(table, tuple(key), tuple(values))
    named = {f"of_{name}": value for name, value in key.items()}
    statement.run(tx, **named, **{f"to_{name}": value for name, value in values.items()})
