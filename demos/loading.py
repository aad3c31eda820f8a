"""Loading a past into an empty database, moved to today: nothing real is ever mixed with it.

Moments of the last day move by exactly the time since the past ended, so that who waits has waited for
as long; all before, and the days in texts, move by whole days. The state of the graph, which only open
conversations have, keeps its texts as they were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from conversations.tables import conversations
from core import audit
from core.clock import moment
from core.database import Database, Tx, domain_now
from core.errors import WorkspaceError
from core.settings import Settings
from core.upgrade import LOCK, load_tables
from core.workspace import Workspace
from demos import dates, dump
from demos.dump import Past, Row

FILE = "data/life.jsonl.gz"
"""Where a workspace keeps its past."""

DAY_S = 86_400.0
AGAIN = "Make it anew with `make life`, or start with REGENTE_DEMO_LIFE=off."
SIMULATED = ("conversations", "customers")
"""Tables whose rows say that nobody is behind them."""

_EMPTY: dict[type, Any] = {bool: False, int: 0, float: 0.0, str: "", dict: {}}
"""What a column holds that the past does not know yet."""


@dataclass(frozen=True)
class Loaded:
    """What was put into the database."""

    conversations: int
    rows: int
    days: int
    """From the first message to now."""


def load(
    database: Database,
    workspace: Workspace,
    settings: Settings,
    told: Callable[[str], None] = lambda _: None,
) -> Loaded | None:
    """Load the workspace's past where it has one and the database is empty; None: nothing to do.

    Any number of processes may do this at once; the first one does it.

    Raises:
        WorkspaceError: the past is of other tables than these; says what to do.
    """
    path = workspace.path / FILE
    if not (workspace.profile.demo and settings.demo_life and path.is_file()):
        return None
    if database.read(_used, workspace.workspace_id):
        return None
    told(f"Loading the demo's past from {path.name} ...")
    return database.write(_load, path, workspace, settings.data_dir)


def _used(tx: Tx, workspace_id: str) -> bool:
    """Say whether there are conversations, simulated or real ones: then nothing is loaded."""
    one = sa.select(conversations.c.conversation_id).where(
        conversations.c.workspace_id == workspace_id
    )
    return tx.execute(one.limit(1)).first() is not None


def _load(tx: Tx, path: Path, workspace: Workspace, data_dir: Path) -> Loaded | None:
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    if _used(tx, workspace.workspace_id):
        return None
    past = dump.read(path)
    check(past, workspace.workspace_id, path)
    now = domain_now(tx)
    move = Move(past.ended_at, now, moment(past.ended_at).astimezone(workspace.zone))
    for table in dump.tables():
        if rows := [move.row(row) for row in past.rows.get(table.name, [])]:
            _put(tx, table, rows)
    for name, content in past.files.items():
        _keep(data_dir, name, content)
    begun = min(row["opened_at"] for row in past.rows["conversations"])
    return Loaded(
        conversations=len(past.rows["conversations"]),
        rows=sum(map(len, past.rows.values())),
        days=round((past.ended_at - begun) / DAY_S),
    )


def check(past: Past, workspace_id: str, path: Path) -> None:
    """Refuse a past that does not fit the tables of this version.

    Raises:
        WorkspaceError: says what does not fit, and what to do.
    """
    if past.workspace_id != workspace_id:
        raise WorkspaceError(
            f"{path} is the past of {past.workspace_id!r}, not of {workspace_id!r}. {AGAIN}"
        )
    known = load_tables().tables
    for name, rows in past.rows.items():
        if name not in known:
            raise WorkspaceError(f"{path} has rows of {name!r}, a table that is gone. {AGAIN}")
        gone = sorted(rows[0].keys() - known[name].c.keys()) if rows else []
        if gone:
            raise WorkspaceError(f"{path} has columns of {name!r} that are gone: {gone}. {AGAIN}")


class Move:
    """Moves what a past holds to now."""

    def __init__(self, ended_at: float, now: float, ended: datetime) -> None:
        self._last_day = ended_at - DAY_S
        self._exactly = now - ended_at
        # Whole days, downwards: what comes before the last day stays before it.
        days = int((now - ended_at) // DAY_S)
        self._days = days * DAY_S
        self._text = dates.Days(date(ended.year, ended.month, ended.day), days)

    def moment(self, at: float) -> float:
        """Give a moment as it is seen from now."""
        return at + (self._exactly if at > self._last_day else self._days)

    def row(self, row: Row) -> Row:
        """Give a row as it is seen from now."""
        return {name: self._value(name, value) for name, value in row.items()}

    def _value(self, name: str, value: Any) -> Any:
        if dates.is_moment(name, value):
            return self.moment(value)
        if isinstance(value, str) and name not in ("text", "summary", "reason", "resolution"):
            return value  # ids, keys, names
        return dates.moved(value, self.moment, self._text)


def _put(tx: Tx, table: sa.Table, rows: list[Row]) -> None:
    """Insert rows; what they do not know yet is empty."""
    if table.name == audit.audit.name:
        audit.carry_over(tx, rows)
        return
    more = {
        column.name: _empty(column)
        for column in table.c
        if column.name not in rows[0] and not column.nullable
    }
    if table.name in SIMULATED:
        more["simulated"] = True
    tx.execute(table.insert(), [row | more for row in rows])


def _empty(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return {}
    return _EMPTY.get(column.type.python_type, "")


def _keep(data_dir: Path, name: str, content: bytes) -> None:
    place = (data_dir / name).resolve()
    if not place.is_relative_to(data_dir.resolve()):
        raise WorkspaceError(f"{name!r} would lie outside of the data folder.")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


__all__ = ["FILE", "Loaded", "load"]
