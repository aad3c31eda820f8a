"""Run by Alembic for each command; `core.upgrade` has opened the transaction and holds the lock."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    target_metadata=_given.get("tables"),
    render_as_batch=True,
    **_given["options"],
)
context.run_migrations()
