"""What the README tells a newcomer to do, done: its blocks are run, its names looked up."""

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

from core.settings import Settings
from tests.learned import Learned

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TWIN = (ROOT / "README.pt-BR.md").read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """Give what a page tells to type."""
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


BLOCKS = blocks(README)
START_S = 90


def makes(block: str) -> bool:
    """Say whether a block is nothing but `make` and a target."""
    return all(re.fullmatch(r"make [\w-]+", line) for line in block.split("\n") if line)


CURLS = [block for block in BLOCKS + blocks(TWIN) if block.startswith("curl ")]
EXPORTS = [block for block in BLOCKS if block.startswith("export ")]


def test_every_block_is_tried_here() -> None:
    tried = [block for block in BLOCKS if makes(block) or block in CURLS or block in EXPORTS]
    assert tried == BLOCKS
    assert CURLS
    assert EXPORTS


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]\w+)\b", README))))
def test_every_make_target_that_it_names_is_there_and_does_something(target: str) -> None:
    told = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert ".venv/bin/" in told.stdout


def test_its_twin_says_the_same_in_portuguese() -> None:
    def skeleton(text: str) -> list[str]:
        """Give the kinds of lines in their order: headings, tables' first cells of code, commands."""
        told = re.findall(
            r"^(#+) |^\| (`(?:GET|POST)[^|]*) \||^(make \w+|export \S+)", text, re.MULTILINE
        )
        return ["".join(parts) for parts in told]

    assert skeleton(TWIN) == skeleton(README)
    assert re.findall(r"docs/images/\S+?png", TWIN) == re.findall(r"docs/images/\S+?png", README)


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)#]+)\)", README + TWIN))
def test_every_file_that_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("folder", re.findall(r"^([a-z]+(?:/\w+)?)/ {2,}", README, re.MULTILINE))
def test_every_folder_in_the_picture_is_there(folder: str) -> None:
    assert (ROOT / folder).is_dir()


def test_every_folder_is_in_the_picture() -> None:
    drawn = set(re.findall(r"^([a-z]+)/ {2,}", README, re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    assert packages - drawn - {"tests", "bench"} == set()


@pytest.mark.parametrize("block", EXPORTS)
def test_settings_are_understood(block: str, tmp_path: Path) -> None:
    exports = [line for line in block.splitlines() if line.startswith("export ")]
    assert exports
    for line in exports:
        names = re.findall(r"REGENTE_(\w+)=", line)
        assert {name.lower() for name in names} <= Settings.model_fields.keys()
        read = "from core.settings import settings; print(settings().model)"
        said = subprocess.run(
            ["bash", "-euc", f'{line}; exec "$0" -c "$1"', sys.executable, read],
            cwd=tmp_path,
            env={**_environment(), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert said.returncode == 0, said.stderr
        assert f"REGENTE_MODEL={said.stdout.strip()} " in f"{line} "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, learned: Learned) -> Iterator[str]:
    """The address of a server, started as `make run` starts it."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    address = f"http://127.0.0.1:{port}"
    with learned(folder / "data"):
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "server.py"],
                cwd=ROOT,
                env={
                    **_environment(),
                    "REGENTE_PORT": str(port),
                    "REGENTE_DATA_DIR": str(folder / "data"),
                    "REGENTE_DEMO_LIFE": "off",
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_ready(process, address, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("REGENTE_")}


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"The server ended:\n{log.read_text(encoding='utf-8')}")
        try:
            if httpx.get(f"{address}/ready", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    pytest.fail(f"Not ready after {START_S} s:\n{log.read_text(encoding='utf-8')}")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("block", [block for block in CURLS if "/chat" in block])
def test_a_customer_is_answered_over_http(block: str, server: str) -> None:
    answer = _answered(block, server)
    assert answer["conversation_id"] and answer["turn_id"]
    assert answer["conversation_token"].startswith("ct_")
    (reply,) = answer["replies"]
    assert reply["text"] and reply["citations"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("block", [block for block in CURLS if "/demo/login" in block])
def test_one_may_sign_in_as_a_customer_of_the_demo(block: str, server: str) -> None:
    assert _answered(block, server)["token"]


def _answered(block: str, server: str) -> dict[str, Any]:
    assert "http://127.0.0.1:8000" in block
    said = subprocess.run(
        ["bash", "-euc", block.replace("http://127.0.0.1:8000", server)],
        env={**_environment(), "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_the_pages_that_it_sends_people_to_are_served(server: str) -> None:
    local = sorted(set(re.findall(r"<http://127\.0\.0\.1:8000(/?\w*)>", README)))
    assert local
    for path in local:
        shown = httpx.get(f"{server}{path}", timeout=20, trust_env=False)
        assert shown.status_code == 200, path
        assert "html" in shown.headers["content-type"]


def test_the_routes_in_the_table_exist(server: str) -> None:
    described = httpx.get(f"{server}/openapi.json", timeout=20, trust_env=False).json()["paths"]
    routes = {
        f"{method.upper()} {path}": path for path, about in described.items() for method in about
    }
    table = [
        line for line in README.splitlines() if re.match(r"\| `(GET|POST|PUT|PATCH|DELETE) ", line)
    ]
    assert table
    named = re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) [^`]+)`", "\n".join(table))
    shape = {re.sub(r"\{\w+\}", "{}", route) for route in routes}
    assert [route for route in named if re.sub(r"\{\w+\}", "{}", route) not in shape] == []
