"""The product as several processes on one PostgreSQL: what `make run PROCESSES=2` starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from core.database import Database
from core.processes import processes
from tests.postgres import _free_port
from tests.test_stopping import ROOT, environment, rows, start

on_postgresql = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)


def until(true: Callable[[], bool], timeout_s: float = 90) -> None:
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@on_postgresql
def test_two_serve_together_from_an_empty_database_and_go_on_when_one_is_killed(
    empty_url: str, tmp_path: Path
) -> None:
    port = _free_port()
    given = {"REGENTE_PROCESSES": "2", "REGENTE_PORT": str(port), "REGENTE_DATABASE_URL": empty_url}
    server = subprocess.Popen(
        [sys.executable, "server.py"], cwd=ROOT, env=environment(tmp_path, **given),
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with closing(Database(empty_url)) as database:

            def alive() -> set[int]:
                try:
                    return {row["pid"] for row in rows(database, processes)}
                except Exception:  # noqa: BLE001 - there are no tables yet
                    return set()

            until(lambda: len(alive()) == 2)
            first = alive()
            address = f"http://127.0.0.1:{port}"
            answers = [ask(address) for _ in range(8)]
            os.kill(min(first), signal.SIGKILL)
            answers += [ask(address) for _ in range(8)]
            assert all("21 days" in answer for answer in answers), answers
            until(lambda: len(alive()) == 2 and min(first) not in alive())
            server.terminate()
            assert server.wait(30) == 0
            assert alive() == set()
        assert (tmp_path / "chroma").is_dir()
    finally:
        server.kill()
        server.wait()


def ask(address: str) -> str:
    """Ask as somebody new, on a connection of its own, until it is answered."""
    end = time.monotonic() + 30
    while True:
        try:
            asked = {"message": "How many days may I keep a book?"}
            answer = httpx.post(f"{address}/chat", json=asked, timeout=30)
            return " ".join(reply["text"] for reply in answer.json()["replies"])
        except httpx.TransportError:  # whom the killed one was serving asks again
            assert time.monotonic() < end


def test_several_processes_on_sqlite_are_refused_in_one_sentence(tmp_path: Path) -> None:
    done = start(tmp_path, REGENTE_PROCESSES="2")
    assert done.returncode == 78
    assert done.stderr.startswith("Regente does not start. 2 processes need PostgreSQL")
    assert done.stderr.count("\n") == 1


def test_a_role_whose_key_is_missing_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = start(tmp_path, REGENTE_ROLES='{"route": {"model": "m", "key_env": "NOT_SET_KEY"}}')
    assert done.returncode == 78
    assert "REGENTE_ROLES.route.key_env names the variable 'NOT_SET_KEY'" in done.stderr
    assert done.stderr.count("\n") == 1
