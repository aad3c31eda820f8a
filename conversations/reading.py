"""Following a conversation: its feed with what is provisional in between, until a turn or for ever."""

from asyncio import get_running_loop
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

from conversations import feed, tokens, turns
from conversations.live import Hub, Reader
from conversations.turns import Answer
from core.database import Database

HEARTBEAT_S = 15.0
LOOK_S = 1.0
"""Where other processes write too, their rows are found by looking this often ..."""

LOOK_LISTENING_S = 5.0
"""... and this often while they ring: a ring may be lost."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event for a reader."""

    event: str
    """`delta`, `retract`, `message`, `status`, `done`, `error`; empty: only a sign of life."""

    data: dict[str, Any]
    sequence: int | None = None
    """Number in the feed; None for what is provisional."""

    tenure: int | None = None
    """Of the AI that said a sentence; `passing.passed` asks whether it still speaks. None: nothing to ask."""

    spoken_in: str = ""
    """The conversation of a sentence: that of the feed, or the one it was merged into."""


def entry(row: dict[str, Any], *, staff: bool) -> Entry:
    """Give a row of the feed as its reader may see it; staff's names stay inside."""
    data = row["data"]
    if not staff and data.get("role") == "person":
        data = {**data, "agent": ""}
    return Entry(event=row["kind"], data=data, sequence=row["sequence"])


def provisional(event: dict[str, Any], spoken_in: str) -> Entry:
    """Give a provisional event as its reader sees it."""
    data = {key: event[key] for key in event if key not in ("event", "tenure")}
    tenure = event.get("tenure")
    return Entry(event=event["event"], data=data, tenure=tenure, spoken_in=spoken_in)


async def follow(
    database: Database,
    hub: Hub,
    workspace_id: str,
    conversation_id: str,
    *,
    after: int,
    staff: bool,
    patience_s: float = HEARTBEAT_S,
    begun: Callable[[], None] = lambda: None,
    token: str | None = None,
) -> AsyncGenerator[list[Entry], None]:
    """Give what happens in a conversation after `after`, as it is found, until the process stops.

    `begun` is called when nothing that happens from then on is missed. A batch with one entry without
    event comes when nothing has happened for `patience_s`. When the conversation is merged it goes on with
    the other; but for a customer's side only while `token` opens that one, or it ends. So it does when the
    merge is taken back, and this one is somebody else's again.
    """
    read = conversation_id
    reader = hub.subscribe(read)
    hub.announce(read)
    begun()
    clock = get_running_loop().time
    heard = announced = clock()
    try:
        while True:
            stopping = hub.stopping.is_set()  # what stands in the feed by then is still given
            news: list[Entry] = []
            if reader.rows or stopping:
                reader.rows = False
                here, rows = await database.glancing(
                    feed.look, workspace_id, conversation_id, after, staff=staff
                )
                moved = here != read
                others = not staff and (moved or _parted(rows))
                if others and not await _opens(database, workspace_id, token, here):
                    return
                if moved:
                    hub.unsubscribe(read, reader)
                    read, reader = here, hub.subscribe(here)
                    hub.announce(read)
                reader.rows = reader.rows or len(rows) == feed.AT_ONCE
                after = rows[-1]["sequence"] if rows else after
                news += [entry(row, staff=staff) for row in rows]
            while reader.provisional:
                news.append(provisional(reader.provisional.popleft(), read))
            if stopping and not news:
                return
            if not news and clock() - heard >= patience_s:
                news = [Entry(event="", data={})]
            if news:
                heard = clock()
                yield news
            else:
                await reader.wait(min(patience_s, _look_s(database, hub)))
            if clock() - announced >= HEARTBEAT_S:
                announced = clock()
                hub.announce(read)
    finally:
        hub.unsubscribe(read, reader)


def _parted(rows: list[dict[str, Any]]) -> bool:
    """Say whether a merge of the conversation was taken back: it may be somebody else's again."""
    return any(row["data"].get("parted") for row in rows)


async def _opens(
    database: Database, workspace_id: str, token: str | None, conversation_id: str
) -> bool:
    """Say whether a reader may go on in the conversation that hers was merged into.

    Who proves in a conversation who she is gets another token: who began it may not read on.
    """
    opened = await database.glancing(tokens.conversation_of, workspace_id, token or "")
    return opened == conversation_id


def _look_s(database: Database, hub: Hub) -> float:
    """Give how long a reader may rest before it looks whether it was not told of something."""
    if database.dialect == "sqlite":
        return HEARTBEAT_S
    return LOOK_LISTENING_S if hub.doorbell.listening else LOOK_S


async def wait(
    database: Database,
    hub: Hub,
    workspace_id: str,
    conversation_id: str,
    message_id: str,
    *,
    timeout_s: float,
) -> Answer:
    """Wait for the turn that contains a message; after `timeout_s` give how far it has come."""
    reader = hub.subscribe(conversation_id)
    try:
        return await _until_done(database, reader, hub, workspace_id, message_id, timeout_s)
    finally:
        hub.unsubscribe(conversation_id, reader)


async def _until_done(
    database: Database, reader: Reader, hub: Hub, workspace_id: str, message_id: str, left_s: float
) -> Answer:
    until = get_running_loop().time() + left_s
    while True:
        answer = await database.glancing(turns.answer, workspace_id, message_id)
        left_s = until - get_running_loop().time()
        if answer.state == "done" or left_s <= 0 or hub.stopping.is_set():
            return answer
        reader.provisional.clear()
        await reader.wait(min(left_s, LOOK_S))
