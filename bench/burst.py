"""What is measured of messages that come faster than they can be answered: webhooks, signed, one by one."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from bench.figures import Figure
from bench.knocking import Plan, Seen
from bench.outside import CLIENTS, talks
from bench.places import ROOT, Child, Crew, child, free_port, product
from core.database import Database
from core.errors import Unavailable
from core.settings import Settings

PER_S = 200
ACCOUNT, SECRET, SECRET_ENV = "demo", "a secret of the bench", "BENCH_SECRET"
ANSWERED_WITHIN_S = 900.0
LAG = re.compile(r'^regente_event_loop_lag_seconds_bucket\{le="(.+)"\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Provided:
    """A workspace with an account at a provider that takes everything."""

    settings: Settings
    environment: dict[str, str]
    sink: Child


@contextmanager
def provided(folder: Path, settings: Settings) -> Iterator[Provided]:
    """Give a copy of the workspace, with the account, and start its provider."""
    shutil.copytree(settings.workspace, folder)
    port = free_port()
    account = {
        "url": f"http://127.0.0.1:{port}", "secret_env": SECRET_ENV,
        "per_minute": 1_000_000, "burst": 100_000,
    }  # fmt: skip
    with (folder / "workspace.yaml").open("a", encoding="utf-8") as out:
        out.write(f"\nchannels: {json.dumps({'loopback': {ACCOUNT: account}})}\n")
    environment = {
        SECRET_ENV: SECRET, "REGENTE_MAX_WAITING": "0", "REGENTE_MESSAGES_PER_MINUTE": "0",
    }  # fmt: skip
    own = settings.model_copy(update={"workspace": folder})
    command, log = ["-m", "bench.sink", str(port)], folder.with_suffix(".log")
    with child(command, port, ready="/", log=log, environment={}) as sink:
        yield Provided(own, environment, sink)


def burst(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Let many customers write for a while to a server on SQLite."""
    with (
        provided(data_dir.with_name(f"{data_dir.name}-workspace"), settings) as given,
        product(data_dir, given.settings, more=given.environment) as server,
    ):
        file = given.settings.model_copy(update={"data_dir": data_dir})
        database = Database(file.database)
        try:
            yield from rush(Crew(server.url, database), said, "SQLite", seconds=5 if quick else 30)
        finally:
            database.close()


def lag(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Let some customers talk as fast as they are answered, and see how late the event loop is."""
    with product(data_dir, settings) as server:
        asyncio.run(talks(server.url, said, 1))
        before = lags(server.url)
        asyncio.run(talks(server.url, said, 10 if quick else 60))
        late = _since(before, lags(server.url))
    yield Figure(
        what=f"how late the event loop is with {CLIENTS} clients, p99",
        value=quantile(late, 0.99) * 1000, unit="ms", gate=30.0,
        reference=quantile(late, 0.5) * 1000, against="the median",
    )  # fmt: skip


def rush(crew: Crew, said: Sequence[str], where: str, *, seconds: int) -> Iterator[Figure]:
    """Send far more than can be answered meanwhile, and wait until all is."""
    knocked(crew.url, said, seconds=2, per_s=20)  # loads what is loaded at first use
    _answered(crew)
    lag = lags(crew.url)
    seen = knocked(crew.url, said, seconds=seconds, per_s=PER_S)
    late, left, begun = _since(lag, lags(crew.url)), crew.waiting(), time.monotonic()
    refused = sum(number for status, number in seen.statuses.items() if status != "200")
    times = sorted(seen.seconds)
    yield Figure(
        what=f"{where}, acknowledged in a burst of {PER_S}/s for {seconds} s, p95",
        value=times[len(times) * 95 // 100] * 1000, unit="ms", gate=20.0,
        reference=times[len(times) // 2] * 1000, against="the median",
    )  # fmt: skip
    if len(crew.members()) == 1:  # of several, nobody knows which one answers for its loop
        yield Figure(
            what="  how late the event loop was meanwhile, p99",
            value=quantile(late, 0.99) * 1000, unit="ms", gate=30.0,
        )  # fmt: skip
    yield Figure(
        what="  of these, refused", value=refused, unit="", gate=0.0,
        reference=seen.core, against="cores that the sending took",
    )  # fmt: skip
    _answered(crew)
    yield Figure(
        what="  answered after the burst", value=time.monotonic() - begun, unit="s",
        reference=left, against="messages that then waited",
    )  # fmt: skip
    yield Figure(what="  never answered", value=crew.unanswered(), unit="", gate=0.0)


def _answered(crew: Crew) -> None:
    until = time.monotonic() + ANSWERED_WITHIN_S
    while (left := crew.waiting()) and time.monotonic() < until:
        time.sleep(0.5)
    if left:
        raise Unavailable(f"{left} messages still wait after {ANSWERED_WITHIN_S:g} s.")


def knocked(url: str, said: Sequence[str], *, seconds: int, per_s: int) -> Seen:
    """Send webhooks from a process of its own; give what became of them."""
    plan = Plan(
        port=httpx.URL(url).port or 0, account=ACCOUNT, secret=SECRET, per_s=per_s,
        said=[said[number % len(said)] for number in range(seconds * per_s)],
        name=os.urandom(4).hex(),
    )  # fmt: skip
    command = [sys.executable, "-m", "bench.knocking"]
    done = subprocess.run(
        command,
        check=False,
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(f"The burst broke off: {done.stderr[-500:]}")
    return Seen(**json.loads(done.stdout))


Counted = dict[float, float]
"""How often the loop was at most so many seconds late."""


def lags(url: str) -> Counted:
    """Read how late a server's event loop has been so far."""
    return counted(httpx.get(f"{url}/metrics", timeout=60).raise_for_status().text)


def counted(text: str) -> Counted:
    """Read the same out of a server's figures."""
    return {float(bound): float(number) for bound, number in LAG.findall(text)}


def _since(before: Counted, after: Counted) -> Counted:
    return {bound: number - before.get(bound, 0.0) for bound, number in after.items()}


def quantile(late: Counted, share: float) -> float:
    """Give what that share of the looks did not exceed, straight between the bounds."""
    wanted, lower, below = share * max(late.values()), 0.0, 0.0
    for bound, number in sorted(late.items()):
        if number >= wanted:
            part = (wanted - below) / (number - below) if number > below else 1.0
            return lower + (bound - lower) * part if bound < float("inf") else lower
        lower, below = bound, number
    return lower
