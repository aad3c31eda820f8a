"""Dead letters, as people see and decide them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from core import audit
from tests.conversations.echo import House, W
from tests.conversations.post import ANA, Post, post, until
from tests.conversations.site import client, key


@pytest.fixture
async def mail(home: House) -> AsyncIterator[Post]:
    async with post(home) as given:
        yield given


@pytest.fixture
async def web(mail: Post) -> AsyncIterator[httpx.AsyncClient]:
    async with client(mail.home) as http:
        mail.courier.start()
        yield http


async def dead(mail: Post, web: httpx.AsyncClient, who: dict[str, str]) -> dict[str, Any]:
    """Let a reply be refused for good, and give it as it is listed."""
    mail.provider.faults.append("400")
    mail.home.runner.ring((await mail.write("hello")).conversation_id)
    await until(lambda: listed(web, who))
    (letter,) = await listed(web, who)
    return letter


async def listed(web: httpx.AsyncClient, who: dict[str, str], state: str = "") -> Any:
    answer = await web.get("/deliveries", headers=who, params={"state": state} if state else {})
    return answer.json()["deliveries"]


async def decide(
    web: httpx.AsyncClient, who: dict[str, str], letter: dict[str, Any], decision: str
) -> httpx.Response:
    path = f"/deliveries/{letter['delivery_id']}"
    return await web.post(path, json={"decision": decision}, headers=who)


async def test_a_dead_letter_is_listed_with_its_reason_and_sent_once_more(
    mail: Post, web: httpx.AsyncClient
) -> None:
    bia = await key(mail.home, "Bia")
    letter = await dead(mail, web, bia)
    assert (letter["state"], letter["text"]) == ("dead", "You said hello.")
    assert "400" in letter["reason"]
    assert (await decide(web, bia, letter, "replay")).json()["state"] == "waiting"
    await until(lambda: mail.texts(ANA) == ["You said hello."])
    await until(lambda: listed(web, bia, "sent"))
    assert await listed(web, bia) == []
    assert len({asked for asked, _ in mail.provider.requests}) == 1, "the same key"
    assert (await decide(web, bia, letter, "replay")).status_code == 409
    assert (await mail.home.database.reading(audit.verify, W)).broken_at is None


async def test_a_dead_letter_is_dropped(mail: Post, web: httpx.AsyncClient) -> None:
    bia = await key(mail.home, "Bia")
    letter = await dead(mail, web, bia)
    assert (await decide(web, bia, letter, "drop")).json()["state"] == "cancelled"
    assert await listed(web, bia) == []
    (row,) = await listed(web, bia, "cancelled")
    assert row["reason"] == "Bia dropped it"
    assert mail.texts(ANA) == []


async def test_of_a_long_message_it_is_told_how_much_went_out_and_a_replay_sends_the_rest(
    mail: Post, web: httpx.AsyncClient
) -> None:
    bia = await key(mail.home, "Bia")
    long = " ".join(f"w{number}" for number in range(600))
    mail.provider.faults.extend(["", "400"])
    mail.home.runner.ring((await mail.write(long)).conversation_id)
    await until(lambda: listed(web, bia))
    (letter,) = await listed(web, bia)
    assert (letter["part"], letter["parts"], letter["parts_sent"]) == (1, 3, 1)
    await until(lambda: listed(web, bia, "cancelled"))
    await decide(web, bia, letter, "replay")
    await until(lambda: len(mail.texts(ANA)) == 3)
    assert " ".join(mail.texts(ANA)) == f"You said {long}."


async def test_letters_are_the_desks_and_an_unknown_one_is_not_found(
    mail: Post, web: httpx.AsyncClient
) -> None:
    bia = await key(mail.home, "Bia")
    assert (await web.get("/deliveries")).status_code == 401
    letter = {"delivery_id": "delivery_x"}
    assert (await decide(web, {}, letter, "drop")).status_code == 401
    assert (await decide(web, bia, letter, "drop")).status_code == 404
    assert (await decide(web, bia, letter, "burn")).status_code == 422


async def test_staff_see_beside_each_message_what_became_of_it(
    mail: Post, web: httpx.AsyncClient
) -> None:
    bia = await key(mail.home, "Bia")
    letter = await dead(mail, web, bia)
    path = f"/conversations/{letter['conversation_id']}/messages"
    shown = (await web.get(path, headers=bia)).json()["messages"]
    assert [one["delivery"] for one in shown] == [None, "dead"]
