"""Aurora's records, built once and copied for every test; and houses of both trades to talk to."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
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


Serve = Callable[[str], Awaitable[House]]
"""Gives the running house of an example, by its name; `says` begins each conversation in a fresh one."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def serve(tmp_path_factory: pytest.TempPathFactory, learned: Learned) -> AsyncIterator[Serve]:
    """Start a house once, for all tests that talk to it."""
    begun: dict[str, House] = {}
    async with AsyncExitStack() as houses:

        async def serving(name: str) -> House:
            if name not in begun:
                data = tmp_path_factory.mktemp(name)
                with learned(data):
                    house = opened(Workspace(EXAMPLES / name), told=TOLD, data=data)
                    begun[name] = await houses.enter_async_context(house)
            return begun[name]

        yield serving


@pytest_asyncio.fixture(loop_scope="session")
async def aurora(serve: Serve) -> House:
    """A house of the demo shop."""
    return await serve("aurora")


@pytest_asyncio.fixture(loop_scope="session")
async def clinica(serve: Serve) -> House:
    """A house of another trade."""
    return await serve("clinica")


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
