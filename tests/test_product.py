"""The whole product over HTTP, in one process: a workspace of another trade, embedded models."""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

import server
from core import audit
from core.access import issue_key
from core.settings import Settings

CLUB = Path(__file__).parent / "workspaces" / "clube"
AGENT = """---
purpose: Plans reading evenings.
intents:
  evening:
    pt-BR: ["quero marcar um sarau", "quando é o próximo sarau?", "como participo do sarau?"]
    en: ["when is the next reading evening?", "I want to join a reading evening", "evening of reading"]
tools: [next_evening]
---
You are $assistant of $company. Plan reading evenings.
"""
TOOL = '''"""Reading evenings."""

from tools import Context, Result
from tools.building import tool


@tool(needs="anonymous")
def next_evening(*, context: Context) -> Result:
    """Say when the next reading evening is."""
    return Result(text="The next reading evening is on the garden terrace.")


tools = [next_evening]
'''


class House:
    """A running server, and the ways in."""

    def __init__(self, app: Any, workspace: Path) -> None:
        self.app = app
        self.workspace = workspace
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=("203.0.113.9", 1)),
            base_url="http://house", timeout=30,
        )  # fmt: skip

    async def key(self, *scopes: str) -> dict[str, str]:
        state = self.app.state
        key = await state.database.writing(
            issue_key, state.workspace_id, "test", scopes=list(scopes), role="admin"
        )
        return {"Authorization": f"Bearer {key}"}

    async def says(self, text: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        answer = await self.client.post(
            "/chat", json={"message": text, **more}, headers=headers or {}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    workspace = tmp_path / "club"
    shutil.copytree(CLUB, workspace)
    app = server.create_app(
        Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue]
            data_dir=tmp_path / "data", workspace=workspace, embedder="lexical", log_level="ERROR",
        )
    )  # fmt: skip
    async with app.router.lifespan_context(app):
        opened = House(app, workspace)
        yield opened
        await opened.client.aclose()


async def test_a_verified_member_is_served_and_every_decision_recorded(house: House) -> None:
    asserted = await house.key("chat:assert")
    first = await house.says(
        "where is my book L-201?", asserted, customer={"id": "M-1", "name": "Rui"}
    )
    assert "L-201" in first["replies"][0]["text"]
    token = {"X-Conversation-Token": first["conversation_token"]}
    asked = await house.says("How many days may I keep a book?", token)
    assert "21" in asked["replies"][0]["text"]
    passage = asked["replies"][0]["citations"][0]["passage_id"]
    opened = (await house.client.get(f"/passages/{passage}")).json()
    assert "21 days" in opened["text"]

    staff = await house.key("staff")
    turns = await house.client.get(
        f"/conversations/{first['conversation_id']}/turns", headers=staff
    )
    for turn in turns.json()["turns"]:
        assert turn["next"]
        assert turn["agents"][0]["why"]
        assert turn["context"]
        assert turn["person"]["needed"] is False
    verified = await house.app.state.database.reading(audit.verify, house.app.state.workspace_id)
    assert verified.broken_at is None


PATIENCE_S = 30.0
"""A file plays a second or two after it is seen; a machine that is busy with other tests takes longer."""


async def test_what_is_added_to_a_running_server_is_soon_listed_and_routed_to(
    house: House,
) -> None:
    staff = await house.key("staff")
    (house.workspace / "tools" / "evenings.py").write_text(TOOL)
    (house.workspace / "agents" / "evenings.md").write_text(AGENT)
    begun = time.monotonic()
    listed: dict[str, Any] = {"agents": [], "tools": []}
    while time.monotonic() - begun < PATIENCE_S:
        listed = (await house.client.get("/agents", headers=staff)).json()
        if "evenings" in {agent["name"] for agent in listed["agents"]}:
            break
        await asyncio.sleep(0.2)
    assert "evenings" in {agent["name"] for agent in listed["agents"]}
    assert "next_evening" in {tool["name"] for tool in listed["tools"]}
    answer = await house.says("when is the next reading evening?", language="en")
    assert "garden terrace" in answer["replies"][0]["text"]
    assert answer["replies"][0]["agent"] == "evenings"


HOUSEKEEPING_S = 2.5
"""Until the server has done all that it does by the clock."""

CLAIMS = [
    ({"id": "M-1"}, {"id": "M-404"}),
    ({"email": "rui@example.com"}, {"email": "nobody@example.com"}),
    ({"phone": "+5511987654321"}, {"phone": "+5511912345678"}),
]


