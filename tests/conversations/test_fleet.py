"""Several real processes on one PostgreSQL, which are killed, stopped and replaced under load.

By default a few seeded moments; `REGENTE_ATTACKS=full` takes thirty each. The seed is in the test's name.
"""

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from conversations import transcript
from conversations.tables import conversations, effects, messages
from core import crew
from core.database import Database
from core.processes import processes
from core.upgrade import revision_of, upgrade
from customers.tables import customers
from tests import postgres
from tests.conversations.echo import House, W, house
from tests.conversations.site import key

pytestmark = pytest.mark.attack
ROOT = Path(__file__).parents[2]
FULL = os.environ.get("REGENTE_ATTACKS") == "full"
SEED = int(os.environ.get("REGENTE_SEED", "20261127"))
KILLS = 30 if FULL else 1
RECOVERED_S = 10.0


@dataclass
class Member:
    """One process, on a port of its own that outlives it."""

    port: socket.socket
    child: crew.Child

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port.getsockname()[1]}"

    @property
    def log(self) -> str:
        assert self.child.output is not None
        return self.child.output.read_text()

    async def end(self, number: signal.Signals) -> None:
        self.child.tell(number)
        await until(lambda: not self.child.runs)
        self.child.ended()

    async def again(self, number: signal.Signals) -> None:
        """End it and start it again."""
        await self.end(number)
        self.child.start()


@dataclass
class Fleet:
    """The processes, and a look at their database from outside."""

    home: House
    members: list[Member]
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def rows(self, table: sa.Table, *where: Any) -> list[Any]:
        return self.home.database.read(
            lambda tx: list(tx.execute(table.select().where(*where)).mappings())
        )

    def urls(self) -> list[str]:
        return [member.url for member in self.members]

    async def said(self, conversation_id: str) -> list[dict[str, Any]]:
        return await self.home.database.reading(
            transcript.of_conversation, W, conversation_id, staff=False
        )


async def until(true: Callable[[], Any], timeout_s: float = 60) -> None:
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.02)


@contextmanager
def fleet(server: URL, folder: Path, number: int, *more: str) -> Iterator[Fleet]:
    """Start so many processes at once on an empty database."""
    with postgres.new_database(server) as url, ExitStack() as stack:
        database = stack.enter_context(closing(Database(url)))
        members = [started(stack, url, folder, which, *more) for which in range(number)]
        upgrade(database)  # beside the members, who do the same
        together = Fleet(house(database, folder), members)
        serving(together, number)
        yield together


def started(
    stack: ExitStack, url: str, folder: Path, which: int, *more: str, code: Path = ROOT
) -> Member:
    """Start a process on the code of a folder; it ends with the stack."""
    port = stack.enter_context(crew.listening("127.0.0.1", 0))
    command = [sys.executable, "-P", "-m", "tests.conversations.member", url, str(folder)]
    command += [str(which), *more, crew.SOCKET, str(port.fileno())]
    paths = {"PYTHONPATH": os.pathsep.join([str(code), *sys.path])}
    log = folder / f"log{which}"
    child = crew.Child(log.name, command, paths, (port.fileno(),), log)
    stack.callback(crew.stop, [child], 8.0)
    child.start()
    return Member(port, child)


def serving(together: Fleet, number: int) -> None:
    """Wait until so many processes have said that they are alive."""
    end = time.monotonic() + 60
    while len(together.rows(processes)) < number:
        assert time.monotonic() < end, [member.log[-1000:] for member in together.members]
        time.sleep(0.05)


