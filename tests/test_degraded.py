"""With a model server that fails in any way every message gets one sound reply, and the record says so."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

import server
from core.access import issue_key
from core.settings import Settings
from evals.scoring import language_of
from models.scripted import MODES, ScriptedServer
from models.usage import metered

CLUB = Path(__file__).parent / "workspaces" / "clube"
TIMEOUT_S = 0.6
COOL_DOWN_S = 0.05
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Wish:
    """Something a customer writes, and how a sound reply to it looks."""

    text: str
    language: str
    agent: str
    says: str
    """Pattern that the reply has, whoever writes it."""

    cites: bool = False

WISHES = {
    "question": Wish(
        "How many days may I keep a book?", "en", "knowledge", r"\b21 days\b", cites=True
    ),
    "pergunta": Wish(
        "Por quanto tempo posso ficar com o livro?", "pt-BR", "knowledge", r"\b21 dias\b", cites=True
    ),
    "specialist": Wish(
        "Do you have large print books?", "en", "eyesight", r"\b240\b"
    ),
    "especialista": Wish(
        "Vocês têm audiolivros?", "pt-BR", "eyesight", r"\b600\b"
    ),
    "complaint": Wish(
        "This is terrible service, I want to complain!", "en", "care", r"(?s)sorry.*P-\w{7}"
    ),
    "queixa": Wish(
        "Péssimo atendimento, quero fazer uma reclamação!", "pt-BR", "care", r"(?s)sinto.*P-\w{7}"
    ),
}  # fmt: skip
ARGUMENTS = {"drip": 0.3, "429_after": 60.0}
"""Slow, yet never silent for as long as the time-out; more patience asked than there is."""



def touched(mode: str, asked: list[dict[str, Any]]) -> bool:
    """Say whether that failure spoils any of the answers; calls of tools may be made two at once."""
    if mode == "extra_arguments":
        return any(body.get("tools") for body in asked)
    return mode != "two_calls"


@dataclass
class Club:
    """A running server, its model server, and somebody at the desk."""

    http: httpx.AsyncClient
    model: ScriptedServer
    staff: dict[str, str]
    app: FastAPI
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def ask(self, text: str, **known: Any) -> dict[str, Any]:
        """Send a message and give the answer."""
        response = await self.http.post("/chat", json={"message": text, **known})
        assert response.status_code == 200, response.text
        return response.json()

    async def turn(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Give the record of the turn that answered."""
        path = f"/conversations/{answer['conversation_id']}/turns"
        listed = (await self.http.get(path, headers=self.staff)).json()["turns"]
        return next(turn for turn in listed if turn["turn_id"] == answer["turn_id"])

    async def stream(self, text: str) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
        """Send a message and give what is shown on the way, and the answer."""
        events: list[tuple[str, dict[str, Any]]] = []
        headers = {"Accept": "text/event-stream"}
        response = await self.http.post("/chat", json={"message": text}, headers=headers)
        for block in response.text.split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in lines:
                events.append((lines["event"], json.loads(lines["data"])))
        return events, events[-1][1]

    async def recovered(self) -> None:
        """Let the model server answer again, and the product find that out."""
        self.model.recover()
        self.model.script.answers = None
        self.app.state.models.answer.breaker.succeeded()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Club]:
    """One server for all tests of this module: it takes seconds to train."""
    model = ScriptedServer()
    model.start()
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=tmp_path_factory.mktemp("club"),
        workspace=CLUB,
        model="scripted",
        openai_base_url=model.url,
        embedder="lexical",
        model_timeout_s=TIMEOUT_S,
        model_cool_down_s=COOL_DOWN_S,
        price_per_million_input=1000,
        price_per_million_output=2000,
    )
    app = server.create_app(settings)
    async with app.router.lifespan_context(app):
        key = await app.state.database.writing(
            issue_key, app.state.workspace_id, "desk", scopes=("staff", "chat:assert"), role="lead"
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://club", timeout=20
        ) as client:
            yield Club(client, model, {"X-API-Key": key}, app)
    model.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def club(running: Club) -> Club:
    """The server with a model server that works."""
    await running.recovered()
    running.model.requests.clear()
    return running


def assert_sound(answer: dict[str, Any], wish: Wish) -> None:
    """Hold one whole reply in the right language that answers, and cites where it must."""
    (reply,) = answer["replies"]
    assert answer["status"] == "answered"
    assert reply["agent"] == wish.agent
    assert re.search(wish.says, reply["text"], re.IGNORECASE), reply["text"]
    assert re.search(r"[.!?…](?:\s*\[\d+\])?$", reply["text"]), f"it breaks off: {reply['text']!r}"
    assert language_of(reply["text"]) in ("", wish.language)
    assert not re.search(r"[{}]|no_such|not what was asked", reply["text"])
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", reply["text"])}
    assert marks == set(range(1, len(reply["citations"]) + 1))
    assert bool(reply["citations"]) or not wish.cites


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
async def test_a_model_that_works_answers_and_is_paid_for(club: Club, wish: Wish) -> None:
    answer = await club.ask(wish.text)
    assert_sound(answer, wish)
    turn = await club.turn(answer)
    assert turn["degraded"] == ""
    assert turn["calls"] == len(club.model.requests) >= 1
    assert turn["input_tokens"] > 0 < turn["output_tokens"]
    paid = (turn["input_tokens"] * 1000 + turn["output_tokens"] * 2000) / 1_000_000
    assert turn["cost_usd"] == pytest.approx(paid)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
async def test_however_it_fails_the_reply_is_sound_and_the_turn_says_so(
    club: Club, wish: Wish, mode: str
) -> None:
    club.model.fail(mode, times=None, argument=ARGUMENTS.get(mode))
    answer = await club.ask(wish.text)
    assert_sound(answer, wish)
    turn = await club.turn(answer)
    assert (turn["status"], turn["attempts"]) == ("committed", 1)
    assert bool(turn["degraded"]) == touched(mode, club.model.requests), turn["degraded"]
    assert turn["calls"] >= 1
