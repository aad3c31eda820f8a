"""PostgreSQL's own dump and its way back, by the client tools `pg_dump` and `pg_restore`."""

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from core.database import Database, Tx
from core.errors import NotFound, RegenteError

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts the tools of each version."""

_TABLES = sa.text(
    "SELECT schemaname || '.' || tablename FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
)


def dump(database: Database, file: Path) -> None:
    """Write all that is in the database at one moment, of every schema, into `file`.

    Raises:
        NotFound: `pg_dump` is not installed; says which is needed.
        RegenteError: it failed; says what it said.
    """
    # Not packed: the archive is.
    whole = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges")
    _run("pg_dump", database, *whole, f"--file={file}")


def load(database: Database, file: Path) -> None:
    """Fill an empty database from a dump, all of it or nothing.

    Raises:
        NotFound: `pg_restore` is not installed; says which is needed.
        RegenteError: it failed; says what it said.
    """
    at_once = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run("pg_restore", database, *at_once, str(file))


def tables(database: Database) -> list[str]:
    """Give the tables of all schemas, by name."""
    return database.read(lambda tx: list(tx.scalars(_TABLES)))


def _run(program: str, database: Database, *options: str) -> None:
    url = database.url.set(drivername="postgresql")
    # The password goes by the environment: arguments can be read by everybody on the machine.
    to = url._replace(password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - our own arguments
        [_program(program, database), f"--dbname={to}", *options],
        check=False,
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RegenteError(f"{program} failed: {done.stderr.strip()}")


def _program(name: str, database: Database) -> str:
    found = [str(path) for path in INSTALLED.glob(f"*/bin/{name}")]
    newest = max(found, key=lambda path: float(Path(path).parts[-3]), default=None)
    if program := shutil.which(name) or newest:
        return program
    version = database.read(_version)
    raise NotFound(
        f"{name} is not installed, and a PostgreSQL database needs it: install the client tools of"
        f" PostgreSQL {version} or newer (Debian: apt install postgresql-client)."
    )


def _version(tx: Tx) -> int:
    return int(tx.execute(sa.text("SHOW server_version_num")).scalar_one()) // 10_000
