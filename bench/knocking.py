"""Webhooks at an even pace, whatever the server does: `python -m bench.knocking < plan.json`.

Bodies are written and signed beforehand and sockets spoken to by hand, for it shares the machine with the
server. A message's time runs from when it was due, so that one that had to wait for its turn to be sent
counts as late.
"""

import json
import re
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from channels.loopback import SIGNATURE, signature


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be sent."""

    port: int
    account: str
    secret: str
    per_s: float
    said: list[str]
    """One message each, each from an address of its own."""

    name: str
    """Begins addresses and ids: another burst is of other customers."""


@dataclass(kw_only=True)
class Seen:
    """What became of it."""

    seconds: list[float] = field(default_factory=list)
    """Until each was acknowledged, in the order of the answers."""

    statuses: dict[str, int] = field(default_factory=dict)
    core: float = 0.0
    """What share of a core the sending took."""


def requests(plan: Plan) -> list[bytes]:
    """Give the bytes of each request."""
    return [_request(plan, number, text) for number, text in enumerate(plan.said)]


def _request(plan: Plan, number: int, text: str) -> bytes:
    message = {"id": f"{plan.name}-{number}", "from": f"{plan.name}-{number}", "text": text}
    raw = json.dumps({"account": plan.account, "messages": [message]}).encode()
    head = (
        f"POST /webhooks/loopback/{plan.account} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\n{SIGNATURE}: {signature(raw, plan.secret)}\r\n"
        f"Content-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


class Knocking:
    """Sends requests when they are due, on as many connections as that takes."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._requests = plan, requests(plan)
        self._waiting = selectors.DefaultSelector()
        self._free: list[socket.socket] = []
        self._due: dict[socket.socket, float] = {}
        self._read: dict[socket.socket, bytes] = {}
        self._seen, self._statuses = Seen(), Counter[str]()

    def run(self) -> Seen:
        """Send all, wait for all answers."""
        begun, cpu, sent = time.perf_counter(), time.process_time(), 0
        while sent < len(self._requests) or self._due:
            due = begun + sent / self._plan.per_s
            if sent < len(self._requests) and time.perf_counter() >= due:
                self._send(self._requests[sent], due)
                sent += 1
                continue
            left = due - time.perf_counter() if sent < len(self._requests) else 60.0
            for key, _ in self._waiting.select(max(0.0, left)):
                self._hear(key.fileobj)  # pyright: ignore[reportArgumentType]
        self._seen.statuses = dict(self._statuses)
        self._seen.core = (time.process_time() - cpu) / (time.perf_counter() - begun)
        return self._seen

    def _send(self, request: bytes, due: float) -> None:
        if self._free:
            connection = self._free.pop()
        else:
            connection = socket.create_connection(("127.0.0.1", self._plan.port))
            self._waiting.register(connection, selectors.EVENT_READ)
        self._due[connection], self._read[connection] = due, b""
        connection.sendall(request)

    def _hear(self, connection: socket.socket) -> None:
        more = connection.recv(65536)
        if not more:
            self._closed(connection)
            return
        answer = self._read[connection] = self._read[connection] + more
        if not _whole(answer):
            return
        self._seen.seconds.append(time.perf_counter() - self._due.pop(connection))
        self._statuses[answer.split(b" ", 2)[1].decode()] += 1
        self._free.append(connection)

    def _closed(self, connection: socket.socket) -> None:
        """Let go of a connection that was idle for long.

        Raises:
            RuntimeError: an answer was due on it.
        """
        if connection in self._due:
            raise RuntimeError("The server closed a connection that waited for an answer.")
        self._waiting.unregister(connection)
        self._free.remove(connection)
        connection.close()


def _whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(found) and len(body) >= (int(length[1]) if length else 0)


if __name__ == "__main__":
    print(json.dumps(asdict(Knocking(Plan(**json.load(sys.stdin))).run())))
