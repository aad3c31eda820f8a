"""Work that is rung for, each piece once at a time and many at once, and what nobody rang for."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

log = structlog.get_logger(__name__)

Work = Callable[[str], Awaitable[None]]


class Driver:
    """Runs what is rung for; a ring during the work runs it once more."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._driving: dict[str, asyncio.Task[None]] = {}
        self._rung: set[str] = set()
        self.stopping = False

    @property
    def busy(self) -> bool:
        """Whether what is rung for now would have to wait here, or is not taken at all."""
        return self.stopping or self._places.locked()

    def begin(self, key: str, work: Work) -> None:
        """Run `work(key)` now, or again when the run that is under way has ended."""
        if self.stopping:
            return
        if key in self._driving:
            self._rung.add(key)
            return
        self._driving[key] = asyncio.create_task(self._drive(key, work), name=f"drive {key}")

    async def _drive(self, key: str, work: Work) -> None:
        try:
            while True:
                self._rung.discard(key)
                async with self._places:
                    await work(key)
                if key not in self._rung or self.stopping:
                    return
        except Exception:  # a sweep tries again; a crash here must not end who drives
            log.exception("drive_failed", key=key)
        finally:
            self._driving.pop(key, None)

    async def settled(self) -> None:
        """Wait until all that was rung for is done."""
        while self._driving:
            await asyncio.gather(*self._driving.values(), return_exceptions=True)

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more, let what runs end within `grace_s`, and cancel the rest."""
        self.stopping = True
        if not (running := list(self._driving.values())):
            return
        _, late = await asyncio.wait(running, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Sweeper:
    """Looks every so often for what nobody rang for."""

    def __init__(self, sweep: Callable[[], Awaitable[None]], every_s: float, name: str) -> None:
        self._sweep, self.every_s, self._name = sweep, every_s, name
        self._task: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()

    def hurry(self) -> None:
        """Look at once: there is something that nobody will ring for."""
        self._hurried.set()

    def start(self) -> None:
        """Look now, and again and again."""
        self._task = asyncio.create_task(self._forever(), name=self._name)

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _forever(self) -> None:
        while True:
            self._hurried.clear()
            try:
                await self._sweep()
            except Exception:  # an outage of the database passes; the sweep goes on
                log.exception("sweep_failed", of=self._name)
            with suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self._hurried.wait()
