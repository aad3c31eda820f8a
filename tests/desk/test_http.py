"""The desk's routes, from outside."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from core import audit
from tests.conversations.echo import House, W
from tests.conversations.site import client, key


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(home) as http:
        yield http


async def post(
    web: httpx.AsyncClient, path: str, who: dict[str, str], **body: Any
) -> httpx.Response:
    return await web.post(path, json=body, headers=who)


async def chat(web: httpx.AsyncClient, message: str, first: Any = None) -> dict[str, Any]:
    token = {"conversation_token": first["conversation_token"]} if first else {}
    return (await web.post("/chat", json={"message": message, **token})).json()


async def test_a_person_takes_over_speaks_and_hands_back_through_the_queue_or_without(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    for words, status in (("a person please", "handoff"), ("hello", "answered")):
        first = await chat(web, words)
        assert first["status"] == status
        path = f"/conversations/{first['conversation_id']}"
        assert (await post(web, f"{path}/reply", ana, text="me")).status_code == 409
        assert (await post(web, f"{path}/takeover", ana)).json()["owner_name"] == "Ana"
        assert (await chat(web, "who is it?", first))["status"] == "with_person"
        for _ in range(2):
            said = await post(web, f"{path}/reply", ana, text="I am Ana", message_id="r1")
            assert said.status_code == 200
        back = await post(web, f"{path}/handback", ana, promised="a call")
        assert back.json()["owner"] == "ai"
        assert (await post(web, f"{path}/handback", ana)).status_code == 409
        after = await chat(web, "thanks", first)
        assert after["status"] == "answered"
        token = {"X-Conversation-Token": first["conversation_token"]}
        shown = (await web.get(f"{path}/messages", headers=token)).json()["messages"]
        roles = [message["role"] for message in shown]
        assert roles[:4] == ["customer", "ai", "customer", "person"]
        assert sorted(roles[4:]) == ["ai", "ai", "customer"]  # she may write before it has spoken
        assert {message["agent"] for message in shown} == {"echo", ""}
        handback = next(one for one in home.conductor.seen if one.event)
        assert (handback.event["promised"], handback.event["person"]) == ("a call", "Ana")
        home.conductor.seen.clear()
    assert (await web.get("/handoffs", headers=ana)).json() == {"handoffs": []}
    assert (await home.database.reading(audit.verify, W)).broken_at is None


async def test_a_second_person_is_told_who_has_it(home: House, web: httpx.AsyncClient) -> None:
    ana, rui = await key(home, "Ana"), await key(home, "Rui")
    first = await chat(web, "hello")
    path = f"/conversations/{first['conversation_id']}"
    await post(web, f"{path}/takeover", ana)
    assert (await post(web, f"{path}/takeover", ana)).status_code == 200
    for place, body in (("takeover", {}), ("reply", {"text": "me"}), ("handback", {})):
        refused = await post(web, f"{path}/{place}", rui, **body)
        assert refused.status_code == 409
        assert "Ana" in refused.text


async def test_an_approval_is_decided_once_and_the_customer_hears_the_outcome(
    home: House, web: httpx.AsyncClient
) -> None:
    ana, rui = await key(home, "Ana"), await key(home, "Rui")
    first = await chat(web, "something big")
    (shown,) = first["approvals"]
    (listed,) = (await web.get("/approvals", headers=ana)).json()["approvals"]
    assert shown["approval_id"] == listed["approval_id"]
    path = f"/approvals/{shown['approval_id']}"
    for arguments in ({}, {"amount": "much"}, {"amount": 1, "to": "me"}):
        wrong = await post(web, path, ana, decision="edit", arguments=arguments)
        assert wrong.status_code == 422
    for unexplained in ("reject", "respond"):
        wrong = await post(web, path, ana, decision=unexplained, reason="  ")
        assert wrong.status_code == 422 and "`reason`" in wrong.text
    assert (await post(web, path, ana, decision="edit", arguments={"amount": 2})).status_code == 200
    refused = await post(web, path, rui, decision="reject", reason="too late")
    assert refused.status_code == 409 and "Ana" in refused.text
    for _ in range(100):
        if any(one.event for one in home.conductor.seen):
            break
        await chat(web, "well?", first)
    told = next(one for one in home.conductor.seen if one.event)
    assert told.event["outcome"]["text"] == "Paid 2.00."
    assert home.paid == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/approvals"),
        ("GET", "/handoffs"),
        ("POST", "/approvals/x"),
        ("POST", "/conversations/x/takeover"),
        ("POST", "/conversations/x/reply"),
        ("POST", "/conversations/x/handback"),
    ],
)
async def test_the_desk_is_closed_to_customers_and_servers(
    home: House, web: httpx.AsyncClient, method: str, path: str
) -> None:
    first = await chat(web, "hello")
    body = {"decision": "approve", "text": "x"}
    shop = await key(home, "shop", "chat:assert")
    for headers, status in (
        ({}, 401),
        ({"Authorization": f"Bearer {first['conversation_token']}"}, 401),
        (shop, 403),
    ):
        answer = await web.request(method, path, json=body, headers=headers)
        assert answer.status_code == status


async def test_a_handoff_says_who_the_customer_is(home: House, web: httpx.AsyncClient) -> None:
    ana, shop = await key(home, "Ana"), await key(home, "shop", "chat:assert")
    said = {"message": "a person please", "customer": {"id": "C-7", "name": "Carla Mendes"}}
    assert (await web.post("/chat", json=said, headers=shop)).json()["status"] == "handoff"
    await chat(web, "a person please")
    listed = (await web.get("/handoffs", headers=ana)).json()["handoffs"]
    assert [one["customer"] for one in listed] == [
        {"name": "Carla Mendes", "external_id": "C-7", "verification": "verified", "claims": {}},
        {"name": None, "external_id": None, "verification": "anonymous", "claims": {}},
    ]


async def test_what_does_not_exist_is_404_and_broken_text_422(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    assert (await post(web, "/approvals/x", ana, decision="approve")).status_code == 404
    assert (await post(web, "/conversations/x/takeover", ana)).status_code == 404
    assert (await post(web, "/conversations/x/reply", ana, text="a\x00")).status_code == 422
    assert (await post(web, "/approvals/x", ana, decision="maybe")).status_code == 422


async def test_a_merge_is_taken_back_by_the_desk_and_by_nobody_else(
    home: House, web: httpx.AsyncClient
) -> None:
    ana, server = await key(home, "Ana"), {"customer": {"id": "C-1"}}
    shop = await key(home, "Shop", "chat:assert")
    await web.post("/chat", json={"message": "from home", **server}, headers=shop)
    first = await chat(web, "hello")
    token = {"conversation_token": first["conversation_token"]}
    await web.post("/chat", json={"message": "it is me", **token, **server}, headers=shop)
    path = f"/conversations/{first['conversation_id']}"
    assert (await web.post(f"{path}/part")).status_code == 401
    assert (await post(web, f"{path}/part", shop)).status_code == 403
    parted = (await post(web, f"{path}/part", ana)).json()
    assert parted["parted_id"] == first["conversation_id"] != parted["conversation_id"]
    shown = (await web.get(f"{path}/messages", headers=ana)).json()["messages"]
    assert [one["text"] for one in shown if one["role"] == "customer"] == ["hello"]
    again = await post(web, f"{path}/part", ana)
    assert (again.status_code, again.json()["error"]) == (404, "NotFound")
