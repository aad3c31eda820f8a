"""Who computes: one turn of a process at a time, however many of them wait for somebody else.

    places = Places(1)
    places.knocked()               # somebody brings a message
    async with places.taken():     # a turn, from its claim to its commit
        ...
        lend()                     # it begins to wait for a model: the place is another turn's now

A process has one interpreter. Turns that compute at the same time are each done later and none sooner, and
whoever knocks meanwhile, with a message to be acknowledged or a sentence to be shown, waits behind a step of
every one of them. A turn that waits for something without saying so lends its place after `LONGEST_S`.

In a rush, when messages come in faster than they can be answered, they are let in first: the turns will be
late whatever is done, an acknowledgement need not be. What lasts is no rush, and then turns go on as ever.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

LONGEST_S = 0.1
RUSH_KNOCKS, RUSH_WITHIN_S = 10, 0.2
RUSH_WAITING = 20
"""Turns that wait: with fewer, what comes in is answered as it comes."""

RUSH_PACE_S = 1.0
"""So often a turn begins all the same."""

LOOK_S = 0.02
LONGEST_RUSH_S = 45.0


class _Place:
    """One turn's place; given back once."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places, self._held = places, True

    def give_back(self) -> None:
        if self._held:
            self._held = False
            self._places.release()


_place: ContextVar[_Place | None] = ContextVar("place", default=None)


class Places:
    """How many compute at once; the others wait in the order they came."""

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(number)
        self._waiting = 0
        self._knocks: deque[float] = deque(maxlen=RUSH_KNOCKS)
        self._crowded_since = 0.0

    def knocked(self) -> None:
        """Say that somebody brings a message. Counted as it comes: taking it in may be what is slow."""
        now = time.monotonic()
        if not self._crowded(now):
            self._crowded_since = now
        self._knocks.append(now)

    @property
    def rush(self) -> bool:
        """Whether more comes in than can be answered, and has not for long."""
        now = time.monotonic()
        lasts = now - self._crowded_since > LONGEST_RUSH_S
        return self._waiting >= RUSH_WAITING and self._crowded(now) and not lasts

    def _crowded(self, now: float) -> bool:
        return len(self._knocks) == RUSH_KNOCKS and now - self._knocks[0] < RUSH_WITHIN_S

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for a place, and have it until the block ends or lends it."""
        place = await self._next()
        before = _place.set(place)
        late = asyncio.get_running_loop().call_later(LONGEST_S, place.give_back)
        try:
            yield
        finally:
            late.cancel()
            _place.reset(before)
            place.give_back()

    async def _next(self) -> _Place:
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        place = _Place(self._free)
        try:
            until = time.monotonic() + RUSH_PACE_S
            while self.rush and time.monotonic() < until:  # noqa: ASYNC110 - it ends by itself
                await asyncio.sleep(LOOK_S)
        except BaseException:
            place.give_back()
            raise
        return place


def lend() -> None:
    """Let another turn compute: this one, if it is one, waits for somebody else from now on."""
    if (place := _place.get()) is not None:
        place.give_back()
