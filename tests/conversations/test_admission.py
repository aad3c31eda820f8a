"""How much is taken in, and that nothing is kept of what is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from conversations.tables import conversations, messages
from core.database import Tx
from core.settings import Settings
from tests.conversations.echo import House
from tests.conversations.site import application, key

FAR = ("203.0.113.9", 5)
UUID = "0b54c3f6-6f0e-4a44-8f8b-0f7b1f4f2f11"


def limited(home: House, **most: int) -> None:
    none = {"messages_per_minute": 0, "strangers_per_minute": 0, "max_waiting": 0}
    given: Settings = home.settings.model_copy(update=none | most)
    home.settings = given


@asynccontextmanager
async def visitor(home: House, address: tuple[str, int] = FAR) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(home), client=address)
    async with httpx.AsyncClient(transport=transport, base_url="http://acme") as web:
        yield web


async def say(web: httpx.AsyncClient, text: str = "hi", **more: Any) -> httpx.Response:
    return await web.post("/chat", json={"message": text, **more})


def kept(tx: Tx) -> tuple[int, int]:
    """Count conversations and messages of customers."""
    said = sa.select(sa.func.count()).where(messages.c.role == "customer")
    opened = sa.select(sa.func.count()).select_from(conversations)
    return tx.execute(opened).scalar_one(), tx.execute(said).scalar_one()


@pytest.fixture(autouse=True)
async def answering(home: House) -> AsyncIterator[None]:
    home.runner.start()
    yield
    home.hub.stop()
    await home.runner.stop()


async def test_who_writes_too_much_is_told_when_to_go_on_and_others_are_served(
    home: House,
) -> None:
    limited(home, messages_per_minute=3)
    async with visitor(home) as web:
        first = (await say(web)).json()
        known = {key: first[key] for key in ("conversation_id", "conversation_token")}
        answers = [await say(web, str(n), message_id=f"m{n}", **known) for n in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        refused = answers[-1]
        assert refused.json()["error"] == "TooManyRequests"
        assert 1 <= int(refused.headers["Retry-After"]) <= 20
        assert await home.database.reading(kept) == (1, 3)
        repeated = await say(web, "1", message_id="m1", **known)
        assert (repeated.status_code, repeated.json()) == (200, answers[1].json())
        assert (await say(web)).status_code == 200


async def test_an_address_opens_so_many_conversations_and_goes_on_with_them(home: House) -> None:
    limited(home, strangers_per_minute=2)
    async with visitor(home) as web:
        first = [await say(web) for _ in range(3)]
        assert [answer.status_code for answer in first] == [200, 200, 429]
        assert await home.database.reading(kept) == (2, 2)
        known = first[0].json()
        again = {key: known[key] for key in ("conversation_id", "conversation_token")}
        assert (await say(web, **again)).status_code == 200
        server = await key(home, "shop", "chat:assert")
        customer = {"message": "hi", "customer": {"id": "C-1"}}
        assert (await web.post("/chat", json=customer, headers=server)).status_code == 200
    async with visitor(home, ("203.0.113.10", 5)) as another:
        assert (await say(another)).status_code == 200
    async with visitor(home, ("127.0.0.1", 5)) as near:
        assert {(await say(near)).status_code for _ in range(4)} == {200}


async def test_a_network_of_the_newer_kind_counts_as_one_address(home: House) -> None:
    limited(home, strangers_per_minute=1)
    statuses = []
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"):
        async with visitor(home, (address, 5)) as web:
            statuses.append((await say(web)).status_code)
    assert statuses == [200, 429, 200]


async def test_when_too_many_wait_nobody_joins_them_but_who_waits_may_add(home: House) -> None:
    limited(home, max_waiting=2)
    home.settings = home.settings.model_copy(update={"turn_timeout_s": 0.1})
    going_on = asyncio.Event()

    async def hold(_request: object) -> None:
        await going_on.wait()

    home.conductor.before = hold
    async with visitor(home) as web:
        waiting = [await say(web, message_id=UUID), await say(web)]
        assert [answer.status_code for answer in waiting] == [202, 202]
        refused = await say(web)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
        known = waiting[0].json()
        more = {key: known[key] for key in ("conversation_id", "conversation_token")}
        assert (await say(web, "more", **more)).status_code == 202
        assert (await say(web, message_id=UUID)).status_code == 202
        assert await home.database.reading(kept) == (2, 3)
        going_on.set()
        home.conductor.before = None
        await home.runner.settled()
        assert (await say(web)).status_code in (200, 202)
