"""An operation and its arguments as an HTTP request, and what the answer means."""

import base64
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
import structlog

from core.errors import ToolError, ToolFailed, ToolRetry, ToolUnknown
from tools import Context
from tools.calling import say
from tools.connecting import Operation, Place
from tools.connecting.model import Connector
from tools.connecting.reaching import Answer, Request, TooMuch, Unclear, Unreached, ask
from tools.connecting.text import described, identifier

BASIC = "Basic "
REASONS = ("message", "mensagem", "detail", "error_description", "error", "title", "erro")
"""Where back offices write why they refuse."""

MENDABLE = (400, 422)
GONE = (404, 410)
NOWHERE = ("", ".", "..")
"""Values that would make of a path another one: a list instead of one thing, or what stands above it."""

SURELY_NOT = range(400, 500)
"""Refused before anything was done."""

log = structlog.get_logger(__name__)


async def request(
    connector: Connector, operation: Operation, arguments: Mapping[str, Any], context: Context,
    *, writes: bool,
) -> Any:  # fmt: skip
    """Call an operation; give what it answers, as JSON or text, None where it answers nothing.

    `writes`: whether it changes something, as a person has decided.

    Raises:
        ToolFailed, ToolRetry: it says no, or it has surely not acted.
        ToolUnknown: a write that may have acted.
    """
    made = made_of(connector, operation, arguments, context)
    try:
        answer = await ask(made, private=connector.private, timeout_s=connector.timeout_s)
    except (Unreached, Unclear) as problem:
        acted = writes and isinstance(problem, Unclear)
        raise broken(problem, operation, context, acted=acted) from problem
    if answer.status >= 400:
        raise _refused(answer, operation, context, writes=writes)
    return _read(answer)


def made_of(
    connector: Connector, operation: Operation, arguments: Mapping[str, Any], context: Context
) -> Request:
    """Write a request down.

    Raises:
        ToolRetry: a value of its path would lead to another one.
    """
    method, path = operation.wire.split(" ", 1)
    query: list[tuple[str, str]] = []
    headers = {"accept": "application/json", "accept-language": context.language}
    body: Any = None
    for name, value in arguments.items():
        place = operation.places[name]
        if place.where == "path":
            if _text(value).strip() in NOWHERE:
                raise ToolRetry(say("not_taken", context.language), argument=name)
            path = path.replace(f"{{{place.path[0]}}}", quote(_text(value), safe=""))
        elif place.where == "query":
            query += _listed(place, value)
        elif place.where == "header":
            headers[place.path[0]] = _line(_text(value))
        else:
            body = put(body, place.path, value)
    if body is None and any(place.where == "body" for place in operation.places.values()):
        body = {}
    if operation.key_header and context.idempotency_key:
        headers[operation.key_header] = _line(context.idempotency_key)
    where, name, value = signed(connector)
    if value and where == "query":
        query.append((name, value))
    elif value:
        headers[name] = value
    return Request(
        method, f"{connector.target}{path}", headers, tuple(query),
        json=None if operation.form else body, form=body if operation.form else None,
    )  # fmt: skip


def signed(connector: Connector) -> tuple[str, str, str]:
    """Give where the key goes, under which name, and the key itself; empty where there is none."""
    where, name, before = connector.key_in
    key = os.environ.get(connector.key_env, "").strip() if connector.key_env else ""
    if key and before == BASIC:
        key = base64.b64encode(key.encode()).decode()
    return where, name, f"{before}{key}" if key else ""


def _listed(place: Place, value: Any) -> list[tuple[str, str]]:
    name = place.path[0]
    if not isinstance(value, list):
        return [(name, _text(value))]
    texts = [_text(one) for one in value]
    return [(name, ",".join(texts))] if place.joined else [(name, text) for text in texts]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value)


def _line(text: str) -> str:
    """Give a text as a header may hold it."""
    return "".join(sign for sign in text if sign.isprintable()).encode("ascii", "ignore").decode()


def put(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """Give a body with a value at a place in it."""
    if not path:
        return value
    body = body if isinstance(body, dict) else {}
    return body | {path[0]: put(body.get(path[0]), path[1:], value)}


def _read(answer: Answer) -> Any:
    if not answer.body.strip():
        return None
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        kind = answer.headers.get("content-type", "")
        return answer.body.decode("utf-8", "replace") if kind.startswith("text/plain") else None


def broken(problem: Exception, operation: Operation, context: Context, *, acted: bool) -> ToolError:
    """Give what a call that broke means; `acted`: whether it may have changed something."""
    log.warning("back_office_silent", operation=operation.name, problem=str(problem))
    if acted:
        return ToolUnknown(say("unknown", context.language))
    large = isinstance(problem, TooMuch)
    return ToolFailed(say("large" if large else "failed", context.language))


def _refused(answer: Answer, operation: Operation, context: Context, *, writes: bool) -> ToolError:
    """Give what a refusal means: what she may be told, or that nobody knows."""
    if answer.status not in SURELY_NOT or answer.status == 408:
        return broken(Unclear(f"status {answer.status}"), operation, context, acted=writes)
    body = _read(answer)
    if answer.status in MENDABLE and (argument := _blamed(body, operation)):
        return ToolRetry(say("not_taken", context.language), argument=argument)
    if answer.status in (401, 403, 407):
        return broken(Unreached(f"status {answer.status}"), operation, context, acted=False)
    if answer.status == 429:
        return ToolFailed(say("slow", context.language))
    if reason := _reason(body):
        return ToolFailed(reason)
    return ToolFailed(say("missing" if answer.status in GONE else "failed", context.language))


def _reason(body: Any) -> str:
    """Give the sentence in which it refuses, where it is one for people."""
    for key in REASONS if isinstance(body, dict) else ():
        said = body.get(key)
        if isinstance(said, dict):
            said = _reason(said)
        if isinstance(said, str) and " " in said.strip() and (text := described(said)):
            return text if text[-1] in ".!?…" else f"{text}."
    return ""


def _blamed(body: Any, operation: Operation) -> str:
    """Give the argument that a refusal names, where it says `{loc: [...]}` or `{field: ...}`."""
    listed = body.get("detail") or body.get("errors") if isinstance(body, dict) else None
    for fault in listed if isinstance(listed, list) else []:
        at = (fault.get("loc") or fault.get("field") or "") if isinstance(fault, dict) else ""
        last = at[-1] if isinstance(at, list) and at else at
        named = identifier(str(last)) if last else ""
        if named in operation.parameters["properties"]:
            return named
    return ""
