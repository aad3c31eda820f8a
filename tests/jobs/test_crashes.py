"""Processes that run jobs and die, or only sleep."""

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest

from conversations import pulse
from core.database import Database
from jobs import queue
from tests.jobs import works
from tests.jobs.conftest import Start, ended, seen
from tests.jobs.works import Diary, W, running


@pytest.mark.attack
async def test_what_a_killed_process_was_doing_goes_on_elsewhere_within_ten_seconds(
    database: Database, child: Start, diary: Diary
) -> None:
    await database.writing(queue.enqueue, W, works.THREE, "1")
    await database.writing(queue.enqueue, W, works.CANCELLED, "1")
    killed = child("three")
    await seen(lambda: diary.done() == ["three:1 one"])
    living = child("three", "cancelled")
    await seen(lambda: diary.done() == ["three:1 one", "hanging"])
    killed.kill()
    killed.wait()
    killed_at = time.monotonic()
    (diary.folder / "go").touch()
    row = await ended(database, "three:1")
    assert time.monotonic() - killed_at <= 10
    assert (row["state"], row["attempt"], row["failures"]) == ("done", 1, 1)
    assert diary.done() == [
        "three:1 one", "hanging", "three:1 two", "three:1 three",
    ], "what was done is not done again, and a living process's work is left alone"  # fmt: skip
    assert {int(line.split()[-1]) for line in diary.lines()[1:]} == {living.pid}


@pytest.mark.attack
async def test_a_job_that_kills_its_processes_ends_in_the_dead_letters(
    database: Database, child: Start, diary: Diary
) -> None:
    await database.writing(queue.enqueue, W, works.POISON, "1")
    for _ in range(2):
        await asyncio.to_thread(child("hastened").wait)
    child("hastened")
    row = await ended(database, "poison:1", within_s=30)
    assert (row["state"], row["failures"]) == ("dead", 2)
    assert "died while it ran" in row["failure"]
    assert diary.done() == ["poison"] * 2


@pytest.mark.attack
async def test_who_was_taken_for_dead_writes_nothing_when_it_wakes(
    database: Database, tmp_path: Path, child: Start, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.writing(queue.enqueue, W, works.THREE, "1")
    monkeypatch.setattr(pulse, "BEAT_S", 0.2)
    monkeypatch.setattr(pulse, "DEAD_AFTER_S", 2.0)
    sleeper = child("hastened")
    await seen(lambda: diary.done() == ["three:1 one"])
    await asyncio.sleep(0.3)  # else it sleeps in a transaction, and on SQLite all others wait
    sleeper.send_signal(signal.SIGSTOP)
    async with running(database, tmp_path) as engine:
        await seen(lambda: "three:1" in engine._running)
        sleeper.send_signal(signal.SIGCONT)  # two have it now
        await asyncio.sleep(0.5)
        (tmp_path / "go").touch()
        row = await ended(database, "three:1")
    assert row["state"] == "done"
    assert diary.done() == ["three:1 one", "three:1 two", "three:1 three"]
    assert {int(line.split()[-1]) for line in diary.lines()[1:]} == {os.getpid()}


@pytest.mark.attack
@pytest.mark.skipif(os.environ.get("REGENTE_ATTACKS") != "full", reason="`make attacks` only")
@pytest.mark.parametrize("seed", range(5))
async def test_whenever_processes_are_killed_every_step_is_done_and_none_after_its_end_was_known(
    database: Database, child: Start, diary: Diary, seed: int
) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    ids = [f"slow:{number}" for number in range(60)]
    for job_id in ids:
        await database.writing(queue.enqueue, W, works.SLOW, job_id.partition(":")[2])
    alive = [await asyncio.to_thread(child, "hastened") for _ in range(2)]
    for _ in range(6):
        await asyncio.sleep(chance.uniform(0.1, 2.0))
        killed = alive.pop(chance.randrange(2))
        killed.kill()
        killed.wait()
        alive.append(await asyncio.to_thread(child, "hastened"))
    rows = [await ended(database, job_id, within_s=60) for job_id in ids]
    assert {row["state"] for row in rows} == {"done"}
    lines = [line.split() for line in diary.lines()]
    for job_id in ids:
        steps = [(int(number), pid) for of, number, pid in lines if of == job_id]
        numbers = [number for number, _ in steps]
        assert sorted(set(numbers)) == list(range(5))
        assert numbers == sorted(numbers), "what is done is not gone back to"
        assert len(set(steps)) == len(steps), "a step is done again only by another process"
    assert len(lines) > 300, "some were cut off, or this tried nothing"
