"""After a restore: numbers that were given out since the backup are given out to nothing else.

A turn, a reply's key and a write's key are made of a conversation's id and a number. The database of a backup
would give the same numbers once more, to other messages: a provider or a tool that takes a key once would say
that it has done what it has never seen. What waited when the backup was made keeps its number and so its key.
"""

from conversations.tables import conversations
from core.database import Tx

GAP = 1_000_000
"""More than a conversation is given between a backup and the disaster."""


def restored(tx: Tx) -> None:
    """Let each conversation of a database that was just restored go on with numbers far ahead."""
    ahead = {name: conversations.c[name] + GAP for name in ("message_seq", "feed_seq")}
    tx.execute(conversations.update().values(**ahead))


__all__ = ["restored"]
