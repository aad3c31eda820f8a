import json
import subprocess
import sys
from typing import Any

import httpx
import pytest

from models.scripted import MODES, ScriptedServer

STATUS = {
    "name": "visit_status", "description": "Say how a visit stands.",
    "parameters": {"type": "object", "properties": {"visit_id": {"type": "string"}},
                   "required": ["visit_id"]},
}  # fmt: skip
CANCEL = {**STATUS, "name": "cancel_visit", "description": "Cancel a visit."}
TOOLS = [{"type": "function", "function": function} for function in (STATUS, CANCEL)]


def ask(server: ScriptedServer, *messages: dict[str, Any], **options: Any) -> dict[str, Any]:
    body = {"model": "m", "messages": list(messages), **options}
    answer = httpx.post(f"{server.url}/chat/completions", json=body, timeout=5).json()
    return answer["choices"][0]["message"]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


async def test_it_picks_the_tool_that_fits_and_reads_its_arguments(server: ScriptedServer) -> None:
    for said, wanted in (
        ("What is the status of my visit V-77?", "visit_status"),
        ("Please cancel visit V-77", "cancel_visit"),
    ):
        made = ask(server, user(said), tools=TOOLS)["tool_calls"][0]["function"]
        assert made["name"] == wanted
        assert json.loads(made["arguments"]) == {"visit_id": "V-77"}


async def test_it_asks_for_what_is_missing(server: ScriptedServer) -> None:
    answer = ask(server, user("Please cancel my visit"), tools=TOOLS)
    assert not answer.get("tool_calls")
    assert "visit id" in answer["content"]


async def test_it_answers_from_tool_results_and_cites_passages(server: ScriptedServer) -> None:
    called = ask(server, user("Is parking free? cancel V-1"), tools=TOOLS)
    result = {"role": "tool", "tool_call_id": called["tool_calls"][0]["id"]}
    answer = ask(
        server,
        user("Is parking free?"),
        {"role": "assistant", **called},
        {**result, "content": "[1] We open at nine.\n[2] Parking is free. Bring the ticket."},
        tools=TOOLS,
    )
    assert answer["content"] == "Parking is free. [2]"


async def test_it_says_that_it_does_not_know(server: ScriptedServer) -> None:
    assert "person" in ask(server, user("Who won the cup?"))["content"]
    assert "pessoa" in ask(server, user("Quem ganhou a copa este ano?"))["content"]


async def test_orders_are_taken_while_it_runs_and_requests_are_shown(
    server: ScriptedServer,
) -> None:
    root = server.url.removesuffix("/v1")
    said = httpx.post(f"{root}/script", json={"fail": "503", "times": 1, "answers": ["Yes."]})
    assert said.json()["modes"] == MODES
    assert httpx.post(f"{root}/script", json={"fail": "fire"}).status_code == 400
    body = {"model": "m", "messages": [user("Hello")]}
    statuses = [
        httpx.post(f"{server.url}/chat/completions", json=body).status_code for _ in range(2)
    ]
    assert statuses == [503, 200]
    assert [request["messages"] for request in httpx.get(f"{root}/requests").json()] == [
        [user("Hello")]
    ] * 2
    assert httpx.get(f"{server.url}/models").json()["data"]


def test_it_runs_as_a_command() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "models.scripted", "--port", "0", "--fail", "500", "--times", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split(";")[0].removeprefix("Answering at ")
        body = {"model": "m", "messages": [user("Hello")]}
        answers = [httpx.post(f"{url}/chat/completions", json=body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [500, 200]
    finally:
        process.terminate()
        process.communicate(timeout=10)


async def test_a_port_that_is_taken_is_said(server: ScriptedServer) -> None:
    second = ScriptedServer(port=int(server.url.split(":")[2].split("/")[0]))
    with pytest.raises(OSError, match="in use"):
        second.start()
