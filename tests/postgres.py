"""A PostgreSQL server for the tests: one that is given, or one started from what is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

GIVEN = "REGENTE_TEST_POSTGRES"
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def server() -> Iterator[URL]:
    """Give the URL of a server where databases may be made; skip, and say why, if there is none."""
    if given := os.environ.get(GIVEN):
        yield make_url(given).set(drivername="postgresql+psycopg")
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip(f"PostgreSQL is not installed and {GIVEN} names none; NOT tested on PostgreSQL")
    user = _user()
    if user is None:
        pytest.skip(
            f"PostgreSQL refuses to run as root, and there is no other user for it; set {GIVEN}"
        )
    # A short path: a Unix socket's may have only about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="regente-pg-", dir="/tmp"))
    try:
        with _running(binaries, folder, user) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    installed = [Path(found).parent for found in [shutil.which("initdb")] if found]
    installed += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name)
    )
    return next((path for path in installed if (path / "postgres").is_file()), None)


def _user() -> pwd.struct_passwd | None:
    """Give who runs the server: ourselves, unless we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    return None


@contextmanager
def _running(binaries: Path, folder: Path, user: pwd.struct_passwd) -> Iterator[URL]:
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    if os.geteuid() != 0:
        as_user = {}
    os.chown(folder, user.pw_uid, user.pw_gid)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    data, log = folder / "data", folder / "log"

    def run(*arguments: str | Path) -> None:
        done = subprocess.run(  # pyright: ignore[reportCallIssue]
            [*map(str, arguments)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            **as_user,  # pyright: ignore[reportArgumentType,reportCallIssue]
        )
        if done.returncode:
            said = log.read_text() if log.is_file() else ""
            pytest.fail(f"{arguments[0]} failed:\n{done.stdout}\n{said}")

    run(binaries / "initdb", "-D", data, "-U", "regente", "-A", "trust", "-E", "UTF8", "--no-sync")
    port = _free_port()
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options += f" -p {port} -k {folder} -c listen_addresses="
    # The server would keep a pipe open for as long as it lives, so its output goes to a file.
    control = binaries / "pg_ctl"
    run(control, "start", "-w", "-t", "30", "-D", data, "-l", log, "-o", options)
    try:
        yield URL.create(
            "postgresql+psycopg",
            username="regente",
            database="postgres",
            query={"host": str(folder), "port": str(port)},
        )
    finally:
        run(control, "stop", "-m", "immediate", "-D", data)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def new_database(server: URL) -> Iterator[str]:
    """Make a database of its own and give its URL; it is dropped afterwards."""
    name = f"regente_test_{uuid4().hex[:12]}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(server: URL, statement: str) -> None:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(statement)  # pyright: ignore[reportArgumentType,reportCallIssue]
