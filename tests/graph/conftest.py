"""The test club, read and trained on once for a module."""

from collections.abc import Iterator

import pytest

from core.database import Database
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from graph.ensemble import Ensemble, load
from knowledge.retrieval import open_knowledge
from models.loading import load as load_models
from tests.graph.club import CLUB


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    folder = tmp_path_factory.mktemp("club")
    deployment = Settings(data_dir=folder, workspace=CLUB, embedder="lexical")
    workspace = Workspace(CLUB)
    database = Database(deployment.database)
    upgrade(database)
    models = load_models(deployment, workspace)
    knowledge = open_knowledge(database, workspace, models, deployment)
    yield load(workspace, deployment, models, knowledge)
    knowledge.close()
    database.close()
