"""What goes to a model outside: nothing personal, and no prompt that is not a file.

Customers read what they wrote and what is theirs.
"""

import asyncio
import hashlib
import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from string import Template
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from langchain_core.messages import HumanMessage, SystemMessage

from agents.cards import read_card
from core.names import folded
from core.privacy import Known
from models.scripted import ScriptedServer
from models.scripted.mind import call
from models.veiling import veiled_for
from tests.serving import served

CLUB = Path(__file__).parent / "workspaces" / "clube"
NUMBERS = count(77_410)
SIGN = re.compile("⟦[^⟧]+⟧")
NAME = "Catarina Vasques d'Ávila"
WRITINGS = [
    ["529.982.247-25", "11144477735", "390 533 447 05"],
    ["11.222.333/0001-81", "11444777000161", "12.ABC.345/01DE-35"],
    ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"],
    ["DE89 3704 0044 0532 0130 00", "gb29nwbk60161331926819", "BR1800360305000010009795493C1"],
    ["cvasques@exemplo.com", "Outra.Pessoa+loja@mail.example.org", "cat arroba exemplo ponto com"],
    ["+55 (31) 98888-7777", "11987654321", "415-555-2671", "tel 32145678"],
    ["01310-100", "CEP 50050000", "SW1A 1AA"],
    ["Catarina Vasques", "CATARINA", "vasques", "Catarina Vasques d'Avila", "$id"],
]
"""Valid data of each kind, in several writings."""

