"""`python -m examples.aurora.life`: live the past through, and keep it for `make run`."""

import argparse
import asyncio
import heapq
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ["LANGSMITH_TRACING"] = "false"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

import structlog

from core.workspace import Workspace
from demos import dump

from . import report, stage, voices
from .contact import Contact
from .past import LIFE, Shop
from .people import People

HOME = Path(__file__).parents[1]
ZONE = ZoneInfo("America/Sao_Paulo")
END = datetime(2026, 11, 27, 2, 0, tzinfo=ZONE)
"""The moment at which the past ends; loading moves all of it to the day on which it is loaded."""

CONTACTS = 355
DAYS = 90


async def live(
    folder: Path, *, days: int, contacts: int, seed: int, out: Path, waiting: bool = True
) -> list[tuple[Contact, str]]:
    """Live the days through, write the file, and give every contact with how it ended.

    Args:
        waiting: have somebody wait at the end, as `people.STANDING` says.
    """
    workspace = Workspace(HOME)
    start = END - timedelta(days=days + 2)
    guests = frozenset(str(one["id"]) for one in workspace.profile.demo_customers)
    shop = Shop(folder, END.date(), guests)
    people = People(shop, voices.goals(), ZONE, seed)
    plans = people.plans(END, days, contacts, waiting=waiting)
    async with stage.opened(folder, workspace, start, seed) as running:
        lived = [
            Contact(plan, running, shop, random.Random(f"{seed}:{plan.number}")) for plan in plans
        ]
        await _directed(running, lived, start)
        ended = [(contact, await contact.ended()) for contact in lived if contact.conversation_id]
        files = {LIFE: shop.finish()} | _attached(folder)
        past = await running.database.reading(
            dump.collect, workspace.workspace_id, END.timestamp(), files
        )
    size = await asyncio.to_thread(dump.write, out, past)
    rows = sum(map(len, past.rows.values()))
    print(f"{len(past.rows['conversations'])} conversations, {rows} rows, {size:,} bytes: {out}")
    return ended


async def _directed(running: stage.Stage, lived: list[Contact], start: datetime) -> None:
    """Let everybody have their step when it is time, one after the other, until the end."""
    steps = [(contact.plan.start, contact.plan.number, contact.lives()) for contact in lived]
    steps.append((start.replace(hour=3), 0, _nights(running)))
    heapq.heapify(steps)
    done = 0
    while steps:
        moment, number, living = heapq.heappop(steps)
        if moment >= END:
            await living.aclose()
            continue
        running.time.reach(moment)
        try:
            wait = await anext(living)
        except StopAsyncIteration:
            done += 1
            _show(f"{running.time.moment.astimezone(ZONE):%Y-%m-%d}  {done}/{len(lived)} contacts")
            continue
        heapq.heappush(steps, (running.time.moment + wait, number, living))
    running.time.reach(END)
    _show("")


async def _nights(running: stage.Stage) -> AsyncGenerator[timedelta]:
    while True:
        await running.night()
        yield timedelta(hours=6)


def _attached(folder: Path) -> dict[str, bytes]:
    """Give the files that customers have sent."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "attachments").rglob("*"))
        if path.is_file()
    }


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress}\x1b[K")
        sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m examples.aurora.life", description=__doc__)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--contacts", type=int, default=CONTACTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HOME / "data" / "life.jsonl.gz")
    parser.add_argument("--transcripts", type=Path, help="write those that went badly there")
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="aurora-life-") as folder:
        ended = asyncio.run(
            live(
                Path(folder),
                days=given.days,
                contacts=given.contacts,
                seed=given.seed,
                out=given.out,
            )
        )
    print(report.table((contact.plan.goal.name, end) for contact, end in ended))
    if given.transcripts:
        bad = report.transcripts(ended, ("wrong", "unsolved"))
        given.transcripts.write_text(bad + "\n", "utf-8")
    print(f"{time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
