"""Signs of life of this process, and the work of those that give none any more.

    every second: beat ─▶ bury who was silent for 4 s ─▶ free what they held ─▶ let the sweep find it

A process that is killed is followed within ten seconds, whatever its leases say, and at the next beat where
the lead of its crew has seen it die. One that only slept finds itself buried, enters again, and what it had
prepared is refused by epoch.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from conversations import acting, mailbox, outbox
from core import crew, events, limits, processes
from core.database import Database, Tx
from core.errors import RegenteError

log = structlog.get_logger(__name__)

BEAT_S = 1.0
DEAD_AFTER_S = 4.0


class Pulse:
    """The heartbeat of one process."""

    def __init__(self, database: Database, workspace_id: str, version: str) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._version = version
        self._beat_at: float | None = None
        self.process_id = ""
        self.followers: list[Callable[[], object]] = []
        """Called when something was freed that a dead process had held."""

    async def begin(self) -> str:
        """Enter this process among the living and give its id."""
        self.process_id = await self._database.writing(
            processes.register, self._workspace_id, self._version
        )
        return self.process_id

    async def run(self) -> None:
        """Beat until cancelled, and act on facts that nobody has acted on yet."""
        while True:
            try:
                await self.beat()
                await events.dispatch(self._database)
            except RegenteError:  # an outage of the database passes
                log.warning("pulse_failed", exc_info=True)
            await asyncio.sleep(BEAT_S)

    async def beat(self) -> None:
        """Say that the process lives, and take over from those that say nothing.

        Who has been silent itself, as after an outage of the database, judges nobody: the others have
        been silent for the same reason.
        """
        now = asyncio.get_running_loop().time()
        regular = self._beat_at is not None and now - self._beat_at < DEAD_AFTER_S
        freed = await self._database.writing(self._beat, judges=regular, dead=crew.told_dead())
        self._beat_at = now
        for process_id, held in freed.items():
            log.warning("process_dead", process_id=process_id, held=held)
        if any(freed.values()):
            for follow in self.followers:
                follow()

    def _beat(self, tx: Tx, *, judges: bool, dead: Sequence[int]) -> dict[str, int]:
        if not processes.beat(tx, self._workspace_id, self.process_id):
            processes.register(tx, self._workspace_id, self._version, process_id=self.process_id)
        limits.prune(tx)
        silent = processes.bury(tx, self._workspace_id, DEAD_AFTER_S) if judges else []
        silent += processes.bury_here(tx, self._workspace_id, dead)
        return {process_id: self._free(tx, process_id) for process_id in silent}

    def _free(self, tx: Tx, process_id: str) -> int:
        return sum(
            kind.free_all(tx, self._workspace_id, process_id) for kind in (mailbox, acting, outbox)
        )

    async def end(self) -> None:
        """Leave; whatever this process still held is free."""
        await self._database.writing(self._left)

    def _left(self, tx: Tx) -> None:
        self._free(tx, self.process_id)
        processes.leave(tx, self._workspace_id, self.process_id)
