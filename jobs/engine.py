"""Runs the jobs of one process: claims what is due, executes it, and goes on with what the dead left.

    every second: due, or of a dead process? ─▶ claim ─▶ DBOS begins or resumes it ─▶ perform ─▶ done
                  cancelled, or taken by another? ─▶ end it here

DBOS is opened when there is something to run and closed when there has been nothing for a while: a process
that waits for work pays one small look a second.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import structlog

from core.clock import seconds
from core.database import Database, Tx, database_now
from core.errors import LeaseLost, RegenteError, Unavailable
from jobs import Job, cron, queue
from jobs.machine import Machine
from jobs.queue import Claim, Execution
from jobs.running import Running

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

LOOK_S = 1.0
AT_ONCE = 8
"""Jobs of one process that work at the same time; who sleeps does not count."""

LONGEST_WAIT_S = 30.0
"""Between looks that fail, as long as they do."""

HELD_S = 10.0
"""How often it is looked whether everything that this process holds is at work here."""

IDLE_S = 60.0
"""DBOS is closed when this process has held no job for so long."""

UNKNOWN_S = 5.0
"""A job that this version does not know is left to those that do, for so long at first."""

FORGET_AFTER_S = 86400.0
FORGOTTEN_AT_ONCE = 200


class Engine:
    """The jobs of one process and one workspace."""

    def __init__(
        self,
        *,
        database: Database,
        workspace_id: str,
        process_id: str,
        jobs: Mapping[str, Job],
        zone: ZoneInfo,
        things: Sequence[object] = (),
        at_once: int = AT_ONCE,
        look_s: float = LOOK_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._process_id = process_id
        self._jobs = dict(jobs)
        self._zone = zone
        self._things = (database, self, *things)
        self._at_once = at_once
        self._look_s = look_s
        self._idle_s = idle_s
        self._running: dict[str, Running] = {}
        self._machine = Machine(database.url, process_id, self._perform)
        self._used_at = 0.0
        self._plan_at = 0.0
        self._held_at = 0.0
        self._silent: dict[str, int] = {}
        self._stopping = False
        self._looking: asyncio.Task[None] | None = None

    # --- start and stop --------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to run what is due; also what an earlier process left."""
        self._looking = asyncio.create_task(self._look_forever(), name="jobs")

    async def stop(self, *, grace_s: float = 5.0) -> None:
        """Let what works end within `grace_s`; what is cut off then goes on in another process."""
        self._stopping = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        working = [running.task for running in self._running.values() if not running.sleeps]
        if working:
            await asyncio.wait(working, timeout=grace_s)
        ending = list(self._running.values())
        for running in ending:
            running.task.cancel()
        await asyncio.gather(*(running.over.wait() for running in ending))
        await self._machine.close()
        await self._database.writing(queue.give_back, self._workspace_id, self._process_id)

    async def _look_forever(self) -> None:
        wait_s = self._look_s
        while True:
            try:
                await self.look()
            except RegenteError:  # an outage of the database passes
                log.warning("jobs_look_failed", exc_info=True)
            except Exception:  # nor does anything else end the jobs of this process
                log.exception("jobs_look_failed")
            else:
                wait_s = self._look_s
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def look(self) -> None:
        """Do what is to be done now: plan, end what is lost, take what is due."""
        await self._plan()
        await self._end_lost()
        free = self._at_once - sum(not running.sleeps for running in self._running.values())
        stirring = free > 0 and await self._database.glancing(
            queue.stirring, self._workspace_id, self._jobs, self._process_id
        )
        if stirring:
            await self._machine.opened()
            for claim in await self._database.writing(
                queue.claim, self._workspace_id, self._jobs, self._process_id, free
            ):
                await self._set_going(claim)
        if self._machine.is_open:
            await self._look_after_held()

    async def _set_going(self, claim: Claim) -> None:
        log.info("job_claimed", job_id=claim.job_id, attempt=claim.attempt, resumed=claim.resumed)
        durable, going = await self._machine.opened(), False
        self._used_at = asyncio.get_running_loop().time()
        workflow_id = f"{self._workspace_id}/{claim.job_id}/{claim.attempt}"
        try:
            if claim.resumed:
                going = await durable.resume(workflow_id)
            else:
                going = await durable.begin(workflow_id, claim.job_id, claim.attempt)
        finally:
            if not going:  # else the row would say for ever that this process runs it
                await self._surely(queue.again, self._workspace_id, claim.job_id, claim.attempt)

    async def _end_lost(self) -> None:
        """End here what was cancelled, or taken by another process while this one was not itself."""
        here = {running.job_id: running.execution for running in self._running.values()}
        if not here:
            return
        for job_id, state in (await self._database.glancing(queue.lost, here)).items():
            running = self._running.get(job_id)
            if running is not None and running.execution is here[job_id]:
                running.cancelled = state == "cancelled"
                running.task.cancel()

    # --- schedules -------------------------------------------------------------------------------

    async def _plan(self) -> None:
        """See to it that the next run of every schedule waits in the table."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._plan_at:
            scheduled = [job for job in self._jobs.values() if job.cron]
            wait_s = await self._database.writing(self._planned, scheduled)
            self._plan_at = loop.time() + wait_s

    def _planned(self, tx: Tx, scheduled: list[Job]) -> float:
        """Plan, and give the seconds after which there may be more to plan."""
        now, wait_s = database_now(tx), 3600.0
        for job in scheduled:
            zone = ZoneInfo(job.zone) if job.zone else self._zone
            fires = cron.following(job.cron, zone, now)
            at = seconds(fires)
            queue.plan(tx, self._workspace_id, job, fires.isoformat(timespec="minutes"), at)
            wait_s = min(wait_s, at - now)
        return wait_s + 0.1

    async def _look_after_held(self) -> None:
        """Close DBOS when there is nothing, and set going again what was set going and never began.

        A resumed job is begun by whichever process DBOS gives it to first, and that one may die of something
        else in between: then nobody but who claimed it would know.
        """
        now = asyncio.get_running_loop().time()
        if now < self._held_at + min(HELD_S, self._idle_s):
            return
        self._held_at = now
        held = await self._database.reading(queue.held, self._workspace_id, self._process_id)
        silent = {
            job_id: attempt for job_id, attempt in held.items() if job_id not in self._running
        }
        for job_id in silent.keys() & self._silent.keys():
            if silent[job_id] == self._silent[job_id]:
                await self._set_going(Claim(job_id, silent[job_id], resumed=True))
        self._silent = silent
        if not held and not self._running and now >= self._used_at + self._idle_s:
            await self._machine.close()

    async def forget(self) -> int:
        """Delete what DBOS keeps of jobs that have ended, a day after they began; give how many."""
        durable, kept, forgotten = await self._machine.opened(), 0, 0
        while ids := await durable.kept(
            older_than_s=FORGET_AFTER_S, limit=FORGOTTEN_AT_ONCE, skip=kept
        ):
            going = await self._database.reading(queue.going, self._workspace_id)
            ended = [one for one in ids if one.removeprefix(f"{self._workspace_id}/") not in going]
            if ended:
                await durable.forget(ended)
            kept += len(ids) - len(ended)
            forgotten += len(ended)
        return forgotten

    # --- one job ---------------------------------------------------------------------------------

    async def _perform(self, job_id: str, attempt: int) -> None:
        """Execute an attempt, from its first line or, by what DBOS knows of it, after its last step.

        Whatever its end, it is in the row; DBOS hears of errors only that somebody else goes on.
        """
        if self._stopping:
            raise asyncio.CancelledError("this process stops; the next one goes on")
        execution = await self._surely(
            queue.begin, self._workspace_id, job_id, attempt, self._process_id
        )
        if execution is None:
            return
        job = self._jobs.get(execution.name)
        if job is None:  # resumed for an older version than the one that knows it
            await self._surely(queue.again, self._workspace_id, job_id, attempt, in_s=UNKNOWN_S)
            return
        running = Running(job, execution, self._things, self._machine.opened)
        self._running[job_id] = running
        try:
            await running.task
            await self._surely(queue.finish, execution)
            log.info("job_done", job_id=job_id, attempt=attempt)
        except asyncio.CancelledError:
            if not running.cancelled:
                raise
            log.info("job_cancelled", job_id=job_id)
        except LeaseLost as error:
            if running.cancelled or await self._is_cancelled(execution):
                log.info("job_cancelled", job_id=job_id)
            else:  # DBOS must not write down an end that is another's to find
                raise asyncio.CancelledError from error
        except Exception as error:
            log.exception("job_failed", job_id=job_id, attempt=attempt)
            await self._failed(execution, f"{type(error).__name__}: {error}"[:500], job)
        finally:
            running.over.set()
            if self._running.get(job_id) is running:
                del self._running[job_id]
            self._used_at = asyncio.get_running_loop().time()

    async def _failed(self, execution: Execution, failure: str, job: Job) -> None:
        try:
            state = await self._surely(queue.failed, execution, failure, job)
        except LeaseLost as error:
            raise asyncio.CancelledError from error
        if state == "dead":
            log.error("job_dead", job_id=execution.job_id)

    async def _is_cancelled(self, execution: Execution) -> bool:
        job_id = execution.job_id
        lost = await self._database.reading(queue.lost, {job_id: execution})
        return lost.get(job_id) == "cancelled"

    async def _surely(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Write, however long the database is away: an end that is not written is done again."""
        while True:
            try:
                return await self._database.writing(work, *args, **kwargs)
            except Unavailable:
                await asyncio.sleep(self._look_s)
