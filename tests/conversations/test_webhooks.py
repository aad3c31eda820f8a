"""Webhooks of a provider, over HTTP: who may send them, and what becomes of them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from channels.loopback import SIGNATURE, signature
from conversations import transcript
from conversations.tables import conversations
from core.database import Tx
from tests.conversations.echo import House, W
from tests.conversations.post import ANA, SECRET, Post, post, served, until


@pytest.fixture
async def mail(home: House) -> AsyncIterator[Post]:
    async with post(home) as given, served(given):
        yield given


async def send(mail: Post, payload: Any, *, secret: str = SECRET, **more: Any) -> httpx.Response:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    headers = {SIGNATURE: signature(raw, secret)} if secret else {}
    async with httpx.AsyncClient(timeout=20) as http:
        url = more.get("url", mail.provider.hooks)
        return await http.post(url, content=more.get("changed", raw), headers=headers)


def written(*messages: dict[str, Any], account: str = "demo") -> dict[str, Any]:
    return {"account": account, "messages": list(messages)}


def message(text: Any = "hello", number: Any = "m1", sender: Any = ANA) -> dict[str, Any]:
    return {"id": number, "from": sender, "text": text}


async def test_the_whole_way_from_a_phone_to_the_phone(mail: Post) -> None:
    answer = await asyncio.to_thread(mail.provider.write, ANA, "hello")
    assert answer.json() == {"messages": 1, "statuses": 0, "ignored": 0}
    await until(lambda: mail.texts() == ["You said hello."])
    await until(lambda: receipts(mail, "delivered"))


async def receipts(mail: Post, word: str) -> bool:
    return {row["receipt"] for row in await mail.rows()} == {word}


async def test_only_signed_bytes_are_read(mail: Post) -> None:
    hello = written(message())
    assert (await send(mail, hello, secret="")).status_code == 401
    assert (await send(mail, hello, secret="another")).status_code == 403
    tampered = json.dumps(written(message("hi"))).encode()
    assert (await send(mail, hello, changed=tampered)).status_code == 403
    gone = mail.provider.hooks.replace("demo", "nobody")
    assert (await send(mail, hello, url=gone)).status_code == 404
    assert await mail.home.database.reading(number_of_conversations) == 0


def number_of_conversations(tx: Tx) -> int:
    return len(tx.execute(conversations.select()).all())


async def test_what_is_no_json_object_is_refused(mail: Post) -> None:
    for raw in (b"", b"{", b"[]", b"\xff", b"7", b"[" * 100_000):
        assert (await send(mail, raw)).status_code == 400, raw[:10]


async def test_what_says_nothing_to_us_is_acknowledged(mail: Post) -> None:
    for payload in (
        {},
        {"messages": 7},
        {"messages": [None, 7, {"id": "x"}]},
        written(message(text=None), message(number=7), message(sender=""), message(text="  ")),
        {"account": "demo", "statuses": [{"key": "k", "id": "i", "state": "exploded"}]},
        {"account": "demo", "statuses": [{"key": "\x00", "id": "\ud800", "state": "sent"}]},
        {
            "account": "demo",
            "statuses": [{"key": "k", "id": "i", "state": "failed", "reason": "\x00"}],
        },
    ):
        answer = await send(mail, payload)
        assert (answer.status_code, answer.json()["messages"]) == (200, 0), payload


async def test_a_bad_message_does_not_spoil_the_good_ones(mail: Post) -> None:
    batch = written(
        message("\x00", "m0"),
        message("o\x00i \ud83d", "m1"),
        message("far", "m2", "x" * 300),
        message("nul", "m3", "a\x00b"),
        message("long " * 5_000, "m4", "+2"),
        message("late", "m5", "+3") | {"at": 10**400},
        message("never", "m6", "+3") | {"at": float("nan")},
    )
    answer = await send(mail, batch)
    assert answer.json() == {"messages": 4, "statuses": 0, "ignored": 3}
    await until(lambda: mail.texts() == ["You said oi."])


async def test_a_message_for_another_account_is_not_taken(mail: Post) -> None:
    answer = await send(mail, written(message(), account="another"))
    assert answer.json() == {"messages": 0, "statuses": 0, "ignored": 1}


async def test_a_status_of_nothing_we_sent_is_ignored(mail: Post) -> None:
    told = [{"key": "nobody:1:0", "id": "x", "state": "delivered"}]
    answer = await send(mail, {"account": "demo", "statuses": told})
    assert answer.json() == {"messages": 0, "statuses": 0, "ignored": 1}


async def test_twenty_times_the_same_webhook_at_once_is_one_message_and_one_reply(
    mail: Post,
) -> None:
    answers = await asyncio.gather(*(send(mail, written(message())) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    await until(lambda: mail.texts() != [])
    await until(lambda: receipts(mail, "delivered"))
    (row,) = await mail.rows()
    rows = await mail.home.database.reading(
        transcript.of_conversation, W, row["conversation_id"], staff=True
    )
    assert [row["role"] for row in rows] == ["customer", "ai"]
    assert mail.texts() == ["You said hello."]


async def test_who_writes_too_much_is_asked_to_come_again_and_nothing_is_kept(
    home: House,
) -> None:
    home.settings = home.settings.model_copy(update={"messages_per_minute": 2})
    async with post(home) as given, served(given):
        batch = written(*(message(f"{number}", f"m{number}") for number in range(3)))
        answer = await send(given, batch)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
        again = await send(given, written(message("0", "m0"), message("1", "m1")))
        assert again.json()["messages"] == 2, "what was taken is acknowledged again"


async def test_a_burst_is_let_in_before_it_is_answered_and_all_of_it_is_answered(
    home: House,
) -> None:
    many = 120
    home.conductor.before = lambda request: asyncio.to_thread(time.sleep, 0.01)
    async with post(home, per_minute=1e6, burst=1000) as given, served(given):
        async with httpx.AsyncClient(timeout=60) as http:

            async def write(number: int) -> int:
                raw = json.dumps(written(message("hi", f"m{number}", f"+{number}"))).encode()
                signed = {SIGNATURE: signature(raw, SECRET)}
                return (
                    await http.post(given.provider.hooks, content=raw, headers=signed)
                ).status_code

            assert set(await asyncio.gather(*map(write, range(many)))) == {200}
        assert len(home.conductor.seen) < many / 2
        await until(lambda: len(given.provider.received) == many, within_s=60)
    assert {got.address for got in given.provider.received} == {f"+{n}" for n in range(many)}
