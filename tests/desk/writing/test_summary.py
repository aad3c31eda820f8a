"""What a conversation is summed up to for who writes in it, with where each point was said."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from conversations.tables import handoffs
from core.database import Tx
from desk.writing.summary import Summary, summary
from desk.writing.thread import thread
from models.embedded.entities import entities
from tests.conversations.echo import House, W
from tests.conversations.site import client, key


class Values:
    """Finds values as the embedded model does."""

    def entities(self, text: str, language: str, now: Any) -> list[dict[str, Any]]:
        found = entities(text, language, now)
        return [
            {"kind": one.kind, "value": one.value, "text": text[one.start : one.end]}
            for one in found
        ]


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(home) as http:
        yield http


async def chat(web: httpx.AsyncClient, message: str, first: Any = None) -> dict[str, Any]:
    token = {"conversation_token": first["conversation_token"]} if first else {}
    return (await web.post("/chat", json={"message": message, **token})).json()


async def desk(web: httpx.AsyncClient, first: Any, what: str, who: Any, **body: Any) -> None:
    path = f"/conversations/{first['conversation_id']}/{what}"
    assert (await web.post(path, json=body, headers=who)).status_code == 200


async def summed(home: House, first: Any) -> Summary:
    def read(tx: Tx) -> Summary:
        here = thread(tx, W, first["conversation_id"])
        return summary(tx, home.workspace, here, Values())  # type: ignore[arg-type]

    return await home.database.reading(read)


async def said(web: httpx.AsyncClient, first: Any, who: Any) -> dict[str, str]:
    """Give the texts of a conversation by the ids of their messages."""
    path = f"/conversations/{first['conversation_id']}/messages"
    shown = (await web.get(path, headers=who)).json()["messages"]
    return {one["message_id"]: one["text"] for one in shown}


async def test_what_waits_is_open_with_the_messages_that_tell_of_it(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    first = await chat(web, "something big")
    await chat(web, "it is broken", first)
    await chat(web, "a person please, why is it late?", first)
    found, texts = await summed(home, first), await said(web, first, ana)
    by_kind = {one.kind: one for one in found.open}
    assert set(by_kind) == {"approval", "case", "unanswered"}
    assert by_kind["approval"].text == "pay 5.00"
    assert by_kind["approval"].reference == first["approvals"][0]["approval_id"]
    assert [texts[one] for one in by_kind["approval"].message_ids] == ["You said something big."]
    assert by_kind["approval"].due is not None
    assert by_kind["case"].text == "it is broken" and by_kind["case"].reference.startswith("K-")
    assert [texts[one] for one in by_kind["unanswered"].message_ids] == [
        "a person please, why is it late?"
    ]


async def test_a_reply_of_a_person_settles_what_was_unanswered_and_what_she_asks_is_open(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    first = await chat(web, "a person please")
    await desk(web, first, "takeover", ana)
    await chat(web, "my order A-1042 cost R$ 80", first)
    assert [one.kind for one in (await summed(home, first)).open] == ["unanswered", "unanswered"]
    await desk(web, first, "reply", ana, text="Let me see. Which address is it?")
    found, texts = await summed(home, first), await said(web, first, ana)
    assert [(one.kind, one.text) for one in found.open] == [("asked", "Which address is it?")]
    assert {(one.kind, one.value) for one in found.facts} == {("code", "A-1042"), ("money", "80.0")}
    for fact in found.facts:
        assert [texts[one] for one in fact.message_ids] == ["my order A-1042 cost R$ 80"]


async def test_promises_have_who_gave_them_and_by_when_and_outlive_the_conversation(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    first = await chat(web, "a person please")
    await desk(web, first, "takeover", ana)
    await desk(web, first, "reply", ana, text="I will call you by 3 May 2040. Is that fine?")
    await desk(
        web, first, "handback", ana, promised="a new one within 2 days", follow_up="call her"
    )
    await chat(web, "thanks", first)
    found, texts = await summed(home, first), await said(web, first, ana)
    told = {one.text: one for one in found.promises}
    assert set(told) == {"I will call you by 3 May 2040.", "a new one within 2 days"}
    assert {(one.by, one.name) for one in found.promises} == {("person", "Ana")}
    called = told["I will call you by 3 May 2040."]
    assert called.due == date(2040, 5, 3)
    assert not called.overdue
    renewed = told["a new one within 2 days"]
    assert renewed.due is not None and not renewed.overdue
    assert all(one in texts for promise in found.promises for one in promise.message_ids)
    assert [one.text for one in found.open if one.kind == "follow_up"] == ["call her"]


async def test_a_promise_whose_last_day_has_passed_is_overdue(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    first = await chat(web, "a person please")
    await desk(web, first, "takeover", ana)
    await desk(web, first, "handback", ana, promised="a new one within 2 days")
    a_month_ago = handoffs.c.returned_at - 30 * 86_400
    await home.database.writing(
        lambda tx: tx.execute(handoffs.update().values(returned_at=a_month_ago))
    )
    (promise,) = (await summed(home, first)).promises
    assert promise.due is not None and promise.overdue


async def test_what_the_ai_did_is_told_and_what_it_says_it_will_do_is_a_promise(
    home: House, web: httpx.AsyncClient
) -> None:
    ana = await key(home, "Ana")
    first = await chat(web, "pay me")
    await chat(web, "We will refund you within 5 days", first)
    found, texts = await summed(home, first), await said(web, first, ana)
    (done,) = found.done
    assert (done.text, done.tool, done.state) == ("Paid 5.00.", "pay", "done")
    assert [texts[one] for one in done.message_ids] == ["You said pay me. done: Paid 5.00."]
    (promise,) = found.promises
    assert (promise.by, promise.name) == ("ai", "echo")
    assert promise.due is not None


async def test_nothing_of_another_customer_is_in_it(home: House, web: httpx.AsyncClient) -> None:
    ana = await key(home, "Ana")
    other = await chat(web, "a person please, my number is A-9999")
    await desk(web, other, "takeover", ana)
    await desk(web, other, "handback", ana, promised="a golden watch", follow_up="polish it")
    await chat(web, "it is broken", other)
    first = await chat(web, "hello")
    shown = (await summed(home, first)).model_dump_json()
    for theirs in ("A-9999", "golden", "polish", "broken", other["conversation_id"]):
        assert theirs not in shown