QUESTIONS = {
    "answer": {
        "en": "Do you have large print books?",
        "pt-BR": "Vocês têm livros com letra grande?",
    },
    "write": {
        "en": "This is terrible service, I want to complain!",
        "pt-BR": "Isso é um absurdo, quero reclamar!",
    },
}
ROLE_PROMPTS = {"answer": "agents/eyesight.md", "write": "agents/care.md"}
INTENTS = {"answer": "large_print", "write": "complaint"}
AGENT = """---
purpose: Keeps contact details.
intents:
  contact:
    pt-BR: ["que telefone meu vocês têm?", "qual telefone está no meu cadastro?"]
    en: ["which phone of mine do you have?", "what phone is on my file?"]
tools: [contact_details]
---
You look up and tell contact details, $tone, in $language.
"""
TOOL = '''"""Contact details, as a back office keeps them."""

import json

from tools import Context, Result
from tools.building import tool



@tool(effect="read")
def contact_details(email: str, taxpayer: str, *, context: Context) -> Result:
    """Give what is known of a member.

    Args:
        email: her address.
        taxpayer: her CPF, digits only.
    """
    (context.data_dir / "asked.json").write_text(json.dumps([email, taxpayer]), "utf-8")
    data = {"cpf": 52998224725, "phone": "(31) 98888-7777", "holder": "VASQUES, CATARINA"}
    return Result(text="Catarina\\n(31) 98888-7777, CEP 01310-100.", data=data)


tools = [contact_details]
'''
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class House:
    """A running server, its model server, and a customer whom the company vouches for."""

    http: httpx.AsyncClient
    model: ScriptedServer
    app: FastAPI
    folder: Path
    """Of its data."""

    her_id: str = ""

    async def ask(self, text: str) -> str:
        """Send a message of hers and give what she reads."""
        return " ".join(reply["text"] for reply in (await self.answer(text))["replies"])

    async def why(self, text: str) -> dict[str, Any]:
        """Send a message of hers and give why it was answered so."""
        told = await self.answer(text)
        path = f"/conversations/{told['conversation_id']}/turns/{told['turn_id']}/why"
        return (await self.http.get(path)).json()

    async def answer(self, text: str) -> dict[str, Any]:
        """Send a message of hers."""
        her = {"id": self.her_id, "name": NAME}
        response = await self.http.post("/chat", json={"message": text, "customer": her})
        assert response.status_code == 200, response.text
        return response.json()

    @property
    def sent(self) -> list[str]:
        """Everything that went out, request by request."""
        return [json.dumps(body, ensure_ascii=False) for body in self.model.requests]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One server for all tests of this module, with a specialist that has a tool."""
    folder = tmp_path_factory.mktemp("club") / "clube"
    shutil.copytree(CLUB, folder)
    (folder / "agents" / "contact.md").write_text(AGENT, "utf-8")
    (folder / "tools" / "contact.py").write_text(TOOL, "utf-8")
    data, scopes = tmp_path_factory.mktemp("data"), ("staff", "chat:assert")
    async with served(folder, data, scopes=scopes, embedder="openai") as club:
        club.http.headers["X-API-Key"] = club.key
        yield House(club.http, club.model, club.app, data)


@pytest_asyncio.fixture(loop_scope="module")
async def house(running: House) -> House:
    """The server, with nothing asked of its model yet, and a customer who is new to it."""
    running.her_id = f"M-{next(NUMBERS)}"
    running.model.requests.clear()
    running.model.script.answers = None
    running.model.script.tokens_per_s = 0
    await running.app.state.models.answer.governor.succeeded(running.model.url)
    return running


def assert_nothing_of(values: list[str], sent: list[str]) -> None:
    """Hold that no writing of these values went out, nor their digits in another one."""
    assert sent
    for body in sent:
        flat = folded(body)
        numbers = [re.sub(r"\D", "", one) for one in re.findall(r"\d(?:[ .()/-]{0,3}\d)+", body)]
        for value in values:
            assert not re.search(rf"(?<!\w){re.escape(folded(value))}(?!\w)", flat), body
            bare = re.sub(r"\D", "", value)
            assert len(bare) < 8 or not any(bare in number for number in numbers), body


def signs(body: dict[str, Any]) -> list[str]:
    """Give the signs in the last words of a user, in order."""
    said = [one["content"] for one in body["messages"] if one["role"] == "user"]
    return SIGN.findall(said[-1])


def routed(body: dict[str, Any], intent: str) -> dict[str, Any] | None:
    """Answer a routing request with one wish; None where it is another request."""
    if all(tool["function"]["name"] != "Wishes" for tool in body.get("tools", ())):
        return None
    wish = {"intent": intent, "words": body["messages"][-1]["content"]}
    return {"content": None, "tool_calls": [call("Wishes", {"wishes": [wish]})]}


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("role", QUESTIONS)
@pytest.mark.parametrize("values", WRITINGS, ids=lambda values: values[0])
async def test_no_role_is_sent_what_is_personal_and_she_reads_it_whole(
    house: House, role: str, language: str, values: list[str]
) -> None:
    def answer(body: dict[str, Any]) -> Any:
        if route := routed(body, INTENTS[role]):
            return route
        told = ", ".join(signs(body))
        return f"Eu li {told}." if language == "pt-BR" else f"I have read {told}."

    values = [value.replace("$id", house.her_id) for value in values]
    house.model.script.answers = answer
    house.model.script.tokens_per_s = 1000  # signs come in several pieces
    reply = await house.ask(f"{', '.join(values)}. {QUESTIONS[role][language]}")
    assert_nothing_of(values, house.sent)
    assert "⟦" not in reply
    for value in values:
        assert re.sub("^(CEP|tel) ", "", value) in reply


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Which phone of mine do you have?", "This is what we have on you:"),
        ("Que telefone meu vocês têm?", "É isto que temos no seu cadastro:"),
    ],
)
async def test_a_tool_is_called_with_values_and_what_it_answers_is_veiled(
    house: House, text: str, told: str
) -> None:
    def answer(body: dict[str, Any]) -> Any:
        if route := routed(body, "contact"):
            return route
        if body["messages"][-1]["role"] == "tool":
            return f"{told} {', '.join(SIGN.findall(body['messages'][-1]['content']))}."
        email, cpf = signs(body)
        return {
            "content": None,
            "tool_calls": [call("contact_details", {"email": email, "taxpayer": cpf})],
        }

    house.model.script.answers = answer
    reply = await house.ask(f"cvasques@exemplo.com, 52998224725. {text}")
    asked = json.loads((house.folder / "asked.json").read_text("utf-8"))
    assert asked == ["cvasques@exemplo.com", "52998224725"]
    hers = [
        "cvasques@exemplo.com",
        "52998224725",
        "(31) 98888-7777",
        "01310-100",
        "Catarina",
        "Vasques",
    ]
    assert_nothing_of(hers, house.sent)
    last = house.model.requests[-1]["messages"]
    assert json.loads(last[-1]["content"])["data"]["cpf"] == signs(house.model.requests[0])[1]
    assert "98888-7777" in reply
    assert "⟦" not in reply


async def test_her_name_is_veiled_in_the_prompt_and_she_is_greeted_by_it(house: House) -> None:
    def answer(body: dict[str, Any]) -> Any:
        (name, *_) = SIGN.findall(body["messages"][0]["content"])
        return f"{name}, we have 600 audio books. [1]"

    house.model.script.answers = answer
    reply = await house.ask("Are there audio books?")
    assert_nothing_of(["Catarina", "Vasques", "Ávila"], house.sent)
    assert "Catarina Vasques d'Ávila, we have 600" in reply


@pytest.mark.parametrize("made_up", ["⟦cpf·b2c3d4⟧", "⟦CPF⟧", "[phone: b2c3d4]", "email·b2c3d4"])
async def test_a_sign_that_stands_for_nothing_is_never_read_by_anybody(
    house: House, made_up: str
) -> None:
    house.model.script.answers = lambda body: f"We have 240 titles. [1] Write to {made_up} now. [1]"
    reply = await house.ask("Do you have large print books?")
    assert made_up not in reply
    assert "b2c3d4" not in reply
    assert "240" in reply


async def test_a_search_asks_an_endpoint_for_vectors_without_values(house: House) -> None:
    await house.ask("I am Catarina, cvasques@exemplo.com. For how long may I keep a book?")
    asked = [body["input"] for body in house.model.requests if body["path"] == "/embeddings"]
    assert any("[email]" in text and "[name]" in text for batch in asked for text in batch)
    assert_nothing_of(["Catarina", "cvasques@exemplo.com"], house.sent)


async def test_the_judge_is_told_as_little(house: House, tmp_path: Path) -> None:
    said = [SystemMessage("Judge what Catarina wrote."), HumanMessage("call 11987654321")]
    with veiled_for(tmp_path, "conversation", Known(names=("Catarina Vasques",))):
        await house.app.state.models.judge.ainvoke(said)
    assert_nothing_of(["Catarina", "11987654321"], house.sent)


HERE = Path(__file__).parent.parent


def on_disk(source: str, workspace: Path) -> str:
    """Give a prompt as its file says it now: the workspace's own, or one that ships with the product."""
    path = workspace / source if (workspace / source).exists() else HERE / source
    if path.suffix == ".yaml":
        return path.read_text("utf-8")
    text = path.read_text("utf-8")
    return read_card(path).prompt if text.startswith("---") else text.strip()


