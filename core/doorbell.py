"""A bell between the processes on one PostgreSQL: best effort, after commits, and for nothing on SQLite.

    bell = Doorbell(database)
    bell.on("feed", lambda conversation_id: ...)     # when another process rings
    bell.ring("feed", conversation_id)               # tell the others; this process is not told

Rings are gathered for 30 ms and sent by one NOTIFY beside the transactions: within them, eight writers
commit a fifth less. Whoever is rung for must also be found without: a ring is lost when PostgreSQL
restarts or a process dies, and nothing waits for one.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import structlog

from core.database import Database
from core.ids import new_id

if TYPE_CHECKING:
    from psycopg import AsyncConnection

log = structlog.get_logger(__name__)

CHANNEL = "regente"
GATHER_S = 0.03
RETRY_S = 1.0
CONNECT_S = 5
MAX_BYTES = 7_800
"""PostgreSQL takes a payload of less than 8,000 bytes."""

MAX_WAITING = 5_000
"""Rings kept while one NOTIFY is on its way; further ones are dropped."""

Hear = Callable[..., object]


class Doorbell:
    """The bell of one process; without a database, or on SQLite, it rings nowhere."""

    def __init__(self, database: Database | None = None) -> None:
        self._url = ""
        if database is not None and database.dialect == "postgresql":
            plain = database.url.set(drivername="postgresql")
            self._url = plain.render_as_string(hide_password=False)
        self._own = new_id("bell")
        self._hear: dict[str, Hear] = {}
        self._waiting: list[str] = []
        self._rung = asyncio.Event()
        self.listening = False
        """Whether rings of others arrive now; if not, look for what they did."""

    def on(self, kind: str, hear: Hear) -> None:
        """Call `hear` on the loop with the words of each ring of this kind from another process."""
        self._hear[kind] = hear

    def ring(self, kind: str, *words: Any) -> None:
        """Tell the other processes, from the loop; words are what JSON can say."""
        if not self.listening or len(self._waiting) >= MAX_WAITING:
            return
        self._waiting.append(json.dumps([kind, *words], ensure_ascii=False))
        self._rung.set()

    async def run(self) -> None:
        """Send and hear until cancelled; whatever PostgreSQL does, it is called again."""
        while self._url:
            try:
                await self._connected()
            except* _lost() as lost:
                log.warning("doorbell_lost", reason=str(lost.exceptions[0]).strip())
            finally:
                self.listening = False
                self._waiting.clear()
            await asyncio.sleep(RETRY_S)

    async def _connected(self) -> None:
        async with await self._connection() as ear, await self._connection() as mouth:
            await ear.execute(f"LISTEN {CHANNEL}")
            self.listening = True
            async with asyncio.TaskGroup() as both:
                both.create_task(self._listen(ear), name="doorbell ear")
                both.create_task(self._send(mouth), name="doorbell mouth")

    async def _connection(self) -> "AsyncConnection[Any]":
        from psycopg import AsyncConnection

        return await AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=CONNECT_S, application_name="doorbell"
        )

    async def _listen(self, ear: "AsyncConnection[Any]") -> None:
        async for note in ear.notifies():
            sender, rings = json.loads(note.payload)
            if sender != self._own:
                self._told(rings)

    def _told(self, rings: list[list[Any]]) -> None:
        for kind, *words in rings:
            if kind not in self._hear:
                continue  # of a newer version
            try:
                self._hear[kind](*words)
            except Exception:  # one who hears badly must not make the others deaf
                log.exception("ring_failed", kind=kind)

    async def _send(self, mouth: "AsyncConnection[Any]") -> None:
        try:
            while True:
                await self._rung.wait()
                await asyncio.sleep(GATHER_S)
                await self._say(mouth)
        finally:
            await self._say(mouth)  # what was rung last, before this process stops

    async def _say(self, mouth: "AsyncConnection[Any]") -> None:
        self._rung.clear()
        rings, self._waiting = self._waiting, []
        for payload in _payloads(self._own, rings):
            await mouth.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))


def _payloads(own: str, rings: list[str]) -> Iterator[str]:
    """Give the payloads that say all rings; one that is too long for any is left out."""
    room = MAX_BYTES - len(own) - 8
    gathered: list[str] = []
    used = 0
    for ring in rings:
        length = len(ring.encode()) + 1
        if length > room:
            continue
        if used + length > room:
            yield _payload(own, gathered)
            gathered, used = [], 0
        gathered.append(ring)
        used += length
    if gathered:
        yield _payload(own, gathered)


def _payload(own: str, rings: list[str]) -> str:
    return f'["{own}",[{",".join(rings)}]]'


def _lost() -> tuple[type[Exception], ...]:
    from psycopg import Error

    return (Error, OSError)
