"""Keeping a lease while work is done under it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from core.errors import LeaseLost

log = structlog.get_logger(__name__)


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
