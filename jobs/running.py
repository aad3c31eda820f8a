"""A job at work in this process: what its work sees as `Run`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from core.database import Database, Tx
from core.errors import LeaseLost
from jobs import Job, queue
from jobs.queue import Execution

if TYPE_CHECKING:
    from jobs.durable import Durable

P = ParamSpec("P")
T = TypeVar("T")


class Running:
    """One execution, with its task; `jobs.Run` says what the methods do."""

    def __init__(
        self,
        job: Job,
        execution: Execution,
        things: Sequence[object],
        durable: Callable[[], Awaitable["Durable"]],
    ) -> None:
        self._job = job
        self._things = things
        self._durable = durable
        self._limit: asyncio.Timeout | None = None
        self.execution = execution
        self.sleeps = False
        self.cancelled = False
        """By a person; else, a task that is cancelled goes on elsewhere or later."""

        self.over = asyncio.Event()
        """Its end is written down, or left to somebody else."""

        self.task = asyncio.create_task(self._work(), name=f"job {execution.job_id}")

    async def _work(self) -> None:
        async with asyncio.timeout(self._job.at_most_s) as self._limit:
            await self._job.work(self)

    @property
    def job_id(self) -> str:
        return self.execution.job_id

    @property
    def workspace_id(self) -> str:
        return self.execution.workspace_id

    @property
    def ids(self) -> Mapping[str, str]:
        return self.execution.ids

    def the(self, kind: type[T]) -> T:
        for thing in self._things:
            if isinstance(thing, kind):
                return thing
        raise LookupError(f"The server has opened no {kind.__name__} for jobs.")

    async def step(
        self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if await self.the(Database).reading(queue.lost, {self.job_id: self.execution}):
            raise LeaseLost(f"The job {self.job_id!r} is not this process's any more.")
        return await (await self._durable()).step(function, *args, **kwargs)

    async def writing(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def guarded(tx: Tx) -> T:
            queue.holds(tx, self.execution)
            return work(tx, *args, **kwargs)

        return await self.the(Database).writing(guarded)

    async def progress(self, done: int, total: int | None = None) -> None:
        told = {"done": done} if total is None else {"done": done, "total": total}
        await self.the(Database).writing(queue.note, self.execution, **told)

    async def sleep(self, seconds: float) -> None:
        until = await self.step(_moment_in, seconds)  # known to whoever goes on after a restart
        left_s = self._pause()
        self.sleeps = True
        try:
            await self.the(Database).writing(queue.note, self.execution, sleeping_until=until)
            await asyncio.sleep(max(until - time.time(), 0))
            await self.the(Database).writing(queue.note, self.execution, sleeping_until=None)
        finally:
            self.sleeps = False
            self._resume(left_s)

    def _pause(self) -> float:
        """Stop the clock of `at_most_s` and give the seconds that are left."""
        assert self._limit is not None, "the work began, so its limit did"
        ends = self._limit.when()
        assert ends is not None, "one sleep at a time"
        self._limit.reschedule(None)
        return ends - asyncio.get_running_loop().time()

    def _resume(self, left_s: float) -> None:
        assert self._limit is not None
        self._limit.reschedule(asyncio.get_running_loop().time() + left_s)


async def _moment_in(seconds: float) -> float:
    return time.time() + seconds
