"""Messages that were erased: a provider that sends one again does not bring it back.

Of each its key's hash is kept, from which nobody learns who wrote or what, as long as providers send again.
"""

from collections.abc import Iterable
from hashlib import sha256

import sqlalchemy as sa

from conversations.tables import forgotten
from core.database import Tx, domain_now, insert_once
from core.statements import Prepared

_KNOWN = Prepared(
    sa.select(forgotten.c.erased_at).where(
        forgotten.c.workspace_id == sa.bindparam("workspace"),
        forgotten.c.digest == sa.bindparam("of_digest"),
    )
)


def forget(tx: Tx, workspace_id: str, keys: Iterable[str]) -> None:
    """Note that messages of these keys are erased."""
    for key in keys:
        row = {"workspace_id": workspace_id, "digest": _digest(key), "erased_at": domain_now(tx)}
        insert_once(tx, forgotten, row)


def is_forgotten(tx: Tx, workspace_id: str, key: str) -> bool:
    """Say whether a message of this key was erased, not long ago."""
    return _KNOWN.first(tx, workspace=workspace_id, of_digest=_digest(key)) is not None


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


__all__ = ["forget", "is_forgotten"]
