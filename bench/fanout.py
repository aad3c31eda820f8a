"""What is measured of many who follow one conversation: when each has a new message, and what they take."""

import json
import re
import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx

from bench.figures import Figure
from bench.places import Child, product
from core.settings import Settings

READERS = 1000
MESSAGES = 10
LATEST_S = 60.0


def fanout(
    data_dir: Path, settings: Settings, said: Sequence[str], *, quick: bool
) -> Iterator[Figure]:
    """Let a customer write while a thousand read along."""
    readers = READERS // 10 if quick else READERS
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the server inherits it
    with product(data_dir, settings) as server:
        told = _write(server, said[0])
        _write(server, said[1 % len(said)], told)
        before = server.memory_mb()
        with Readers(server, told, readers) as reading:
            grown = server.memory_mb() - before
            cpu, seconds = (
                server.cpu_ms(),
                [
                    each
                    for number in range(MESSAGES)
                    for each in reading.heard(said[number % len(said)])
                ],
            )
            cpu = server.cpu_ms() - cpu
            peak = server.memory_mb() - before
    seconds.sort()
    yield Figure(
        what=f"a message written, read by all of {readers} readers, p95",
        value=seconds[len(seconds) * 95 // 100] * 1000, unit="ms",
        reference=seconds[0] * 1000, against="by the first",
    )  # fmt: skip
    yield Figure(
        what="  CPU of the server for one reader of a message, its reply counted in",
        value=cpu / MESSAGES / readers, unit="ms",
    )  # fmt: skip
    yield Figure(
        what=f"memory of {readers} readers", value=peak, unit="MB",
        reference=grown, against="before anything was written",
    )  # fmt: skip


def _write(server: Child, text: str, told: dict[str, str] | None = None) -> dict[str, str]:
    headers = {"X-Conversation-Token": told["conversation_token"]} if told else {}
    answer = httpx.post(f"{server.url}/chat", json={"message": text}, headers=headers, timeout=60)
    return answer.raise_for_status().json()


class Readers:
    """Connections that follow one conversation, spoken to by hand: they are not what is measured."""

    def __init__(self, server: Child, told: dict[str, str], number: int) -> None:
        self._address = ("127.0.0.1", httpx.URL(server.url).port or 0)
        self._told, self._number = told, number
        self._waiting = selectors.DefaultSelector()
        self._read: dict[socket.socket, bytes] = {}

    def __enter__(self) -> "Readers":
        head = (
            f"GET /conversations/{self._told['conversation_id']}/feed HTTP/1.1\r\nHost: bench\r\n"
            f"X-Conversation-Token: {self._told['conversation_token']}\r\nLast-Event-ID: 0\r\n\r\n"
        )
        for _ in range(self._number):
            connection = socket.create_connection(self._address)
            connection.sendall(head.encode())
            self._waiting.register(connection, selectors.EVENT_READ)
            self._read[connection] = b""
        self._until(lambda text: b'"role": "ai"' in text or b'"role":"ai"' in text)
        self._settled()
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._read:
            connection.close()

    def heard(self, text: str) -> list[float]:
        """Write a message, and give the seconds until each reader had it; then wait for its reply."""
        for connection in self._read:
            self._read[connection] = b""
        body = json.dumps({"message": text}).encode()
        writer = socket.create_connection(self._address)
        begun = time.perf_counter()
        writer.sendall(
            b"POST /chat HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            + f"X-Conversation-Token: {self._told['conversation_token']}\r\n".encode()
            + b"Content-Length: %d\r\n\r\n" % len(body) + body
        )  # fmt: skip
        seconds = self._until(lambda read: re.search(rb'"role": ?"customer"', read) is not None)
        writer.settimeout(LATEST_S)
        writer.recv(65536)
        writer.close()
        self._settled()
        return [moment - begun for moment in seconds]

    def _until(self, enough: Callable[[bytes], bool]) -> list[float]:
        """Read until each has what is wanted; give the moments."""
        moments: dict[socket.socket, float] = {}
        late = time.perf_counter() + LATEST_S
        while len(moments) < len(self._read):
            if time.perf_counter() > late:
                raise RuntimeError(f"{len(self._read) - len(moments)} readers got no message.")
            for connection in self._ready(1.0):
                if connection not in moments and enough(self._read[connection]):
                    moments[connection] = time.perf_counter()
        return list(moments.values())

    def _settled(self) -> None:
        """Read until nothing has come for a moment: the reply is everywhere."""
        while self._ready(0.5):
            pass

    def _ready(self, within_s: float) -> list[socket.socket]:
        ready = []
        for key, _ in self._waiting.select(within_s):
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            self._read[connection] += connection.recv(65536)
            ready.append(connection)
        return ready
