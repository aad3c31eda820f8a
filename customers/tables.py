"""The tables of customers, their identities, codes and cases."""

import sqlalchemy as sa

from core.database import Moment, metadata

customers = sa.Table(
    "customers",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("customer_id", sa.String, primary_key=True),
    sa.Column("name", sa.String),
    sa.Column("language", sa.String, nullable=False),  # empty: not known
    sa.Column("redirect_to", sa.String),  # the customer this one turned out to be; one step only
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),  # a demo's; nobody is this person
    sa.Column("erased_at", Moment),  # from then on only this row is left of her, and no name in it
    sa.Index("ix_customers_redirect", "workspace_id", "redirect_to"),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("customer_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("value", sa.String, primary_key=True),
    sa.Column("proof", sa.String, nullable=False),  # claimed | channel | verified
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("proved_at", Moment),
    sa.Column("moved_from", sa.String),  # the customer who had it before she proved to be this one
)
PROVED = identities.c.proof != "claimed"
sa.Index(
    "uq_identities_proved",
    identities.c.workspace_id,
    identities.c.kind,
    identities.c.value,
    unique=True,
    sqlite_where=PROVED,
    postgresql_where=PROVED,
)

codes = sa.Table(
    "customer_codes",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("code_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),  # of the identity that the code proves
    sa.Column("value", sa.String, nullable=False),
    sa.Column("salt", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    sa.Index("ix_customer_codes_identity", "workspace_id", "kind", "value"),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("customer_id", sa.String, nullable=False),
    sa.Column("conversation_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("subject", sa.JSON, nullable=False),
    sa.Column("state", sa.String, nullable=False),  # open | closed
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("follow_up_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("resolution", sa.Text, nullable=False),
    sa.Index("ix_cases_customer", "workspace_id", "customer_id"),
)
OPEN = cases.c.state == "open"
sa.Index(
    "ix_cases_follow_up",
    cases.c.workspace_id,
    cases.c.follow_up_at,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

notes = sa.Table(
    "case_notes",
    metadata,
    sa.Column("workspace_id", sa.String, primary_key=True),
    sa.Column("note_id", sa.String, primary_key=True),
    sa.Column("case_id", sa.String, nullable=False),
    sa.Column("author", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_case_notes_case", "workspace_id", "case_id"),
)
