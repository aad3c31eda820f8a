"""LangGraph Studio's server opens both graphs, with no key and no network, and drives them."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph_sdk import get_sync_client
from langgraph_sdk.client import SyncLangGraphClient

from tests.learned import Learned

ROOT = Path(__file__).resolve().parents[1]
CONFIGURED = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))
START_S = 60
PROPOSAL: dict[str, Any] = {
    "proposal_id": "p-1",
    "tool": "send_letter",
    "arguments": {"address_id": "7"},
    "asked": "Shall I send it?",
    "preview": "send a letter",
    "turn_id": "t-1",
}


def test_graphs_are_named_as_modules_never_as_files() -> None:
    for target in CONFIGURED["graphs"].values():
        assert re.fullmatch(r"[\w.]+:\w+", target)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, learned: Learned) -> Iterator[str]:
    """The address of `langgraph dev`, started as `make studio` starts it."""
    folder = tmp_path_factory.mktemp("studio")
    # It keeps its state beside its configuration, so it gets one of its own.
    shutil.copy(ROOT / "langgraph.json", folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).parent / "langgraph"
    log = folder / "log"
    with learned(folder / "data"):
        with log.open("wb") as output:
            process = subprocess.Popen(
                [command, "dev", "--no-browser", "--no-reload", "--port", str(port)],
                cwd=folder,
                env={
                    **{key: value for key, value in os.environ.items() if "REGENTE" not in key},
                    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
                    "LANGSMITH_TRACING": "false",
                    "REGENTE_EMBEDDER": "lexical",
                    "PYTHONPATH": str(ROOT),
                    "REGENTE_DATA_DIR": str(folder / "data"),
                    "REGENTE_WORKSPACE": str(ROOT / "examples" / "aurora"),
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/ok", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"Studio's server is not there:\n{log.read_text(encoding='utf-8')[-4000:]}")


@pytest.fixture
def client(studio: str) -> Iterator[SyncLangGraphClient]:
    with get_sync_client(url=studio) as client:
        yield client


def test_both_graphs_are_offered(client: SyncLangGraphClient) -> None:
    offered = client.assistants.search()
    assert {one["graph_id"] for one in offered} == {"conversation", "action"}


def test_the_conversation_is_drawn_with_its_specialists_expanded(
    client: SyncLangGraphClient,
) -> None:
    assistants = client.assistants
    (found,) = assistants.search(graph_id="conversation")
    drawn = assistants.get_graph(found["assistant_id"], xray=True)
    nodes = {str(node["id"]) for node in drawn["nodes"]}
    assert {"perceive", "supervisor", "decide", "compose", "review", "handoff"} <= nodes
    for specialist in ("care", "knowledge", "transactions"):
        assert any(node.startswith(f"{specialist}:") for node in nodes), specialist


def test_a_message_is_answered(client: SyncLangGraphClient) -> None:
    thread = client.threads.create()
    said: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello! What can you do?"}]}
    state = client.runs.wait(thread["thread_id"], "conversation", input=said)
    assert isinstance(state, dict)
    last = state["messages"][-1]
    assert last["type"] == "ai"
    assert last["content"].strip()


def test_an_action_waits_for_a_person_and_goes_on_without_touching_anything(
    client: SyncLangGraphClient,
) -> None:
    thread = client.threads.create()["thread_id"]
    begun: dict[str, Any] = {"proposal": PROPOSAL}
    client.runs.wait(thread, "action", input=begun)
    waiting = client.threads.get_state(thread)
    assert waiting["next"] == ["approve"]
    (pending,) = waiting["interrupts"]
    client.runs.wait(thread, "action", command={"resume": {pending["id"]: {"decision": "approve"}}})
    done = client.threads.get_state(thread)
    assert done["next"] == []
    values = done["values"]
    assert isinstance(values, dict)
    assert values["event"]["decision"] == "approve"
    assert values["outcome"]["state"] == "failed", "a rehearsal executes nothing"
