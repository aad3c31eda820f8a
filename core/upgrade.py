"""Bring a database to this version's tables, under one lock.

    python -m core.upgrade                    upgrade the database of the settings
    python -m core.upgrade check              say whether tables and migrations agree
    python -m core.upgrade write "a title"    write a migration for what changed in the tables
    python -m core.upgrade rewrite            before the first release: write all of it as 0001

Tables are found, not listed: every top-level folder may have a module `tables`.
"""

import argparse
import importlib
import io
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from core.database import Database, Tx, metadata
from core.errors import Conflict, NotFound
from core.settings import settings

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
OPTIONS = {"version_table": "schema_version", "compare_type": True}
LOCK = 0x52_4547_454E_5445
"""Key of the advisory lock on PostgreSQL."""

_one_at_a_time = threading.Lock()  # Alembic keeps what it is doing in a global


def load_tables() -> sa.MetaData:
    """Import every folder's `tables` module and give the metadata that they have filled."""
    for module in sorted(ROOT.glob("*/tables.py")):
        importlib.import_module(f"{module.parent.name}.tables")
    return metadata


def upgrade(database: Database, revision: str = "head") -> str:
    """Bring the database to `revision` and give the revision it then has.

    Processes that start at once wait for each other; all but the first find nothing to do.

    Raises:
        Conflict: a newer Regente has upgraded this database already.
    """
    return database.write(_migrate, command.upgrade, revision)


def downgrade(database: Database, revision: str) -> str:
    """Take the database back to an older revision, or to `base`: none of our tables at all."""
    return database.write(_migrate, command.downgrade, revision)


def revision_of(tx: Tx) -> str:
    """Give the revision of the database; empty: it has none of our tables yet."""
    return MigrationContext.configure(tx, opts=OPTIONS).get_current_revision() or ""


def differences(tx: Tx) -> list[Any]:
    """Give what is different between the database and the tables of the code; `[]`: nothing."""
    return compare_metadata(MigrationContext.configure(tx, opts=OPTIONS), load_tables())


def _migrate(tx: Tx, migrate: Callable[[Config, str], None], revision: str) -> str:
    if tx.dialect.name == "postgresql":  # SQLite's BEGIN IMMEDIATE has locked already
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    with _alembic(tx) as config:
        _refuse_newer(revision_of(tx))
        migrate(config, revision)
    return revision_of(tx)


def known_revisions() -> set[str]:
    """Give the revisions that this version can bring a database to, or take it further from."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _refuse_newer(current: str) -> None:
    if current and current not in known_revisions():
        raise Conflict(
            f"The database is at revision {current!r}, which this version of Regente does not know:"
            " a newer one has upgraded it. Start that version, or restore a backup from before."
        )


@contextmanager
def _alembic(tx: Tx) -> Iterator[Config]:
    """Give Alembic what it needs to work inside this transaction; `migrations/env.py` reads it."""
    config = Config(stdout=io.StringIO(), output_buffer=io.StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=tx, options=OPTIONS)
    with _one_at_a_time:
        yield config


def write_migration(title: str) -> Path:
    """Write a migration from what the migrations make to what the tables say; read it before use.

    Raises:
        NotFound: they agree, so there is nothing to write.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite")
        try:
            upgrade(database)
            return database.write(_write, title)
        finally:
            database.close()


def _write(tx: Tx, title: str) -> Path:
    if not differences(tx):
        raise NotFound("The tables are as the migrations make them; there is nothing to write.")
    with _alembic(tx) as config:
        config.attributes["tables"] = metadata
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        made = command.revision(config, title, autogenerate=True, rev_id=f"{number:04}")
    assert isinstance(made, Script), "one revision was asked for"
    path = Path(made.path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "# ###" not in line), "utf-8")
    return path


def rewrite() -> Path:
    """Write everything as the first migration; only before there are databases to upgrade."""
    for old in (MIGRATIONS / "versions").glob("*.py"):
        old.unlink()
    return write_migration("first tables")


def main(arguments: list[str] | None = None) -> int:
    """Upgrade the database of the settings, or work on the migrations."""
    parser = argparse.ArgumentParser(
        prog="python -m core.upgrade",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", nargs="?", default="upgrade", choices=_COMMANDS)
    parser.add_argument("title", nargs="?", default="")
    given = parser.parse_args(arguments)
    return _COMMANDS[given.command](given.title)


def _upgraded(_title: str) -> int:
    database = Database(settings().database)
    try:
        print(f"The database is at revision {upgrade(database)}.")
    finally:
        database.close()
    return 0


def _checked(_title: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite")
        try:
            upgrade(database)
            found = database.read(differences)
        finally:
            database.close()
    for difference in found:
        print(difference)
    print("Tables and migrations differ." if found else "Tables and migrations agree.")
    return 1 if found else 0


def _written(title: str) -> int:
    if not title:
        raise SystemExit("Give the migration a title: python -m core.upgrade write 'add ...'.")
    print(write_migration(title))
    return 0


def _rewritten(_title: str) -> int:
    print(rewrite())
    return 0


_COMMANDS = {
    "upgrade": _upgraded,
    "check": _checked,
    "write": _written,
    "rewrite": _rewritten,
}

if __name__ == "__main__":
    sys.exit(main())
