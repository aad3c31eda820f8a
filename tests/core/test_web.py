from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict

from core import web
from core.errors import Conflict, Unavailable


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    web.add_to(app)

    @app.post("/notes")
    async def make(note: Note) -> Note:
        return note

    @app.get("/moved")
    async def moved() -> None:
        raise Conflict("It has moved on; look again.")

    @app.get("/away")
    async def away() -> None:
        raise Unavailable("Try again.")

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("password=hunter2")

    @app.get("/page", response_class=HTMLResponse)
    async def page() -> str:
        return "<p>"

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "name", "said"),
    [
        ("GET", "/moved", b"", 409, "Conflict", "moved on"),
        ("GET", "/away", b"", 503, "Unavailable", "Try again"),
        ("GET", "/nowhere", b"", 404, "NotFound", "/nowhere"),
        ("DELETE", "/notes", b"", 405, "MethodNotAllowed", "DELETE /notes"),
        ("POST", "/notes", b"{", 400, "BadInput", "JSON"),
        ("POST", "/notes", b"\xff", 400, "BadInput", ""),
        ("POST", "/notes", b"", 422, "BadInput", "body"),
        ("POST", "/notes", b"[]", 422, "BadInput", "body"),
        ("POST", "/notes", b'{"text": 1}', 422, "BadInput", "text"),
        ("POST", "/notes", b'{"text": "", "\\ud800": 1}', 422, "BadInput", ""),
        ("POST", "/notes", b'"' + b"a" * 1_100_000 + b'"', 413, "TooLarge", "bytes"),
        ("POST", "/notes", b"[" * 100_000, 400, "BadInput", ""),
        ("GET", "/broken", b"", 500, "RegenteError", "logged"),
    ],
)
async def test_every_error_has_the_same_form(
    client: httpx.AsyncClient,
    method: str, path: str, body: bytes, status: int, name: str, said: str,
) -> None:  # fmt: skip
    headers = {"Content-Type": "application/json"}
    answer = await client.request(method, path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, name), answer.text
    assert set(answer.json()) == {"error", "message"}
    assert said in answer.json()["message"]
    assert "hunter2" not in answer.text


async def test_a_body_without_a_length_is_limited_too(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"a" * 100_000

    answer = await client.post("/notes", content=endless())
    assert answer.status_code == 413

    async def short() -> AsyncIterator[bytes]:
        yield b'{"text": '
        yield b'"here"}'

    headers = {"Content-Type": "application/json"}
    answer = await client.post("/notes", content=short(), headers=headers)
    assert answer.json() == {"text": "here"}


async def test_pages_and_data_carry_safe_headers(client: httpx.AsyncClient) -> None:
    page = await client.get("/page")
    assert "frame-ancestors" in page.headers["content-security-policy"]
    for answer in (page, await client.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
