"""The routes of conversations and desk on a small house, as a server would wire them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from conversations.http import router
from core.access import issue_key
from core.errors import RegenteError
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

    @app.exception_handler(RegenteError)
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, RegenteError)
        body = {"error": type(error).__name__, "message": str(error)}
        return JSONResponse(body, status_code=error.status)

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
