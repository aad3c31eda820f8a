"""Who lets a sentence of the AI go out, and who silences it, exclude each other over all processes.

The lock is of its own, not the row's, which claims pass over while it is locked. SQLite has one process,
and its hub is told before a take-over (`Hub.hush`).
"""

import sqlalchemy as sa

from conversations.ownership import ai_may_run
from conversations.rows import found, place
from core.database import Tx

_KEY = sa.func.hashtextextended(sa.bindparam("conversation"), 0)
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(_KEY))
_SHARED = sa.select(sa.func.pg_advisory_xact_lock_shared(_KEY))


def silence(tx: Tx, workspace_id: str, conversation_id: str) -> None:
    """Wait for sentences that are going out, and let none go out until this transaction ends."""
    if tx.dialect.name != "postgresql":
        return
    silenced = ""
    # Again, if it was merged while it was waited for: then it speaks under another id.
    while (here := place(tx, workspace_id, conversation_id).conversation_id) != silenced:
        tx.execute(_ALONE, {"conversation": here})
        silenced = here


def speaking(tx: Tx, workspace_id: str, conversation_id: str) -> int | None:
    """Give the tenure in which the AI speaks, None when it does not, and let nobody silence it meanwhile.

    For PostgreSQL only.
    """
    tx.execute(_SHARED, {"conversation": conversation_id})
    row = found(tx, workspace_id, conversation_id)
    return row["tenure"] if ai_may_run(row["owner"]) else None
