"""What all tests share: every backend of the database, and no network beyond this machine."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from core.database import Database
from core.upgrade import load_tables
from tests import postgres
from tests.learned import Learned, shared_in
from tests.nursery import Nursery

os.environ["REGENTE_DEMO_LIFE"] = "off"  # a test that wants the demo's past says so

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Fail whatever would leave this machine: connections, datagrams and look-ups of names."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _near_only(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo

        def near_look_up(host: Any, *rest: Any, **options: Any) -> Any:
            _refuse_far(host)
            return look_up(host, *rest, **options)

        patch.setattr(socket, "getaddrinfo", near_look_up)
        yield


def _near_only(connect: Any) -> Any:
    def connect_near(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_far(address[0])
        return connect(self, address)

    return connect_near


def _refuse_far(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        near = ipaddress.ip_address(name.partition("%")[0]).is_loopback or name in ("0.0.0.0", "::")
    except ValueError:
        near = False
    if not near:
        pytest.fail(f"A test wanted to reach {name!r}; tests talk to this machine only.")


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """Hand on what servers learn from one test to the next, also in another process of this run."""
    base = tmp_path_factory.getbasetemp()
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    return shared_in((base if alone else base.parent) / "learned")


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where a test begins processes that it kills."""
    with Nursery() as begun:
        yield begun


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A PostgreSQL server, started once for the session if none is given."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without tables, on each backend."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/regente.sqlite"
        return
    with postgres.new_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
def empty_database(empty_url: str) -> Iterator[Database]:
    """A database without tables, on each backend."""
    database = Database(empty_url)
    yield database
    database.close()


@pytest.fixture
def database(empty_database: Database) -> Database:
    """A database with all tables, on each backend."""
    empty_database.write(load_tables().create_all)
    return empty_database
