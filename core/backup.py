"""One archive of all that a deployment cannot make again, and the way back.

    python -m core.backup make FILE        of the deployment of the settings, while it serves or not
    python -m core.backup check FILE       read an archive through and compare its checksums
    python -m core.backup restore FILE     into an empty place, before the server starts there

    database         all rows: SQLite by its online backup, PostgreSQL by `pg_dump`
    data/...         the data folder: uploads, secrets, records of tools and of jobs (SQLite files likewise)
    manifest.json    what it is, and the SHA-256 of every part; without it an archive is not whole

`chroma` and `cache` are left out: the server makes them from the workspace's files when it starts. The
workspace itself is a folder of yours and is kept where you keep it.

The database is read first: the records of tools are then never older than what it says was done in them.
What they did between is done again after a restore, by turns that run again, unless the tool takes keys:
then the same key never acts twice.
"""

import argparse
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FunctionType

from sqlalchemy.engine import make_url

from core import dumps
from core.archives import Manifest, check, packing, unpack
from core.database import Database, Tx
from core.discover import everywhere
from core.errors import BadInput, Conflict, NotFound, RegenteError
from core.settings import Settings, settings
from core.upgrade import revision_of

DATABASE, DATA = "database", "data"
"""Names in the archive."""

MADE_AGAIN = ("cache", "chroma", "studio")
"""Folders of the data folder that are left out."""

STAGING = ".restoring"
"""Where an archive lies in the data folder until all of it is known to be well."""

NOT_OURS = ("lost+found", STAGING)
"""What an empty place may hold."""

SQLITE = b"SQLite format 3\x00"
BESIDE_SQLITE = ("-wal", "-shm", "-journal")


def make(deployment: Settings, file: Path) -> Manifest:
    """Write an archive of a deployment, whether it serves meanwhile or not.

    Raises:
        Conflict: `file` is there already.
        BadInput: `file` is in the data folder.
        NotFound: there is no database with our tables where the settings say, or no `pg_dump`.
        RegenteError: the database is damaged, or `pg_dump` failed.
    """
    if deployment.data_dir.resolve() in file.resolve().parents:
        raise BadInput(
            f"{str(file)!r} lies in the data folder: what takes that away would take the backup too, and"
            " the next one would hold it. Name a file elsewhere, best on another disk."
        )
    with packing(file) as (archive, aside):
        kind, revision = _read_database(deployment, aside / DATABASE)
        archive.add(aside / DATABASE, DATABASE)
        folder = deployment.data_dir.resolve()
        for path in _lying(folder, sqlite_file(deployment)):
            with _still(path, aside / "file") as copy:
                if copy is not None:
                    archive.add(copy, f"{DATA}/{path.relative_to(folder).as_posix()}")
        return archive.seal(kind, revision, aside / "manifest")


def sqlite_file(deployment: Settings) -> Path | None:
    """Give the file of an SQLite database, there or not; None: the database is on PostgreSQL."""
    url = make_url(deployment.database)
    if url.get_backend_name() != "sqlite":
        return None
    if not url.database or url.database == ":memory:":
        raise BadInput("A database in memory cannot be kept; set REGENTE_DATABASE_URL to a file.")
    return Path(url.database).resolve()


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url, readers=1)
    try:
        yield database
    finally:
        database.close()


def _read_database(deployment: Settings, copy: Path) -> tuple[str, str]:
    """Copy the database as it is at one moment; give its kind and the revision of its tables."""
    place = sqlite_file(deployment)
    if place is not None and place.is_file():
        copy_sqlite(place, copy)
    if place is None or copy.is_file():
        with _opened(f"sqlite:///{copy}" if place else deployment.database) as database:
            if revision := database.read(revision_of):
                if place is None:
                    dumps.dump(database, copy)
                return database.dialect, revision
    raise NotFound(
        f"There is no database of Regente's at {str(place or 'REGENTE_DATABASE_URL')!r}; look at"
        " REGENTE_DATA_DIR and REGENTE_DATABASE_URL."
    )


def copy_sqlite(place: Path, copy: Path) -> None:
    """Copy an SQLite file that others may be writing to, as it is at one moment; they do not wait.

    Raises:
        RegenteError: the file is damaged.
    """
    with closing(sqlite3.connect(place, timeout=30)) as live, closing(sqlite3.connect(copy)) as to:
        live.backup(to)
        (said,) = to.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise RegenteError(f"{str(place)!r} is damaged ({said}); go back to an earlier backup.")


