"""Live text: sentences shown while a turn runs, provisional until its commit.

A sentence is published from inside a transaction that holds the conversation's row, so it stands
either before a take-over's commit or not at all. What readers have not fetched by then is emptied in the
process of the take-over (`hush`), and found out in every process as it goes out (`conversations.passing`).

The hubs of several processes ring each other (`core.doorbell`): rows that are new, sentences, and who reads
what, for a sentence that nobody reads is not released at all.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Any

from conversations.mailbox import Claim
from conversations.ownership import may_speak
from conversations.rows import locked, standing
from core.database import Database, Tx
from core.doorbell import Doorbell
from core.errors import NotFound

MAX_WAITING = 256
"""Provisional events kept for one reader; a slower one misses some, and gets the message at last."""

READS_S = 40.0
"""How long another process is taken to read a conversation after it has said so."""


class Reader:
    """One subscription to a conversation: provisional events, and a bell that tells of them and of rows."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._bell = asyncio.Event()
        self.provisional: deque[dict[str, Any]] = deque(maxlen=MAX_WAITING)
        self.rows = True
        """The feed may have rows that this reader has not seen."""

    def ring(self) -> None:
        """Wake the reader, from any thread."""
        if asyncio._get_running_loop() is self._loop:
            self._bell.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._bell.set)

    async def wait(self, timeout_s: float) -> None:
        """Wait until something happened; after `timeout_s` other processes may have added rows."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._bell.wait()
        except TimeoutError:
            self.rows = True
            return
        self._bell.clear()


class Hub:
    """Who reads which conversation, in this process and, by hearsay, in others."""

    def __init__(self, doorbell: Doorbell | None = None) -> None:
        self._readers: dict[str, set[Reader]] = {}
        self._elsewhere: OrderedDict[str, float] = OrderedDict()
        self._hushed: dict[str, int] = {}
        self._lock = Lock()
        self.listeners: set[Callable[[str], None]] = set()
        """Called with each conversation whose feed this process has given new rows."""

        self.stopping = asyncio.Event()
        """Set when the process stops; endless feeds end themselves then."""
        self.doorbell = doorbell or Doorbell()
        """Rings the other processes; a hub on its own rings nobody."""
        self.doorbell.on("feed", self._ring_here)
        self.doorbell.on("live", self.show)
        self.doorbell.on("reads", self._read_elsewhere)

    def subscribe(self, conversation_id: str) -> Reader:
        """Read a conversation from now on; give the reader back with `unsubscribe`."""
        reader = Reader(asyncio.get_running_loop())
        with self._lock:
            self._readers.setdefault(conversation_id, set()).add(reader)
        return reader

    def unsubscribe(self, conversation_id: str, reader: Reader) -> None:
        """Stop reading."""
        with self._lock:
            readers = self._readers.get(conversation_id, set())
            readers.discard(reader)
            if not readers:
                self._readers.pop(conversation_id, None)

    def announce(self, conversation_id: str) -> None:
        """Tell the other processes that the conversation is read live here; again before `READS_S`."""
        self.doorbell.ring("reads", conversation_id)

    def _read_elsewhere(self, conversation_id: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._elsewhere[conversation_id] = now + READS_S
            self._elsewhere.move_to_end(conversation_id)
            while next(iter(self._elsewhere.values())) < now:
                self._elsewhere.popitem(last=False)

    def ring(self, conversation_id: str) -> None:
        """Say that the conversation's feed has new rows."""
        self._ring_here(conversation_id)
        self.doorbell.ring("feed", conversation_id)
        for listener in list(self.listeners):
            listener(conversation_id)

    def _ring_here(self, conversation_id: str) -> None:
        with self._lock:
            readers = list(self._readers.get(conversation_id, ()))
        for reader in readers:
            reader.rows = True
            reader.ring()

    def reads(self, conversation_id: str) -> bool:
        """Say whether anybody reads the conversation now."""
        return (
            conversation_id in self._readers
            or self._elsewhere.get(conversation_id, 0.0) > time.monotonic()
        )

    def tell(self, conversation_id: str, *events: dict[str, Any]) -> None:
        """Give provisional events to the readers of other processes."""
        for event in events:
            self.doorbell.ring("live", conversation_id, event)

    def speaks(self, conversation_id: str, tenure: int) -> bool:
        """Say that the AI of this tenure has not been hushed in this process."""
        return tenure > self._hushed.get(conversation_id, -1)

    def show(self, conversation_id: str, event: dict[str, Any], *, tenure: int = -1) -> bool:
        """Give a provisional event to the readers; False when this tenure has been hushed."""
        with self._lock:
            if tenure >= 0 and not self.speaks(conversation_id, tenure):
                return False
            readers = list(self._readers.get(conversation_id, ()))
            for reader in readers:
                reader.provisional.append(event)
        for reader in readers:
            reader.ring()
        return True

    def hush(self, conversation_id: str, tenure: int) -> None:
        """Silence the AI of this tenure here and now: unread text is dropped, shown text retracted.

        Called before the take-over's transaction; `unhush` when that was refused.
        """
        with self._lock:
            self._hushed[conversation_id] = tenure
            readers = list(self._readers.get(conversation_id, ()))
            for reader in readers:
                turns = {event["turn_id"] for event in reader.provisional}
                reader.provisional.clear()
                reader.provisional.extend({"event": "retract", "turn_id": turn} for turn in turns)
        for reader in readers:
            reader.ring()

    def unhush(self, conversation_id: str) -> None:
        """Let the AI speak again: the take-over was refused, or is over."""
        with self._lock:
            self._hushed.pop(conversation_id, None)

    def stop(self) -> None:
        """End every endless feed of this process."""
        self.stopping.set()
        with self._lock:
            readers = [reader for readers in self._readers.values() for reader in readers]
        for reader in readers:
            reader.ring()


class TurnLive:
    """Shows the sentences of one run; a `graph.turn.Live`."""

    def __init__(self, database: Database, hub: Hub, claim: Claim) -> None:
        self._database = database
        self._hub = hub
        self._claim = claim
        self.shown = False

    async def release(self, *sentences: str) -> bool:
        """Show reviewed sentences; False when a newer message or a person came."""
        if not self._hub.reads(self._claim.conversation_id):
            return True  # nobody is there to see it
        deltas = [
            {
                "event": "delta",
                "turn_id": self._claim.turn_id,
                "text": sentence,
                "tenure": self._claim.standing.tenure,
            }
            for sentence in sentences
        ]
        if await self._database.writing(self._release, deltas):
            self.shown = True
            self._hub.tell(self._claim.conversation_id, *deltas)
            return True
        await self.retract()
        return False

    def _release(self, tx: Tx, deltas: list[dict[str, Any]]) -> bool:
        claim = self._claim
        try:
            row = locked(tx, claim.workspace_id, claim.conversation_id)
        except NotFound:
            return False
        if not may_speak(claim.standing, standing(row)):
            return False
        return all(
            self._hub.show(claim.conversation_id, delta, tenure=claim.standing.tenure)
            for delta in deltas
        )

    async def retract(self) -> None:
        """Take back what was shown of this turn."""
        if self.shown:
            self.shown = False
            event = {"event": "retract", "turn_id": self._claim.turn_id}
            self._hub.show(self._claim.conversation_id, event)
            self._hub.tell(self._claim.conversation_id, event)