@pytest.mark.parametrize(("known", "unknown"), CLAIMS, ids=["id", "e-mail", "phone"])
@pytest.mark.parametrize(
    "asks", ["cadê o empréstimo L-201?", "I want my money back for loan L-201"]
)
async def test_a_claim_tells_nothing_not_even_by_the_work_it_makes(
    house: House, asks: str, known: dict[str, str], unknown: dict[str, str]
) -> None:
    asserted = await house.key("chat:assert")
    member = {"id": "M-1", "email": "rui@example.com", "phone": "+5511987654321"}
    await house.says("where is my book L-201?", asserted, customer=member)

    with Statements() as idle:
        await asyncio.sleep(HOUSEKEEPING_S)
    answers, work = [], []
    for claim in (known, unknown):
        with Statements() as seen:
            answers.append(await house.says(asks, customer=claim))
            await asyncio.sleep(0.05)
        work.append(seen.shapes(besides=idle))
    for answer in answers:
        assert "way" not in answer["replies"][0]["text"]
        assert not answer.get("approvals")
    texts = [answer["replies"][0]["text"] for answer in answers]
    assert texts[0] == texts[1]
    assert work[0] == work[1], "the same statements run whoever is named: time tells nothing either"


class Statements:
    """The statements that the database runs meanwhile."""

    def __init__(self) -> None:
        self._seen: list[str] = []

    def __enter__(self) -> "Statements":
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._seen.append(statement)

    def shapes(self, *, besides: "Statements") -> tuple[list[str], set[str]]:
        """Give the statements on who somebody is, one by one, and which others there were.

        The others are read once or twice, as the answer happens to be there when it is looked for. What
        the server also does by the clock is `besides`.
        """
        who = re.compile(r"\b(customers|identities|claims|cases)\b")
        what = re.compile(r"\b(messages|effects|approvals|turns)\b")
        made = [one for one in self._seen if one not in besides._seen]
        named = sorted(one for one in made if who.search(one))
        return named, {one for one in made if what.search(one) and not who.search(one)}


async def test_a_request_that_is_wrong_says_what_and_keeps_nothing(house: House) -> None:
    for body, status in (
        ({"message": ""}, 422), ({"message": "x" * 9_000}, 413), ({"message": "a\x00b"}, 422),
        ({"message": 7}, 422), ({}, 422),
    ):  # fmt: skip
        answer = await house.client.post("/chat", json=body)
        assert answer.status_code in (status, 422), (body, answer.text)
        assert answer.json()["message"]
    broken = await house.client.post(
        "/chat", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert broken.status_code == 400
    stranger = await house.client.post(
        "/chat", json={"message": "oi", "conversation_id": "conversation_x"}
    )
    assert stranger.status_code == 401


async def test_a_person_steps_in_and_the_ai_knows_what_was_promised(house: House) -> None:
    staff = await house.key("staff")
    first = await house.says("quero falar com uma pessoa")
    assert first["status"] == "handoff"
    conversation = first["conversation_id"]
    token = {"X-Conversation-Token": first["conversation_token"]}
    waiting = (await house.client.get("/handoffs", headers=staff)).json()
    assert waiting["handoffs"][0]["packet"]["reason"]

    async def desk(what: str, body: dict[str, Any]) -> None:
        answer = await house.client.post(
            f"/conversations/{conversation}/{what}", json=body, headers=staff
        )
        assert answer.status_code < 300, answer.text

    await desk("takeover", {})
    held = await house.says("tem alguém aí?", token)
    assert (held["status"], held["replies"]) == ("with_person", [])
    await desk("reply", {"text": "Oi, sou a Ana. Vou enviar o livro na segunda-feira."})
    await desk(
        "handback", {"did": "Falei com o leitor", "promised": "enviar o livro na segunda-feira"}
    )
    recalled = await house.says("o que ficou combinado?", token)
    assert "segunda-feira" in recalled["replies"][0]["text"]
    messages = await house.client.get(f"/conversations/{conversation}/messages", headers=token)
    assert {message["role"] for message in messages.json()["messages"]} >= {
        "customer",
        "ai",
        "person",
    }


async def test_a_code_proves_who_a_visitor_is_and_a_wrong_one_tells_nothing(house: House) -> None:
    asserter = await house.key("chat:assert")
    first = await house.says("where is my book L-201?", language="en")
    assert "on its way" not in first["replies"][0]["text"]
    token = {"X-Conversation-Token": first["conversation_token"]}
    made = await house.client.post(
        "/customers/codes", json={"kind": "user", "value": "M-1"}, headers=asserter
    )
    proof = {"kind": "user", "value": "M-1", "code": "000000"}
    wrong = await house.client.post("/chat/verify", json=proof, headers=token)
    assert wrong.status_code == 401
    right = await house.client.post(
        "/chat/verify", json=proof | {"code": made.json()["code"]}, headers=token
    )
    assert right.status_code == 200, right.text
    proven = {"X-Conversation-Token": right.json()["conversation_token"]}
    told = await house.says("where is my book L-201?", proven)
    assert "on its way" in told["replies"][0]["text"]