def anything_like(prompt: str) -> str:
    """Give the pattern of all that a prompt can be filled to."""
    parts = Template.pattern.split(prompt)
    return ".*".join(re.escape(part) for part in parts[:: Template.pattern.groups + 1])


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("role", QUESTIONS)
async def test_models_are_told_by_files_alone_and_the_record_says_which(
    house: House, role: str, language: str
) -> None:
    house.model.script.answers = lambda body: routed(body, INTENTS[role])
    why = await house.why(f"Catarina, 52998224725. {QUESTIONS[role][language]}")
    workspace = house.app.state.workspace.path
    texts = {}
    for source, mark in (one.split("@") for one in why["prompts"]):
        texts[source] = on_disk(source, workspace)
        assert hashlib.sha256(texts[source].encode()).hexdigest().startswith(mark)
    known = "|".join(anything_like(text) for text in texts.values())
    told = [
        message["content"]
        for body in house.model.requests
        for message in body.get("messages", ())
        if message["role"] in ("system", "developer")
    ]
    assert told
    for text in told:
        assert re.fullmatch(rf"(?:(?:{known})(?:\n\n|\Z))+", text, re.DOTALL), text
    assert {"models/veiling.md", ROLE_PROMPTS[role]} <= set(texts)


async def test_a_prompt_that_was_changed_has_another_hash(house: House) -> None:
    before = (await house.why("Do you have large print books?"))["prompts"]
    again = (await house.why("Do you have large print books?"))["prompts"]
    card = house.app.state.workspace.path / "agents" / "eyesight.md"
    card.write_text(card.read_text("utf-8") + "Be very brief.\n", "utf-8")
    await asyncio.to_thread(house.app.state.versions.refresh)
    after = (await house.why("Do you have large print books?"))["prompts"]
    assert before == again
    changed = {one.split("@")[0] for one in set(before) ^ set(after)}
    assert changed == {"agents/eyesight.md"}
