"""Durable background work: what has steps or long waits, and must outlive the process that began it.

    # campaigns/jobs.py: a folder's jobs are what its module `jobs` offers
    async def send(run: Run) -> None:
        for number in range(await run.step(count_recipients, run.ids["campaign_id"])):
            await run.step(send_to, run.ids["campaign_id"], number)
            await run.progress(number + 1)

    SEND = Job(name="campaign", work=send)
    jobs = (SEND,)

    # wherever a campaign is started, in the transaction that says so
    queue.enqueue(tx, workspace_id, SEND, campaign_id, {"campaign_id": campaign_id})

The row in `jobs` is the truth: it is enqueued with the fact that calls for it, and shows what became of it.
DBOS is the mechanism: it remembers which steps are done and until when a job sleeps. A job whose process
dies goes on elsewhere after its last finished step; the step that was cut off is done again, so a step must
bear that. A job that raised begins anew at its first line.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from core.database import Tx

P = ParamSpec("P")
T = TypeVar("T")


class Run(Protocol):
    """One execution of a job, as its work sees it."""

    @property
    def job_id(self) -> str: ...

    @property
    def workspace_id(self) -> str: ...

    @property
    def ids(self) -> Mapping[str, str]:
        """What it is about, as it was enqueued."""
        ...

    def the(self, kind: type[T]) -> T:
        """Give what the server has opened of this type: its `Database`, `Workspace`, `Settings`, ..."""
        ...

    async def step(
        self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do something that is not done again once it has ended; its result is kept, so: ids and counts.

        Between steps only what comes out the same each time may decide which step is next.
        """
        ...

    async def writing(
        self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a transaction that is refused if the job was cancelled, or another process has it now.

        Raises:
            LeaseLost: so it is; let it end the work.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until then, across restarts; what is slept counts for no limit."""
        ...

    async def progress(self, done: int, total: int | None = None) -> None:
        """Tell people how far it is."""
        ...


@dataclass(frozen=True, kw_only=True)
class Job:
    """A kind of work, the schedule that begins it, and its limits."""

    name: str
    """Letters, digits, `_`; stored with every run, so it is not changed."""

    work: Callable[[Run], Awaitable[Any]]

    cron: str = ""
    """`minute hour day month weekday`; empty: it runs when enqueued. A missed one runs late, once."""

    zone: str = ""
    """IANA name of the zone that `cron` is meant in; empty: the company's own."""

    attempts: int = 3
    """How often it may fail, or take a process with it, before it is left to people."""

    retry_s: float = 30.0
    """Seconds before it begins anew after the first failure; four times as long after each further one."""

    at_most_s: float = 3600.0
    """Seconds it may work without a `sleep`; then it is stopped, which is a failure."""
