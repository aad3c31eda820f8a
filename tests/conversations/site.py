"""The routes of conversations and desk on a small house, as a server would wire them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from conversations.http import router
from core import web
from core.access import issue_key
from desk.http import router as desk
from tests.conversations.echo import House, W


def application(home: House) -> FastAPI:
    """Wire the routes to a house."""
    app = FastAPI()
    app.include_router(router)
    app.include_router(desk)
    for name in ("settings", "workspace", "database", "runner", "hub"):
        setattr(app.state, name, getattr(home, name))
    app.state.workspace_id = W

    web.add_to(app)
    return app


@asynccontextmanager
async def client(home: House) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a house whose runner works."""
    home.runner.start()
    transport = httpx.ASGITransport(application(home))
    async with httpx.AsyncClient(transport=transport, base_url="http://acme") as http:
        yield http
    home.hub.stop()
    await home.runner.stop()


async def key(home: House, name: str, *scopes: str) -> dict[str, str]:
    """Give the headers of somebody with a key."""
    made = await home.database.writing(issue_key, W, name, scopes=scopes or ("staff",), role="lead")
    return {"Authorization": f"Bearer {made}"}
