"""Writes that wait for SQLite's one writer, committed together.

    accept ─┐
    claim  ─┼─▶ BEGIN ─▶ each behind a savepoint of its own ─▶ COMMIT ─▶ each hears what it gave
    finish ─┘

A commit waits for the disk, several times as long as it takes to write a message, and while turns commit too,
two hundred messages a second would queue for it. What raises is rolled back alone; when the commit fails
nothing of any was kept, and each is told so.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

T = TypeVar("T")

LONGEST_S = 0.005
"""No more is begun after so long: the first of them waits for the last."""

Begin = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction, that is committed at the end of the block."""


class _Piece:
    """One write, and who waits for it."""

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.told: Future[Any] = Future()
        self._work = work
        self._given: Any = None
        self._error: Exception | None = None

    def write(self, tx: Connection) -> None:
        """Do the work; what it wrote is gone if it raises.

        Raises:
            Exception: what the work raised, where SQLite has ended the whole transaction for it.
        """
        driver: Any = tx.connection.dbapi_connection
        driver.execute("SAVEPOINT piece")
        try:
            self._given = self._work(tx)
        except Exception as error:
            if not driver.in_transaction:
                raise
            self._error = error
            if (inner := tx.get_nested_transaction()) is not None:
                inner.rollback()
            driver.execute("ROLLBACK TO piece")
        driver.execute("RELEASE piece")

    def tell(self) -> None:
        """Tell who waits: it is committed, or has raised."""
        if self._error is None:
            self.told.set_result(self._given)
        else:
            self.told.set_exception(self._error)


class Together:
    """The one writer's thread and what waits for it."""

    def __init__(self, begin: Begin, thread: ThreadPoolExecutor) -> None:
        self._begin, self._thread = begin, thread
        self._waiting: deque[_Piece] = deque()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work(tx)`, and give what it gave once it is committed."""
        piece = _Piece(work)
        self._waiting.append(piece)
        self._thread.submit(self._write_waiting)
        return await asyncio.wrap_future(piece.told)

    def _write_waiting(self) -> None:
        """Write what waits now, called once for each piece; another call may have written it."""
        if (first := self._next()) is None:
            return
        written = [first]
        try:
            with self._begin() as tx:
                first.write(tx)
                until = time.monotonic() + LONGEST_S
                while time.monotonic() < until and (piece := self._next()) is not None:
                    written.append(piece)
                    piece.write(tx)
        except BaseException as error:  # noqa: BLE001 - whatever it is, they wait to be told
            for piece in written:
                piece.told.set_exception(error)
            return
        for piece in written:
            piece.tell()

    def _next(self) -> _Piece | None:
        """Give what has waited longest and is still wanted."""
        while self._waiting:
            piece = self._waiting.popleft()
            if piece.told.set_running_or_notify_cancel():
                return piece
        return None
