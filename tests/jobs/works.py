"""Jobs for the tests, each of which writes into a file what it does, and a process that runs them.

DATABASE_URL FOLDER [hastened] [JOB ...]
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from conversations import pulse
from conversations.pulse import Pulse
from core.database import Database
from jobs import Job, Run
from jobs.engine import Engine
from jobs.kinds import by_name

W = "acme"
LOOK_S = 0.05


class Diary:
    """A file of lines, written by several processes; `exists` lets a test hold a job up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def write(self, line: str) -> str:
        """A step of a job: write that it was done, and by whom."""
        with (self.folder / "diary").open("a", encoding="utf-8") as file:
            file.write(f"{line} {os.getpid()}\n")
        return line

    def lines(self) -> list[str]:
        path = self.folder / "diary"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    def done(self) -> list[str]:
        return [line.rpartition(" ")[0] for line in self.lines()]

    async def gate(self, name: str) -> None:
        """Wait until the test has made the file `name`."""
        while not (self.folder / name).exists():
            await asyncio.sleep(0.02)


async def note(run: Run) -> None:
    await run.step(run.the(Diary).write, f"note {run.ids.get('about', '')}")


async def three(run: Run) -> None:
    """Three steps, between which it can be held up."""
    diary = run.the(Diary)
    await run.step(diary.write, f"{run.job_id} one")
    await diary.gate("go")
    await run.step(diary.write, f"{run.job_id} two")
    await run.progress(2, 3)
    await run.step(diary.write, f"{run.job_id} three")


async def slow(run: Run) -> None:
    """Five steps that take a while, so that a process is killed in one of them or between two."""
    diary, chance = run.the(Diary), random.Random(run.job_id)

    async def step(number: int) -> None:
        await diary.write(f"{run.job_id} {number}")
        await asyncio.sleep(chance.uniform(0.05, 0.5))

    for number in range(5):
        await run.step(step, number)


async def poison(run: Run) -> None:
    await run.the(Diary).write("poison")
    os.kill(os.getpid(), signal.SIGKILL)


async def failing(run: Run) -> None:
    diary = run.the(Diary)
    await run.step(diary.write, "tried")
    if not (diary.folder / "mended").exists():
        raise ValueError("the stone is too heavy")


async def sleeping(run: Run) -> None:
    await run.step(run.the(Diary).write, "asleep")
    await run.sleep(float(run.ids["seconds"]))
    await run.step(run.the(Diary).write, "awake")


async def hanging(run: Run) -> None:
    await run.step(run.the(Diary).write, "hanging")
    await asyncio.sleep(3600)


NOTE = Job(name="note", work=note)
THREE = Job(name="three", work=three)
SLOW = Job(name="slow", work=slow, attempts=99)
POISON = Job(name="poison", work=poison, attempts=2)
FAILING = Job(name="failing", work=failing, retry_s=0.01)
SLEEPING = Job(name="sleeping", work=sleeping, at_most_s=0.7)
HANGING = Job(name="hanging", work=hanging, attempts=1, at_most_s=0.5)
CANCELLED = Job(name="cancelled", work=hanging)
EVERY = (NOTE, THREE, SLOW, POISON, FAILING, SLEEPING, HANGING, CANCELLED)


def engine(
    database: Database, folder: Path, process_id: str, jobs: Sequence[Job] = EVERY
) -> Engine:
    return Engine(
        database=database, workspace_id=W, process_id=process_id, jobs=by_name(jobs),
        zone=ZoneInfo("Europe/Lisbon"), things=(Diary(folder),), look_s=LOOK_S,
    )  # fmt: skip


@asynccontextmanager
async def running(
    database: Database, folder: Path, jobs: Sequence[Job] = EVERY
) -> AsyncIterator[Engine]:
    """Run jobs in this process while the block runs."""
    signs = Pulse(database, W, "1")
    one = engine(database, folder, await signs.begin(), jobs)
    beating = asyncio.create_task(signs.run())
    one.start()
    try:
        yield one
    finally:
        await one.stop(grace_s=0)
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        await signs.end()


def hasten() -> None:
    """Have the dead buried sooner than in earnest, to save the tests' time."""
    pulse.BEAT_S, pulse.DEAD_AFTER_S = 0.2, 2.0


async def main(url: str, folder: str, *options: str) -> None:
    if "hastened" in options:
        hasten()
    known = [job for job in EVERY if job.name in options] or EVERY
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(Database(url), Path(folder), known):
        print("up", flush=True)
        await stop.wait()
