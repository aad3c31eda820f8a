"""Small back offices for tests: a generic HTTP server that is told what to answer, and two MCP servers."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request that came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Answering:
    """What is answered, and how."""

    body: Any = None
    """JSON, or bytes, or an iterator of bytes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0
    cut: bool = False
    """Whether the connection breaks before the answer."""


Script = Callable[[Asked], Answering]


@dataclass
class Office:
    """A server that runs, and what it was asked."""

    url: str
    script: Script
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def office(script: Script) -> Iterator[Office]:
    """Serve on a free port until the block ends."""
    running = Office("", script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            kind = self.headers.get("content-type", "")
            body = json.loads(raw) if raw and "json" in kind else raw.decode()
            if "form" in kind:
                body = dict(parse_qsl(body))
            headers = {key.lower(): value for key, value in self.headers.items()}
            asked = Asked(self.command, parts.path, parse_qsl(parts.query), headers, body)
            running.asked.append(asked)
            told = running.script(asked)
            time.sleep(told.after_s)
            if told.cut:
                self.connection.close()
                return
            self.send_response(told.status)
            for key, value in {"content-type": "application/json", **told.headers}.items():
                self.send_header(key, value)
            self.end_headers()
            try:
                for part in _parts(told.body):
                    self.wfile.write(part)
            except ConnectionError:
                pass  # whoever asked has heard enough

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *values: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


def _parts(body: Any) -> Iterable[bytes]:
    if body is None:
        return ()
    if isinstance(body, Iterator):
        return body
    return [body if isinstance(body, bytes) else json.dumps(body).encode()]


def always(body: Any = None, **more: Any) -> Script:
    """Answer everything alike."""
    return lambda asked: Answering(body, **more)


def by_route(routes: Mapping[str, Any]) -> Script:
    """Answer by `GET /path`; what is an `Answering` or a function stands for itself."""

    def answer(asked: Asked) -> Answering:
        told = routes.get(f"{asked.method} {asked.path}")
        if callable(told):
            told = told(asked)
        if told is None:
            return Answering({"detail": "not here"}, status=404)
        return told if isinstance(told, Answering) else Answering(told)

    return answer


@dataclass
class McpTool:
    """A tool of a fake MCP server: how it describes itself, and what it does."""

    described: dict[str, Any]
    act: Callable[[dict[str, Any]], Any]


SESSION = "s-1"


def mcp(
    tools: list[McpTool], *, streams: bool, key: str = "", version: str = "2025-06-18"
) -> Script:
    """Serve tools over Streamable HTTP: plain JSON without sessions, or streams with them."""

    def answer(asked: Asked) -> Answering:
        if key and asked.headers.get("authorization") != f"Bearer {key}":
            return Answering({"error": "no"}, status=401)
        if asked.method == "DELETE":
            return Answering(status=204)
        first = asked.body["method"] == "initialize"
        if streams and not first and asked.headers.get("mcp-session-id") != SESSION:
            return Answering({"error": "no session"}, status=400)
        if "id" not in asked.body:
            return Answering(status=202)
        result = _result(tools, version, asked.body)
        message = {"jsonrpc": "2.0", "id": asked.body["id"], "result": result}
        return _streamed(message) if streams else Answering(message)

    return answer


def _result(tools: list[McpTool], version: str, body: dict[str, Any]) -> dict[str, Any]:
    method, parameters = body["method"], body.get("params", {})
    if method == "initialize":
        about = {"name": "fake", "version": "1"}
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}
    if method == "tools/list":
        half = len(tools) // 2
        if parameters.get("cursor"):
            return {"tools": [tool.described for tool in tools[half:]]}
        return {"tools": [tool.described for tool in tools[:half]], "nextCursor": "2"}
    tool = next(one for one in tools if one.described["name"] == parameters["name"])
    given = tool.act(parameters["arguments"])
    if isinstance(given, str | Exception):
        text = {"type": "text", "text": str(given)}
        return {"content": [text], "isError": isinstance(given, Exception)}
    structured = {"structuredContent": given} if isinstance(given, dict) else {}
    return {"content": [{"type": "text", "text": json.dumps(given)}]} | structured


def _streamed(message: dict[str, Any]) -> Answering:
    note = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info"}}
    events = "".join(f"event: message\ndata: {json.dumps(one)}\n\n" for one in (note, message))
    headers = {"content-type": "text/event-stream", "mcp-session-id": SESSION}
    return Answering(f": hello\n\n{events}".encode(), headers=headers)
