"""What is measured of one and of two server processes on a PostgreSQL, as `make run` starts them."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from sqlalchemy.engine import make_url

from bench.figures import Figure
from bench.outside import CLIENTS, talks
from bench.places import Child, copied, product
from conversations.tables import conversations, messages
from core.database import Database, Tx
from core.errors import Unavailable
from core.processes import processes
from core.settings import Settings

BURST_PER_S = 200


@dataclass(frozen=True)
class Crew:
    """Server processes behind one port, and their database."""

    url: str
    database: Database

    def members(self) -> list[Child]:
        """Give the processes that serve."""
        found = self.database.read(lambda tx: list(tx.execute(processes.select())))
        return [Child(self.url, row.pid) for row in found]

    def cpu_ms(self) -> float:
        """Give the CPU time of all so far; Chroma's is not in it, which no turn asks."""
        return sum(member.cpu_ms() for member in self.members())

    def waiting(self) -> int:
        """Give how many messages have no reply yet."""
        waiting = messages.select().where(messages.c.state == "waiting")
        return len(self.database.read(lambda tx: list(tx.execute(waiting))))


@contextmanager
def crew(data_dir: Path, settings: Settings, server_url: str, number: int) -> Iterator[Crew]:
    """Start so many processes on a new database of the PostgreSQL at `server_url`."""
    name = f"regente_bench_{secrets.token_hex(4)}"
    plain = make_url(server_url).set(drivername="postgresql")
    administer = plain.render_as_string(hide_password=False)
    with psycopg.connect(administer, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')  # pyright: ignore
    own = plain.set(database=name).render_as_string(hide_password=False)
    try:
        more = {
            "REGENTE_DATABASE_URL": own, "REGENTE_PROCESSES": str(number),
            "REGENTE_MAX_WAITING": "0", "REGENTE_MESSAGES_PER_MINUTE": "0",
        }  # fmt: skip
        with product(data_dir, settings, more=more) as server:
            database = Database(own)
            try:
                started = Crew(server.url, database)
                until = time.monotonic() + 300
                while len(started.members()) < number and time.monotonic() < until:
                    time.sleep(0.2)
                yield started
            finally:
                database.close()
    finally:
        with psycopg.connect(administer, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # pyright: ignore


def together(
    data_dir: Path, settings: Settings, said: Sequence[str], *, server_url: str, quick: bool
) -> Iterator[Figure]:
    """Turns of one and of two processes; then a burst, and a process that is killed."""
    each, rounds, seconds = (4, 3, 3) if quick else (10, 5, 30)
    with ExitStack() as stack:
        crews: list[Crew] = []
        for number in (1, 2):
            folder = copied(data_dir, data_dir.with_name(f"{data_dir.name}-{number}"))
            crews.append(stack.enter_context(crew(folder, settings, server_url, number)))
        yield from _turns(crews, said, each, rounds)
        for number, started in enumerate(crews, 1):
            yield from _burst(started, said, _named(number), seconds)
        yield _recovery(crews[1], said)


def _named(number: int) -> str:
    return f"PostgreSQL, {number} process{'es' if number > 1 else ''}"


def _turns(crews: Sequence[Crew], said: Sequence[str], each: int, rounds: int) -> Iterator[Figure]:
    """Let clients talk to one and to two processes in turn, so that what else runs here slows both alike."""
    cpu_ms, per_s = ([0.0, 0.0], [0.0, 0.0])
    for number in range(rounds + 2):
        for which, started in enumerate(crews):
            before = started.cpu_ms()
            speed = asyncio.run(talks(started.url, said, each))
            if number >= 2:  # what is read of words is kept, by each process
                cpu_ms[which] += (started.cpu_ms() - before) / (CLIENTS * each * rounds)
                per_s[which] += speed / rounds
    for which, name in enumerate(map(_named, (1, 2))):
        yield Figure(what=f"{name}, CPU of a streamed turn", value=cpu_ms[which], unit="ms")
        yield Figure(
            what=f"  turns a second as the clock says, {CLIENTS} clients",
            value=per_s[which], unit="/s",
        )  # fmt: skip
    yield Figure(
        what="turns a CPU second with two processes ÷ with one",
        value=cpu_ms[0] / cpu_ms[1], unit="", gate=0.9, least=True,
    )  # fmt: skip


def _burst(started: Crew, said: Sequence[str], what: str, seconds: int) -> Iterator[Figure]:
    """Let many new customers write for a while, far more than can be answered meanwhile."""
    times = sorted(asyncio.run(_acknowledged(started.url, said, seconds)))
    yield Figure(
        what=f"{what}, acknowledged in a burst of {BURST_PER_S}/s for {seconds} s, p95",
        value=times[len(times) * 95 // 100] * 1000, unit="ms", gate=20.0,
    )  # fmt: skip
    begun, left = time.monotonic(), started.waiting()
    while started.waiting() and time.monotonic() < begun + 600:
        time.sleep(0.5)
    yield Figure(what=f"  the {left} that then still waited, answered after",
                 value=time.monotonic() - begun, unit="s")  # fmt: skip


async def _acknowledged(url: str, said: Sequence[str], seconds: int) -> list[float]:
    """Send at an even pace; give the seconds until each message was acknowledged."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=300) as http:

        async def send(number: int) -> float:
            await asyncio.sleep(number / BURST_PER_S)
            begun = time.perf_counter()
            headers, body = {"Accept": "text/event-stream"}, {"message": said[number % len(said)]}
            async with http.stream("POST", "/chat", json=body, headers=headers) as answer:
                answer.raise_for_status()
                await anext(answer.aiter_bytes())
                return time.perf_counter() - begun

        return await asyncio.gather(*map(send, range(seconds * BURST_PER_S)))


def _recovery(started: Crew, said: Sequence[str]) -> Figure:
    """Kill a process while it holds turns; measure until all is answered.

    Raises:
        Unavailable: no process was ever found to hold one.
    """
    for _ in range(50):
        asyncio.run(_acknowledged(started.url, said, 1))
        if holders := started.database.read(_holding):
            os.kill(holders[0], signal.SIGKILL)
            begun = time.monotonic()
            while started.waiting() and time.monotonic() < begun + 60:
                time.sleep(0.05)
            return Figure(
                what=f"a process killed with {BURST_PER_S} messages waiting, all answered after",
                value=time.monotonic() - begun, unit="s", gate=10.0,
            )  # fmt: skip
    raise Unavailable("No process held a turn when it was looked at.")


def _holding(tx: Tx) -> list[int]:
    """Give the processes that hold a turn."""
    leases = conversations.c.lease_owner == processes.c.process_id
    return list(tx.scalars(processes.select().with_only_columns(processes.c.pid).where(leases)))
