"""The scripted server's HTTP: written on plain asyncio, so that it can break off anywhere."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from models.scripted import completion, mind
from models.scripted.script import MODES, Scripted

HANG_S = 3600.0
STATUS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
          429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip


class ScriptedServer:
    """A server on a thread with a loop of its own, so that a blocked client does not block it."""

    def __init__(
        self, script: Scripted | None = None, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.script = script or Scripted()
        self._host, self._port = host, port
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._serve, name="scripted server", daemon=True)

    @property
    def url(self) -> str:
        """The root of the API, ending in `/v1`."""
        return f"http://{self._host}:{self._port}/v1"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Bodies received, oldest first."""
        return self.script.requests

    def fail(self, mode: str, times: int | None = 1, argument: float | None = None) -> None:
        """Fail the next `times` requests like this; None: until `recover`."""
        self.script.fail(mode, times, argument)

    def recover(self) -> None:
        """Fail no more."""
        self.script.recover()

    def start(self) -> None:
        """Listen; the port is known when this returns.

        Raises:
            OSError: the port is taken.
        """
        self._thread.start()
        self._started.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(
                asyncio.start_server(self._begin, self._host, self._port)
            )
        except OSError as error:
            self._failure = error
            self._loop.close()
            self._started.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                if not await self._answer(Answerer(writer), *request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, out: "Answerer", method: str, path: str, key: str, content: bytes
    ) -> bool:
        """Answer one request; False ends the connection."""
        self.script.keys.add(key)
        path = path.split("?", maxsplit=1)[0].removeprefix("/v1")
        try:
            body = json.loads(content) if content else {}
        except ValueError:
            return await out.error(400, "The body is not JSON.")
        if (method, path) == ("GET", "/requests"):
            return await out.json(200, self.script.requests)
        if (method, path) == ("POST", "/script"):
            return await self._rewritten(out, body)
        if (method, path) == ("GET", "/models"):
            return await out.json(
                200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]}
            )
        if (method, path) == ("POST", "/chat/completions"):
            self.script.requests.append({**body, "path": path})
            if name := self.script.refused(body):
                return await out.error(400, f"Unsupported parameter: '{name}'.")
            return await self._complete(out, body)
        if (method, path) == ("POST", "/embeddings"):
            self.script.requests.append({**body, "path": path})
            if self.script.refused(body, path):
                return await out.error(404, "There is no POST /embeddings.")
            return await self._embed(out, body)
        return await out.error(404, f"There is no {method} {path}.")

    async def _rewritten(self, out: "Answerer", body: dict[str, Any]) -> bool:
        """Take new orders, each optional: `{fail, times, argument, refuses, latency_s, ...}`."""
        try:
            if "fail" in body and not body["fail"]:
                self.script.recover()
            elif "fail" in body:
                self.script.fail(body["fail"], body.get("times", 1), body.get("argument"))
        except ValueError as error:
            return await out.error(400, str(error))
        for name in ("latency_s", "tokens_per_s", "answers", "refuses"):
            if name in body:
                setattr(self.script, name, body[name])
        if body.get("forget"):
            self.script.requests.clear()
        return await out.json(200, {"modes": MODES})

    async def _complete(self, out: "Answerer", body: dict[str, Any]) -> bool:
        mode, argument = self.script.next_failure()
        if mode in ("hang", "401") or mode[:3] in ("429", "500", "503"):
            return await _refused(out, mode, argument)
        scripted = self.script.next_answer(body)
        message = {"content": scripted} if isinstance(scripted, str) else scripted
        message = completion.spoiled(mode, message or mind.answer(body), body)
        await asyncio.sleep(self.script.latency_s)
        if body.get("stream"):
            if not self.script.reports_usage:
                body = {**body, "stream_options": {}}
            return await self._stream(out, body, message, mode, argument)
        answer = completion.whole(body, message)
        if not self.script.reports_usage:
            del answer["usage"]
        written = json.dumps(answer, ensure_ascii=False).encode()
        if mode == "malformed":
            return await out.raw(200, written[: len(written) // 2])
        if mode == "cut":
            return await out.raw(200, written, cut=True)
        tokens = len(completion.tokens(message.get("content") or ""))
        if mode == "drip":
            await asyncio.sleep((1.0 if argument is None else argument) * max(tokens, 1))
        if self.script.tokens_per_s:
            await asyncio.sleep(tokens / self.script.tokens_per_s)
        return await out.raw(200, written)

    async def _stream(
        self, out: "Answerer", body: dict[str, Any], message: dict[str, Any], mode: str,
        argument: float | None,
    ) -> bool:  # fmt: skip
        pause_s = 1 / self.script.tokens_per_s if self.script.tokens_per_s else 0.0
        if mode == "drip":
            pause_s = 1.0 if argument is None else argument
        await out.begin_events()
        begun = time.monotonic()
        for number, chunk in enumerate(completion.chunks(body, message)):
            if mode == "cut" and number == (3 if argument is None else int(argument)):
                return False
            if mode == "malformed" and number == (2 if argument is None else int(argument)):
                await out.event('{"choices": [{"delta": {"cont')
                return await out.end_events()
            if number and pause_s:
                # By the clock, not one pause after the other: a busy machine adds nothing to the model.
                await asyncio.sleep(begun + number * pause_s - time.monotonic())
            await out.event(json.dumps(chunk, ensure_ascii=False))
        await out.event("[DONE]")
        return await out.end_events()

    async def _embed(self, out: "Answerer", body: dict[str, Any]) -> bool:
        mode, argument = self.script.next_failure()
        if mode and not await _refused(out, mode, argument):
            return False
        if mode:
            return True
        given = body.get("input", [])
        texts = [given] if isinstance(given, str) else given
        rows = [
            {"object": "embedding", "index": index, "embedding": completion.vector(str(text))}
            for index, text in enumerate(texts)
        ]
        return await out.json(200, {"object": "list", "data": rows, "model": body.get("model")})


async def _refused(out: "Answerer", mode: str, argument: float | None) -> bool:
    """Refuse, or never answer."""
    if mode == "hang":
        await asyncio.sleep(HANG_S)
        return False
    status = int(mode[:3]) if mode[:3].isdigit() else 500
    headers = (
        {"Retry-After": f"{1.0 if argument is None else argument:g}"} if mode == "429_after" else {}
    )
    return await out.error(status, f"Scripted failure: {MODES[mode]}.", headers)


class Answerer:
    """Writes HTTP answers on one connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> bool:
        return await self.raw(status, json.dumps(value, ensure_ascii=False).encode(), headers)

    async def error(self, status: int, message: str, headers: dict[str, str] | None = None) -> bool:
        return await self.json(status, {"error": {"message": message, "type": "scripted"}}, headers)

    async def raw(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> bool:
        self._head(
            status,
            {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **(headers or {}),
            },
        )
        self._writer.write(body[: len(body) // 2] if cut else body)
        await self._writer.drain()
        return not cut

    async def begin_events(self) -> None:
        self._head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})

    async def event(self, data: str) -> None:
        written = f"data: {data}\n\n".encode()
        self._writer.write(b"%x\r\n%s\r\n" % (len(written), written))
        await self._writer.drain()

    async def end_events(self) -> bool:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        return True

    def _head(self, status: int, headers: dict[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {STATUS[status]}", *(f"{k}: {v}" for k, v in headers.items())]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, str, bytes] | None:
    """Read a request; None when the client has gone."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    key = headers.get("authorization", "").removeprefix("Bearer ")
    return method, path, key, await reader.readexactly(int(headers.get("content-length") or 0))


@asynccontextmanager
async def scripted_server(
    script: Scripted | None = None, *, port: int = 0, **settings: Any
) -> AsyncIterator[ScriptedServer]:
    """Give a running server; `settings` are those of `Scripted`."""
    server = ScriptedServer(script or Scripted(**settings), port=port)
    server.start()
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop)
