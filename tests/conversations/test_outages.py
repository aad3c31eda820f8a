"""A database that is full, locked or away: what was acknowledged survives, the rest gets a clear 503.

By default one seeded run; `REGENTE_ATTACKS=full` makes twenty. The seed is in the test's name.
"""

import asyncio
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from conversations import transcript
from conversations.tables import messages
from core.database import Database, Tx
from tests.conversations.echo import House, W, house
from tests.conversations.site import application, client

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
SEEDS = range(20261127, 20261127 + (20 if FULL else 1))
CAUSES = ("database or disk is full", "database is locked", "server closed the connection")


@contextmanager
def failing(database: Database, chance: random.Random, share: float) -> Iterator[None]:
    """Let a share of what is written fail at its commit."""

    def fail(_connection: Any) -> None:
        if chance.random() < share:
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError(chance.choice(CAUSES)))

    event.listen(database._write_engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(database._write_engine, "commit", fail)


async def taken(web: httpx.AsyncClient, text: str) -> str:
    """Send a message again and again until it is acknowledged; give its conversation."""
    body = {"message": text, "message_id": f"{text:->36}"}
    while True:
        answer = await web.post("/chat", json=body)
        if answer.status_code < 300:
            return answer.json()["conversation_id"]
        assert (answer.status_code, answer.json()["error"]) == (503, "Unavailable"), answer.text
        assert "nothing was kept" in answer.json()["message"]
        assert int(answer.headers["Retry-After"]) >= 1


async def told(home: House, conversation_id: str) -> list[str]:
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows if row["role"] == "ai"]


def waiting(tx: Tx) -> int:
    return tx.execute(sa.select(sa.func.count()).where(messages.c.state == "waiting")).scalar_one()


@pytest.mark.attack
@pytest.mark.parametrize("seed", SEEDS)
async def test_what_was_acknowledged_while_commits_fail_is_answered_once(
    database: Database, tmp_path: Path, seed: int
) -> None:
    home = house(database, tmp_path, lease_s=0.3, retry="key")
    home.settings = home.settings.model_copy(update={"turn_timeout_s": 0.05})
    async with client(home) as web:
        with capture_logs(), failing(database, random.Random(seed), 0.25):
            sent = [f"pay {number}" for number in range(12)]
            conversations = await asyncio.gather(*(taken(web, text) for text in sent))
        async with asyncio.timeout(30):
            while await home.database.reading(waiting):
                await asyncio.sleep(0.05)
        await home.runner.settled()
    assert len(set(conversations)) == len(sent)
    effects = await home.database.reading(
        lambda tx: tx.exec_driver_sql("SELECT proposal_id FROM effects").scalars().all()
    )
    assert len(effects) == len(set(effects))
    for text, conversation_id in zip(sent, conversations, strict=True):
        said = await told(home, conversation_id)
        # After three failures in a row a person gets it: then that is said, and once.
        assert len(said) == 1 or "person" in " ".join(said) or "team" in " ".join(said), said
        assert len([one for one in said if one.startswith(f"You said {text}.")]) <= 1


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cause", ["full", "locked"])
async def test_a_disk_that_is_full_and_a_file_that_is_locked_refuse_clearly_and_recover(
    home: House, cause: str
) -> None:
    transport = httpx.ASGITransport(application(home))
    home.settings = home.settings.model_copy(update={"turn_timeout_s": 0.01})
    async with httpx.AsyncClient(transport=transport, base_url="http://acme") as web:
        assert (await web.post("/chat", json={"message": "before"})).status_code in (200, 202)
        await home.runner.settled()
        blocker = sqlite3.connect(str(home.database.url.database), isolation_level=None)
        pages = blocker.execute("PRAGMA page_count").fetchone()[0]
        limit = {"full": f"max_page_count={pages}", "locked": "busy_timeout=50"}[cause]
        home.database.write(lambda tx: tx.exec_driver_sql(f"PRAGMA {limit}").fetchall())
        if cause == "locked":
            blocker.execute("BEGIN IMMEDIATE")
        long = {"message": "x" * 8000}  # more than there is room for on the pages
        refused = [await web.post("/chat", json=long) for _ in range(2)]
        assert {answer.status_code for answer in refused} == {503}
        assert cause in refused[0].json()["message"]
        assert (await web.get("/handoffs")).status_code == 401  # it still answers
        blocker.execute("ROLLBACK") if cause == "locked" else home.database.write(
            lambda tx: tx.exec_driver_sql("PRAGMA max_page_count=1073741823").fetchall()
        )
        assert (await web.post("/chat", json=long)).status_code in (200, 202)
        await home.runner.settled()
        blocker.close()
    said = sa.select(messages.c.text).where(messages.c.role == "customer")
    said = said.order_by(messages.c.created_at)
    texts = await home.database.reading(lambda tx: tx.execute(said).scalars().all())
    assert texts == ["before", long["message"]]
