"""Bring the articles of a workspace into the tables: only what changed, and what is gone goes."""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from core.clock import seconds
from core.database import Tx, alone, database_now
from core.workspace import Workspace
from knowledge.articles import Article
from knowledge.tables import passages, sources


def ingest(tx: Tx, workspace: Workspace, found: list[Article]) -> str:
    """Make the tables say what the articles say; give a version that changes with any passage."""
    workspace_id = workspace.workspace_id
    alone(tx, f"knowledge of {workspace_id}")
    rows = tx.execute(
        sa.select(sources.c.source_id, sources.c.digest).where(
            sources.c.workspace_id == workspace_id
        )
    )
    known: dict[str, str] = {row.source_id: row.digest for row in rows}
    wanted = {article.source_id: article for article in found}
    for source_id, digest in known.items():
        if source_id not in wanted or wanted[source_id].digest != digest:
            _forget(tx, workspace_id, source_id)
    for source_id, article in wanted.items():
        if known.get(source_id) != article.digest:
            _store(tx, workspace, article)
    return version(tx, workspace_id)


def version(tx: Tx, workspace_id: str) -> str:
    """Give a short hash of all passages."""
    ids = tx.execute(
        sa.select(passages.c.passage_id)
        .where(passages.c.workspace_id == workspace_id)
        .order_by(passages.c.passage_id)
    ).scalars()
    return hashlib.sha256("".join(ids).encode()).hexdigest()[:16]


def _forget(tx: Tx, workspace_id: str, source_id: str) -> None:
    for table in (passages, sources):
        tx.execute(
            table.delete().where(
                table.c.workspace_id == workspace_id, table.c.source_id == source_id
            )
        )


def _store(tx: Tx, workspace: Workspace, article: Article) -> None:
    front = article.front
    tx.execute(
        sources.insert().values(
            workspace_id=workspace.workspace_id,
            source_id=article.source_id,
            digest=article.digest,
            title=front.title,
            language=article.language,
            audience=front.audience,
            url=front.url,
            tags=front.tags,
            questions=front.questions,
            valid_from=_moment(workspace, front.valid_from),
            valid_until=_moment(workspace, front.valid_until, days=1),
            ingested_at=database_now(tx),
        )
    )
    if article.pieces:
        tx.execute(
            passages.insert(),
            [
                {
                    "workspace_id": workspace.workspace_id,
                    "passage_id": piece.passage_id,
                    "source_id": article.source_id,
                    "position": position,
                    "title": piece.title,
                    "text": piece.text,
                }
                for position, piece in enumerate(article.pieces)
            ],
        )


def _moment(workspace: Workspace, day: Any, *, days: int = 0) -> float | None:
    """Give the moment a day begins in the company's zone; `days=1`: the moment it ends."""
    if day is None:
        return None
    start = datetime.combine(day + timedelta(days=days), time(), workspace.zone)
    return seconds(start.astimezone(UTC))
