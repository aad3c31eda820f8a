"""A house on each database."""

from pathlib import Path

import pytest

from core.database import Database
from tests.conversations.echo import House, house


@pytest.fixture
def home(database: Database, tmp_path: Path) -> House:
    """A small house with a runner that has not been started."""
    return house(database, tmp_path)
