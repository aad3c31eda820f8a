"""Attachments over HTTP: checked by content, sent once, seen by whom they concern, gone when erased."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from conversations import attachments
from conversations.attachments import Shelf
from conversations.tables import attachments as table
from tests.conversations.echo import House, W
from tests.conversations.site import client, key

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
async def web(home: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(home) as http:
        yield http


async def upload(web: httpx.AsyncClient, content: bytes = PNG, name: str = "lamp.png") -> Any:
    answer = await web.post("/attachments", params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def say(web: httpx.AsyncClient, *ids: str, **body: Any) -> httpx.Response:
    return await web.post("/chat", json={"attachments": [{"id": one} for one in ids], **body})


def token(chat: httpx.Response) -> dict[str, str]:
    return {"X-Conversation-Token": chat.json()["conversation_token"]}


def files(home: House) -> list[str]:
    folder = home.settings.data_dir / "attachments"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_a_message_carries_an_upload_and_its_conversation_gets_it_back(
    web: httpx.AsyncClient,
) -> None:
    brought = await upload(web)
    assert brought | {"id": ""} == {"id": "", "name": "lamp.png", "type": "image/png", "size": 48}
    first = await say(web, brought["id"], message="it is broken")
    shown = await web.get(
        f"/conversations/{first.json()['conversation_id']}/messages", headers=token(first)
    )
    assert shown.json()["messages"][0]["attachments"] == [brought]
    got = await web.get(f"/attachments/{brought['id']}", headers=token(first))
    assert (got.status_code, got.content) == (200, PNG)


async def test_what_is_served_runs_nowhere_and_its_name_breaks_no_header(
    web: httpx.AsyncClient,
) -> None:
    brought = await upload(web, b"hello", 'C:\\x\\..\\a"\r\nSet-Cookie: b=ç.txt')
    assert brought["name"] == 'a"Set-Cookie: b=ç.txt'
    first = await say(web, brought["id"])
    got = await web.get(f"/attachments/{brought['id']}", headers=token(first))
    assert got.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''a%22Set-Cookie%3A%20b%3D%C3%A7.txt"
    )
    assert got.headers["content-type"].startswith("text/plain")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert "set-cookie" not in got.headers


async def test_nobody_else_gets_it_but_staff(home: House, web: httpx.AsyncClient) -> None:
    brought = await upload(web)
    unsent = await web.post("/chat", json={"message": "hello"})
    assert (
        await web.get(f"/attachments/{brought['id']}", headers=token(unsent))
    ).status_code == 404
    await say(web, brought["id"])
    stranger = await web.post("/chat", json={"message": "hello"})
    address = f"/attachments/{brought['id']}"
    assert (await web.get(address)).status_code == 401
    assert (await web.get(address, headers=token(stranger))).status_code == 404
    assert (await web.get("/attachments/%00", headers=token(stranger))).status_code == 404
    assert (await web.get(address, headers=await key(home, "Ana"))).status_code == 200


async def test_an_upload_is_sent_in_one_conversation_only_and_repeating_is_safe(
    web: httpx.AsyncClient,
) -> None:
    brought = await upload(web)
    body = {"message": "see", "message_id": "0123456789abcdef"}
    first = await say(web, brought["id"], **body)
    again = await say(web, brought["id"], **body)
    assert first.json()["conversation_id"] == again.json()["conversation_id"]
    elsewhere = await say(web, brought["id"], message="mine")
    assert (elsewhere.status_code, elsewhere.json()["error"]) == (422, "BadInput")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "a.svg"),
        (b"\xef\xbb\xbf <!doctype html><script>1</script>", "a.txt"),
        (b"MZ\x90\x00\x03", "photo.png"),
        (b"PK\x03\x04rest", "a.pdf"),
        (b"\x00\x01\x02", "a.txt"),
    ],
)
async def test_what_its_content_does_not_show_to_be_taken_is_refused(
    home: House, web: httpx.AsyncClient, content: bytes, name: str
) -> None:
    answer = await web.post("/attachments", params={"name": name}, content=content)
    assert (answer.status_code, answer.json()["error"]) == (422, "BadInput")
    assert name in answer.json()["message"]
    assert files(home) == []


async def test_what_is_too_large_is_refused_and_leaves_nothing(
    home: House, web: httpx.AsyncClient
) -> None:
    object.__setattr__(home.settings, "attachment_mb", 0.00005)
    assert (await web.post("/attachments", content=PNG)).status_code == 201
    answer = await web.post("/attachments", content=PNG + b"\0" * 3)
    assert (answer.status_code, answer.json()["error"]) == (413, "TooLarge")
    assert len(files(home)) == 1


@pytest.mark.parametrize(
    ("attachment", "status"),
    [
        ({"id": "attachment_none"}, 422),
        ({"id": "../../etc/passwd"}, 422),
        ({}, 422),
        ({"id": 7}, 422),
    ],
)
async def test_a_message_that_names_no_upload_is_refused_whole(
    web: httpx.AsyncClient, attachment: dict[str, Any], status: int
) -> None:
    answer = await web.post("/chat", json={"message": "see", "attachments": [attachment]})
    assert answer.status_code == status, answer.text


async def test_strangers_cannot_fill_the_disk_and_what_nobody_sent_goes(
    home: House, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MAX_UPLOADED_BYTES", 100)
    old, _ = await upload(web), await upload(web, PNG + b"2")
    refused = await web.post("/attachments", content=PNG)
    assert (refused.status_code, refused.json()["error"]) == (429, "TooManyRequests")
    long_ago = table.update().values(created_at=table.c.created_at - 25 * 3600)
    await home.database.writing(lambda tx: tx.execute(long_ago) and None)
    await upload(web, PNG + b"3")
    assert len(files(home)) == 1
    assert (await say(web, old["id"])).status_code == 422


async def test_erasing_a_conversation_takes_its_files_and_leaves_others_the_same_bytes(
    home: House, web: httpx.AsyncClient
) -> None:
    mine, theirs, both = await upload(web), await upload(web), await upload(web, b"only mine")
    first, second = await say(web, mine["id"], both["id"]), await say(web, theirs["id"])
    assert len(files(home)) == 2
    shelf = Shelf(home.settings.data_dir, W)
    gone = await home.database.writing(shelf.erase, first.json()["conversation_id"])
    assert gone == 2
    assert len(files(home)) == 1
    address = f"/attachments/{mine['id']}"
    assert (await web.get(address, headers=token(first))).status_code == 404
    kept = await web.get(f"/attachments/{theirs['id']}", headers=token(second))
    assert kept.content == PNG
