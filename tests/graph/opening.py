"""A workspace opened as a server opens it, without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.database import Database
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from graph.ensemble import Ensemble, load
from knowledge.retrieval import open_knowledge
from models.loading import load as load_models


@contextmanager
def opened(deployment: Settings) -> Iterator[Ensemble]:
    """Read and train on the workspace of a deployment, with a database of its own."""
    workspace = Workspace(deployment.workspace)
    database = Database(deployment.database)
    upgrade(database)
    models = load_models(deployment, workspace)
    knowledge = open_knowledge(database, workspace, models, deployment)
    try:
        yield load(workspace, deployment, models, knowledge)
    finally:
        knowledge.close()
        database.close()
