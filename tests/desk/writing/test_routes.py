"""Who may ask for help with writing, and for which conversation."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from core.access import issue_key
from tests.conversations.echo import House, W
from tests.conversations.site import client, key

ROUTES = [("POST", "spelling"), ("GET", "summary"), ("POST", "checks"), ("GET", "suggestions")]


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(home) as http:
        yield http


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_only_who_may_speak_to_customers_is_helped(
    home: House, web: httpx.AsyncClient, method: str, path: str
) -> None:
    first = (await web.post("/chat", json={"message": "hello"})).json()
    place = f"/conversations/{first['conversation_id']}/writing/{path}"
    shop = await key(home, "shop", "chat:assert")
    analyst = await home.database.writing(issue_key, W, "Rita", scopes=("staff",), role="analyst")
    for headers, status in (
        ({}, 401),
        ({"Authorization": f"Bearer {first['conversation_token']}"}, 401),
        (shop, 403),
        ({"X-API-Key": analyst}, 403),
    ):
        answer = await web.request(method, place, json={"text": "hi"}, headers=headers)
        assert answer.status_code == status


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_conversation_that_does_not_exist_is_404(
    home: House, web: httpx.AsyncClient, method: str, path: str
) -> None:
    ana = await key(home, "Ana")
    place = f"/conversations/conversation_none/writing/{path}"
    answer = await web.request(method, place, json={"text": "hi"}, headers=ana)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["spelling", "checks"])
@pytest.mark.parametrize("text", ["a\x00", "half \ud800", "", "x" * 9_000])
async def test_what_is_no_draft_is_refused(
    home: House, web: httpx.AsyncClient, path: str, text: str
) -> None:
    ana = await key(home, "Ana")
    place = f"/conversations/conversation_none/writing/{path}"
    answer = await web.post(place, content=json.dumps({"text": text}), headers=ana)
    assert answer.status_code == 422
