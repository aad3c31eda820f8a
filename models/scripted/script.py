"""What the scripted server does with the next requests: failures, given answers, speed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

MODES: dict[str, str] = {
    "429": "too many requests",
    "429_after": "too many requests, with `Retry-After` (argument: seconds, 1 if none)",
    "500": "an internal error",
    "503": "overloaded",
    "401": "a wrong key",
    "malformed": "a body that is not JSON, or such an event (argument: which, 2 if none)",
    "wrong_schema": "arguments or fields of the wrong type",
    "empty": "an answer with nothing in it",
    "cut": "the connection ends after some chunks (argument: how many, 3 if none)",
    "hang": "no answer at all, until the client gives up",
    "drip": "a chunk every so often (argument: seconds, 1 if none)",
    "wrong_tool": "a call of a tool that was not offered",
    "extra_arguments": "a call with an argument that the tool does not have",
    "two_calls": "two calls at once",
}

Response = str | dict[str, Any]
"""A text, or a message as the API writes it (`{"content": ..., "tool_calls": [...]}`)."""

Answerer = Callable[[dict[str, Any]], Response | None]
"""Reads a request's body; None leaves the answer to the model."""


@dataclass
class Scripted:
    """How the server behaves; may be changed while it runs, from any thread."""

    latency_s: float = 0.0
    """Before the first token, or before a whole answer."""

    tokens_per_s: float = 0.0
    """0: as fast as it goes."""

    answers: Answerer | Sequence[Response] | None = None
    """A callable, or answers that are used up one by one; then the model answers itself."""

    refuses: tuple[str, ...] = ()
    """What this server does not know: names of parameters, `json_schema`, `json_object`, `embeddings`."""

    reports_usage: bool = True
    """Whether answers say how many tokens they took."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    """Bodies received, oldest first, with `path` added."""

    keys: set[str] = field(default_factory=set)
    """Keys that came with requests."""

    _mode: str = ""
    _left: int | None = 0
    _argument: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def fail(self, mode: str, times: int | None = 1, argument: float | None = None) -> None:
        """Fail the next `times` requests like this; None: until `recover`.

        Raises:
            ValueError: there is no such mode.
        """
        if mode not in MODES:
            raise ValueError(f"There is no failure {mode!r}; choose from {sorted(MODES)}.")
        with self._lock:
            self._mode, self._left, self._argument = mode, times, argument

    def recover(self) -> None:
        """Fail no more."""
        with self._lock:
            self._mode, self._left = "", 0

    def refused(self, body: dict[str, Any], path: str = "") -> str:
        """Name what this request asks for and the server does not know; empty: nothing."""
        form = (body.get("response_format") or {}).get("type", "")
        asked = {
            name for name, value in body.items() if value is not False and value is not None
        } | {
            form,
            path.strip("/"),
        }
        return next((name for name in self.refuses if name in asked), "")

    def next_failure(self) -> tuple[str, float | None]:
        """Give how this request fails and with which argument; the mode is empty when it does not."""
        with self._lock:
            if not self._mode or self._left == 0:
                return "", None
            if self._left is not None:
                self._left -= 1
            return self._mode, self._argument

    def next_answer(self, body: dict[str, Any]) -> Response | None:
        """Give the scripted answer to this request; None leaves it to the model."""
        with self._lock:
            if callable(self.answers):
                return self.answers(body)
            if self.answers:
                first, *rest = self.answers
                self.answers = rest
                return first
            return None
