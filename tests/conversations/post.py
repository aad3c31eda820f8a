"""A small house whose customers write over the loopback provider, served over real HTTP where asked."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import uvicorn

from channels.loopback import Loopback
from channels.loopback.provider import LoopbackProvider, loopback_provider
from channels.providers import Account, Accounts
from conversations import webhooks
from conversations.accept import Accepted
from conversations.admission import Limits
from conversations.courier import Courier
from conversations.tables import outbox
from core.database import Tx
from tests.conversations.echo import House, W
from tests.conversations.site import application

SECRET = "a secret of the loopback"
ANA = "+5511900000001"


def account(
    url: str, *, repeatable: bool = True, per_minute: float = 60_000, burst: int = 100
) -> Account:
    provider = Loopback(repeatable=repeatable)
    return Account(
        provider=provider, name="demo", url=url, secret=SECRET, per_minute=per_minute, burst=burst
    )


def courier(house: House, accounts: Accounts, **settings: Any) -> Courier:
    return Courier(
        database=house.database, workspace_id=W, accounts=accounts, hub=house.hub,
        **{"process_id": "me", "timeout_s": 1.0, "sweep_s": 0.05, **settings},
    )  # fmt: skip


@dataclass
class Post:
    """A house, its courier, and the provider that carries what it sends."""

    home: House
    provider: LoopbackProvider
    accounts: dict[tuple[str, str], Account]
    courier: Courier

    async def write(self, text: str, address: str = ANA, message_id: str = "") -> Accepted:
        """Let a phone write, past HTTP."""
        payload = {"id": message_id or f"{address}:{text}"[:200], "from": address, "text": text}
        ours = self.accounts["loopback", "demo"]
        (inbound,) = ours.provider.read({"account": "demo", "messages": [payload]})
        limits = Limits.of(self.home.settings)
        return await self.home.database.writing(webhooks.take, W, inbound, ours, limits)

    async def answered(self, text: str, address: str = ANA) -> str:
        """Let a phone write, have the turn run, and give the conversation's id; nothing is sent yet."""
        conversation_id = (await self.write(text, address)).conversation_id
        assert await self.home.runner.answer(conversation_id)
        return conversation_id

    async def rows(self, conversation_id: str = "") -> list[dict[str, Any]]:
        return await self.home.database.reading(outbox_rows, conversation_id)

    async def states(self, conversation_id: str = "") -> list[str]:
        return [row["state"] for row in await self.rows(conversation_id)]

    def texts(self, address: str = ANA) -> list[str]:
        """What a phone has got, in order."""
        return [got.text for got in self.provider.received if got.address == address]

    async def hasten(self) -> None:
        """Let what waits for its next try be due now."""
        await self.home.database.writing(_hasten)


def outbox_rows(tx: Tx, conversation_id: str = "") -> list[dict[str, Any]]:
    rows = sa.select(outbox).order_by(outbox.c.conversation_id, outbox.c.sequence, outbox.c.part)
    if conversation_id:
        rows = rows.where(outbox.c.conversation_id == conversation_id)
    return [dict(row) for row in tx.execute(rows).mappings()]


def _hasten(tx: Tx) -> None:
    tx.execute(outbox.update().where(outbox.c.due_at.is_not(None)).values(due_at=0.0))


@asynccontextmanager
async def post(home: House, *, repeatable: bool = True, **settings: Any) -> AsyncIterator[Post]:
    """Give a house with a provider, and a courier that has not been started."""
    rate = {name: settings.pop(name) for name in ("per_minute", "burst") if name in settings}
    with loopback_provider(SECRET, repeatable=repeatable) as provider:
        accounts = {("loopback", "demo"): account(provider.url, repeatable=repeatable, **rate)}
        carrying = courier(home, accounts, **settings)
        try:
            yield Post(home, provider, accounts, carrying)
        finally:
            await carrying.stop()


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        return nullcontext()  # they are the tests' own


@asynccontextmanager
async def served(post: Post) -> AsyncIterator[str]:
    """Serve the house over HTTP with runner and courier at work, and let the provider's webhooks come."""
    app = application(post.home)
    app.state.accounts = post.accounts
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = _Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve([listening]))
        post.provider.hooks = f"{url}/webhooks/loopback/demo"
        post.home.runner.start()
        post.courier.start()
        try:
            yield url
        finally:
            post.provider.hooks = ""
            post.home.hub.stop()
            await post.home.runner.stop()
            await post.courier.stop()
            server.should_exit = True
            await serving


async def until(true: Any, within_s: float = 20.0) -> None:
    """Wait until something holds; `true` may be a coroutine function."""
    async with asyncio.timeout(within_s):
        while not (await found if asyncio.iscoroutine(found := true()) else found):
            await asyncio.sleep(0.02)


__all__ = ["ANA", "SECRET", "Post", "courier", "post", "served", "until"]
