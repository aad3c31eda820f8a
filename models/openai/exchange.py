"""One request to a model server: sent, retried before the first token, timed as a whole."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import httpx
import orjson

from core import computing
from core.errors import ModelFailed
from models.openai.connections import connected
from models.openai.stream import Answer, EventReader
from models.roles import AS_FOR_ALL, Names
from models.soundness import Refused, Unusable

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
FAULTS = frozenset({400, 422})
"""The server takes the request for a wrong one."""

FIRST_WAIT_S = 0.25
END_WITHIN_S = 0.05
"""From the last event to the end of an answer; a server that holds on longer loses the connection."""

LONGEST_WAIT_S = 4.0
"""A server that asks for more is not waited for: the embedded model answers sooner."""


class _TryAgain(Exception):
    """The request may be sent once more; nothing of an answer has come."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Exchange:
    """A request, and how long and how often it may be tried."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float
    """For everything together: connecting, retries, waiting and the whole answer."""

    retries: int
    names: Names = AS_FOR_ALL
    counted: Callable[[], object] = lambda: None
    """Told of each time that it leaves the process."""

    async def whole(self) -> dict[str, Any]:
        """Give the answer's JSON object.

        Raises:
            ModelFailed: there was none, whatever the reason; the message says which.
        """
        return await self._timed(self._whole)

    async def streamed(self, answer: Answer, arrived: Callable[[], object]) -> None:
        """Put a streamed answer into `answer`, and call `arrived` after each read that added to it.

        Raises:
            ModelFailed: no answer came, or only a part of one; `partial` is left to the caller.
        """
        await self._timed(lambda: self._streamed(answer, arrived))

    async def _timed(self, attempt: Callable[[], Any]) -> Any:
        computing.lend()
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._retried(attempt)
        except TimeoutError as error:
            raise ModelFailed(f"The model server took longer than {self.timeout_s:g} s.") from error

    async def _retried(self, attempt: Callable[[], Any]) -> Any:
        until = time.monotonic() + self.timeout_s
        for tried in range(self.retries + 1):
            try:
                self.counted()
                return await attempt()
            except _TryAgain as failure:
                wait_s = failure.wait_s
                if wait_s is None:
                    wait_s = FIRST_WAIT_S * 2**tried * random.uniform(0.75, 1.25)
                late = time.monotonic() + wait_s >= until
                if tried == self.retries or wait_s > LONGEST_WAIT_S or late:
                    raise ModelFailed(str(failure)) from failure
                await asyncio.sleep(wait_s)
        raise AssertionError("the last attempt gives or raises")

    async def _whole(self) -> dict[str, Any]:
        try:
            async with connected() as client:
                response = await client.post(
                    parsed(self.url), content=self.body, headers=dict(self.headers)
                )
        except httpx.TransportError as error:
            raise _TryAgain(self._unreachable(error)) from error
        except httpx.InvalidURL as error:
            raise ModelFailed(self._unreachable(error)) from error
        self._accepted(response, response.content)
        try:
            answer = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise Unusable("The model server answered with something that is not JSON.")
        return answer

    async def _streamed(  # noqa: C901 - one way through, each exit with its reason
        self, answer: Answer, arrived: Callable[[], object]
    ) -> None:
        reader, began = EventReader(), False
        try:
            # Uncompressed: a token would wait in the compressor, and unpacking costs time.
            headers = {**self.headers, "Accept-Encoding": "identity"}
            async with (
                connected() as client,
                client.stream(
                    "POST", parsed(self.url), content=self.body, headers=headers
                ) as response,
            ):
                if response.status_code != 200:
                    self._accepted(response, await response.aread())
                # The body itself: httpx's own ways to it do some work again for each token.
                assert isinstance(response.stream, httpx.AsyncByteStream)
                coming = aiter(response.stream)
                async for received in coming:
                    for data in reader.feed(received):
                        answer.add(data)
                    if began or answer.piece:
                        began = True
                        arrived()
                    if answer.done:
                        await _read_out(coming)
                        break
            for data in reader.end() if not answer.done else ():
                answer.add(data)
        except httpx.TransportError as error:
            if began:
                raise Unusable("The model server cut its answer off.") from error
            raise _TryAgain(self._unreachable(error)) from error
        except httpx.InvalidURL as error:
            raise ModelFailed(self._unreachable(error)) from error
        if not answer.finished:
            if began or answer.piece:
                raise Unusable("The model server cut its answer off.")
            raise _TryAgain("The model server ended its answer before it began.")

    def _unreachable(self, error: Exception) -> str:
        why = f"{type(error).__name__}: {str(error) or 'no reason given'}"
        return f"The model server cannot be reached ({why}). Check {self.names.base_url}."

    def _accepted(self, response: httpx.Response, content: bytes) -> None:
        """Let 200 pass; say of all else what the server said, and whether to try again."""
        status = response.status_code
        if status == 200:
            return
        said = _reason(content)
        text = f"The model server answered {status}: {said[:200]}."
        if status in RETRIED:
            raise _TryAgain(text, _retry_after_s(response.headers))
        if status in FAULTS:
            raise Refused(text, said=said)
        if status in (401, 403):
            text += f" Check {self.names.key}."
        if status == 404:
            text += (
                f" Check {self.names.model} and {self.names.base_url}, which usually ends in /v1."
            )
        raise ModelFailed(text)


@lru_cache(maxsize=64)
def parsed(url: str) -> httpx.URL:
    """Read a URL once; it takes as long as sending a request."""
    return httpx.URL(url)


async def _read_out(coming: AsyncIterator[bytes]) -> None:
    """Read to the end of an answer that is over: only then may its connection be used again."""
    with suppress(TimeoutError, httpx.TransportError):
        async with asyncio.timeout(END_WITHIN_S):
            async for _ in coming:
                pass


def _reason(content: bytes) -> str:
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        said = content[:200].decode("utf-8", "replace")
    if isinstance(said, dict):
        said = said.get("error", said)
    if isinstance(said, dict):
        said = said.get("message", said)
    return str(said).strip().rstrip(".") or "no reason given"


def _retry_after_s(headers: httpx.Headers) -> float | None:
    """Read `Retry-After`, in seconds or as a date; None when it is absent or unreadable."""
    if not (said := headers.get("retry-after")):
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None
