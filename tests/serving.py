"""The product as it is served, with a model server that does as a test tells it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

import server
from core.access import issue_key
from core.settings import Settings
from models.scripted import ScriptedServer


@dataclass
class Served:
    """A running server, a way in, its model server, and a lead's key."""

    app: FastAPI
    http: httpx.AsyncClient
    model: ScriptedServer
    key: str


@asynccontextmanager
async def served(
    workspace: Path, data_dir: Path, *, scopes: Sequence[str], **given: Any
) -> AsyncIterator[Served]:
    """Serve a workspace; it takes seconds to train, so do it once for a module."""
    model = ScriptedServer()
    model.start()
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=data_dir,
        workspace=workspace,
        model="scripted",
        openai_base_url=model.url,
        **{"route_sample": 0, **given},  # else a turn in fifty would ask the model once more
    )
    app = server.create_app(settings)
    try:
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://club", timeout=20
            ) as client,
        ):
            key = await app.state.database.writing(
                issue_key, app.state.workspace_id, "desk", scopes=scopes, role="lead"
            )
            yield Served(app, client, model, key)
    finally:
        model.stop()
