"""What is measured of one and of two server processes on a PostgreSQL, as `make run` starts them."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from bench.burst import PER_S, Provided, knocked, provided, rush
from bench.figures import Figure
from bench.outside import CLIENTS, talks
from bench.places import Crew, copied, product
from conversations.tables import conversations
from core.database import Database, Tx
from core.errors import Unavailable
from core.processes import processes
from core.settings import Settings


@contextmanager
def crew(data_dir: Path, given: Provided, server_url: str, number: int) -> Iterator[Crew]:
    """Start so many processes on a new database of the PostgreSQL at `server_url`."""
    name = f"regente_bench_{secrets.token_hex(4)}"
    plain = make_url(server_url).set(drivername="postgresql")
    administer = plain.render_as_string(hide_password=False)
    with psycopg.connect(administer, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')  # pyright: ignore[reportCallIssue, reportArgumentType]
    own = plain.set(database=name).render_as_string(hide_password=False)
    try:
        several = {"REGENTE_DATABASE_URL": own, "REGENTE_PROCESSES": str(number)}
        with product(data_dir, given.settings, more=given.environment | several) as server:
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
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # pyright: ignore[reportCallIssue, reportArgumentType]


def together(
    data_dir: Path, settings: Settings, said: Sequence[str], *, server_url: str, quick: bool
) -> Iterator[Figure]:
    """Turns of one and of two processes; then a burst, and a process that is killed."""
    each, rounds, seconds = (4, 3, 3) if quick else (10, 5, 30)
    with ExitStack() as stack:
        crews: list[Crew] = []
        folder = data_dir.with_name(f"{data_dir.name}-workspace")
        given = stack.enter_context(provided(folder, settings))
        for number in (1, 2):
            folder = copied(data_dir, data_dir.with_name(f"{data_dir.name}-{number}"))
            crews.append(stack.enter_context(crew(folder, given, server_url, number)))
        yield from _turns(crews, said, each, rounds)
        for number, started in enumerate(crews, 1):
            yield from rush(started, said, _named(number), seconds=seconds)
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


def _recovery(started: Crew, said: Sequence[str]) -> Figure:
    """Kill a process while it holds turns; measure until all is answered.

    Raises:
        Unavailable: no process was ever found to hold one.
    """
    for _ in range(50):
        knocked(started.url, said, seconds=1, per_s=PER_S)
        if holders := started.database.read(_holding):
            os.kill(holders[0], signal.SIGKILL)
            begun = time.monotonic()
            while started.waiting() and time.monotonic() < begun + 60:
                time.sleep(0.05)
            return Figure(
                what=f"a process killed with {PER_S} messages waiting, all answered after",
                value=time.monotonic() - begun, unit="s", gate=10.0,
            )  # fmt: skip
    raise Unavailable("No process held a turn when it was looked at.")


def _holding(tx: Tx) -> list[int]:
    """Give the processes that hold a turn."""
    leases = conversations.c.lease_owner == processes.c.process_id
    return list(tx.scalars(processes.select().with_only_columns(processes.c.pid).where(leases)))
