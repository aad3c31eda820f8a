"""The test club, read and trained on once for a module."""

from collections.abc import Iterator

import pytest

from core.settings import Settings
from graph.ensemble import Ensemble
from tests.graph.club import CLUB
from tests.graph.opening import opened


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    folder = tmp_path_factory.mktemp("club")
    with opened(Settings(data_dir=folder, workspace=CLUB, embedder="lexical")) as ensemble:
        yield ensemble
