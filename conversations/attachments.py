"""What customers send along: uploaded first, then named by the message that it belongs to.

    POST /attachments ─▶ uploaded ──a message names it──▶ linked ──erase──▶ gone
                             └──nobody does within a day──▶ gone

Bytes lie under `data_dir/attachments`, named by their hash; the row is the truth. The id cannot be
guessed: until a message has named it, whoever knows it may send it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from channels.media import TYPES, media_type
from conversations.tables import attachments
from core.database import Tx, domain_now
from core.errors import BadInput, NotFound, TooManyRequests

UPLOADED_HOURS = 24
"""How long something may lie here without having been sent."""

MAX_UPLOADED_BYTES = 500_000_000
"""What may lie here unsent, of all visitors together: strangers may upload, and must not fill a disk."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """Something that was read and checked."""

    name: str
    type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The hash that its file is named by."""
        return hashlib.sha256(self.content).hexdigest()


def checked(name: str, content: bytes) -> Upload:
    """Take a file for what its content says it is; its name and declared type are only claims.

    Raises:
        BadInput: empty, or none of the types that are taken.
    """
    kept = "".join(letter for letter in name if letter.isprintable())
    kept = kept.replace("\\", "/").rsplit("/", 1)[-1].strip(" .")[-200:] or "file"
    if not content:
        raise BadInput(f"{kept!r} is empty; choose another file.")
    found = media_type(content)
    if found is None:
        raise BadInput(
            f"{kept!r} is, by its content, none of what is taken here: {', '.join(TYPES)}."
        )
    return Upload(name=kept, type=found, content=content)


class Shelf:
    """The files of one workspace."""

    def __init__(self, data_dir: Path, workspace_id: str) -> None:
        self._folder = data_dir / "attachments" / workspace_id
        self.workspace_id = workspace_id

    def path(self, digest: str) -> Path:
        """Give where the bytes with this hash lie."""
        return self._folder / digest[:2] / digest

    def set_aside(self, upload: Upload) -> Path:
        """Write the bytes beside their place: slow, and outside of the transaction."""
        place = self.path(upload.digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f".{upload.digest}.{secrets.token_hex(8)}")
        aside.write_bytes(upload.content)
        return aside

    def keep(self, tx: Tx, upload: Upload, aside: Path) -> dict[str, Any]:
        """Put what was set aside into its place, with its row; give what the page is told of it.

        Raises:
            TooManyRequests: too much lies here that nobody has sent yet.
        """
        _lock(tx)
        now = domain_now(tx)
        self._forget(tx, attachments.c.created_at < now - UPLOADED_HOURS * 3600, _UNSENT)
        lying = tx.execute(
            self._mine(sa.func.coalesce(sa.func.sum(attachments.c.size), 0), _UNSENT)
        )
        if lying.scalar_one() + len(upload.content) > MAX_UPLOADED_BYTES:
            raise TooManyRequests("Too many files wait here to be sent; try again later.")
        row = {
            "workspace_id": self.workspace_id,
            "attachment_id": f"attachment_{secrets.token_urlsafe(24)}",
            "digest": upload.digest,
            "name": upload.name,
            "type": upload.type,
            "size": len(upload.content),
            "created_at": now,
        }
        tx.execute(attachments.insert().values(**row))
        aside.replace(self.path(upload.digest))
        return part(row)

    def erase(self, tx: Tx, conversation_id: str) -> int:
        """Remove all that was sent in a conversation, rows and bytes; give how many there were."""
        _lock(tx)
        return self._forget(tx, attachments.c.conversation_id == conversation_id)

    def _forget(self, tx: Tx, *which: sa.ColumnElement[bool]) -> int:
        rows = tx.execute(self._mine(attachments.c.attachment_id, *which)).scalars().all()
        digests = tx.execute(self._mine(attachments.c.digest, *which)).scalars().all()
        theirs = attachments.c.workspace_id == self.workspace_id
        tx.execute(attachments.delete().where(theirs, *which))
        for digest in set(digests):
            still = tx.execute(self._mine(attachments.c.digest, attachments.c.digest == digest))
            if still.first() is None:
                self.path(digest).unlink(missing_ok=True)
        return len(rows)

    def _mine(self, what: Any, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
        return sa.select(what).where(attachments.c.workspace_id == self.workspace_id, *which)


_UNSENT = attachments.c.conversation_id.is_(None)


def _lock(tx: Tx) -> None:
    """Keep a file from being put down while another process removes the same: rows alone do not."""
    if tx.dialect.name == "postgresql":  # SQLite has one writer
        tx.execute(sa.text("LOCK TABLE attachments IN SHARE ROW EXCLUSIVE MODE"))


def part(row: Any) -> dict[str, Any]:
    """Give an attachment as a message carries it."""
    return {
        "id": row["attachment_id"],
        **{key: row[key] for key in ("name", "type", "size")},
    }


def named(tx: Tx, workspace_id: str, parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a message's parts, those that name an upload filled from its row.

    Raises:
        BadInput: there is no such upload.
    """
    return [
        part(_one(tx, workspace_id, given["id"])) if given.get("id") else given for given in parts
    ]


def link(tx: Tx, workspace_id: str, parts: Sequence[dict[str, Any]], conversation_id: str) -> None:
    """Give the uploads that a message names to its conversation, for good.

    Raises:
        BadInput: one was sent in another conversation before.
    """
    for attachment_id in [given["id"] for given in parts if given.get("id")]:
        row = _one(tx, workspace_id, attachment_id)
        if row["conversation_id"] is None:
            tx.execute(
                attachments.update()
                .where(_is(workspace_id, attachment_id), _UNSENT)
                .values(conversation_id=conversation_id)
            )
        elif row["conversation_id"] != conversation_id:
            raise BadInput(_GONE.format(attachment_id))


_GONE = "There is no upload {!r} that could be sent; upload the file again with POST /attachments."


def _is(workspace_id: str, attachment_id: str) -> sa.ColumnElement[bool]:
    return (attachments.c.workspace_id == workspace_id) & (
        attachments.c.attachment_id == attachment_id
    )


def _one(tx: Tx, workspace_id: str, attachment_id: str) -> dict[str, Any]:
    statement = sa.select(attachments).where(_is(workspace_id, attachment_id)).with_for_update()
    row = tx.execute(statement).mappings().first()
    if row is None:
        raise BadInput(_GONE.format(attachment_id))
    return dict(row)


def sent(
    tx: Tx, workspace_id: str, attachment_id: str, conversation_id: str | None
) -> dict[str, Any]:
    """Give the row of what was sent in this conversation; None is staff, who see all.

    Raises:
        NotFound: there is none, or it was sent elsewhere or not yet.
    """
    statement = sa.select(attachments).where(_is(workspace_id, attachment_id))
    row = tx.execute(statement).mappings().first()
    elsewhere = row and conversation_id and row["conversation_id"] != conversation_id
    if row is None or elsewhere:
        raise NotFound(f"There is no attachment {attachment_id[:80]!r} here.")
    return dict(row)
