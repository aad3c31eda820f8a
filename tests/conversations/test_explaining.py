"""Why an answer is as it is: for staff, and for a demonstration's visitor her own."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

from tests.conversations.echo import House
from tests.conversations.site import application, key

PICTURE = {
    "version": "1",
    "nodes": [{"name": "hear", "kind": "stage", "purpose": ""}],
    "edges": [["__start__", "hear"]],
}


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    home.runner.start()
    app = application(home)
    app.state.versions = SimpleNamespace(current=SimpleNamespace(picture=PICTURE))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://acme"
    ) as http:
        yield http
    home.hub.stop()
    await home.runner.stop()


async def turn(web: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    said = (await web.post("/chat", json={"message": "hello"})).json()
    address = f"/conversations/{said['conversation_id']}/turns/{said['turn_id']}/why"
    return address, {"X-Conversation-Token": said["conversation_token"]}


def as_demo(home: House) -> None:
    shown = home.workspace.profile.model_copy(update={"demo": True})
    home.workspace.profile = shown


async def test_staff_see_the_four_answers_and_the_graph(
    home: House, web: httpx.AsyncClient
) -> None:
    address, _ = await turn(web)
    given = (await web.get(address, headers=await key(home, "Ana"))).json()
    assert given["next"] == "reply"
    assert given["agents"][0]["agent"] == "echo"
    assert given["calls"] == 1
    assert given["graph"] == PICTURE


async def test_a_visitor_is_refused_clearly_unless_it_is_a_demonstration(
    home: House, web: httpx.AsyncClient
) -> None:
    address, token = await turn(web)
    refused = await web.get(address, headers=token)
    assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
    assert "staff" in refused.json()["message"]
    as_demo(home)
    assert (await web.get(address, headers=token)).json()["next"] == "reply"


async def test_a_visitor_never_sees_another_conversations_turn(
    home: House, web: httpx.AsyncClient
) -> None:
    as_demo(home)
    theirs, _ = await turn(web)
    mine, token = await turn(web)
    assert (await web.get(theirs, headers=token)).status_code == 401
    mixed = f"{mine.partition('/turns/')[0]}/turns/{theirs.partition('/turns/')[2]}"
    assert (await web.get(mixed, headers=token)).status_code == 404
    assert (await web.get(mine)).status_code == 401
