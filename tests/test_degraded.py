"""With a model server that fails in any way every message gets one sound reply, and the record says so."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from core.settings import ROLES, Role
from evals.scoring import language_of
from models import governor
from models.openai import exchange
from models.scripted import MODES, ScriptedServer
from models.scripted.completion import tokens
from models.scripted.roles import scripted_roles, settings_of
from tests.learned import Learned
from tests.serving import served

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
IMPATIENT_S = 0.2
"""Time-out where nothing is to be answered within it."""

ARGUMENTS = {"drip": TIMEOUT_S / 2, "429_after": 60.0}
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
        await self.app.state.models.answer.governor.succeeded(self.model.url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Club]:
    """One server for all tests of this module: it takes seconds to train."""
    async with served(
        CLUB,
        tmp_path_factory.mktemp("club"),
        scopes=("staff", "chat:assert", "metrics"),
        embedder="lexical",
        model_timeout_s=TIMEOUT_S,
        model_cool_down_s=COOL_DOWN_S,
        price_per_million_input=1000,
        price_per_million_output=2000,
    ) as made:
        await made.app.state.models.answer.ainvoke("Hello")  # the first call imports and connects
        yield Club(made.http, made.model, {"X-API-Key": made.key}, made.app)


@pytest.fixture
def impatient(running: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for a model that is never to answer in time."""
    for role in ROLES:
        monkeypatch.setattr(getattr(running.app.state.models, role), "timeout_s", IMPATIENT_S)


@pytest_asyncio.fixture(loop_scope="module")
async def club(running: Club, monkeypatch: pytest.MonkeyPatch) -> Club:
    """The server with a model server that works, and soon asked again where it does not."""
    monkeypatch.setattr(exchange, "FIRST_WAIT_S", 0.02)
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
    spent = turn["record"]["spent"]
    assert sum(one["cost_usd"] for one in spent) == pytest.approx(paid)
    assert wish.agent in {one["agent"] for one in spent if one["role"] != "route"}
    assert {one["agent"] for one in spent if one["role"] == "route"} <= {"intent"}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
async def test_however_it_fails_the_reply_is_sound_and_the_turn_says_so(
    request: pytest.FixtureRequest, club: Club, wish: Wish, mode: str
) -> None:
    argument = ARGUMENTS.get(mode)
    if mode in ("hang", "drip"):
        request.getfixturevalue("impatient")
        argument = IMPATIENT_S / 2
    club.model.fail(mode, times=None, argument=argument)
    answer = await club.ask(wish.text)
    assert_sound(answer, wish)
    turn = await club.turn(answer)
    assert (turn["status"], turn["attempts"]) == ("committed", 1)
    assert bool(turn["degraded"]) == touched(mode, club.model.requests), turn["degraded"]
    assert turn["calls"] >= 1


AWAY = "models.example.com"
ASKS: dict[Role, list[str]] = {
    "route": ["doubtful", "duvidoso"],
    "answer": ["question", "pergunta", "specialist", "especialista"],
    "write": ["complaint", "queixa"],
}
"""By which wishes a role is asked."""

