"""Tables of knowledge: sources and passages are the truth, indexes are derived from them."""

import sqlalchemy as sa

from core.columns import KEY, workspace
from core.database import Moment, metadata

sources = sa.Table(
    "sources",
    metadata,
    workspace(),
    sa.Column("source_id", KEY, primary_key=True),  # path below `knowledge/`
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("language", sa.String(20), nullable=False),
    sa.Column("audience", sa.String(20), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False),
    sa.Column("valid_from", Moment),
    sa.Column("valid_until", Moment),
    sa.Column("ingested_at", Moment, nullable=False),
)

passages = sa.Table(
    "passages",
    metadata,
    workspace(),
    sa.Column("passage_id", sa.String(80), primary_key=True),
    sa.Column("source_id", KEY, nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

index_versions = sa.Table(
    "index_versions",
    metadata,
    workspace(),
    sa.Column("version", sa.String(80), nullable=False),  # of passages and embedder
    sa.Column("switched_at", Moment, nullable=False),
)
