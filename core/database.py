"""The database: `reading` and `writing` are the only doors, and a transaction is a plain function.

A transaction is a function that takes a connection first; it runs on a thread of the database, from
its first line to the commit, with no await in between:

    async def rename(database: Database, customer_id: str, name: str) -> None:
        await database.writing(set_name, customer_id, name)

SQLite has one writer (a thread of its own, see `core.together`), `BEGIN IMMEDIATE`, WAL and
`synchronous=FULL`: with the driver's defaults 80 of 200 concurrent increments survived, without an
error. PostgreSQL runs READ COMMITTED; lock the rows you decide on with `with_for_update()`, which
SQLite does not need and leaves out.
"""

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import OperationalError

from core.clock import Clock, ahead, seconds
from core.errors import BadInput, Unavailable
from core.statements import insertion
from core.together import Together

P = ParamSpec("P")
T = TypeVar("T")

Tx = Connection
"""A transaction in progress; it commits when the function it was given to returns."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CLOCK = "clock"
"""Execution option of every connection: the clock that `domain_now` asks instead, or None."""

Moment = sa.Double
"""Columns named `..._at` and `..._until`: seconds since 1970 in UTC."""


class Database:
    """One database, SQLite or PostgreSQL, and the threads that talk to it."""

    def __init__(
        self, url: str, *, readers: int = 4, writers: int = 8, clock: Clock | None = None
    ) -> None:
        self.url = make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.dialect = self.url.get_backend_name()
        if self.dialect not in ("sqlite", "postgresql"):
            raise BadInput(
                f"REGENTE_DATABASE_URL names {self.dialect!r}; use sqlite:/// or postgresql://."
            )
        if self.dialect == "sqlite":
            writers = 1
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._write_engine = self._engine(writers, begin="BEGIN IMMEDIATE")
        self._read_engine = self._engine(readers, begin="BEGIN", isolation="REPEATABLE READ")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="database-write")
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="database-read")
        one = self.dialect == "sqlite"
        self._together = Together(self._begun, self._writers) if one else None

    def _engine(self, connections: int, *, begin: str, isolation: str | None = None) -> Engine:
        # What is written stays out of errors, and so out of logs.
        pool: dict[str, Any] = {
            "pool_size": connections, "max_overflow": 0, "hide_parameters": True,
        }  # fmt: skip
        pool["execution_options"] = {CLOCK: self._clock}
        if self.dialect == "sqlite":
            engine = sa.create_engine(self.url, **pool)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", partial(_begin_sqlite, begin))
            return engine
        options = {"isolation_level": isolation} if isolation else {}
        return sa.create_engine(self.url, pool_pre_ping=True, **pool, **options)

    async def writing(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, ...)` as one transaction that may write; an exception rolls it back.

        On SQLite those that wait for the writer share one commit; each is kept or undone on its own.

        Raises:
            Unavailable: the database cannot be reached or stayed locked; nothing was kept.
        """
        if self._together is not None:

            def named(tx: Tx) -> T:
                with _outage_named():
                    return work(tx, *args, **kwargs)

            return await self._together.write(named)
        return await self._on(self._writers, partial(self.write, work, *args, **kwargs))

    async def reading(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, ...)` on one consistent view of what is committed; it must not write."""
        return await self._on(self._readers, partial(self.read, work, *args, **kwargs))

    async def glancing(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do what `reading` does, for a few rows found by their keys.

        On SQLite that takes less than the way to another thread and back, so it is done here and now:
        readers wait for no writer. What may read many rows, or a table from end to end, uses `reading`.
        """
        if self.dialect == "sqlite":
            return self.read(work, *args, **kwargs)
        return await self.reading(work, *args, **kwargs)

    def write(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `writing` does, on this thread: for commands and for code already on one."""
        with self._begun() as tx:
            return work(tx, *args, **kwargs)

    @contextmanager
    def _begun(self) -> Iterator[Tx]:
        with _outage_named(), self._write_engine.begin() as tx:
            yield tx

    def read(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `reading` does, on this thread."""
        with _outage_named(), self._read_engine.connect() as tx, tx.begin() as view:
            try:
                return work(tx, *args, **kwargs)
            finally:
                view.rollback()

    async def forgetting(self) -> None:
        """Let nothing that was erased be found in the files either, as far as that is ours to do.

        SQLite overwrites what is deleted, but keeps the pages of before in its log until it is written out.
        PostgreSQL overwrites by its own VACUUM, which runs by itself.
        """
        if self.dialect == "sqlite":
            await self._on(self._writers, self._write_out)

    def _write_out(self) -> None:
        with self._write_engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @asynccontextmanager
    async def holding(
        self,
        work: Callable[Concatenate[Tx, P], T],
        at_most_s: float,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> AsyncIterator[T]:
        """Give what `work(tx, ...)` gives and keep its locks while the block runs, at most so long.

        A thread of the database and a connection wait for the block: let it be short.

        Raises:
            Unavailable: the database cannot be reached.
        """
        loop, over = asyncio.get_running_loop(), threading.Event()
        given: asyncio.Future[T] = loop.create_future()

        def hold(tx: Tx) -> None:
            loop.call_soon_threadsafe(given.set_result, work(tx, *args, **kwargs))
            over.wait(at_most_s)

        kept = asyncio.ensure_future(self._on(self._writers, partial(self.write, hold)))
        kept.add_done_callback(asyncio.Future.exception)  # who only let go hears of no failure
        try:
            await asyncio.wait((given, kept), return_when=asyncio.FIRST_COMPLETED)
            if not given.done():
                await kept
            yield given.result()
        finally:
            over.set()

    async def _on(self, threads: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    def close(self) -> None:
        """Let running transactions end, then give the connections back."""
        for threads in (self._writers, self._readers):
            threads.shutdown(wait=True)
        for engine in (self._write_engine, self._read_engine):
            engine.dispose()


def _begin_sqlite(begin: str, tx: Connection) -> None:
    """Begin a transaction by the driver itself: a turn has a dozen, and SQLAlchemy's way costs each."""
    driver: Any = tx.connection.dbapi_connection
    driver.execute(begin)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what SQLite keeps per connection; `isolation_level=None` leaves BEGIN to us."""
    connection.isolation_level = None
    for setting in (
        "busy_timeout=10000",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {setting}")
    _switch_to_wal(connection)


def _switch_to_wal(connection: Any) -> None:
    """Set WAL, with patience: SQLite's busy timeout does not cover the switch."""
    patience_ends = time.monotonic() + 10
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
        except sqlite3.OperationalError:
            if time.monotonic() > patience_ends:
                raise
            time.sleep(0.01)


@contextmanager
def _outage_named() -> Iterator[None]:
    """Turn what the driver says of an outage into `Unavailable`; nothing was kept then."""
    try:
        yield
    except _outages() as error:
        reason = getattr(error, "orig", None) or error
        raise Unavailable(
            f"The database did not answer ({reason}); nothing was kept, try again."
        ) from error


def _outages() -> tuple[type[Exception], ...]:
    """Give what SQLAlchemy and the drivers in use raise when the database cannot be had."""
    psycopg = sys.modules.get("psycopg")
    of_psycopg = (psycopg.OperationalError,) if psycopg else ()
    return (OperationalError, sqlite3.OperationalError, *of_psycopg)


def database_now(tx: Tx) -> float:
    """Give the database's own time in seconds since 1970: the one clock all processes share.

    PostgreSQL is asked once a transaction; from then on this machine counts the seconds.
    """
    if tx.dialect.name == "sqlite":
        return time.time()  # SQLite has no clock but that of the machine all its processes run on
    begun, asked = tx.get_transaction(), tx.info.get(_ASKED)
    if begun is None or asked is None or asked[0] is not begun:
        driver: Any = tx.connection.dbapi_connection
        asked = (begun, driver.execute(_NOW).fetchone()[0] - time.monotonic())
        tx.info[_ASKED] = asked
    return asked[1] + time.monotonic()


def domain_now(tx: Tx) -> float:
    """Give the moment at which what is written now happens: the database's time, or the day rehearsed.

    A demo's clock may run ahead of it, and whoever lives a company's past through opens the database
    with a clock. Leases and heartbeats ask `database_now`, whatever the day is.
    """
    clock: Clock | None = tx.get_execution_options().get(CLOCK)
    return database_now(tx) + ahead().total_seconds() if clock is None else seconds(clock())


_NOW = "SELECT extract(epoch FROM clock_timestamp())::float8"
_ASKED = "the time that a transaction was told, less this machine's"


def insert_once(tx: Tx, table: sa.Table, row: dict[str, Any]) -> bool:
    """Insert a row unless one of its unique keys is taken; say whether it was inserted."""
    return insertion(table, tuple(row), tx.dialect.name).inserted(tx, **row)


def alone(tx: Tx, what: str) -> None:
    """Wait until no other transaction is at `what`, and be alone at it until this one ends.

    For what is looked at and then written by whoever comes first; SQLite's one writer is always alone.
    """
    if tx.dialect.name == "postgresql":
        driver: Any = tx.connection.dbapi_connection
        driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (what,))
