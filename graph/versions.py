"""Which version of the workspace plays now: built at start, built anew when a file changes.

A turn ends on the version it began with; the next one takes the new. A version that cannot be read at
all leaves the one before it playing, and says why.
"""

import asyncio
import hashlib
from pathlib import Path

import structlog

import agents
import tools
from core.errors import RegenteError
from core.settings import Settings
from core.workspace import Workspace
from graph.builder import Conductor
from graph.ensemble import Ensemble, load
from knowledge import Library
from models import Models

WATCH_S = 2.0
log = structlog.get_logger(__name__)


class Versions:
    """The playing version of one workspace."""

    def __init__(self, deployment: Settings, models: Models, library: Library) -> None:
        self._settings = deployment
        self._models = models
        self._library = library
        self._seen = self._look()
        self.current = Conductor(self._load(strict=True))
        self.problem = ""
        """Why the newest files are not playing, or empty."""

    def _load(self, *, strict: bool) -> Ensemble:
        workspace = Workspace(self._settings.workspace)
        return load(workspace, self._settings, self._models, self._library, strict=strict)

    def _look(self) -> str:
        """Give a short hash of every file that shapes the graph, the workspace's and the product's."""
        digest = hashlib.sha256(Workspace(self._settings.workspace).version().encode())
        for package in (agents, tools):
            for path in sorted(Path(package.__path__[0]).glob("*.*")):
                status = path.stat()
                digest.update(f"{path.name}:{status.st_mtime_ns}:{status.st_size};".encode())
        return digest.hexdigest()

    def refresh(self) -> bool:
        """Build a new version if a file has changed; say whether one plays now. Slow: use a thread."""
        try:
            seen = self._look()
            changed = seen != self._seen
            if changed:
                self._seen = seen
                self.current = Conductor(self._load(strict=False))
            # Articles come second: embedding them takes seconds, and who is new need not wait.
            if self._library.reload():
                changed = True
                self.current = Conductor(self._load(strict=False))
            if not changed:
                return False
        except (RegenteError, OSError) as error:
            self.problem = str(error)
            log.warning("version_refused", problem=self.problem)
            return False
        self.problem = "; ".join(self.current.ensemble.problems)
        log.info("version_plays", version=self.current.version, problems=self.problem)
        return True

    async def watch(self) -> None:
        """Look for changed files until cancelled."""
        while True:
            await asyncio.sleep(WATCH_S)
            try:
                await asyncio.to_thread(self.refresh)
            except Exception:  # a broken file must not end the watch; the version before goes on
                log.exception("version_failed")
