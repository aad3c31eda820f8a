"""The loopback provider: takes messages over HTTP, shows them on phones, and sends signed webhooks.

    LOOPBACK_SECRET=... python -m channels.loopback.provider --hooks http://localhost:8000/webhooks/loopback/demo

Then every line `ana: where is my order?` is written by that phone, and what phones receive is printed. It
misbehaves as providers do: `/late`, `/429`, `/500`, ... do so to the next request (`FAULTS`).
"""

import argparse
import itertools
import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from channels.loopback import SIGNATURE, signature

FAULTS = {
    "late": "carries it out, and answers after everybody has stopped waiting",
    "429": "refuses, and says when to come again",
    "500": "fails before it has done anything",
    "500 after": "fails when it has carried it out",
    "garbage": "carries it out, and answers what nobody can read",
    "close": "closes the connection before it has done anything",
    "close after": "closes the connection when it has carried it out",
    "half": "carries it out, and breaks off in the middle of its answer",
    "400": "refuses for good",
}
BEFORE = ("429", "500", "close", "400")
"""Faults of requests that are not carried out."""


@dataclass(frozen=True)
class Received:
    """A message as a phone got it."""

    address: str
    text: str
    key: str


class LoopbackProvider:
    """A provider on threads of its own, so that whoever is blocked does not block it."""

    def __init__(
        self, secret: str, *, hooks: str = "", port: int = 0, repeatable: bool = True
    ) -> None:
        self.secret = secret
        self.hooks = hooks
        """Where its webhooks go; empty: it sends none."""

        self.repeatable = repeatable
        """It carries out each key once; otherwise whoever asks twice gets it twice."""

        self.faults: deque[str] = deque()
        """What happens to the next requests, one each."""

        self.faults_of: dict[str, deque[str]] = {}
        """What happens to the next requests for a phone."""

        self.late_s = 1.0
        self.retry_after_s = 1.0
        self.report_after_s = 0.0
        self.requests: list[tuple[str, str]] = []
        """Keys that were asked for, each with the fault that met it, in order."""

        self.received: list[Received] = []
        self.on_receive: Callable[[Received], None] = lambda _: None
        self._ids: dict[str, str] = {}
        self._number = itertools.count(1)
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._server = _Server(port, self)

    @property
    def url(self) -> str:
        """The root of its interface."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Serve."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Serve no more; webhooks that are under way are waited for."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    # --- what it does for us ---------------------------------------------------------------------

    def carry(self, key: str, body: dict[str, Any]) -> str:
        """Bring a message to its phone, the same key once if it is repeatable; give our id of it."""
        with self._lock:
            if self.repeatable and key in self._ids:
                return self._ids[key]
            message_id = self._ids[key] = f"loop-{next(self._number)}"
            got = Received(str(body.get("to")), str(body.get("text")), key)
            self.received.append(got)
        self.on_receive(got)
        self.report(key, "delivered")
        return message_id

    def next_fault(self, key: str, address: str) -> str:
        """Give what shall go wrong with a request, or nothing."""
        with self._lock:
            planned = self.faults_of.get(address) or self.faults
            fault = planned.popleft() if planned else ""
            self.requests.append((key, fault))
        return fault

    # --- its webhooks ----------------------------------------------------------------------------

    def write(self, address: str, text: str, message_id: str = "") -> httpx.Response:
        """Let a phone write to the company; give what the company's server answered."""
        message = {"id": message_id or f"phone-{next(self._number)}", "from": address, "text": text}
        return self.post({"messages": [message]})

    def report(self, key: str, state: str, reason: str = "") -> None:
        """Tell, from another thread, what became of a message."""
        if not self.hooks:
            return
        told = {"key": key, "id": self._ids.get(key, "none"), "state": state, "reason": reason}
        thread = threading.Thread(target=self._report, args=(told,))
        self._threads.append(thread)
        thread.start()

    def _report(self, told: dict[str, str]) -> None:
        self._stopping.wait(self.report_after_s)
        for _ in range(20):
            try:
                if self.post({"statuses": [told]}).status_code < 500:
                    return
            except httpx.HTTPError:
                pass
            if self._stopping.wait(0.25):
                return

    def post(self, payload: dict[str, Any]) -> httpx.Response:
        """Send a signed webhook."""
        account = self.hooks.rstrip("/").rpartition("/")[2]
        raw = json.dumps({"account": account, **payload}).encode()
        headers = {SIGNATURE: signature(raw, self.secret), "Content-Type": "application/json"}
        return httpx.post(self.hooks, content=raw, headers=headers, timeout=10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, provider: LoopbackProvider) -> None:
        self.provider = provider
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone: being late, it loses them."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _provider(self) -> LoopbackProvider:
        assert isinstance(self.server, _Server)
        return self.server.provider

    def do_POST(self) -> None:
        provider = self._provider
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if self.headers.get("Authorization") != f"Bearer {provider.secret}":
            self._answer(401, b'{"error": "The secret is wrong."}')
            return
        key = self.headers.get("Idempotency-Key", "")
        fault = provider.next_fault(key, str(body.get("to")))
        message_id = "" if fault in BEFORE else provider.carry(key, body)
        self._misbehave(fault, json.dumps({"id": message_id}).encode())

    def _misbehave(self, fault: str, good: bytes) -> None:
        provider = self._provider
        if fault.startswith("close"):
            self.close_connection = True
        elif fault == "429":
            again = {"Retry-After": f"{provider.retry_after_s:g}"}
            self._answer(429, b'{"error": "Too many."}', again)
        elif fault[:3] in ("400", "500"):
            self._answer(int(fault[:3]), b'{"error": "No."}')
        elif fault == "half":
            self._answer(200, good[:4], {"Content-Length": str(len(good))})
            self.close_connection = True
        else:
            time.sleep(provider.late_s if fault == "late" else 0)
            self._answer(200, b"\xff<html>??" if fault == "garbage" else good)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what matters is printed by whoever runs it."""


@contextmanager
def loopback_provider(secret: str, **settings: Any) -> Iterator[LoopbackProvider]:
    """Give a provider that serves; `settings` are those of `LoopbackProvider`."""
    provider = LoopbackProvider(secret, **settings)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


def main(arguments: list[str] | None = None) -> int:
    """Serve, and let lines of the terminal be phones."""
    parser = argparse.ArgumentParser(
        prog="python -m channels.loopback.provider",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--hooks", required=True, help="Regente's webhook of the account")
    given = parser.parse_args(arguments)
    if not (secret := os.environ.get("LOOPBACK_SECRET")):
        parser.error("set LOOPBACK_SECRET to what workspace.yaml's `secret_env` names")
    with loopback_provider(secret, hooks=given.hooks, port=given.port) as provider:
        provider.on_receive = lambda got: print(f"  → {got.address}: {got.text}", flush=True)
        print(
            f"Loopback provider: {provider.url}; write `ana: hello`, end with Ctrl-D.", flush=True
        )
        for line in sys.stdin:
            _do(provider, line.strip())
    return 0


def _do(provider: LoopbackProvider, line: str) -> None:
    fault, (address, colon, text) = line[1:], line.partition(":")
    if line.startswith("/") and fault in FAULTS:
        provider.faults.append(fault)
    elif colon and address.strip() and text.strip():
        try:
            answer = provider.write(address.strip(), text.strip())
            print(f"  {answer.status_code} {answer.text}", flush=True)
        except httpx.HTTPError as error:
            print(f"  {provider.hooks} does not answer: {error!r}", flush=True)
    elif line:
        print(f"  Write `ana: hello`, or one of {', '.join(f'/{fault}' for fault in FAULTS)}.")


if __name__ == "__main__":
    sys.exit(main())
