"""A workspace to connect to, and the command in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.workspace import Workspace
from tools.connecting import __main__ as command


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace, with a data folder of its own."""
    monkeypatch.setenv("REGENTE_DATA_DIR", str(tmp_path / "data"))
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "workspace.yaml").write_text("id: hall\nname: Hall\nlanguages: [pt-BR, en]\n")
    return Workspace(folder)


@pytest.fixture
def run(workspace: Workspace) -> Callable[..., int]:
    """The command in the workspace: gives its exit status. On a thread, for it has a loop of its own."""

    def run(*words: str) -> int:
        given = ["--workspace", str(workspace.path), *words]
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(command.main, given).result()

    return run
