"""Facts that upper folders act on: a row in the transaction that made it true, handled afterwards.

    events.emit(tx, workspace_id=..., kind="customer.verified", subject={"customer_id": ...})

    @events.handles("customer.verified")
    async def merge(event: Event, database: Database) -> None: ...

A folder below emits and knows nobody; a folder above registers. A handler is run at least once, so
it must be idempotent; one that raised is tried again later, without those that did their part.
Facts carry ids, never message text or personal data.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog

from core.database import Database, Moment, Tx, database_now, domain_now, metadata
from core.ids import new_id
from core.statements import Prepared

log = structlog.get_logger(__name__)

BATCH = 50
LEASE_S = 60.0
"""Seconds after which another process may take events whose handlers never came back."""

MAX_ATTEMPTS = 12
"""Then the event is left for people; with the back-off that is half an hour after it happened."""

events = sa.Table(
    "events",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("subject", sa.JSON, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("emitted_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("done", sa.JSON, nullable=False),
    sa.Column("failure", sa.Text),
    sa.Column("handled_at", Moment),
    sa.Column("failed_at", Moment),
)
_EMITTED = Prepared(events.insert())
_WAITING = "handled_at IS NULL AND failed_at IS NULL"
sa.Index(
    "ix_events_waiting",
    events.c.due_at,
    sqlite_where=sa.text(_WAITING),
    postgresql_where=sa.text(_WAITING),
)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened."""

    event_id: str
    workspace_id: str
    kind: str
    subject: dict[str, str]
    """Ids of what it is about."""

    data: dict[str, Any]
    attempts: int = 1
    """1 the first time it is handled."""

    done: tuple[str, ...] = ()
    """Handlers that have already done their part."""


Handler = Callable[[Event, Database], Awaitable[None]]


class Handlers:
    """Who acts on which kind of event."""

    def __init__(self) -> None:
        self._by_kind: dict[str, dict[str, Handler]] = {}

    def on(self, kind: str) -> Callable[[Handler], Handler]:
        """Register the decorated function; the same function twice (a reload) counts once."""

        def register(handler: Handler) -> Handler:
            name = f"{handler.__module__}.{getattr(handler, '__qualname__', repr(handler))}"
            self._by_kind.setdefault(kind, {})[name] = handler
            return handler

        return register

    @property
    def kinds(self) -> list[str]:
        """The kinds somebody acts on."""
        return sorted(self._by_kind)

    def waiting_for(self, event: Event) -> dict[str, Handler]:
        """Give the handlers that have not done their part yet, by name."""
        handlers = self._by_kind.get(event.kind, {})
        return {name: handler for name, handler in handlers.items() if name not in event.done}


HANDLERS = Handlers()
handles = HANDLERS.on


def emit(
    tx: Tx,
    *,
    workspace_id: str,
    kind: str,
    subject: Mapping[str, str],
    data: Mapping[str, Any] | None = None,
) -> str:
    """Record a fact, in the transaction that made it one, and give the event's id."""
    event_id = new_id("event")
    _EMITTED.run(
        tx,
        workspace_id=workspace_id,
        event_id=event_id,
        kind=kind,
        subject=dict(subject),
        data=dict(data or {}),
        emitted_at=domain_now(tx),
        due_at=database_now(tx),
        attempts=0,
        done=[],
    )
    return event_id


async def dispatch(database: Database, handlers: Handlers = HANDLERS) -> int:
    """Run the handlers of every event that is due; give how many events were handled to the end.

    Called after commits and by the sweep, by any number of processes. Events that nobody here acts
    on are left alone: a process of an older version does not swallow what a newer one wants.
    """
    handled = 0
    while handlers.kinds:
        batch = await database.writing(_claim, handlers.kinds)
        for event in batch:
            handled += await _handle(database, event, handlers)
        if len(batch) < BATCH:
            break
    return handled


async def _handle(database: Database, event: Event, handlers: Handlers) -> bool:
    done, failure = list(event.done), None
    for name, handler in handlers.waiting_for(event).items():
        try:
            await handler(event, database)
        except Exception as error:  # whatever a handler raises, the others have their turn
            failure = f"{name}: {type(error).__name__}"
            log.warning(
                "event_handler_failed", event_id=event.event_id, handler=name, exc_info=True
            )
        else:
            done.append(name)
    await database.writing(_settle, event, done, failure)
    return failure is None


def _claim(tx: Tx, kinds: Sequence[str]) -> list[Event]:
    """Take due events, oldest first, so that no other process takes them meanwhile."""
    now = database_now(tx)
    due = (
        sa.select(events)
        .where(sa.text(_WAITING), events.c.due_at <= now, events.c.kind.in_(kinds))
        .order_by(events.c.emitted_at, events.c.event_id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    claimed = [
        Event(
            event_id=row.event_id,
            workspace_id=row.workspace_id,
            kind=row.kind,
            subject=row.subject,
            data=row.data,
            attempts=row.attempts + 1,
            done=tuple(row.done),
        )
        for row in tx.execute(due)
    ]
    for event in claimed:
        tx.execute(_row(event).values(attempts=event.attempts, due_at=now + LEASE_S))
    return claimed


def _settle(tx: Tx, event: Event, done: list[str], failure: str | None) -> None:
    now = database_now(tx)
    values: dict[str, Any] = {"done": done, "failure": failure}
    if failure is None:
        values["handled_at"] = now
    elif event.attempts >= MAX_ATTEMPTS:
        values["failed_at"] = now
    else:
        values["due_at"] = now + backoff_s(event.attempts)
    tx.execute(_row(event).values(values))


def _row(event: Event) -> sa.Update:
    return events.update().where(
        events.c.workspace_id == event.workspace_id, events.c.event_id == event.event_id
    )


def backoff_s(attempts: int) -> float:
    """Give the seconds to wait after this many failures: 1, 2, 4, ... up to half an hour."""
    return min(2.0 ** (attempts - 1), 1800.0)
