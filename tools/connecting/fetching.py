"""Fetch what a back office says of itself: an OpenAPI document by its address, or an MCP server's tools."""

import asyncio
import json
from typing import Any

import yaml

from core.errors import BadInput
from tools.connecting import mcp
from tools.connecting.model import Connector
from tools.connecting.reaching import Answer, Request, Unclear, Unreached, ask, same_place
from tools.connecting.requesting import signed

MOST_BYTES = 4 * 1024 * 1024
WANTS_KEY = (401, 403)


class _Loader(yaml.SafeLoader):
    """Refuses aliases: a page of them can stand for more than fits into memory."""

    def compose_node(self, parent: Any, index: int) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it uses anchors and aliases")
        return super().compose_node(parent, index)  # pyright: ignore[reportArgumentType]


async def fetched(connector: Connector) -> dict[str, Any]:
    """Give the document as it is now.

    Raises:
        BadInput: it cannot be had or read; the message says why, and what to do.
    """
    get = _tools if connector.kind == "mcp" else _document
    try:
        async with asyncio.timeout(connector.timeout_s * 3):
            return await get(connector)
    except TimeoutError as error:
        raise BadInput(
            f"{connector.url} does not answer in time; is it the right address?"
        ) from error
    except (Unreached, Unclear, mcp.Refusal) as error:
        raise BadInput(f"{connector.url}: {error}.") from error


async def _document(connector: Connector) -> dict[str, Any]:
    """Get the document; the key goes along only to where operations are called.

    Where that is not known yet, which is in its document, the key goes to a place that asks for one.
    """
    answer = await _asked(connector, keyed=same_place(connector.server, connector.url))
    if answer.status in WANTS_KEY and not connector.server:
        answer = await _asked(connector, keyed=True)
    if answer.status in WANTS_KEY:
        raise BadInput(
            f"{connector.url} answers with {answer.status}: the key is missing or refused, or calls go to "
            "another place, which alone has the key."
        )
    if answer.status >= 400:
        raise BadInput(f"{connector.url} answers with {answer.status}: nothing is there.")
    return _read(answer.body, connector.url)


async def _asked(connector: Connector, *, keyed: bool) -> Answer:
    where, name, key = signed(connector) if keyed else ("", "", "")
    headers = {"accept": "application/json, application/yaml, */*"}
    query: tuple[tuple[str, str], ...] = ()
    if key and where == "header":
        headers[name] = key
    elif key:
        query = ((name, key),)
    return await ask(
        Request("GET", connector.url, headers, query), private=connector.private,
        timeout_s=connector.timeout_s, most=MOST_BYTES,
    )  # fmt: skip


def _read(body: bytes, url: str) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        try:
            read = yaml.load(body.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise BadInput(f"{url} is neither JSON nor YAML that can be read: {error}") from error
    if not isinstance(read, dict):
        raise BadInput(f"{url} holds no document, but {type(read).__name__}.")
    return json.loads(json.dumps(read, default=str))  # a date of YAML is a text of JSON


async def _tools(connector: Connector) -> dict[str, Any]:
    _, header, key = signed(connector)
    async with mcp.session(
        connector.target, headers={header: key} if key else {}, private=connector.private,
        timeout_s=connector.timeout_s,
    ) as session:  # fmt: skip
        return {"tools": await mcp.listed(session)}
