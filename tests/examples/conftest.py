"""Aurora's records, built once and copied for every test; and houses of both trades to talk to."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from core.workspace import Workspace
from evals.house import House, opened
from tests.examples.back_office import NOON, TOOLS, Ask, called, context
from tests.examples.talking import TOLD
from tests.learned import Learned
from tools import Preview, Result

EXAMPLES = Path(__file__).parents[2] / "examples"


Serve = Callable[[str], AbstractAsyncContextManager[House]]
"""Starts a house of an example, by its name."""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory, learned: Learned) -> Serve:
    """Start houses: what the first of an example learns and indexes, the others find in their folders."""
    begun: dict[str, Path] = {}

    @asynccontextmanager
    async def serving(name: str) -> AsyncIterator[House]:
        workspace = Workspace(EXAMPLES / name)
        if name not in begun:
            first = tmp_path_factory.mktemp(name)
            with learned(first):
                async with opened(workspace, told=TOLD, data=first):
                    pass
            begun[name] = first
        own = tmp_path_factory.mktemp(name)
        shutil.copytree(begun[name], own, dirs_exist_ok=True)
        async with opened(workspace, told=TOLD, data=own) as house:
            yield house

    return serving


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def aurora(serve: Serve) -> AsyncIterator[House]:
    """A house of the demo shop, started once for a module."""
    async with serve("aurora") as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinica(serve: Serve) -> AsyncIterator[House]:
    """A house of another trade."""
    async with serve("clinica") as house:
        yield house


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's records as they are at first, built once."""
    folder = tmp_path_factory.mktemp("aurora")
    called("my_orders", context(folder, "C-1001"))
    (file,) = folder.glob("*.sqlite")
    return file


@pytest.fixture
def shop(tmp_path: Path, records: Path) -> Path:
    """A folder with the records of a shop of one's own."""
    shutil.copy(records, tmp_path)
    return tmp_path


@pytest.fixture
def ask(shop: Path) -> Ask:
    def call(name: str, customer: str | None = None, *, key: str = "", at: datetime = NOON,
             language: str = "en", **arguments: Any) -> Result:  # fmt: skip
        given = context(shop, customer, idempotency_key=key, now=at, language=language)
        return called(name, given, **arguments)

    return call


@pytest.fixture
def show(shop: Path) -> Ask:
    def call(name: str, customer: str, **arguments: Any) -> Preview:
        preview = TOOLS[name].preview
        assert preview is not None
        shown = preview(**arguments, context=context(shop, customer))
        assert isinstance(shown, Preview)
        return shown

    return call