def _lying(folder: Path, database: Path | None) -> Iterator[Path]:
    """Give the files in the data folder, without the database and what is made again."""
    left_out = {folder / name for name in (*MADE_AGAIN, *NOT_OURS)} | {database}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not left_out & {path, *path.parents} and not _beside_sqlite(path):
            yield path


def _beside_sqlite(path: Path) -> bool:
    of, dash, _ = path.name.rpartition("-")
    return path.name.endswith(BESIDE_SQLITE) and bool(dash) and path.with_name(of).is_file()


@contextmanager
def _still(path: Path, aside: Path) -> Iterator[Path | None]:
    """Give a copy of a file as it is at one moment; None: it has gone since it was seen."""
    try:
        with path.open("rb") as file:
            beginning = file.read(len(SQLITE))
        # A new SQLite file is empty as long as all of it is in its log.
        if beginning == SQLITE or (not beginning and path.with_name(f"{path.name}-wal").exists()):
            copy_sqlite(path, aside)
        else:
            shutil.copyfile(path, aside)
        shutil.copymode(path, aside)
    except FileNotFoundError:
        yield None
        return
    yield aside
    aside.unlink()


def restore(deployment: Settings, file: Path) -> Manifest:
    """Put an archive where the settings say; nothing is put there unless all of it is well.

    Raises:
        Conflict: something lies there already, the archive is newer than this version, or it is of the
            other kind of database.
        NotFound, BadInput: there is no such file, it is no archive, not whole, or not as it was made.
        RegenteError: `pg_restore` failed.
    """
    place, folder = sqlite_file(deployment), deployment.data_dir.resolve()
    _refuse_full(deployment, place, folder)
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)  # of a restore that was broken off
    staging.mkdir(parents=True, mode=0o700)
    try:
        manifest = unpack(file, staging)
        if (manifest.kind == "sqlite") != (place is not None):
            raise Conflict(
                f"The archive is of a {manifest.kind} database, and the settings name another kind;"
                " set REGENTE_DATABASE_URL."
            )
        _put(deployment, staging, place, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _put(deployment: Settings, staging: Path, place: Path | None, folder: Path) -> None:
    """Move what was unpacked into its place, an SQLite database last: with it the rest is there too."""
    if place is None:
        with _opened(deployment.database) as database:
            dumps.load(database, staging / DATABASE)
            database.write(_go_on)
    else:
        with _opened(f"sqlite:///{staging / DATABASE}") as database:
            database.write(_go_on)
    if (staging / DATA).is_dir():
        for part in sorted((staging / DATA).iterdir()):
            part.rename(folder / part.name)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staging / DATABASE, place)


def _go_on(tx: Tx) -> None:
    """Let each folder prepare its rows for going on, by what its module `restored` offers."""
    for prepare in everywhere("restored", "restored", FunctionType).values():
        prepare(tx)


def _refuse_full(deployment: Settings, place: Path | None, folder: Path) -> None:
    lying = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if there := [name for name in lying if name not in NOT_OURS]:
        raise Conflict(
            f"{there[0]!r} lies in {str(folder)!r}, and an archive is put into an empty place only."
            " Move away what lies there, or name another folder in REGENTE_DATA_DIR."
        )
    if place is not None:
        if place.exists():
            raise Conflict(f"There is a database at {str(place)!r} already; move it away first.")
        return
    with _opened(deployment.database) as database:
        if found := dumps.tables(database):
            raise Conflict(
                f"The database of REGENTE_DATABASE_URL has tables already (such as {found[0]!r});"
                " make a new, empty database and name that."
            )


def main(arguments: list[str] | None = None) -> int:
    """Make, check or restore an archive; 1 when that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="python -m core.backup",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("make", "check", "restore"))
    parser.add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    try:
        if given.command == "make":
            made = make(settings(), given.file)
            print(f"{given.file}, {given.file.stat().st_size / 1e6:.1f} MB: {made}.")
        elif given.command == "check":
            print(f"Every checksum holds: {check(given.file)}.")
        else:
            print(f"Restored {restore(settings(), given.file)}. The server may start.")
    except RegenteError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
