"""A small client for MCP servers over Streamable HTTP: list the tools, call one.

Source: https://modelcontextprotocol.io/specification/2025-06-18/basic/transports
Each use is a session of its own: a server may forget one at any time, and none is kept between turns.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from tools.connecting import Document, Operation, Place
from tools.connecting.openapi import Arguments, opened
from tools.connecting.reaching import (
    MOST_BYTES,
    Request,
    TooMuch,
    Unclear,
    Unreached,
    streamed,
    whole,
)
from tools.connecting.references import Unreadable, plain
from tools.connecting.text import described, identifier

PROTOCOL = "2025-06-18"
SPOKEN = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Versions that list and call tools in the same way."""

SESSION = "mcp-session-id"
MOST_PAGES = 20
LINE_END = re.compile(r"\r\n|\n|\r(?!\Z)")
REFUSED = (-32700, -32600, -32601, -32602)
"""Errors of JSON-RPC that say nothing was called."""


class Refusal(Exception):
    """The server says no; the message is the server's."""


@dataclass
class Session:
    """One conversation with a server."""

    url: str
    headers: Mapping[str, str]
    private: bool
    timeout_s: float
    _id: str = ""
    _version: str = ""

    def __post_init__(self) -> None:
        self._numbers = count(1)

    async def begin(self) -> None:
        """Agree on a version."""
        asked = {
            "protocolVersion": PROTOCOL,
            "capabilities": {},
            "clientInfo": {"name": "regente", "version": "1"},
        }
        told = await self.call("initialize", asked)
        self._version = str(told.get("protocolVersion"))
        if self._version not in SPOKEN:
            raise Unreached(f"the server speaks version {self._version!r} of MCP, which we do not")
        await self._post({"jsonrpc": "2.0", "method": "notifications/initialized"}, None)

    async def call(self, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method and give its result.

        Raises:
            Refusal: the server says that it did not do it.
            Unreached, Unclear: see `reaching`.
        """
        number = next(self._numbers)
        sent = {"jsonrpc": "2.0", "id": number, "method": method, "params": dict(parameters)}
        answer = await self._post(sent, number)
        if isinstance(error := answer.get("error"), dict):
            told = str(error.get("message") or "")[:500]
            if error.get("code") in REFUSED:
                raise Refusal(told)
            raise Unclear(told)
        result = answer.get("result")
        return result if isinstance(result, dict) else {}

    async def end(self) -> None:
        """Let the server forget the session; whether it does is its own matter."""
        if self._id:
            request = Request("DELETE", self.url, self._headers())
            try:
                async with streamed(request, private=self.private, timeout_s=1):
                    pass
            except (Unreached, Unclear):
                pass

    def _headers(self) -> dict[str, str]:
        given = {"accept": "application/json, text/event-stream", **self.headers}
        if self._id:
            given[SESSION] = self._id
        if self._version:
            given["mcp-protocol-version"] = self._version
        return given

    async def _post(self, sent: Mapping[str, Any], number: int | None) -> dict[str, Any]:
        request = Request("POST", self.url, self._headers(), json=sent)
        async with streamed(request, private=self.private, timeout_s=self.timeout_s) as answer:
            if answer.status_code >= 300:
                said = f"the server answers with {answer.status_code}"
                raise Unreached(said) if answer.status_code < 500 else Unclear(said)
            self._id = answer.headers.get(SESSION, self._id)
            if number is None:
                return {}
            return await _answer(answer, number)


@asynccontextmanager
async def session(
    url: str, *, headers: Mapping[str, str], private: bool, timeout_s: float
) -> AsyncIterator[Session]:
    """Open a session, within `timeout_s`.

    Raises:
        Unreached: the server is not there, or speaks a version that we do not.
    """
    opened = Session(url, headers, private, timeout_s)
    try:
        async with asyncio.timeout(timeout_s):
            await opened.begin()
    except TimeoutError as error:
        raise Unreached("the server does not answer") from error
    except Unclear as error:
        raise Unreached(str(error)) from error  # nothing was called yet
    try:
        yield opened
    finally:
        await opened.end()


async def listed(at: Session) -> list[dict[str, Any]]:
    """Give the server's tools as it describes them."""
    tools: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await at.call("tools/list", {"cursor": cursor} if cursor else {})
        tools += [one for one in page.get("tools", []) if isinstance(one, dict)]
        cursor = page.get("nextCursor")
        if not cursor:
            break
    return tools


def read(document: Mapping[str, Any]) -> Document:
    """Read what `listed` gave, kept as `{tools: [...]}`."""
    operations: dict[str, Operation] = {}
    left_out: dict[str, str] = {}
    for tool in document.get("tools", []):
        wire = str(tool.get("name") or "")
        name = identifier(wire)
        try:
            if not wire or name in operations:
                raise Unreadable("its name is missing or there twice")
            operations[name] = _operation(tool, wire, name)
        except Unreadable as problem:
            left_out[wire or "?"] = str(problem)
    return Document(operations, left_out=left_out)


def _operation(tool: Mapping[str, Any], wire: str, name: str) -> Operation:
    schema = tool.get("inputSchema")
    schema = plain(schema) if isinstance(schema, Mapping) else {}
    hints = tool.get("annotations")
    hints = hints if isinstance(hints, Mapping) else {}
    arguments: Arguments = {}
    if schema.get("properties"):
        opened(arguments, schema, (), required=True)
    answer = tool.get("outputSchema")
    return Operation(
        name=name,
        wire=wire,
        summary=described(tool.get("description") or tool.get("title") or hints.get("title")),
        reads=hints.get("readOnlyHint") is True,
        parameters={
            "type": "object",
            "properties": {argument: inner for argument, (_, inner, _) in arguments.items()},
            "required": [argument for argument, (_, _, needed) in arguments.items() if needed],
            "additionalProperties": False,
        },
        places={
            argument: Place("body", place.path) for argument, (place, _, _) in arguments.items()
        },
        answer=plain(answer) if isinstance(answer, Mapping) else {},
        repeatable=hints.get("idempotentHint") is True,
    )


def content(result: Mapping[str, Any]) -> Any:
    """Give what a tool answered: its data if it gave any, else its text, read as JSON where it is."""
    if isinstance(data := result.get("structuredContent"), dict):
        return data["result"] if [*data] == ["result"] else data
    parts = [
        str(part.get("text", ""))
        for part in result.get("content", [])
        if isinstance(part, dict) and part.get("type") == "text"
    ]
    read: list[Any] = []
    for part in parts:
        try:
            read.append(json.loads(part))
        except ValueError:
            return "\n".join(parts)
    return read[0] if len(read) == 1 else (read or None)


async def _answer(answer: httpx.Response, number: int) -> dict[str, Any]:
    """Give the answer to the request of a number, from one JSON body or from a stream of events."""
    found: dict[str, Any] | None = None
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        body = await whole(answer, MOST_BYTES)
        found = _matching(body.decode("utf-8", "replace"), number)
    else:
        async for event in _events(answer):
            if (found := _matching(event, number)) is not None:
                break
    if found is None:
        raise Unclear("the server gave no answer")
    return found


async def _events(answer: httpx.Response) -> AsyncIterator[str]:
    """Give the data of each event of a stream."""
    data: list[str] = []
    async for line in _lines(answer):
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").lstrip(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


async def _lines(answer: httpx.Response) -> AsyncIterator[str]:
    """Give the lines of a stream; httpx would hold a line without end, however long it is."""
    size, begun = 0, ""
    async for part in answer.aiter_text():
        size += len(part)
        if size > MOST_BYTES:
            raise TooMuch(f"the answer has more than {MOST_BYTES} characters")
        *lines, begun = LINE_END.split(begun + part)
        for line in lines:
            yield line
    yield begun.rstrip("\r")


def _matching(text: str, number: int) -> dict[str, Any] | None:
    """Read messages; give the one that answers the request of a number."""
    try:
        read = json.loads(text)
    except ValueError as error:
        raise Unclear("the server's answer is no JSON") from error
    for message in read if isinstance(read, list) else [read]:
        ours = isinstance(message, dict) and message.get("id") == number
        if ours and ("result" in message or "error" in message):
            return message
    return None
