"""What a citation opens."""

import re
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel

from core.database import Tx
from core.errors import NotFound
from knowledge.tables import passages, sources

router = APIRouter(tags=["knowledge"])
PASSAGE_ID = re.compile(r"passage_[0-9a-f]{24}")


class PassageShown(BaseModel):
    """A passage as a customer may read it."""

    passage_id: str
    title: str
    text: str
    """Markdown."""

    url: str
    language: str


@router.get("/passages/{passage_id}", summary="Open what a citation points to")
async def show_passage(passage_id: str, request: Request) -> PassageShown:
    """Give a passage that customers may read; those for staff look the same as none."""
    state = request.app.state
    row = None
    if PASSAGE_ID.fullmatch(passage_id):  # PostgreSQL takes no NUL, and nothing else has this form
        row = await state.database.reading(_passage, state.workspace_id, passage_id)
    if row is None:
        raise NotFound(
            f"There is no passage {passage_id[:80]!r}; the article may have changed since."
        )
    return PassageShown(**row)


def _passage(tx: Tx, workspace_id: str, passage_id: str) -> dict[str, Any] | None:
    row = (
        tx.execute(
            sa.select(
                passages.c.passage_id,
                passages.c.title,
                passages.c.text,
                sources.c.url,
                sources.c.language,
            )
            .join(
                sources,
                (sources.c.workspace_id == passages.c.workspace_id)
                & (sources.c.source_id == passages.c.source_id),
            )
            .where(
                passages.c.workspace_id == workspace_id,
                passages.c.passage_id == passage_id,
                sources.c.audience == "customer",
            )
        )
        .mappings()
        .first()
    )
    return dict(row) if row else None
