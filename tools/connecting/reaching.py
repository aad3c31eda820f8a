"""HTTP to a back office, with limits: time, size, no redirects elsewhere, no address of our own network.

The address is looked up here and the request goes to what was looked up, so that a name which first leads
outside and then inside (DNS rebinding) gains nothing.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import Any

import httpx

MOST_BYTES = 256 * 1024
"""Of an answer; more is not read."""

MOST_REDIRECTS = 3
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 that stands for an IPv4 address, its last four bytes; Python calls all of it open."""

OWN_TRANSLATED = IPv6Network("64:ff9b:1::/48")
"""The same, within one network."""

FOUND = (301, 302, 303, 307, 308)


class Unreached(Exception):
    """Nothing was sent, or nothing was taken: it has surely not acted."""


class Unclear(Exception):
    """It broke off on the way: it may have acted."""


class TooMuch(Unclear):
    """The answer is too long to be read."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Request:
    """What is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form: Mapping[str, Any] | None = None


async def ask(
    request: Request, *, private: bool, timeout_s: float, most: int = MOST_BYTES
) -> Answer:
    """Send a request and give the whole answer; reads follow redirects to the same place.

    Raises:
        Unreached: nothing was done.
        Unclear: it may have been.
    """
    for _ in range(MOST_REDIRECTS + 1):
        async with streamed(request, private=private, timeout_s=timeout_s) as answer:
            if answer.status_code not in FOUND:
                return Answer(answer.status_code, answer.headers, await whole(answer, most))
            request = _onward(request, answer.headers.get("location", ""))
    raise Unreached(f"it redirects more than {MOST_REDIRECTS} times")


@asynccontextmanager
async def streamed(
    request: Request, *, private: bool, timeout_s: float
) -> AsyncIterator[httpx.Response]:
    """Send a request; give the answer as it comes, its body still to be read."""
    url = httpx.URL(request.url)
    host = url.host
    addresses = await _addresses(host, url.port or (443 if url.scheme == "https" else 80), private)
    async with httpx.AsyncClient(
        timeout=timeout_s, trust_env=False, verify=_trust(), follow_redirects=False
    ) as client:
        answer, refused = None, None
        for address in addresses:
            built = client.build_request(
                request.method, url.copy_with(host=address),
                params=[*url.params.multi_items(), *request.query] or None,
                headers={**request.headers, "host": url.netloc.decode()},
                json=request.json, data=request.form, extensions={"sni_hostname": host},
            )  # fmt: skip
            try:
                answer = await client.send(built, stream=True)
                break
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                refused = error
            except httpx.HTTPError as error:
                raise Unclear(f"{host} broke off ({type(error).__name__})") from error
        if answer is None:
            raise Unreached(f"{host} cannot be reached ({type(refused).__name__})") from refused
        try:
            yield answer
        except httpx.HTTPError as error:
            raise Unclear(f"{host} broke off ({type(error).__name__})") from error
        finally:
            await answer.aclose()


async def whole(answer: httpx.Response, most: int) -> bytes:
    """Read the body of an answer.

    Raises:
        TooMuch: it has more than `most` bytes.
    """
    read = bytearray()
    async for part in answer.aiter_bytes():
        read += part
        if len(read) > most:
            raise TooMuch(f"the answer has more than {most} bytes")
    return bytes(read)


def _onward(request: Request, location: str) -> Request:
    """Give the request to where a redirect leads, if that is the same place and nothing is written."""
    old = httpx.URL(request.url)
    new = old.join(location) if location else old
    if request.method not in ("GET", "HEAD"):
        raise Unreached("it redirects what should be written")
    if not same_place(str(new), str(old)):
        raise Unreached(f"it redirects to another place ({new.host})")
    return Request(request.method, str(new), request.headers)


def same_place(one: str, other: str) -> bool:
    """Say whether two URLs lead to the same port of the same host, in the same way."""
    first, second = httpx.URL(one), httpx.URL(other)
    return (first.scheme, first.host, first.port) == (second.scheme, second.host, second.port)


async def _addresses(host: str, port: int, private: bool) -> list[str]:
    """Look a host up; refuse it where an address is not of the open internet and not allowed."""
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreached(f"the name {host!r} is not known") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    closed = [address for address in addresses if not is_open(address)]
    if not addresses or (closed and not private):
        raise Unreached(
            f"{host!r} is {', '.join(closed) or 'nowhere'}: an address that is not of the open internet; "
            "if it is meant, set `private: true` in connectors.yaml"
        )
    return addresses


def is_open(address: str) -> bool:
    """Say whether an address is one of the open internet."""
    read = ip_address(address.partition("%")[0])
    if isinstance(read, IPv6Address):
        within = read.ipv4_mapped or read.sixtofour
        if any(read in network for network in TRANSLATED):
            within = IPv4Address(read.packed[-4:])
        if within is not None:
            return is_open(str(within))
        if read in OWN_TRANSLATED:
            return False
    return read.is_global and not read.is_multicast


async def is_private(url: str) -> bool:
    """Say whether a URL leads to an address that is not of the open internet."""
    read = httpx.URL(url)
    try:
        await _addresses(read.host, read.port or 443, private=False)
    except Unreached as refusal:
        return "open internet" in str(refusal)
    return False


@cache
def _trust() -> SSLContext:
    """Made once: to read the authorities takes 20 ms."""
    return httpx.create_ssl_context()
