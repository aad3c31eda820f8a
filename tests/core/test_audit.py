"""The audit: nothing in it can be changed without a trace."""

import asyncio

import pytest
import sqlalchemy as sa

from core import audit
from core.audit import Verified, append, verify
from core.database import Database, Tx


def enter(tx: Tx, number: int = 0, workspace_id: str = "w") -> int:
    return append(
        tx,
        workspace_id=workspace_id,
        actor="key_1",
        action="thing.done",
        subject=f"thing_{number}",
        details={"ratio": 0.1 + 0.2, "ünï": ["b", {"z": 1, "a": None}]},
    )


@pytest.fixture
async def five(database: Database) -> Database:
    for number in range(5):
        await database.writing(enter, number)
    return database


async def test_an_untouched_chain_is_sound(five: Database) -> None:
    assert await five.reading(verify, "w") == Verified(5, None)
    assert await five.reading(verify, "empty") == Verified(0, None)


@pytest.mark.parametrize(
    ("tampering", "broken_at"),
    [
        ("UPDATE audit SET actor = 'me' WHERE sequence = 3", 3),
        ("UPDATE audit SET at = at + 0.5 WHERE sequence = 2", 2),
        ("UPDATE audit SET details = '{}' WHERE sequence = 5", 5),
        ("DELETE FROM audit WHERE sequence = 1", 1),
        ("DELETE FROM audit WHERE sequence = 4", 4),
        ("DELETE FROM audit WHERE sequence = 5", 5),
        ("DELETE FROM audit", 1),
        ("DELETE FROM audit_heads", 6),
        ("UPDATE audit SET sequence = 9 WHERE sequence = 5", 5),
    ],
)
async def test_tampering_shows_where(five: Database, tampering: str, broken_at: int) -> None:
    await five.writing(lambda tx: tx.execute(sa.text(tampering)))
    assert await five.reading(verify, "w") == Verified(broken_at - 1, broken_at)


async def test_an_entry_moved_to_another_workspace_shows(five: Database) -> None:
    await five.writing(lambda tx: tx.execute(sa.text("UPDATE audit SET workspace_id = 'x'")))
    assert (await five.reading(verify, "x")).broken_at == 1


async def test_entries_made_at_once_make_one_chain(database: Database) -> None:
    numbers = await asyncio.gather(*(database.writing(enter, number) for number in range(40)))
    await asyncio.gather(*(database.writing(enter, number, "other") for number in range(5)))
    assert sorted(numbers) == list(range(1, 41))
    assert await database.reading(verify, "w") == Verified(40, None)
    assert await database.reading(verify, "other") == Verified(5, None)


async def test_an_entry_of_a_transaction_that_failed_leaves_no_gap(five: Database) -> None:
    def fail(tx: Tx) -> None:
        enter(tx)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await five.writing(fail)
    assert await five.writing(enter) == 6
    assert await five.reading(verify, "w") == Verified(6, None)


def test_the_command_tells_a_broken_chain_by_its_exit_status(
    tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.settings import settings
    from core.upgrade import upgrade

    (tmp_path / "workspace.yaml").write_text("id: clinic\nname: Clinic\n")
    monkeypatch.setenv("REGENTE_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("REGENTE_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("REGENTE_DATABASE_URL", raising=False)
    settings.cache_clear()
    try:
        database = Database(settings().database)
        upgrade(database)
        database.write(enter, workspace_id="clinic")
        assert audit.main(["verify"]) == 0
        database.write(lambda tx: tx.execute(sa.text("UPDATE audit SET action = 'x'")))
        database.close()
        assert audit.main(["verify"]) == 1
    finally:
        settings.cache_clear()
    assert "Entry 1 was changed" in capsys.readouterr().out
