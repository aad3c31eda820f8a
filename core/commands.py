"""Commands on the tables of this deployment: they work whether the server runs or not."""

import sys
from collections.abc import Callable
from contextlib import closing

from core.database import Database
from core.errors import RegenteError
from core.settings import settings
from core.workspace import Workspace

ACTOR = "command"
"""Who did it, for the audit."""


def on_tables(work: Callable[[Database, Workspace], object]) -> int:
    """Do something with database and workspace; give the exit status, 1 where a sentence says what failed."""
    try:
        given = settings()
        workspace = Workspace(given.workspace)
        with closing(Database(given.database)) as database:
            work(database, workspace)
    except RegenteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
