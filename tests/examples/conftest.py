"""Aurora's records, built once and copied for every test."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.examples.back_office import NOON, TOOLS, Ask, called, context
from tools import Preview, Result


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
