"""DBOS while it is needed: imported and opened for the first job, closed when there was none for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from jobs.durable import Durable


class Machine:
    """Opens and closes the one DBOS of this process."""

    def __init__(
        self, database: URL, process_id: str, perform: Callable[[str, int], Awaitable[None]]
    ) -> None:
        self._database = database
        self._process_id = process_id
        self._perform = perform
        self._threads = ThreadPoolExecutor(thread_name_prefix="asyncio")
        self._durable: Durable | None = None

    @property
    def is_open(self) -> bool:
        return self._durable is not None

    async def opened(self) -> "Durable":
        """Give DBOS, opened if it was not."""
        if self._durable is None:
            durable = await asyncio.to_thread(_imported)
            opened = durable(self._database, self._process_id, self._perform, self._threads)
            try:
                await _to_its_end(opened.start())
            except BaseException:  # what is half open is closed as well
                await opened.stop()
                raise
            self._durable = opened
        return self._durable

    async def close(self) -> None:
        """Close it if it is open; jobs that are at work stay as they are, for the next."""
        if self._durable is not None:
            durable, self._durable = self._durable, None
            await _to_its_end(durable.stop())


def _imported() -> "type[Durable]":
    from jobs.durable import Durable

    return Durable


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Await what a thread is at, which goes on when nobody waits: a cancellation waits with us."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    finally:
        await asyncio.wait([task])
