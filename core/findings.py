"""What the doctor finds, and what it is given to look at: the contract of a folder's `checks`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from core.database import Database
from core.settings import Settings
from core.workspace import Workspace

Level = Literal["BROKEN", "RISK", "note", "well"]
WRONG: tuple[Level, ...] = ("BROKEN", "RISK")


@dataclass(frozen=True)
class Finding:
    """One thing that was seen."""

    level: Level
    what: str
    """A sentence with the figures."""

    do: str = ""
    """What to do, of what is not well."""


@dataclass(frozen=True)
class Deployment:
    """What is looked at."""

    settings: Settings
    workspace: Workspace
    database: Database

    @property
    def workspace_id(self) -> str:
        """The key of the workspace in every table."""
        return self.workspace.workspace_id


@dataclass(frozen=True)
class Check:
    """Something to look at."""

    about: str
    """A word or two, as the operator knows it."""

    look: Callable[[Deployment], Iterable[Finding]]
    reads_tables: bool = False
    """Needs a database with the tables of this version; without one it is left out."""