DOUBTFUL = {
    "doubtful": Wish("The letters in your books swim before me", "en", "", r"\w"),
    "duvidoso": Wish("As letras dos livros de vocês dançam na minha frente", "pt-BR", "", r"\w"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def parted(
    tmp_path_factory: pytest.TempPathFactory, learned: Learned
) -> AsyncIterator[tuple[Club, dict[Role, ScriptedServer]]]:
    """A server each of whose roles has a model server of its own."""
    folder = tmp_path_factory.mktemp("parted")
    with scripted_roles(tuple(ASKS)) as servers, learned(folder):
        async with served(
            CLUB,
            folder,
            scopes=("staff",),
            embedder="lexical",
            model_timeout_s=TIMEOUT_S,
            model_cool_down_s=COOL_DOWN_S,
            roles=settings_of(servers),
        ) as made:
            for role in ASKS:
                await getattr(made.app.state.models, role).ainvoke("Hello")
            yield Club(made.http, made.model, {"X-API-Key": made.key}, made.app), servers


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("role", "name"), [(role, name) for role, names in ASKS.items() for name in names]
)
async def test_one_role_that_fails_is_stood_in_for_and_the_others_are_asked_on(
    parted: tuple[Club, dict[Role, ScriptedServer]],
    monkeypatch: pytest.MonkeyPatch,
    role: Role,
    name: str,
    mode: str,
) -> None:
    club, servers = parted
    monkeypatch.setattr(exchange, "FIRST_WAIT_S", 0.02)
    wish = {**WISHES, **DOUBTFUL}[name]
    await club.app.state.models.answer.governor.succeeded(servers[role].url)
    for server in servers.values():
        server.requests.clear()
    argument = ARGUMENTS.get(mode)
    if mode in ("hang", "drip"):
        monkeypatch.setattr(getattr(club.app.state.models, role), "timeout_s", IMPATIENT_S)
        # A form is not streamed: it comes after all of its time.
        argument = 2 * IMPATIENT_S if role == "route" else IMPATIENT_S / 2
    servers[role].fail(mode, times=None, argument=argument)
    try:
        answer = await club.ask(wish.text)
    finally:
        servers[role].recover()
    asked = {one: len(server.requests) for one, server in servers.items()}
    assert asked[role] >= 1, asked
    turn = await club.turn(answer)
    spent = {one["role"] for one in turn["record"]["spent"] if one["calls"]}
    assert spent == {one for one, times in asked.items() if times}
    assert bool(turn["degraded"]) == touched(mode, servers[role].requests), turn["degraded"]
    if wish.agent:
        assert_sound(answer, wish)
    else:
        assert len(answer["replies"]) == 1


async def test_a_server_whose_name_leads_nowhere_is_stood_in_for(
    tmp_path: Path, learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo

    def unknown(host: Any, *rest: Any, **options: Any) -> Any:
        if host in (AWAY, AWAY.encode()):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    away = {"model": "away", "base_url": f"http://{AWAY}/v1"}
    with learned(tmp_path):
        async with served(
            CLUB, tmp_path, scopes=("staff",), embedder="lexical",
            model_cool_down_s=COOL_DOWN_S, roles=dict.fromkeys(ASKS, away),
        ) as made:  # fmt: skip
            club = Club(made.http, made.model, {"X-API-Key": made.key}, made.app)
            for wish in WISHES.values():
                answer = await club.ask(wish.text)
                assert_sound(answer, wish)
                assert "Name or service not known" in (await club.turn(answer))["degraded"]
                await asyncio.sleep(2 * COOL_DOWN_S)


@pytest.mark.parametrize("mode", MODES)
async def test_when_the_model_server_is_well_again_so_are_the_turns(club: Club, mode: str) -> None:
    club.model.fail(mode, times=None, argument=ARGUMENTS.get(mode))
    wish = WISHES["specialist"]
    first = await club.ask(wish.text)
    club.model.recover()
    await asyncio.sleep(2 * COOL_DOWN_S)
    known = {name: first[name] for name in ("conversation_id", "conversation_token")}
    again = await club.ask(wish.text, **known)
    assert_sound(again, wish)
    assert (await club.turn(again))["degraded"] == ""


async def test_a_server_that_hangs_is_left_alone_and_the_next_customer_does_not_wait(
    club: Club,
) -> None:
    governor = club.app.state.models.answer.governor
    governor._cool_down_s = 60
    await governor.failed(club.model.url, "it hung", gravely=True)
    governor._cool_down_s = COOL_DOWN_S
    answer = await club.ask(WISHES["question"].text)
    assert_sound(answer, WISHES["question"])
    turn = await club.turn(answer)
    assert (turn["calls"], club.model.requests) == (0, [])
    assert "it hung" in turn["degraded"]


TWO_SENTENCES = "A book is yours for 21 days. [1] It can be renewed once for another 14 days. [1]"
MIDDLE = 1 + len(tokens("A book is yours for 21 days. [1] It can be"))
"""Chunks up to the middle of the second sentence."""


@pytest.mark.parametrize("mode", ["cut", "malformed", "drip"])
async def test_what_was_shown_of_an_answer_that_breaks_off_is_taken_back(
    club: Club, mode: str
) -> None:
    club.model.script.answers = lambda body: None if body.get("tools") else TWO_SENTENCES
    club.model.script.tokens_per_s = 200
    club.model.fail(mode, times=None, argument=TIMEOUT_S / MIDDLE if mode == "drip" else MIDDLE)
    try:
        events, answer = await club.stream(WISHES["question"].text)
    finally:
        club.model.script.tokens_per_s = 0
    assert_sound(answer, WISHES["question"])
    names = [name for name, _ in events]
    assert "retract" in names, names
    before = " ".join(
        data["text"] for name, data in events[: names.index("retract")] if name == "delta"
    )
    assert "A book is yours for 21 days. [1]" in before
    assert "It can" not in before, "no half sentence is shown"
    (message,) = [data for name, data in events if name == "message"]
    assert message["text"] == answer["replies"][0]["text"]
    after = events[len(names) - 1 - names[::-1].index("retract") :]
    assert _flat(message["text"]) == _flat(
        " ".join(data["text"] for name, data in after if name == "delta")
    )
    assert (await club.turn(answer))["degraded"]


async def test_an_answer_that_comes_whole_is_shown_sentence_by_sentence(club: Club) -> None:
    club.model.script.answers = lambda body: None if body.get("tools") else TWO_SENTENCES
    events, answer = await club.stream(WISHES["question"].text)
    deltas = [data["text"] for name, data in events if name == "delta"]
    assert "retract" not in [name for name, _ in events]
    assert deltas[-2:] == [part.strip() for part in re.split(r"(?<=\]) ", TWO_SENTENCES)]
    assert _flat(" ".join(deltas)) == _flat(answer["replies"][0]["text"])
    assert (await club.turn(answer))["degraded"] == ""


@pytest.mark.parametrize("text", ["Hello!", "Olá, bom dia!", "I want to talk to a person"])
async def test_what_the_fast_lane_answers_costs_nothing(club: Club, text: str) -> None:
    answer = await club.ask(text)
    assert len(answer["replies"]) == 1
    turn = await club.turn(answer)
    assert (turn["calls"], turn["input_tokens"], turn["cost_usd"]) == (0, 0, 0)
    assert (club.model.requests, turn["degraded"]) == ([], "")


@pytest.mark.parametrize(
    ("said", "done"),
    [
        (("I want a credit of 20 reais for loan L-201", "yes"), "I credited R$ 20.00"),
        (("Quero um crédito de 20 reais pelo empréstimo L-201", "sim"), "Creditei R$ 20.00"),
    ],
)
async def test_a_procedure_is_confirmed_and_done_without_a_model(
    club: Club, said: tuple[str, ...], done: str
) -> None:
    known: dict[str, Any] = {"customer": {"id": "M-1"}, "message_id": None}
    club.http.headers.update(club.staff)
    answer: dict[str, Any] = {}
    try:
        for text in said:
            answer = await club.ask(text, **{k: v for k, v in known.items() if v})
            known["conversation_id"] = answer["conversation_id"]
            known["conversation_token"] = answer["conversation_token"] or known.get(
                "conversation_token"
            )
            assert (await club.turn(answer))["calls"] == 0
    finally:
        for name in club.staff:
            del club.http.headers[name]
    assert done in answer["replies"][0]["text"]
    assert club.model.requests == []


async def test_staff_and_prometheus_see_what_agents_have_spent(club: Club) -> None:
    async def sums(*by: str) -> list[dict[str, Any]]:
        asked = {"by": list(by), "since": "2000-01-01"}
        response = await club.http.get("/models/spending", params=asked, headers=club.staff)
        return response.json()["spending"]

    before = {one["agent"]: one["cost_usd"] for one in await sums("agent")}
    turn = await club.turn(await club.ask(WISHES["question"].text))
    after = {one["agent"]: one["cost_usd"] for one in await sums("agent")}
    grown = {agent: cost - before.get(agent, 0) for agent, cost in after.items()}
    by_turn: dict[str, float] = {}
    for one in turn["record"]["spent"]:
        by_turn[one["agent"]] = by_turn.get(one["agent"], 0) + one["cost_usd"]
    assert {agent: cost for agent, cost in grown.items() if cost} == pytest.approx(by_turn)
    figures = (await club.http.get("/metrics", headers=club.staff)).text
    for one in await sums("agent", "role", "model"):
        labels = ",".join(f'{name}="{one[name]}"' for name in ("agent", "model", "role"))
        assert f"regente_model_cost_usd{{{labels}}}" in figures


async def test_a_kill_switch_stops_the_model_and_the_customer_does_not_notice(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert governor.FRESH_S <= 1, "as docs/models.md promises"
    monkeypatch.setattr(governor, "FRESH_S", 0.1)
    stopped = await club.http.post("/models/stop", json={"reason": "odd"}, headers=club.staff)
    assert stopped.status_code == 200
    await asyncio.sleep(0.15)  # as long as another process may take to hear of it
    try:
        answer = await club.ask(WISHES["question"].text)
    finally:
        await club.http.post("/models/go", headers=club.staff)
        await asyncio.sleep(0.15)
    assert_sound(answer, WISHES["question"])
    turn = await club.turn(answer)
    assert (turn["degraded"], turn["calls"]) == ("models are switched off: odd", 0)
    assert (await club.turn(await club.ask(WISHES["question"].text)))["degraded"] == ""


def _flat(text: str) -> str:
    return " ".join(text.split())
