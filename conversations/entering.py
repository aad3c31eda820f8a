"""Entering what only this process knows: how a delivery or a write outside has ended."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

from core.database import Database
from core.errors import Unavailable

T = TypeVar("T")

log = structlog.get_logger(__name__)

AGAIN_S, WITHIN_S = 0.5, 60.0
"""How often, and how long, it is tried while the database is away or its disk is full."""


async def entered(database: Database, work: Callable[..., T], *given: object) -> T:
    """Run `work(tx, ...)` as `writing` does, and again after an outage: asking outside again is not as good.

    Raises:
        Unavailable: the outage lasts longer than `WITHIN_S`.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + WITHIN_S
    while True:
        try:
            return await database.writing(work, *given)
        except Unavailable:
            if clock() >= until:
                raise
            log.warning("not_entered", what=getattr(work, "__name__", ""))
            await asyncio.sleep(AGAIN_S)
