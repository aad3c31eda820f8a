"""The wire format of a streamed answer: server-sent events, put together as they arrive."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from core.errors import ModelFailed
from models.soundness import Unusable

DONE = b"[DONE]"

LF, CR = b"\n\r"


class EventReader:
    """Cuts bytes into the `data` of server-sent events; LF, CRLF, comments and split reads are fine."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    def feed(self, received: bytes) -> list[bytes]:
        """Give the data of every event that is complete now."""
        if not self._rest and not self._lines and received[:6] == b"data: ":
            end = len(received) - 2
            if received.find(b"\n") == end and received[-1] == LF and received[end - 1] != CR:
                return [received[6:end]]  # just one event, as servers send a token
        *lines, self._rest = (self._rest + received).split(b"\n")
        return self._events(lines)

    def end(self) -> list[bytes]:
        """Give the last event, when the server left out the empty line behind it."""
        lines, self._rest = [self._rest, b""], b""
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events = []
        for ended in lines:
            line = ended[:-1] if ended.endswith(b"\r") else ended
            if line.startswith(b"data:"):
                self._lines.append(line[5:].removeprefix(b" "))
            elif not line and self._lines:
                events.append(b"\n".join(self._lines))
                self._lines.clear()
        return events


@dataclass
class Call:
    """A tool call, or the part of one that has come since it was last taken."""

    index: int
    call_id: str | None = None
    name: str | None = None
    arguments: str = ""


@dataclass
class Piece:
    """What came since the last piece was taken."""

    text: str = ""
    refusal: str = ""
    calls: dict[int, Call] = field(default_factory=dict)
    usage: dict[str, Any] | None = None
    finish: str | None = None
    about: dict[str, Any] = field(default_factory=dict)
    """`id`, `model`, `system_fingerprint` and `service_tier`, as far as the server says them."""

    last: bool = False
    """The answer is whole with this piece."""

    def __bool__(self) -> bool:
        return bool(
            self.text or self.refusal or self.calls or self.usage or self.finish or self.last
        )


ABOUT = ("id", "model", "system_fingerprint", "service_tier")


class Answer:
    """Collects the events of one streamed answer."""

    def __init__(self) -> None:
        self.piece = Piece()
        self.finished = False
        """A finish reason came: the answer is whole."""

        self.done = False
        """The server said that nothing follows."""

    def add(self, data: bytes) -> None:
        """Take one event in.

        Raises:
            ModelFailed: it is no JSON, no chunk of a chat completion, or an error report.
        """
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            chunk = None
        if type(chunk) is not dict:
            if data.strip() != DONE:
                raise Unusable("The model server streamed something that is not JSON.")
            self.done = True
            return
        if error := chunk.get("error"):
            raise ModelFailed(f"The model server broke off with an error: {_said(error)}.")
        if usage := chunk.get("usage"):
            self.piece.usage = usage
        for choice in chunk.get("choices") or ():
            if isinstance(choice, dict) and not choice.get("index"):
                self._choice(choice)
        if self.piece.finish:
            self.piece.about |= {name: chunk[name] for name in ABOUT if chunk.get(name)}

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta") or {}
        if text := delta.get("content"):
            self.piece.text += text
        if refusal := delta.get("refusal"):
            self.piece.refusal += refusal
        if calls := delta.get("tool_calls"):
            for position, part in enumerate(calls):
                self._call(position, part)
        if choice.get("finish_reason"):
            self.piece.finish = choice["finish_reason"]
            self.finished = True

    def _call(self, position: int, part: dict[str, Any]) -> None:
        index = part.get("index")
        index = position if index is None else index
        call = self.piece.calls.setdefault(index, Call(index))
        function = part.get("function") or {}
        call.call_id = call.call_id or part.get("id")
        if function.get("name"):
            call.name = (call.name or "") + function["name"]
        call.arguments += function.get("arguments") or ""

    def take(self) -> Piece:
        """Give what came since the last call."""
        piece, self.piece = self.piece, Piece()
        return piece


def _said(error: Any) -> str:
    return str(error.get("message") or error) if isinstance(error, dict) else str(error)
