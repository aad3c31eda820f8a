"""Backups: what was acknowledged before one was begun is there after all is lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from conversations import feed, transcript
from conversations.tables import effects, messages
from conversations.visitors import Taken
from core import backup, dumps
from core.database import Database, Tx
from core.errors import BadInput, Conflict, NotFound
from core.settings import Settings
from core.upgrade import upgrade
from tests import postgres
from tests.conftest import BACKENDS
from tests.conversations.echo import House, W, house

ROOT = Path(__file__).parents[2]
MODULES = {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}


@dataclass
class Place:
    """Where a deployment lies: a folder and a database."""

    url: str
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder, database_url=self.url, _env_file=None  # pyright: ignore
        )  # fmt: skip

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            "REGENTE_DATA_DIR": str(self.folder), "REGENTE_DATABASE_URL": self.url,
            "PATH": os.environ["PATH"], **MODULES,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "-m", "core.backup", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def rows(self, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
        with closing(Database(self.url)) as database:
            return database.read(lambda tx: list(tx.execute(statement).mappings()))


@pytest.fixture(params=BACKENDS)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Place]]:
    """Two places, each with an empty database, on each backend."""
    folders = [tmp_path / "first", tmp_path / "second"]
    if request.param == "sqlite":
        yield [Place(f"sqlite:///{folder}/regente.sqlite", folder) for folder in folders]
        return
    server = request.getfixturevalue("postgresql_server")
    with ExitStack() as made:
        urls = [made.enter_context(postgres.new_database(server)) for _ in folders]
        yield [Place(url, folder) for url, folder in zip(urls, folders, strict=True)]


@contextmanager
def serving(place: Place) -> Iterator[str]:
    """Serve a small house in a process of its own, which is killed afterwards; give its address."""
    place.folder.mkdir(exist_ok=True)
    port = str(postgres._free_port())
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.conversations.served", place.url, str(place.folder), port],
        cwd=ROOT, env={**os.environ, **MODULES}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield address
    finally:
        child.kill()
        child.wait()


class Customer(threading.Thread):
    """Writes without a pause, in one conversation, and remembers what was acknowledged."""

    def __init__(self, address: str, called: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self._address, self._called, self._over = address, called, over
        self._token = ""
        self.acknowledged: list[str] = []

    def run(self) -> None:
        with httpx.Client(base_url=self._address, timeout=20) as client:
            while not self._over.is_set():
                if not self.say(client, f"pay {self._called} {len(self.acknowledged)}"):
                    return

    def say(self, client: httpx.Client, text: str) -> bool:
        headers = {"X-Conversation-Token": self._token} if self._token else {}
        try:
            answer = client.post("/chat", json={"message": text}, headers=headers)
        except httpx.TransportError:  # the server was killed
            return False
        if answer.status_code in (200, 202):
            self._token = answer.json()["conversation_token"]
            self.acknowledged.append(text)
        return True


def heard(place: Place) -> list[str]:
    said = sa.select(messages.c.text, messages.c.state).where(messages.c.role == "customer")
    return sorted(row["text"] for row in place.rows(said))


def test_after_all_is_lost_what_was_acknowledged_is_there_and_conversations_go_on(
    places: list[Place], tmp_path: Path
) -> None:
    lost, found = places
    archive, over = tmp_path / "archive", threading.Event()
    with serving(lost) as address:
        customers = [Customer(address, name, over) for name in ("Ana", "Rui", "Lia")]
        for customer in customers:
            customer.start()
        while any(len(customer.acknowledged) < 5 for customer in customers):
            time.sleep(0.02)
        before = {text for customer in customers for text in customer.acknowledged}
        made = lost.command("make", str(archive))
        assert made.returncode == 0, made.stderr
        meanwhile = sum(len(customer.acknowledged) for customer in customers) - len(before)
        assert meanwhile > 0, "nobody waited for the backup"
    over.set()
    shutil.rmtree(lost.folder)

    restored = found.command("restore", str(archive))
    assert restored.returncode == 0, restored.stderr
    assert before <= set(heard(found))
    book = (found.folder / "book").read_text()
    for effect in found.rows(sa.select(effects).where(effects.c.state == "done")):
        assert effect["proposal_id"] in book, "the records know of all that the database knows of"
    with serving(found) as address, httpx.Client(base_url=address, timeout=20) as client:
        for customer in customers:
            assert customer.say(client, "and now?")
            assert customer.acknowledged[-1] == "and now?"
        deadline = time.monotonic() + 20
        unanswered = sa.select(messages.c.message_id).where(messages.c.state == "waiting")
        while found.rows(unanswered) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not found.rows(unanswered)
        assert heard(found).count("and now?") == len(customers)
    keys = (found.folder / "book").read_text().split()[::2]
    assert len(keys) == len(set(keys)), "nothing was done twice"


async def test_what_comes_after_a_restore_has_keys_and_numbers_that_were_never_given_out(
    places: list[Place], tmp_path: Path
) -> None:
    lost, found = places
    lost.folder.mkdir(exist_ok=True)
    with closing(Database(lost.url)) as database:
        upgrade(database)
        home = house(database, lost.folder, retry="key")
        begun = await home.say("hello")
        await home.runner.answer(begun.accepted.conversation_id)
        backup.make(lost.settings, tmp_path / "archive")
        keys, numbers = await given_out(home, begun, "pay for the shoes")
    backup.restore(found.settings, tmp_path / "archive")
    with closing(Database(found.url)) as database:
        home = house(database, found.folder, retry="key")
        keys_since, numbers_since = await given_out(home, begun, "pay for the hat")
    assert len(keys) == len(keys_since) == 2, "a write and a reply"
    assert not keys & keys_since
    assert min(numbers_since) > max(numbers), "an open page misses nothing"


async def given_out(home: House, begun: Taken, text: str) -> tuple[set[str], list[int]]:
    """Let a message be answered; give the keys of its write and its reply, and the numbers of its feed."""
    said = await home.say(text, begun)
    it = said.accepted.conversation_id
    assert await home.runner.answer(it)
    told = home.database.read(feed.since, W, it, said.accepted.feed_before, staff=True)
    (reply,) = [row for row in home.database.read(answered, it) if text in row["text"]]
    write = home.book.read_text().split()[-2]
    return {write, reply["key"]}, [entry["sequence"] for entry in told]


def answered(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    rows = transcript.of_conversation(tx, W, conversation_id, staff=False)
    return [row for row in rows if row["role"] == "ai"]


@pytest.fixture
def kept(places: list[Place], tmp_path: Path) -> tuple[Place, Place, Path]:
    """A deployment with a file and a database of a tool in use, an empty place, and an archive."""
    first, second = places
    for name in ("attachments/acme/ab/abc", "cache/made", "chroma/made", "demo_secret"):
        path = first.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (first.folder / "demo_secret").chmod(0o600)
    with closing(Database(first.url)) as database:
        upgrade(database)
    backup.make(first.settings, tmp_path / "archive")
    return first, second, tmp_path / "archive"


class TestWhatIsKept:
    def test_are_files_as_they_are_without_what_the_server_makes_again(
        self, kept: tuple[Place, Place, Path]
    ) -> None:
        _, second, archive = kept
        made = backup.restore(second.settings, archive)
        assert (second.folder / "attachments/acme/ab/abc").read_text() == "attachments/acme/ab/abc"
        assert (second.folder / "demo_secret").stat().st_mode & 0o777 == 0o600
        assert not {"cache", "chroma"} & {path.name for path in second.folder.iterdir()}
        assert made == backup.check(archive)
        assert archive.stat().st_mode & 0o777 == 0o600, "customers' words are in it"

    def test_is_what_a_tool_has_committed_though_it_goes_on_writing(
        self, kept: tuple[Place, Place, Path], tmp_path: Path
    ) -> None:
        first, second, _ = kept
        with closing(sqlite3.connect(first.folder / "tool.sqlite", isolation_level=None)) as tool:
            tool.execute("PRAGMA journal_mode=WAL")
            tool.execute("CREATE TABLE acts (name)")
            tool.execute("INSERT INTO acts VALUES ('kept')")
            tool.execute("BEGIN IMMEDIATE")
            tool.execute("INSERT INTO acts VALUES ('under way')")
            backup.make(first.settings, tmp_path / "meanwhile")
        backup.restore(second.settings, tmp_path / "meanwhile")
        with closing(sqlite3.connect(second.folder / "tool.sqlite")) as restored:
            assert restored.execute("SELECT name FROM acts").fetchall() == [("kept",)]
        assert not list(second.folder.glob("tool.sqlite-*"))


class TestRestoreRefuses:
    def test_a_place_that_is_not_empty(self, kept: tuple[Place, Place, Path]) -> None:
        first, second, archive = kept
        with pytest.raises(Conflict, match="empty"):
            backup.restore(first.settings, archive)
        second.folder.mkdir()
        (second.folder / "mine").write_text("mine")
        with pytest.raises(Conflict, match="'mine'"):
            backup.restore(second.settings, archive)
        with pytest.raises(Conflict, match="database"):
            backup.restore(Place(first.url, second.folder / "empty").settings, archive)

    def test_an_archive_of_a_newer_version(
        self, kept: tuple[Place, Place, Path], tmp_path: Path
    ) -> None:
        _, second, archive = kept
        newer = changed(archive, tmp_path / "newer", revision="9999")
        with pytest.raises(Conflict, match=r"newer.*'9999'"):
            backup.restore(second.settings, newer)
        assert not any(second.folder.iterdir())

    def test_what_is_not_as_it_was_made_and_puts_nothing_anywhere(
        self, kept: tuple[Place, Place, Path], tmp_path: Path
    ) -> None:
        _, second, archive = kept
        bytes_ = archive.read_bytes()
        (tmp_path / "cut").write_bytes(bytes_[: len(bytes_) // 2])
        other = changed(archive, tmp_path / "other", {"data/demo_secret": "another"})
        for wrong in (tmp_path / "cut", other, Path(__file__)):
            with pytest.raises(BadInput, match="as it was made|not a whole archive"):
                backup.restore(second.settings, wrong)
            assert not any(second.folder.iterdir())
        with closing(Database(second.url)) as database:
            assert second.url.startswith("sqlite") or dumps.tables(database) == []

    def test_an_archive_of_the_other_kind_of_database(
        self, kept: tuple[Place, Place, Path], tmp_path: Path
    ) -> None:
        first, second, archive = kept
        kind = "postgresql" if first.url.startswith("sqlite") else "sqlite"
        with pytest.raises(Conflict, match=kind):
            backup.restore(second.settings, changed(archive, tmp_path / "other", kind=kind))

    def test_what_is_not_there_in_a_sentence(self, places: list[Place], tmp_path: Path) -> None:
        done = places[0].command("restore", str(tmp_path / "nothing"))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("There is no file")
        assert done.stderr.count("\n") == 1


def changed(archive: Path, other: Path, parts: dict[str, str] | None = None, **values: str) -> Path:
    """Write an archive with other contents, which its manifest does not know of."""
    folder = other.with_name(f"{other.name}-parts")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    for name, content in (parts or {}).items():
        (folder / name).write_text(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **values}))
    with tarfile.open(other, "w:gz") as packed:
        for path in folder.iterdir():
            packed.add(path, path.name)
    return other


class TestMakeRefuses:
    def test_a_place_without_a_database(self, places: list[Place], tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="REGENTE_DATABASE_URL"):
            backup.make(places[0].settings, tmp_path / "archive")
        assert list(tmp_path.glob("*archive*")) == []

    def test_to_write_over_another_archive(self, kept: tuple[Place, Place, Path]) -> None:
        first, _, archive = kept
        with pytest.raises(Conflict, match="already"):
            backup.make(first.settings, archive)

    def test_to_write_into_what_it_keeps(self, kept: tuple[Place, Place, Path]) -> None:
        first, _, _ = kept
        with pytest.raises(BadInput, match="data folder"):
            backup.make(first.settings, first.folder / "archive")

    def test_a_database_that_is_damaged(self, tmp_path: Path) -> None:
        place = Place(f"sqlite:///{tmp_path}/regente.sqlite", tmp_path / "data")
        with closing(Database(place.url)) as database:
            upgrade(database)
        content = bytearray((tmp_path / "regente.sqlite").read_bytes())
        content[8192:40960] = b"\xff" * (40960 - 8192)
        (tmp_path / "regente.sqlite").write_bytes(content)
        done = place.command("make", str(tmp_path / "archive"))
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert not (tmp_path / "archive").exists()


def test_without_its_tools_postgresql_says_what_to_install(
    postgresql_server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dumps, "INSTALLED", tmp_path)
    with postgres.new_database(postgresql_server) as url, closing(Database(url)) as database:
        upgrade(database)
        with pytest.raises(NotFound, match=r"pg_dump.*PostgreSQL \d+ or newer"):
            dumps.dump(database, tmp_path / "dump")
