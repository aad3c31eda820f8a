"""What the doctor looks at in the database: whether it answers, is whole, and keeps what it was given."""

import time
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from core.backup import sqlite_file
from core.database import Tx
from core.errors import Unavailable
from core.findings import Check, Deployment, Finding
from core.upgrade import differences, known_revisions, revision_of

SLOW_MS = 50.0
FULL = 2
"""SQLite's number for `synchronous=FULL`: a commit waits for the disk."""

CHECKED_MB = 1000
"""An SQLite file up to this size is read through."""

CONNECTIONS = 12
"""That one process may open: `core.database.Database`."""

LONG_S = 60.0
OLDEST = 13
"""PostgreSQL that is still looked after."""

SHARED_FILES = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p")
"""Kinds of folders on other machines: SQLite's write-ahead log is not safe on them."""


def _answers(deployment: Deployment) -> Iterator[Finding]:
    place = sqlite_file(deployment.settings)
    if place is not None and not place.is_file():
        yield Finding("note", f"There is no database at {place} yet.", "The first start makes it.")
        return
    try:
        deployment.database.read(lambda tx: tx.exec_driver_sql("SELECT 1"))
        began = time.perf_counter()
        version, revision = deployment.database.read(lambda tx: (_version(tx), revision_of(tx)))
    except Unavailable as error:
        yield Finding(
            "BROKEN",
            f"{error} Customers get a 503.",
            "Start the database, or mend REGENTE_DATABASE_URL.",
        )
        return
    ms = (time.perf_counter() - began) * 1000
    level = "note" if ms > SLOW_MS else "well"
    slow = "Bring database and server nearer to each other." if ms > SLOW_MS else ""
    yield Finding(level, f"{version} answers in {ms:.0f} ms.", slow)
    yield from _revision(deployment, revision)


def _version(tx: Tx) -> str:
    if tx.dialect.name == "sqlite":
        return f"SQLite {tx.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
    return f"PostgreSQL {tx.exec_driver_sql('SHOW server_version').scalar_one().split()[0]}"


def _revision(deployment: Deployment, revision: str) -> Iterator[Finding]:
    known = known_revisions()
    if not revision:
        yield Finding(
            "note", "The database has none of our tables yet.", "The first start makes them."
        )
    elif revision not in known:
        yield Finding(
            "BROKEN",
            f"The database is at revision {revision!r}, which a newer Regente made; this one does not start.",
            "Run the newer version, or restore a backup from before.",
        )
    elif revision != max(known):
        yield Finding(
            "RISK",
            f"The database is at revision {revision}, and this version has {max(known)}.",
            "The next start upgrades it, or: python -m core.upgrade. Make a backup first.",
        )
    elif deployment.database.read(differences):
        yield Finding(
            "BROKEN",
            f"The tables are not those of revision {revision}: something has changed them by hand.",
            "python -m core.upgrade check says what; restore a backup if you do not know why.",
        )
    else:
        yield Finding("well", f"Its tables are those of this version ({revision}).")


def _keeps(deployment: Deployment) -> Iterator[Finding]:
    place = sqlite_file(deployment.settings)
    if place is None:
        yield from deployment.database.read(_postgresql)
    elif place.is_file():
        yield from deployment.database.read(_sqlite)
        kind = _kind_of_files(place)
        if kind in SHARED_FILES:
            yield Finding(
                "BROKEN",
                f"{place} lies on a folder of another machine ({kind}): SQLite loses data there.",
                "Put REGENTE_DATA_DIR on a local disk, or use PostgreSQL.",
            )


def _sqlite(tx: Tx) -> list[Finding]:
    def asked(what: str) -> object:
        return tx.exec_driver_sql(f"PRAGMA {what}").scalar_one()

    found = []
    if (asked("journal_mode"), asked("synchronous")) != ("wal", FULL):
        what = "SQLite does not keep its log as Regente sets it: what was acknowledged may be lost."
        found.append(Finding("BROKEN", what, "Move the file to a local disk."))
    pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    size_mb = pages * tx.exec_driver_sql("PRAGMA page_size").scalar_one() / 1e6
    if size_mb > CHECKED_MB:
        what = f"The database has {size_mb:,.0f} MB and was not read through."
        return [*found, Finding("note", what, "Think of PostgreSQL.")]
    if (said := asked("quick_check(1)")) != "ok":
        what = f"The database file is damaged: {said}."
        do = "Stop the server, keep a copy of the file, and restore the latest backup."
        found.append(Finding("BROKEN", what, do))
    return found or [
        Finding("well", f"What is acknowledged is on disk; {size_mb:.0f} MB, all whole.")
    ]


def _postgresql(tx: Tx) -> list[Finding]:
    found = []
    version = int(tx.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST:
        what = f"PostgreSQL {version} gets no mends any more."
        found.append(Finding("RISK", what, "Upgrade it."))
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if tx.exec_driver_sql(f"SHOW {name}").scalar_one() == "off":
            what = f"{name} is off: what was acknowledged is lost when the machine loses power."
            found.append(Finding("RISK", what, f"Set {name} = on in postgresql.conf."))
    used, most = tx.execute(_CONNECTIONS).one()
    if most - used < CONNECTIONS:
        what = f"{used} of {most} connections are taken; one more process may take {CONNECTIONS}."
        found.append(Finding("RISK", what, "Raise max_connections, or run fewer processes."))
    for pid, state, seconds in tx.execute(_LONG, {"seconds": LONG_S}):
        what = f"The connection {pid} has been in one transaction for {seconds:,.0f} s ({state})."
        do = f"Others may wait for it. Whose is it? If nobody's: SELECT pg_terminate_backend({pid})"
        found.append(Finding("RISK", what, do))
    return found or [
        Finding("well", f"What is acknowledged is on disk; {used} of {most} connections.")
    ]


_CONNECTIONS = sa.text(
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
    " current_setting('max_connections')::int"
)
_LONG = sa.text(
    "SELECT pid, state, extract(epoch FROM now() - xact_start)::float8 FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND xact_start < now() - make_interval(secs => :seconds) ORDER BY xact_start LIMIT 5"
)


def _kind_of_files(place: Path) -> str:
    """Give the kind of file system that a file lies on; empty where the system does not say."""
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return ""
    lines = [line.split() for line in mounts.read_text().splitlines()]
    above = [(line[1], line[2]) for line in lines if place.is_relative_to(line[1])]
    return max(above, key=lambda mount: len(mount[0]), default=("", ""))[1]


checks = (Check("database", _answers), Check("durability", _keeps, reads_tables=True))
