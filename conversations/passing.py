"""Passing on what is provisional: a sentence goes out before a take-over's commit, or not at all.

A reader in one process may hold a sentence of a turn in another when a person takes over in a third. So
the last step before the bytes asks whether the AI still speaks, under a lock that a take-over waits for:

    reader     voice.speaking ─▶ same tenure? ─▶ the bytes go out ─▶ let go
    take-over  voice.silence ──────────────────────────────────────▶ owner, tenure + 1 ─▶ commit
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

from conversations import voice
from conversations.live import Hub
from conversations.reading import Entry
from core.database import Database
from core.errors import RegenteError

HELD_AT_MOST_S = 0.1
"""A reader that takes no bytes keeps a person waiting no longer than this."""

Speaks = Callable[[int], bool]
"""Whether the AI of this tenure still speaks."""


async def passed(
    database: Database,
    hub: Hub,
    workspace_id: str,
    batches: AsyncIterator[list[Entry]],
) -> AsyncGenerator[list[Entry], None]:
    """Give entries on; a sentence of an AI that has been silenced becomes its retraction."""
    async for entries in batches:
        if all(entry.tenure is None for entry in entries):
            yield entries
            continue
        spoken_in = next(entry.spoken_in for entry in entries if entry.tenure is not None)
        async with _speaking(database, hub, workspace_id, spoken_in) as speaks:
            yield [
                entry if entry.tenure is None or speaks(entry.tenure) else _retracted(entry)
                for entry in entries
            ]


@asynccontextmanager
async def _speaking(
    database: Database, hub: Hub, workspace_id: str, conversation_id: str
) -> AsyncIterator[Speaks]:
    """Tell whether the AI speaks, and let no process silence it while the block runs."""
    heard = partial(hub.speaks, conversation_id)
    if database.dialect == "sqlite":
        yield heard
        return
    async with AsyncExitStack() as held:
        tenure = None
        with suppress(RegenteError):  # nobody knows: it is not shown, and the message comes at last
            holding = database.holding(
                voice.speaking, HELD_AT_MOST_S, workspace_id, conversation_id
            )
            tenure = await held.enter_async_context(holding)
        yield lambda of: of == tenure and heard(of)


def _retracted(entry: Entry) -> Entry:
    return Entry(event="retract", data={"turn_id": entry.data["turn_id"]})
