"""HTTP connections to model servers, several small pools per event loop.

A pool that outlives its loop fails in the next one ("Event loop is closed"), so pools are looked up by
the running loop and close together with it. They are small because httpcore looks every connection over
against every other for each request that begins or ends: with 128 clients and one pool for all of them
that took a quarter of the server's time.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from weakref import WeakKeyDictionary

import httpx

AT_ONCE = 8
"""Calls that one pool carries before the next is made."""

LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE, keepalive_expiry=30)


class _Pool:
    def __init__(self) -> None:
        self.client = httpx.AsyncClient(verify=trust(), limits=LIMITS, timeout=None)  # noqa: S113 - a call is timed as a whole
        self.calls = 0


_pools: WeakKeyDictionary[
    asyncio.AbstractEventLoop, tuple[list[_Pool], AsyncGenerator[None, None]]
] = WeakKeyDictionary()


@asynccontextmanager
async def connected() -> AsyncIterator[httpx.AsyncClient]:
    """Lend connections of the running loop for one call.

    The first pool with room lends them, so that the connections of a few calls stay warm.
    """
    pools = await _of_loop()
    pool = next((each for each in pools if each.calls < AT_ONCE), None)
    if pool is None:
        pools.append(pool := _Pool())
    pool.calls += 1
    try:
        yield pool.client
    finally:
        pool.calls -= 1


async def _of_loop() -> list[_Pool]:
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        pools: list[_Pool] = []
        closing = _close_with_loop(pools)
        _pools[loop] = (pools, closing)
        await anext(closing)
    return _pools[loop][0]


async def _close_with_loop(pools: list[_Pool]) -> AsyncGenerator[None, None]:
    """Close the pools when the loop shuts its unfinished generators down, as `asyncio.run` does."""
    try:
        yield
    finally:
        for pool in pools:
            await pool.client.aclose()


@cache
def trust() -> ssl.SSLContext:
    """Give the certificates that servers are held against; made once, for it takes 20 ms."""
    return httpx.create_ssl_context()
