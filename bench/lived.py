"""What is measured of a demo's past: how long loading it takes, into a database without anything."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from core.database import Database
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from demos.loading import load


def life(folder: Path, settings: Settings) -> Iterator[Figure]:
    """Load the past of the workspace; nothing where it has none."""
    given = settings.model_copy(update={"data_dir": folder, "database_url": "", "demo_life": True})
    database = Database(given.database)
    try:
        upgrade(database)
        began = time.perf_counter()
        loaded = load(database, Workspace(given.workspace), given)
        seconds = time.perf_counter() - began
    finally:
        database.close()
    if loaded:
        what = f"loading a past of {loaded.conversations} conversations, {loaded.rows} rows"
        yield Figure(what=what, value=seconds, unit="s", gate=10)
