"""HTTP connections to model servers, one pool per event loop.

A pool that outlives its loop fails in the next one ("Event loop is closed"), so pools are looked up by
the running loop and close together with it.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from functools import cache
from weakref import WeakKeyDictionary

import httpx

LIMITS = httpx.Limits(max_connections=512, max_keepalive_connections=128, keepalive_expiry=30)

_pools: WeakKeyDictionary[
    asyncio.AbstractEventLoop, tuple[httpx.AsyncClient, AsyncGenerator[None, None]]
] = WeakKeyDictionary()


async def pool() -> httpx.AsyncClient:
    """Give the connections of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        client = httpx.AsyncClient(verify=trust(), limits=LIMITS, timeout=None)  # noqa: S113 - a call is timed as a whole
        closing = _close_with_loop(client)
        _pools[loop] = (client, closing)
        await anext(closing)
    return _pools[loop][0]


async def _close_with_loop(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close the client when the loop shuts its unfinished generators down, as `asyncio.run` does."""
    try:
        yield
    finally:
        await client.aclose()


@cache
def trust() -> ssl.SSLContext:
    """Give the certificates that servers are held against; made once, for it takes 20 ms."""
    return httpx.create_ssl_context()
