"""What models have spent, how their servers are doing, and whether they may be asked at all."""

import sqlalchemy as sa

from core.columns import KEY, WORD, workspace
from core.database import Moment, metadata

__all__ = ["notices", "servers", "spending", "switches"]

spending = sa.Table(
    "model_spending",
    metadata,
    workspace(),
    sa.Column("day", sa.String(10), primary_key=True),  # YYYY-MM-DD in the workspace's zone
    sa.Column("agent", KEY, primary_key=True),  # empty: outside of any
    sa.Column("role", WORD, primary_key=True),
    sa.Column("model", KEY, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("input_tokens", sa.BigInteger, nullable=False),
    sa.Column("output_tokens", sa.BigInteger, nullable=False),
    sa.Column("cost_usd", sa.Double, nullable=False),
)

notices = sa.Table(
    "model_notices",
    metadata,
    workspace(),
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("limit", WORD, primary_key=True),  # warned | reached: said once a day
)

servers = sa.Table(
    "model_servers",
    metadata,
    workspace(),
    sa.Column("server", sa.Text, primary_key=True),  # its URL
    sa.Column("failed", sa.Integer, nullable=False),  # in a row
    sa.Column("open_until", Moment, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
)

switches = sa.Table(
    "model_switches",
    metadata,
    workspace(),
    sa.Column("stopped", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", KEY, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
)
