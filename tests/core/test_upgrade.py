"""Upgrading a database: what migrations make is what the tables say."""

import asyncio
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.database import Database, Tx
from core.errors import Conflict
from core.upgrade import OPTIONS, differences, downgrade, load_tables, revision_of, upgrade

SCHEMA = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
    "postgresql": """
        SELECT 'column', table_name || '.' || column_name,
               concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
                   WHERE NOT tgisinternal
    """,
}


def schema(tx: Tx) -> dict[tuple[str, str], str]:
    """Give every object of the schema as the database itself tells it, columns in any order."""
    told = {}
    for kind, name, statement in tx.execute(sa.text(SCHEMA[tx.dialect.name])):
        if OPTIONS["version_table"] not in name:
            words = re.split(r",(?![^(]*\))|\n", re.sub(r'[\t "]+', " ", statement))
            told[kind, name] = ",".join(sorted(word.strip() for word in words if word.strip()))
    return told


@pytest.fixture
def another(empty_url: str, empty_database: Database, tmp_path: Path) -> Database:
    """The same backend's schema as `create_all` makes it."""
    empty_database.write(load_tables().create_all)
    return empty_database


class TestMigrations:
    def test_make_the_very_schema_that_the_tables_say(self, empty_database: Database) -> None:
        upgrade(empty_database)
        migrated = empty_database.read(schema)
        downgrade(empty_database, "base")
        empty_database.write(load_tables().create_all)
        assert migrated == empty_database.read(schema)
        assert len(migrated) > 20

    def test_leave_alembic_nothing_to_add(self, empty_database: Database) -> None:
        upgrade(empty_database)
        assert empty_database.read(differences) == []

    def test_notice_a_difference(self, empty_database: Database) -> None:
        upgrade(empty_database)
        empty_database.write(
            lambda tx: tx.exec_driver_sql("ALTER TABLE events ADD COLUMN more INT")
        )
        assert empty_database.read(differences) != []

    def test_can_be_taken_back_to_nothing_and_run_again(self, empty_database: Database) -> None:
        upgrade(empty_database)
        downgrade(empty_database, "base")
        assert empty_database.read(schema) == {}
        assert upgrade(empty_database) == empty_database.read(revision_of)


class TestUpgrade:
    def test_finds_nothing_to_do_the_second_time(self, empty_database: Database) -> None:
        assert upgrade(empty_database) == upgrade(empty_database)

    async def test_runs_once_when_several_start_at_once(
        self, empty_database: Database, empty_url: str
    ) -> None:
        servers = [Database(empty_url) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            revisions = set(threads.map(upgrade, servers))
        for server in servers:
            server.close()
        assert revisions == {empty_database.read(revision_of)}

    def test_refuses_a_database_of_a_newer_version(self, empty_database: Database) -> None:
        upgrade(empty_database)
        newer = sa.text(f"UPDATE {OPTIONS['version_table']} SET version_num = '9999'")
        empty_database.write(lambda tx: tx.execute(newer))
        with pytest.raises(Conflict, match=r"'9999'.*newer"):
            upgrade(empty_database)
        assert empty_database.read(revision_of) == "9999"


def test_the_command_upgrades_the_database_of_the_settings(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core.upgrade"],
        cwd=Path(__file__).parents[2],
        env={"REGENTE_DATA_DIR": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "at revision 0" in done.stdout
    database = Database(f"sqlite:///{tmp_path}/regente.sqlite")
    assert asyncio.run(database.reading(differences)) == []
    database.close()
