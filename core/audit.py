"""Who did what: an append-only chain of hashes, in which a change or a gap shows.

Each entry's hash covers the entry and the hash before it; `audit_heads` says where it ends, so
that cutting off its tail shows too. Entries hold ids, actions and reasons chosen from lists, never
message text or personal data: they survive an erasure.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.database import Database, Moment, Tx, domain_now, insert_once, metadata
from core.statements import Prepared, change_of

GENESIS = "0" * 64

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ix_audit_subject", "workspace_id", "subject"),
)

heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)


_HEAD = Prepared(
    sa.select(heads).where(heads.c.workspace_id == sa.bindparam("workspace")).with_for_update()
)
_ENTRY = Prepared(audit.insert())
_MOVED = change_of(heads, ("workspace_id",), ("sequence", "hash"))


@dataclass(frozen=True)
class Verified:
    """What `verify` found."""

    entries: int
    """Entries that are sound, from the first on."""

    broken_at: int | None
    """Sequence number of the first entry that was changed or is missing; None: all are sound."""


def append(
    tx: Tx,
    *,
    workspace_id: str,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Add an entry to the chain and give its sequence number.

    The chain is locked until the transaction ends, so append last.

    Args:
        actor: an id such as `key_01j...`, or `ai`, or `system`.
        action: what was done, such as `conversation.takeover`.
        subject: the id of what it was done to.
    """
    head = _locked_head(tx, workspace_id)
    sequence: int = head["sequence"] + 1
    entry = {
        "workspace_id": workspace_id,
        "sequence": sequence,
        "at": domain_now(tx),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": json.loads(json.dumps(dict(details or {}))),
        "previous": head["hash"],
    }
    digest = _digest(entry)
    _ENTRY.run(tx, **entry, hash=digest)
    _MOVED.run(tx, of_workspace_id=workspace_id, to_sequence=sequence, to_hash=digest)
    return sequence


def carry_over(tx: Tx, entries: Sequence[Mapping[str, Any]]) -> int:
    """Add entries that another chain held, with the moments they have; give how many.

    They are chained anew behind what is there; the chain is locked, so do this last.
    """
    if not entries:
        return 0
    workspace_id = entries[0]["workspace_id"]
    head = _locked_head(tx, workspace_id)
    sequence, previous, rows = head["sequence"], head["hash"], []
    for given in entries:
        sequence += 1
        entry = {
            **{name: given[name] for name in ("at", "actor", "action", "subject", "details")},
            "workspace_id": workspace_id, "sequence": sequence, "previous": previous,
        }  # fmt: skip
        previous = _digest(entry)
        rows.append({**entry, "hash": previous})
    tx.execute(audit.insert(), rows)
    _MOVED.run(tx, of_workspace_id=workspace_id, to_sequence=sequence, to_hash=previous)
    return len(rows)


def _locked_head(tx: Tx, workspace_id: str) -> dict[str, Any]:
    head = _HEAD.first(tx, workspace=workspace_id)
    if head is None:
        insert_once(tx, heads, {"workspace_id": workspace_id, "sequence": 0, "hash": GENESIS})
        head = _HEAD.first(tx, workspace=workspace_id)
        assert head is not None
    return head


def verify(tx: Tx, workspace_id: str) -> Verified:
    """Recompute the chain from its first entry."""
    rows = tx.execute(
        sa.select(audit).where(audit.c.workspace_id == workspace_id).order_by(audit.c.sequence)
    )
    sound, previous = 0, GENESIS
    for row in rows.mappings():
        entry = dict(row)
        digest = entry.pop("hash")
        in_place = entry["sequence"] == sound + 1 and entry["previous"] == previous
        if not in_place or _digest(entry) != digest:
            return Verified(sound, sound + 1)
        sound, previous = sound + 1, digest
    head = tx.execute(sa.select(heads).where(heads.c.workspace_id == workspace_id)).one_or_none()
    end = (head.sequence, head.hash) if head else (0, GENESIS)
    return Verified(sound, None if end == (sound, previous) else sound + 1)


def _digest(entry: Mapping[str, Any]) -> str:
    """Hash an entry without its own hash, in one spelling whatever the database returns."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """`python -m core.audit verify`: exit status 1 when the chain is broken."""
    from core.settings import settings
    from core.workspace import Workspace

    parser = argparse.ArgumentParser(prog="python -m core.audit", description=main.__doc__)
    parser.add_argument("command", choices=["verify"])
    parser.parse_args(arguments)
    database = Database(settings().database)
    try:
        found = database.read(verify, Workspace(settings().workspace).workspace_id)
    finally:
        database.close()
    if found.broken_at is None:
        print(f"{found.entries} entries, all sound.")
        return 0
    print(
        f"Entry {found.broken_at} was changed or is missing; the {found.entries} before are sound."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
