"""What every HTTP answer has in common: the form of an error, a limit on bodies, safe headers."""

import json
import math
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import RegenteError, TooLarge

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 1024 * 1024
ROOMY = ("/attachments",)
"""Paths whose route reads the body piece by piece and limits it itself."""

NAMES = {400: "BadInput", 401: "Unauthenticated", 413: "TooLarge", 422: "BadInput"}
"""Errors that the framework raises, by the names of ours."""

HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
PAGE_HEADERS = ((b"content-security-policy", b"frame-ancestors 'self'; base-uri 'self'"),)


def add_to(app: FastAPI) -> None:
    """Give the application its error renderer, its body limit and its headers."""
    app.add_exception_handler(RegenteError, _regente_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(Edge)


def error_response(status: int, name: str, message: str, **headers: str) -> Response:
    """Render an error; the one place that decides what it looks like."""
    body = json.dumps({"error": name, "message": message})  # ASCII: half a surrogate must not fail
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return Response(body, status, given, media_type="application/json")


async def _regente_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RegenteError)
    if error.status >= 500:
        log.warning("request_failed", error=type(error).__name__, exc_info=error)
    headers = {}
    if error.status == 401:
        headers["WWW_Authenticate"] = "Bearer"
    if error.status in (429, 503):
        headers["Retry_After"] = str(max(1, math.ceil(getattr(error, "retry_after_s", 1))))
    return error_response(error.status, type(error).__name__, str(error), **headers)


async def _invalid(_request: Request, error: Exception) -> Response:
    """Say which field of a request is wrong, and how; malformed JSON is a 400."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        reason = faults[0].get("ctx", {}).get("error", faults[0]["msg"])
        return error_response(400, "BadInput", f"The body is not valid JSON: {reason}.")
    said = "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in faults[:5])
    return error_response(422, "BadInput", f"{said}.")


def _place(location: tuple[Any, ...]) -> str:
    """Name a field as its sender knows it; a field's name that came from outside is cut."""
    inside = [str(part)[:60] for part in location[1:]] if len(location) > 1 else []
    return ".".join(inside) or f"the {location[0] if location else 'request'}"


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    name = NAMES.get(status) or HTTPStatus(status).phrase.title().replace(" ", "")
    message = str(error.detail).rstrip(".")
    if status in (404, 405):
        message = f"There is no {request.method} {request.url.path[:200]}; see /openapi.json"
    return error_response(status, name, f"{message}.", **(error.headers or {}))


class Edge:
    """The outermost layer of our own: limits bodies, adds headers, and lets nothing inner get out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": _with_safe(message.get("headers", ()))}
            await send(message)

        try:
            await self._app(scope, await _limited(scope, receive), send_safely)
        except TooLarge as error:
            await error_response(413, "TooLarge", str(error))(scope, receive, send_safely)
        except Exception as error:  # its text may hold anything: it goes into the log only
            log.error("request_crashed", path=scope["path"], exc_info=error)
            if begun:
                raise
            answer = error_response(
                500, "RegenteError", "Something went wrong here; it was logged."
            )
            await answer(scope, receive, send_safely)


def _with_safe(headers: Any) -> list[tuple[bytes, bytes]]:
    given = {name.lower(): value for name, value in headers}
    page = given.get(b"content-type", b"").startswith(b"text/html")
    added = (*HEADERS, *(PAGE_HEADERS if page else ()))
    return [*headers, *((name, value) for name, value in added if name not in given)]


async def _limited(scope: Scope, receive: Receive) -> Receive:
    """Give a `receive` whose body is no larger than the limit.

    Raises:
        TooLarge: the body is larger; of one without a length only as much as the limit was read.
    """
    if scope["path"] in ROOMY:
        return receive
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    too_large = TooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes; send less at once.")
    if length.isdigit() and int(length) > MAX_BODY_BYTES:
        raise too_large
    if length or b"transfer-encoding" not in headers:
        return receive
    read, size = [], 0
    while True:
        message = await receive()
        read.append(message)
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise too_large
        if message["type"] != "http.request" or not message.get("more_body"):
            break

    async def replay() -> Message:
        return read.pop(0) if read else await receive()

    return replay
