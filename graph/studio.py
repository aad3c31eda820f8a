"""What LangGraph Studio plays: the workspace as its files are now, on data of its own."""

from functools import cache
from typing import Any

from core.settings import Settings, settings
from core.workspace import Workspace
from graph import rehearsal
from graph.ensemble import Ensemble, load
from models import Models


@cache
def _opened() -> tuple[Settings, Models, Any]:
    """Open models and knowledge beside the server's own data; slow, on a thread."""
    from core.database import Database
    from core.upgrade import upgrade
    from knowledge.retrieval import open_knowledge
    from models.loading import load as load_models

    deployment = settings()
    apart = deployment.model_copy(
        update={"data_dir": deployment.data_dir / "studio", "database_url": ""}
    )
    workspace = Workspace(apart.workspace)
    database = Database(apart.database)
    upgrade(database)
    models = load_models(apart, workspace)
    rehearsal.folder()  # made here, off the loop
    return apart, models, open_knowledge(database, workspace, models, apart)


@cache
def _of_version(version: str) -> Ensemble:
    deployment, models, library = _opened()
    return load(Workspace(deployment.workspace), deployment, models, library, strict=False)


def ensemble() -> Ensemble:
    """Give the workspace as its files are now; slow when they changed, call it on a thread."""
    return _of_version(Workspace(settings().workspace).version())
