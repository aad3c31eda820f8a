"""Columns that tables have in common."""

import sqlalchemy as sa

KEY = sa.String(200)
"""An id, an address, a name."""

WORD = sa.String(40)
"""One of a few values; a workspace's id."""


def workspace() -> sa.Column[str]:
    """Give the column that leads the key of every table."""
    return sa.Column("workspace_id", WORD, primary_key=True)