@pytest.fixture(scope="module")
def two(postgresql_server: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two processes, for tests that leave them serving."""
    with fleet(postgresql_server, tmp_path_factory.mktemp("fleet"), 2) as both:
        yield both


async def send(urls: list[str], text: str, message_id: str, **more: Any) -> dict[str, Any]:
    """Send a message to one process or another until it is acknowledged; give the answer."""
    async with asyncio.timeout(90):
        while True:
            url = random.choice(urls)
            body = {"message": text, "message_id": message_id, **more}
            try:
                async with httpx.AsyncClient(base_url=url, timeout=20) as web:
                    answer = await web.post("/chat", json=body)
                if answer.status_code < 300:
                    return answer.json()
                assert answer.status_code in (429, 503), answer.text
                await asyncio.sleep(0.5)
            except httpx.TransportError:
                await asyncio.sleep(0.05)


def uuid(name: str) -> str:
    return f"{name:->36}"


# --- 1: the same again ------------------------------------------------------------------------------


async def test_a_message_sent_twenty_times_over_two_processes_and_after_a_restart_is_answered_once(
    two: Fleet,
) -> None:
    async def twenty() -> set[str]:
        sending = [send([two.urls()[n % 2]], "pay", uuid("one")) for n in range(20)]
        answers = await asyncio.gather(*sending)
        return {json.dumps([one["conversation_id"], one["replies"]]) for one in answers}

    before = two.home.paid
    (first,) = await twenty()
    for member in two.members:
        await member.again(signal.SIGTERM)
    assert await twenty() == {first}
    assert [one["role"] for one in await two.said(json.loads(first)[0])] == ["customer", "ai"]
    assert two.home.paid == before + 1


async def test_twenty_first_messages_of_one_person_over_two_processes_make_one_conversation(
    two: Fleet,
) -> None:
    shop = await key(two.home, "shop", "chat:assert")
    before = [len(two.rows(table)) for table in (customers, conversations)]

    async def first(number: int) -> str:
        body = {"message": f"m{number}", "customer": {"id": "C-1"}}
        async with httpx.AsyncClient(base_url=two.urls()[number % 2], timeout=20) as web:
            answer = await web.post("/chat", json=body, headers=shop)
        assert answer.status_code < 300, answer.text
        return answer.json()["conversation_id"]

    (conversation_id,) = set(await asyncio.gather(*map(first, range(20))))
    assert [len(two.rows(table)) for table in (customers, conversations)] == [n + 1 for n in before]
    said = await two.said(conversation_id)
    assert len([one for one in said if one["role"] == "customer"]) == 20


# --- 2: kill -9 under load --------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [SEED])
@pytest.mark.parametrize("number", [1, 2] if FULL else [2])
async def test_killed_at_random_moments_under_load_all_is_answered_once_and_soon(
    postgresql_server: URL, tmp_path: Path, number: int, seed: int
) -> None:
    acknowledged: list[str] = []
    ended = asyncio.Event()

    async def customer(name: int, urls: list[str]) -> None:
        chance, token, count = random.Random(seed + name), {}, 0
        while not ended.is_set():
            text = chance.choice(["pay", "hello", "pay and more"])
            answer = await send(urls, text, uuid(f"{name}-{count}"), **token)
            token = {one: answer[one] for one in ("conversation_id", "conversation_token")}
            acknowledged.append(uuid(f"{name}-{count}"))
            count += 1
            await asyncio.sleep(chance.uniform(0, 0.5))

    recovered: list[float] = []
    with fleet(postgresql_server, tmp_path, number) as many:
        chance = random.Random(seed)
        customers_ = [asyncio.create_task(customer(n, many.urls())) for n in range(10)]
        await until(lambda: len(acknowledged) > 10)
        for _ in range(KILLS):
            recovered.append(await killed(many, chance.choice(many.members), chance))
        ended.set()
        await asyncio.gather(*customers_)
        await until(lambda: not many.rows(messages, messages.c.state == "waiting"))
        check(many, acknowledged)
    print(f"seed {seed}: {len(acknowledged)} messages, recovered in", sorted(recovered))
    if number > 1:
        assert max(recovered) <= RECOVERED_S


async def killed(many: Fleet, victim: Member, chance: random.Random) -> float:
    """Kill a process, start another in its place; give the seconds until all it held is answered."""
    pid = victim.child.pid
    await until(lambda: many.rows(processes, processes.c.pid == pid))  # it serves again
    await asyncio.sleep(chance.uniform(0.3, 2.0))
    held = conversations.c.lease_owner.in_(
        sa.select(processes.c.process_id).where(processes.c.pid == pid)
    )
    await victim.end(signal.SIGKILL)
    began = time.monotonic()
    theirs = [row["conversation_id"] for row in many.rows(conversations, held)]
    waiting = (messages.c.state == "waiting", messages.c.conversation_id.in_(theirs))
    left = [row["message_id"] for row in many.rows(messages, *waiting)]
    victim.child.start()
    await until(lambda: not many.rows(messages, *waiting, messages.c.message_id.in_(left)))
    return time.monotonic() - began if left else 0.0


def check(many: Fleet, acknowledged: list[str]) -> None:
    """Every message once, one reply to each turn, every effect once."""
    rows = many.rows(messages)
    taken = Counter(row["key"].rpartition(":")[2] for row in rows if row["role"] == "customer")
    assert set(acknowledged) <= taken.keys()
    assert set(taken.values()) == {1}
    turns = {row["turn_id"] for row in rows if row["role"] == "customer"}
    replies: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["role"] == "ai":
            replies[row["turn_id"]].append(row["text"])
    assert None not in turns
    assert replies.keys() == turns
    # Cut off between the write and its outcome: besides the reply it is said who will find out.
    unsure = {row["turn_id"] for row in many.rows(effects) if row["state"] == "unknown"}
    for turn_id, texts in replies.items():
        assert len(texts) == 1 or (turn_id in unsure and len(texts) == 2), texts
    book = Counter(line.split()[0] for line in many.home.book.read_text().splitlines())
    assert set(book.values()) <= {1}
    done = [row["proposal_id"] for row in many.rows(effects) if row["state"] == "done"]
    assert set(done) <= book.keys()


# --- live: restarts with open tabs, and a person who takes over -------------------------------------


@dataclass
class Tab:
    """A browser tab: follows a feed and comes back with `Last-Event-ID`, to whoever serves."""

    urls: list[str]
    conversation_id: str
    token: str
    entries: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    opened: int = 0

    async def follow(self) -> None:
        while True:
            url = self.urls[self.opened % len(self.urls)]
            self.opened += 1
            try:
                async with httpx.AsyncClient(base_url=url, timeout=30) as web:
                    await self._read(web)
            except httpx.TransportError:
                await asyncio.sleep(0.05)

    async def _read(self, web: httpx.AsyncClient) -> None:
        headers = {"X-Conversation-Token": self.token}
        if self.numbers:
            headers["Last-Event-ID"] = str(self.numbers[-1])
        path = f"/conversations/{self.conversation_id}/feed"
        async with web.stream("GET", path, headers=headers) as answer:
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if line and name:
                    event[name] = value
                elif event:
                    if "id" in event:
                        self.numbers.append(int(event["id"]))
                    heard = (event["event"], json.loads(event["data"]), time.monotonic())
                    self.entries.append(heard)
                    event = {}


@asynccontextmanager
async def tabs(*opened: Tab) -> AsyncIterator[None]:
    following = [asyncio.create_task(tab.follow()) for tab in opened]
    try:
        yield
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def test_open_tabs_see_every_entry_once_while_processes_are_replaced(two: Fleet) -> None:
    first = await send(two.urls(), "hello", uuid("0"))
    conversation_id, token = first["conversation_id"], first["conversation_token"]
    goes_on = {"conversation_id": conversation_id, "conversation_token": token}
    ways = (two.urls(), two.urls()[::-1], two.urls()[:1])
    opened = [Tab(urls, conversation_id, token) for urls in ways]
    hers = conversations.c.conversation_id == conversation_id
    async with tabs(*opened):
        for number in range(1, 9):
            await send(two.urls(), f"m{number}", uuid(f"tab{number}"), **goes_on)
            if number % 3 == 0:
                how = signal.SIGTERM if number == 3 else signal.SIGKILL
                await two.members[number // 3 % 2].again(how)
        await until(lambda: two.rows(conversations, hers)[0]["ready_at"] is None)
        (row,) = two.rows(conversations, hers)
        await until(lambda: all(tab.numbers[-1:] == [row["feed_seq"]] for tab in opened))
    for tab in opened:
        assert tab.numbers == list(range(1, row["feed_seq"] + 1))
        assert tab.opened > 1
        told = [entry["text"] for event, entry, _ in tab.entries if event == "message"]
        assert told == [one["text"] for one in await two.said(conversation_id)]


async def test_after_a_take_over_in_one_process_a_turn_of_another_is_silent_everywhere(
    two: Fleet,
) -> None:
    ana = await key(two.home, "Ana")
    for attempt in range(10 if FULL else 1):
        await taken_over(two, ana, uuid(f"rings{attempt}"), heard=True)


@pytest.mark.skipif(not FULL, reason="`make attacks` tries it")
async def test_after_a_take_over_all_is_silent_where_no_ring_is_ever_heard(
    postgresql_server: URL, tmp_path: Path
) -> None:
    with fleet(postgresql_server, tmp_path, 2, "deaf") as deaf:
        ana = await key(deaf.home, "Ana")
        for attempt in range(10):
            await taken_over(deaf, ana, uuid(f"deaf{attempt}"), heard=False)


async def taken_over(two: Fleet, ana: dict[str, str], message_id: str, *, heard: bool) -> None:
    """Take over in the first process what the second talks in, while tabs follow in both."""
    here, there = two.urls()
    first = await send([there], "hello", message_id)
    conversation_id, token = first["conversation_id"], first["conversation_token"]
    opened = [Tab([url], conversation_id, token) for url in (here, there)]
    seen = opened if heard else opened[1:]
    async with tabs(*opened):
        await until(lambda: all(tab.numbers for tab in opened))
        goes_on = {"conversation_id": conversation_id, "conversation_token": token}
        talking = asyncio.create_task(send([there], "talk", f"{message_id}-", **goes_on))
        await until(lambda: all(deltas(tab) for tab in seen))
        await asyncio.sleep(two.chance.uniform(0, 0.5))
        async with httpx.AsyncClient(base_url=here, timeout=20) as web:
            path = f"/conversations/{conversation_id}/takeover"
            assert (await web.post(path, headers=ana)).status_code == 200
        taken_at = time.monotonic()
        await talking
        await asyncio.sleep(1.2)
    for tab in opened:
        # What was in the wires at that moment may be read a little later.
        assert not [at for at in deltas(tab) if at > taken_at + 0.1]
    for tab in seen:
        assert [event for event, _, _ in tab.entries if event == "retract"]
    said = await two.said(conversation_id)
    assert not [one for one in said if one["role"] == "ai" and "talk" in one["text"]]


def deltas(tab: Tab) -> list[float]:
    return [at for event, _, at in tab.entries if event == "delta"]


# --- 10: old and new together -----------------------------------------------------------------------


async def test_a_process_of_an_older_version_goes_on_beside_a_newer_one_and_does_not_come_back(
    postgresql_server: URL, tmp_path: Path
) -> None:
    newer = a_newer_version(tmp_path / "newer")
    with postgres.new_database(postgresql_server) as url, ExitStack() as stack:
        database = stack.enter_context(closing(Database(url)))
        old = started(stack, url, tmp_path, 0)
        await until(lambda: database.read(revision_of) == "0001")
        together = Fleet(house(database, tmp_path), [old])
        serving(together, 1)
        first = await send([old.url], "hello", uuid("old"))
        goes_on = {one: first[one] for one in ("conversation_id", "conversation_token")}

        together.members.append(started(stack, url, tmp_path, 1, code=newer))
        serving(together, 2)
        assert database.read(revision_of) == "0002"
        for number in range(1, 7):  # each reads the other's checkpoint
            url_of = together.urls()[number % 2]
            answer = await send([url_of], f"m{number}", uuid(f"old{number}"), **goes_on)
            assert [reply["text"] for reply in answer["replies"]] == [f"You said m{number}."]

        await old.end(signal.SIGKILL)
        await send(together.urls()[1:], "pay", uuid("after"), **goes_on)
        old.child.start()
        await until(lambda: not old.child.runs)
        assert "'0002'" in old.log and "a newer one has upgraded it" in old.log
        said = [one["text"] for one in await together.said(first["conversation_id"])]
        assert said[-1].startswith("You said pay. done: Paid 5.00.")


def a_newer_version(folder: Path) -> Path:
    """Give a copy of the code with another column, another value of the state, and a node renamed."""
    left_out = shutil.ignore_patterns(".*", "data", "examples", "docs", "__pycache__", "bench*")
    shutil.copytree(ROOT, folder, ignore=left_out)
    changes = {
        "conversations/tables.py": {
            '    "conversations",\n    metadata,\n': '    "conversations",\n    metadata,\n'
            '    sa.Column("mood", sa.String(40)),\n'
        },
        "tests/conversations/echo.py": {
            "    slot: str\n": "    slot: str\n    mood: str\n",
            '"slot": state["heard"][-1]': '"slot": state["heard"][-1], "mood": "good"',
            '"hear"': '"listen"',
        },
    }
    for name, replaced in changes.items():
        text = (folder / name).read_text()
        for before, after in replaced.items():
            assert before in text, (name, before)
            text = text.replace(before, after)
        (folder / name).write_text(text)
    write = [sys.executable, "-P", "-m", "core.upgrade", "write", "a mood"]
    paths = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    subprocess.run(write, cwd=folder, env=paths, check=True)
    return folder
