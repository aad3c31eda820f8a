"""The server as its operator knows it: it stops in the middle of work, and refuses to start."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

import server
from conversations.tables import conversations, messages
from core.database import Database
from core.processes import processes
from core.upgrade import OPTIONS, upgrade
from models.scripted import Scripted, ScriptedServer
from tests import postgres

ROOT = Path(__file__).parents[1]
DEADLINE_S = server.PERIOD_OF_GRACE_S + 2


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("REGENTE_")},
        "REGENTE_DATA_DIR": str(folder), "REGENTE_WORKSPACE": "tests/workspaces/clube",
        "REGENTE_EMBEDDER": "lexical", "REGENTE_ROUTE_SAMPLE": "0",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), **more,
    }  # fmt: skip


@contextmanager
def serving(folder: Path, **more: str) -> Iterator["tuple[subprocess.Popen[bytes], str]"]:
    """Give a server in a process of its own, once it is ready, and its address."""
    port = postgres._free_port()
    process = subprocess.Popen(
        [sys.executable, "server.py"], cwd=ROOT, stderr=subprocess.DEVNULL,
        env=environment(folder, REGENTE_PORT=str(port), **more),
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1200):
            try:
                if httpx.get(f"{address}/ready").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        yield process, address
    finally:
        process.kill()
        process.wait()


def rows(database: Database, table: sa.Table) -> list[Any]:
    return database.read(lambda tx: list(tx.execute(table.select()).mappings()))


def test_told_to_stop_in_the_middle_of_a_turn_it_finishes_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    model = ScriptedServer(Scripted(latency_s=2))
    model.start()
    given = {"REGENTE_MODEL": "scripted", "REGENTE_OPENAI_BASE_URL": model.url}
    with (
        serving(tmp_path, **given) as (process, address),
        httpx.Client(base_url=address, timeout=30) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        asked: Future[httpx.Response] = thread.submit(
            client.post, "/chat", json={"message": "How many days may I keep a book?"}
        )
        while not model.requests and not asked.done():
            time.sleep(0.01)
        assert not asked.done(), "the turn is under way"
        process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        assert asked.result().status_code == 202, "it is acknowledged, and nobody is kept waiting"
        process.wait(DEADLINE_S)
        assert time.monotonic() - told < DEADLINE_S
    model.stop()
    with closing(Database(f"sqlite:///{tmp_path}/regente.sqlite")) as database:
        (conversation,) = rows(database, conversations)
        assert (conversation["lease_owner"], conversation["ready_at"]) == (None, None)
        question, answer = rows(database, messages)
        assert (question["state"], answer["role"]) == ("done", "ai")
        assert "21 days" in answer["text"]
        assert rows(database, processes) == []


def start(folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "server.py"], cwd=ROOT, env=environment(folder, **more),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_database_of_a_newer_version_is_refused_in_one_sentence(
    empty_url: str, tmp_path: Path
) -> None:
    with closing(Database(empty_url)) as database:
        upgrade(database)
        newer = sa.text(f"UPDATE {OPTIONS['version_table']} SET version_num = '9999'")
        database.write(lambda tx: tx.execute(newer))
    done = start(tmp_path / "data", REGENTE_DATABASE_URL=empty_url)
    assert done.returncode == server.REFUSED
    assert done.stderr.startswith("Regente does not start. The database is at revision '9999'")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "said", "code"),
    [
        ({"REGENTE_PORT": "80000"}, "REGENTE_PORT: ", server.REFUSED),
        ({"REGENTE_WORKSPACE": "/nowhere"}, "REGENTE_WORKSPACE is '/nowhere'", server.REFUSED),
        ({"REGENTE_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "The database did not", 1),
    ],
    ids=["setting", "workspace", "database away"],
)
def test_what_keeps_it_from_starting_is_said_in_one_sentence(
    given: dict[str, str], said: str, code: int, tmp_path: Path
) -> None:
    done = start(tmp_path, **given)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith(f"Regente does not start. {said}")
    assert "Traceback" not in done.stderr
