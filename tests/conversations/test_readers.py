"""Many who follow conversations: slow ones, such as come again, and such as vanish; memory stays bounded."""

import asyncio
import math
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests import postgres

ROOT = Path(__file__).parents[2]
CLIENTS = 1000 if os.environ.get("REGENTE_ATTACKS") == "full" else 100
CONVERSATIONS = 5
BEFORE, ROUNDS, MESSAGES = 30, 2, 4
"""Messages in each conversation before anybody reads, rounds of readers, messages while they are there."""

EACH_KB = 200.0
"""Of messages as long as these; a reader that replays a whole conversation at once takes three times that."""

BESIDE_MB = 10.0
"""What the work itself takes: first use of code, the database's caches."""


@dataclass
class Followed:
    """A conversation that is read."""

    conversation_id: str
    token: str


@dataclass
class Client:
    """One connection to a feed, on a socket of its own."""

    port: int
    followed: Followed
    last: int = 0
    seen: list[int] = field(default_factory=list)

    async def open(self) -> None:
        narrow = (
            socket.socket()
        )  # the system takes little for who does not read: the rest must wait
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.port))
        self._in, self._out = await asyncio.open_connection(sock=narrow, limit=8192)
        self._out.write(
            f"GET /conversations/{self.followed.conversation_id}/feed HTTP/1.1\r\nHost: x\r\n"
            f"X-Conversation-Token: {self.followed.token}\r\nLast-Event-ID: {self.last}\r\n\r\n".encode()
        )
        await self._in.readuntil(b"\r\n\r\n")

    async def read(self, until: float = math.inf) -> None:
        """Read rows until the one with this number."""
        while self.last < until:
            line = await self._in.readline()
            assert line, "the server ended the feed"
            if found := re.match(rb"id: ?(\d+)", line):
                self.last = int(found[1])
                self.seen.append(self.last)

    def vanish(self) -> None:
        self._out.transport.abort()


@asynccontextmanager
async def serving(url: str, folder: Path) -> AsyncIterator[tuple[int, int]]:
    """Serve a small house in a process of its own; give its port and process id."""
    port = postgres._free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.conversations.served", url, str(folder), str(port)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
    )  # fmt: skip
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            while True:
                try:
                    await http.get(f"http://127.0.0.1:{port}/readers")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield port, child.pid
    finally:
        child.kill()
        child.wait()


def resident_mb(pid: int) -> float:
    said = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert said
    return int(said[1]) / 1000


async def begin(http: httpx.AsyncClient) -> Followed:
    answer = (await http.post("/chat", json={"message": "hello"})).json()
    return Followed(answer["conversation_id"], answer["conversation_token"])


async def write(http: httpx.AsyncClient, followed: Followed, messages: int) -> int:
    """Write in a conversation, and give the number of the last row that came of it."""
    headers = {"X-Conversation-Token": followed.token}
    for number in range(messages):
        said = {"message": f"{number} " + "and so on " * 300}
        assert (await http.post("/chat", json=said, headers=headers)).status_code == 200
    shown = await http.get(f"/conversations/{followed.conversation_id}", headers=headers)
    return shown.json()["last_event_id"]


@pytest.mark.attack
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
async def test_readers_that_are_slow_come_again_or_vanish_take_bounded_memory_and_miss_nothing(
    empty_url: str, tmp_path: Path
) -> None:
    peaks: list[float] = []
    async with (
        serving(empty_url, tmp_path) as (port, pid),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
    ):
        followed = [await begin(http) for _ in range(CONVERSATIONS)]
        await asyncio.gather(*(write(http, one, BEFORE) for one in followed))
        before = resident_mb(pid)
        for _ in range(ROUNDS):
            clients = [Client(port, followed[n % CONVERSATIONS]) for n in range(CLIENTS)]
            for client in clients:
                await client.open()
            fast, slow, gone = clients[0::3], clients[1::3], clients[2::3]
            for client in gone:
                client.vanish()
            reading = [asyncio.create_task(client.read()) for client in fast]
            ends = await asyncio.gather(*(write(http, one, MESSAGES) for one in followed))
            until = {one.token: end for one, end in zip(followed, ends, strict=True)}
            peaks.append(resident_mb(pid))
            again = [Client(port, one.followed, last=one.last) for one in gone]
            for client in again:
                await client.open()
            async with asyncio.timeout(180):
                late = [one.read(until[one.followed.token]) for one in (*slow, *again)]
                await asyncio.gather(*late)
                while any(one.last < until[one.followed.token] for one in fast):
                    await asyncio.sleep(0.05)
            for task in reading:
                task.cancel()
            for client in (*fast, *slow, *again):
                assert client.seen == sorted(set(client.seen)), "in order, and none twice"
                assert client.seen[-1] - client.seen[0] + 1 == len(client.seen), "and none missing"
                client.vanish()
            async with asyncio.timeout(30):
                while (await http.get("/readers")).json():
                    await asyncio.sleep(0.1)
    print(f"{CLIENTS} readers: {before:.0f} MB before, {peaks} MB with them")
    assert max(peaks) - before <= BESIDE_MB + CLIENTS * EACH_KB / 1000
