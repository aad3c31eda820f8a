"""The file that keeps a past: one header, then rows of the real tables, in the order of their keys.

The same past gives the same bytes, but for `checkpoints`: LangGraph names them by time and chance.
"""

import base64
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.database import Tx
from core.errors import WorkspaceError
from core.upgrade import load_tables

FORMAT = 1
LEFT_OUT = frozenset({
    # Whose access it is, how much of it is left, which processes run, and at what, is of one deployment.
    "access_keys", "buckets", "processes", "jobs", "conversation_tokens", "customer_codes",
    "model_notices", "model_servers", "model_spending", "model_switches",
    # Written anew while loading, so that the chain holds.
    "audit_heads",
    # Made from the workspace's articles.
    "index_versions", "passages", "sources",
})  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """What a file holds."""

    workspace_id: str
    ended_at: float
    """The moment at which the past ended: the "now" of its rows."""

    rows: Mapping[str, list[Row]]
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What lies in the data folder beside the database, by path."""


def tables() -> Iterator[sa.Table]:
    """Give the tables whose rows are kept, each after those that it refers to."""
    for table in load_tables().sorted_tables:
        if table.name not in LEFT_OUT:
            yield table


def collect(tx: Tx, workspace_id: str, ended_at: float, files: Mapping[str, bytes]) -> Past:
    """Read all that a past has left in a database.

    The state of the graph is kept of what is still open: a closed conversation never goes on.
    """
    rows = {table.name: _kept(tx, table, workspace_id) for table in tables()}
    live = {row["conversation_id"] for row in rows["conversations"] if row["state"] == "open"}
    for event in rows["events"]:
        event["due_at"] = event["emitted_at"]  # of the clock of the machine, while all was lived
    rows["checkpoints"] = [row for row in rows["checkpoints"] if row["conversation_id"] in live]
    return Past(workspace_id, ended_at, _without_secrets(rows), files)


def _without_secrets(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Name uploads anew: their ids are secrets, drawn by chance, and would differ each time."""
    uploads = sorted(rows["attachments"], key=lambda row: (row["created_at"], row["digest"]))
    names = {
        row["attachment_id"]: f"attachment_{sha256(f'{at}:{digest}'.encode()).hexdigest()[:32]}"
        for at, row in enumerate(uploads)
        if (digest := row["digest"])
    }
    named = {table: [_renamed(row, names) for row in kept] for table, kept in rows.items()}
    named["attachments"].sort(key=lambda row: row["attachment_id"])
    return named


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Give a value with other ids of the same length, so that bytes keep their order too."""
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if isinstance(value, str) and "attachment_" in value:
        for old, new in names.items():
            value = value.replace(old, new)
    if isinstance(value, bytes) and b"attachment_" in value:
        for old, new in names.items():
            value = value.replace(old.encode(), new.encode())
    return value


def _kept(tx: Tx, table: sa.Table, workspace_id: str) -> list[Row]:
    keys = [*table.primary_key.columns]
    mine = sa.select(table).where(table.c.workspace_id == workspace_id).order_by(*keys)
    return [dict(row) for row in tx.execute(mine).mappings()]


def write(path: Path, past: Past) -> int:
    """Write a past and give the bytes it takes."""
    header = {
        "format": FORMAT,
        "workspace_id": past.workspace_id,
        "ended_at": past.ended_at,
        "columns": {name: list(rows[0]) for name, rows in past.rows.items() if rows},
    }
    with io.BytesIO() as kept:
        # No name and no time: the same past gives the same file.
        with gzip.GzipFile("", "wb", 9, kept, mtime=0) as packed:
            for line in _lines(header, past):
                packed.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
        path.write_bytes(kept.getvalue())
        return kept.tell()


def _lines(header: Row, past: Past) -> Iterable[Any]:
    yield header
    for name, rows in past.rows.items():
        for row in rows:
            yield [name, *(_packed(value) for value in row.values())]
    for name, content in sorted(past.files.items()):
        yield ["", name, _packed(content)]


def _packed(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"base64"}:
        return base64.b64decode(value["base64"])
    return value


def read(path: Path) -> Past:
    """Read a past.

    Raises:
        WorkspaceError: it is no such file, or of a format that this version does not read.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            header = json.loads(next(lines))
            if header["format"] != FORMAT:
                raise WorkspaceError(
                    f"{path} is of format {header['format']!r}, and this version reads {FORMAT}."
                )
            return _read(header, lines)
    except (OSError, EOFError, StopIteration, ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(f"{path} is no past that can be read: {error!r}.") from error


def _read(header: Row, lines: Iterable[str]) -> Past:
    rows: dict[str, list[Row]] = {name: [] for name in header["columns"]}
    files: dict[str, bytes] = {}
    for line in lines:
        name, *values = json.loads(line)
        if name:
            given = zip(header["columns"][name], map(_unpacked, values), strict=True)
            rows[name].append(dict(given))
        else:
            files[values[0]] = _unpacked(values[1])
    return Past(header["workspace_id"], header["ended_at"], rows, files)
