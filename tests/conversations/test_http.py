"""The chat's HTTP, from outside."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from conversations import feed, handoffs
from customers import Assertion
from customers.verification import sign_token
from graph.turn import TurnRequest
from tests.conversations.echo import House, W
from tests.conversations.site import client, key

SSE = {"Accept": "text/event-stream"}


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(home) as http:
        yield http


async def chat(web: httpx.AsyncClient, message: str, **body: Any) -> dict[str, Any]:
    answer = await web.post("/chat", json={"message": message, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def goes_on(first: dict[str, Any]) -> dict[str, Any]:
    return {key: first[key] for key in ("conversation_id", "conversation_token")}


def events(body: str) -> list[tuple[str, dict[str, Any], str | None]]:
    found = []
    for block in body.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"]), lines.get("id")))
    return found


async def test_a_message_gets_its_reply_and_the_conversation_goes_on(
    web: httpx.AsyncClient,
) -> None:
    first = await chat(web, "  hello ")
    assert first["replies"][0]["text"] == "You said hello."
    assert (first["status"], first["turn_id"]) == ("answered", f"{first['conversation_id']}:1")
    second = await chat(web, "more", **goes_on(first))
    assert second["conversation_id"] == first["conversation_id"]
    assert [reply["text"] for reply in second["replies"]] == ["You said more."]


async def test_a_repeated_message_waits_for_and_gets_the_first_result(
    home: House, web: httpx.AsyncClient
) -> None:
    first = await chat(web, "hello")
    answers = await asyncio.gather(
        *(chat(web, "pay", message_id="m1", **goes_on(first)) for _ in range(5))
    )
    later = await chat(web, "pay", message_id="m1", **goes_on(first))
    assert all(answer == later for answer in answers)
    assert home.paid == 1


@pytest.mark.parametrize("repeated", [False, True])
async def test_the_stream_shows_sentences_then_the_message_then_done(
    web: httpx.AsyncClient, repeated: bool
) -> None:
    first = await chat(web, "hello")
    body = {"message": "more", "message_id": "m1", **goes_on(first)}
    answer = await web.post("/chat", json=body, headers=SSE)
    if repeated:
        answer = await web.post("/chat", json=body, headers=SSE)
    assert answer.headers["content-type"].startswith("text/event-stream")
    got = events(answer.text)
    kinds = [kind for kind, _, _ in got]
    assert kinds == ["status", *([] if repeated else ["delta"]), "message", "done"]
    turn_id = got[-1][1]["turn_id"]
    assert {data["turn_id"] for kind, data, _ in got if kind != "status"} == {turn_id}
    assert got[-1][1]["replies"][0]["text"] == got[-2][1]["text"] == "You said more."


async def test_a_slow_turn_answers_202_and_is_not_cancelled(
    home: House, web: httpx.AsyncClient
) -> None:
    async def slow(request: TurnRequest) -> None:
        await asyncio.sleep(0.6)

    home.conductor.before = slow
    object.__setattr__(home.settings, "turn_timeout_s", 0.1)
    answer = await web.post("/chat", json={"message": "hello"})
    assert (answer.status_code, answer.json()["status"]) == (202, "running")
    object.__setattr__(home.settings, "turn_timeout_s", 5)
    first, token = answer.json(), {"X-Conversation-Token": answer.json()["conversation_token"]}
    messages: list[dict[str, Any]] = []
    for _ in range(100):
        shown = await web.get(f"/conversations/{first['conversation_id']}/messages", headers=token)
        if len(messages := shown.json()["messages"]) == 2:
            break
        await asyncio.sleep(0.05)
    said = messages[1]
    assert (said["turn_id"], said["text"]) == (first["turn_id"], "You said hello.")


async def test_with_a_person_nothing_is_replied(home: House, web: httpx.AsyncClient) -> None:
    first = await chat(web, "hello")
    await home.database.writing(
        handoffs.take_over, W, first["conversation_id"], person="Ana", actor="k"
    )
    second = await chat(web, "hello?", **goes_on(first))
    assert (second["status"], second["replies"]) == ("with_person", [])
    streamed = await web.post("/chat", json={"message": "x", **goes_on(first)}, headers=SSE)
    assert [kind for kind, _, _ in events(streamed.text)] == ["status", "status", "done"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"message": " \n "}, 422),
        ({"message": "a" * 8_001}, 413),
        ({"message": "a\x00b"}, 422),
        ({"message": "a", "message_id": "a\x00"}, 422),
        ({"message": "a", "customer": {"email": "nobody"}}, 422),
        ({"message": "a", "customer": "x" * 9_000}, 422),
        ({"message": "a", "attachments": [{"name": "a", "url": "file:///etc/passwd"}]}, 422),
        ({"message": "a", "attachments": [{"name": "a"}] * 11}, 422),
        ({"message": "", "attachments": [{"name": "a.png", "type": "image/png"}]}, 200),
        ({"message": "a" * 8_000}, 200),
    ],
)
async def test_bad_input_is_a_clear_4xx(
    web: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    answer = await web.post("/chat", json=body)
    assert answer.status_code == status, answer.text


async def test_half_a_surrogate_is_refused(web: httpx.AsyncClient) -> None:
    raw = b'{"message": "a\\ud800"}'
    answer = await web.post("/chat", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("place", ["", "/messages", "/turns", "/feed"])
async def test_a_conversation_is_closed_to_all_but_its_token_and_staff(
    home: House, web: httpx.AsyncClient, place: str
) -> None:
    mine, other = await chat(web, "hello"), await chat(web, "hi")
    real, none = f"/conversations/{mine['conversation_id']}{place}", f"/conversations/no{place}"
    asserter = await key(home, "shop", "chat:assert")
    for headers in ({}, {"X-Conversation-Token": other["conversation_token"]}, asserter):
        refused = [await web.get(path, headers=headers) for path in (real, none)]
        assert [answer.status_code for answer in refused] == [401, 401]
        assert refused[0].text == refused[1].text
    if place != "/feed":
        for headers in (
            {"Authorization": f"Bearer {mine['conversation_token']}"},
            {"X-Conversation-Token": mine["conversation_token"]},
            await key(home, "Ana"),
        ):
            assert (await web.get(real, headers=headers)).status_code == 200


async def test_only_staff_see_the_four_answers(home: House, web: httpx.AsyncClient) -> None:
    first = await chat(web, "hello")
    path = f"/conversations/{first['conversation_id']}/turns"
    staff = (await web.get(path, headers=await key(home, "Ana"))).json()["turns"][0]
    assert {"next", "agents", "context", "person", "calls", "ms"} <= set(staff)
    token = {"X-Conversation-Token": first["conversation_token"]}
    own = (await web.get(path, headers=token)).json()["turns"][0]
    assert set(own) == {"turn_id", "status", "started_at", "finished_at"}


async def test_the_company_says_who_it_is_by_a_key_or_by_a_signed_token(
    home: House, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_SECRET", "s" * 32)
    profile = home.workspace.profile.model_copy(update={"token_secret_env": "ACME_SECRET"})
    home.workspace.profile = profile
    token = sign_token(Assertion(external_id="C-1"), "s" * 32)
    by_token = await web.post(
        "/chat", json={"message": "a"}, headers={"Authorization": f"Bearer {token}"}
    )
    by_key = await web.post(
        "/chat",
        json={"message": "b", "customer": {"id": "C-1", "name": "Bia"}},
        headers=await key(home, "shop", "chat:assert"),
    )
    claimed = await chat(web, "c", customer="C-1")
    staff_claims = await web.post(
        "/chat", json={"message": "d", "customer": "C-1"}, headers=await key(home, "Ana")
    )
    ids = [answer.json()["conversation_id"] for answer in (by_token, by_key)]
    assert ids[0] == ids[1] != claimed["conversation_id"]
    assert staff_claims.json()["conversation_id"] not in ids
    assert [request.verification for request in home.conductor.seen] == [
        "verified", "verified", "claimed", "claimed",
    ]  # fmt: skip
    assert home.conductor.seen[2].external_id is None
    forged = sign_token(Assertion(external_id="C-1"), "t" * 32)
    refused = await web.post(
        "/chat", json={"message": "a"}, headers={"Authorization": f"Bearer {forged}"}
    )
    assert refused.status_code == 401


async def test_the_feed_replays_from_the_last_event_and_ends_with_the_process(
    home: House, web: httpx.AsyncClient
) -> None:
    first = await chat(web, "hello")
    path = f"/conversations/{first['conversation_id']}/feed"
    headers = {"X-Conversation-Token": first["conversation_token"], "Last-Event-ID": "1"}
    reading = asyncio.create_task(web.get(path, headers=headers))
    await chat(web, "more", **goes_on(first))
    home.hub.stop()
    async with asyncio.timeout(5):
        got = events((await reading).text)
    numbers = [int(number) for _, _, number in got if number]
    assert numbers == list(range(2, len(numbers) + 2))
    said = [data["text"] for kind, data, _ in got if kind == "message"]
    assert said == ["You said hello.", "more", "You said more."]


async def test_a_visitor_sees_what_waits_for_a_person_until_it_is_decided(
    home: House, web: httpx.AsyncClient
) -> None:
    first = await chat(web, "something big")
    token = {"X-Conversation-Token": first["conversation_token"]}
    address = f"/conversations/{first['conversation_id']}"
    (proposed,) = first["approvals"]
    shown = (await web.get(address, headers=token)).json()
    assert shown["approvals"] == [proposed]
    assert (proposed["preview"], proposed["state"]) == ("pay 5.00", "pending")
    assert shown["opened_at"] <= proposed["created_at"]
    staff = await key(home, "Ana")
    decision = {"decision": "reject", "reason": "no"}
    await web.post(f"/approvals/{proposed['approval_id']}", json=decision, headers=staff)
    assert (await web.get(address, headers=token)).json()["approvals"] == []


async def test_a_visitor_sees_since_when_she_waits_and_who_came(
    home: House, web: httpx.AsyncClient
) -> None:
    first = await chat(web, "a person please")
    token = {"X-Conversation-Token": first["conversation_token"]}
    address = f"/conversations/{first['conversation_id']}"
    waiting = (await web.get(address, headers=token)).json()
    assert (waiting["status"], waiting["owner_name"]) == ("handoff", None)
    assert waiting["opened_at"] <= waiting["waiting_since"]
    assert waiting["handoff"] is None, "what staff are told of the matter stays with them"
    await web.post(f"{address}/takeover", headers=await key(home, "Ana"))
    taken = (await web.get(address, headers=token)).json()
    assert (taken["status"], taken["owner_name"]) == ("with_person", "Ana")
    assert taken["waiting_since"] is None
    rows = await home.database.reading(feed.since, W, first["conversation_id"], 0, staff=False)
    told = [row["data"] for row in rows if row["kind"] == "status"]
    assert told[-1] == {"status": "with_person", "owner": "person", "name": "Ana"}
