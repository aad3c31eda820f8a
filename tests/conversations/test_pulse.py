"""Processes that die, and such as only slept."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conversations import acting, approvals, commit, effects, transcript
from conversations.pulse import DEAD_AFTER_S, Pulse
from conversations.rows import found
from core import crew
from core.database import Database, Tx
from core.processes import processes
from graph.turn import Reply, TurnResult
from tests.conversations.echo import House, W, house
from tests.nursery import Child, Nursery

DRAFT = TurnResult(replies=[Reply(text="from the dead", agent="echo")], language="en")


def silent(tx: Tx, process_id: str) -> None:
    aged = processes.update().where(processes.c.process_id == process_id)
    tx.execute(aged.values(seen_at=processes.c.seen_at - DEAD_AFTER_S - 1))


def lives_as(tx: Tx, process_id: str, pid: int) -> None:
    tx.execute(processes.update().where(processes.c.process_id == process_id).values(pid=pid))


def living(tx: Tx) -> set[str]:
    return set(tx.scalars(processes.select().with_only_columns(processes.c.process_id)))


async def replies(home: House, conversation_id: str) -> list[str]:
    rows = await home.database.reading(transcript.of_conversation, W, conversation_id, staff=False)
    return [row["text"] for row in rows if row["role"] == "ai"]


@pytest.fixture
async def pulse(home: House) -> Pulse:
    """The heartbeat of this process, which has beaten once."""
    begun = Pulse(home.database, W, "1")
    await begun.begin()
    await begun.beat()
    return begun


async def test_what_a_dead_process_held_is_answered_by_another_however_long_its_lease(
    home: House, pulse: Pulse
) -> None:
    conversation_id = (await home.say("hi")).accepted.conversation_id
    dead = await Pulse(home.database, W, "1").begin()
    zombie = await home.claim(conversation_id, dead, lease_s=3600)
    await pulse.beat()
    assert not await home.runner.answer(conversation_id), "it still lives"
    await home.database.writing(silent, dead)
    await pulse.beat()
    assert await home.runner.answer(conversation_id)
    assert await home.database.writing(commit.commit, zombie, DRAFT, []) == "lost"
    assert await replies(home, conversation_id) == ["You said hi."]
    assert await home.database.reading(living) == {pulse.process_id}


async def test_what_a_dead_process_held_is_taken_up_before_the_next_sweep(
    home: House, pulse: Pulse
) -> None:
    home.runner._sweeper.every_s = 3600
    pulse.followers.append(home.runner.follow)
    home.runner.start()
    await asyncio.sleep(0.1)
    conversation_id = (await home.say("hi")).accepted.conversation_id
    dead = await Pulse(home.database, W, "1").begin()
    await home.claim(conversation_id, dead, lease_s=3600)
    await home.database.writing(silent, dead)
    await pulse.beat()
    async with asyncio.timeout(20):
        while await replies(home, conversation_id) != ["You said hi."]:
            await asyncio.sleep(0.02)
    await home.runner.stop()


async def test_what_a_process_held_whose_death_was_seen_is_answered_without_waiting_for_its_silence(
    home: House, pulse: Pulse
) -> None:
    conversation_id = (await home.say("hi")).accepted.conversation_id
    dead = await Pulse(home.database, W, "1").begin()
    await home.claim(conversation_id, dead, lease_s=3600)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    await home.database.writing(lives_as, dead, gone.pid)
    crew._deaths.put(gone.pid)
    await pulse.beat()
    assert await home.runner.answer(conversation_id)
    assert await home.database.reading(living) == {pulse.process_id}


async def test_an_approval_that_a_dead_process_was_carrying_out_is_driven_on(
    home: House, pulse: Pulse
) -> None:
    await home.runner.answer((await home.say("something big")).accepted.conversation_id)
    approval_id = (await home.database.reading(approvals.listed, W))[0]["approval_id"]
    await home.database.writing(
        approvals.decide, W, approval_id, "approve", person="Ana", actor="k"
    )
    dead = await Pulse(home.database, W, "1").begin()
    claimed = {"process_id": dead, "lease_s": 3600}
    assert await home.database.writing(acting.claim, W, approval_id, **claimed)
    await home.database.writing(silent, dead)
    await home.runner._carry_out(approval_id)
    assert home.paid == 0
    await pulse.beat()
    await home.runner._carry_out(approval_id)
    assert home.paid == 1
    await home.runner.settled()


async def test_who_was_silent_itself_judges_nobody_at_first(home: House, pulse: Pulse) -> None:
    other = await Pulse(home.database, W, "1").begin()
    await home.database.writing(silent, other)
    assert pulse._beat_at is not None
    pulse._beat_at -= DEAD_AFTER_S
    await pulse.beat()
    assert other in await home.database.reading(living)
    await pulse.beat()
    assert other not in await home.database.reading(living)


async def test_who_was_buried_alive_enters_again(home: House, pulse: Pulse) -> None:
    sleeper = Pulse(home.database, W, "1")
    await sleeper.begin()
    await home.database.writing(silent, sleeper.process_id)
    await pulse.beat()
    await sleeper.beat()
    assert await home.database.reading(living) == {pulse.process_id, sleeper.process_id}


async def test_who_leaves_gives_back_what_it_held(home: House, pulse: Pulse) -> None:
    conversation_id = (await home.say("hi")).accepted.conversation_id
    await home.claim(conversation_id, pulse.process_id, lease_s=3600)
    await pulse.end()
    assert await home.runner.answer(conversation_id)
    assert await home.database.reading(living) == set()


@contextmanager
def child(nursery: Nursery, place: str, home: House, subject: str) -> Iterator[Child]:
    """Give a process that is in the middle of a turn, or of the tool that it or an approval calls."""
    url = home.database.url.render_as_string(hide_password=False)
    folder = str(home.settings.data_dir)
    process = nursery.start("tests.conversations.sleeper", place, url, folder, subject)
    assert process.stdout.readline() == "in\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def recovered(home: House, conversation_id: str) -> float:
    """Let this process live until it has answered; give how long that took, in seconds."""
    began = time.monotonic()
    pulse = Pulse(home.database, W, "1")
    home.runner._process_id = await pulse.begin()
    beating = asyncio.create_task(pulse.run())
    home.runner.start()
    async with asyncio.timeout(30):
        while not await replies(home, conversation_id):
            await asyncio.sleep(0.05)
    took_s = time.monotonic() - began
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    await home.runner.stop()
    return took_s


@pytest.mark.attack
@pytest.mark.parametrize("place", ["turn", "tool"])
@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
async def test_another_process_answers_within_ten_seconds_and_nothing_is_doubled(
    database: Database, tmp_path: Path, nursery: Nursery, place: str, fate: signal.Signals
) -> None:
    home = house(database, tmp_path)
    conversation_id = (await home.say("pay")).accepted.conversation_id
    with child(nursery, place, home, conversation_id) as process:
        process.send_signal(fate)
        assert await recovered(home, conversation_id) <= 10
        said = await replies(home, conversation_id)
        owner = (await home.database.reading(found, W, conversation_id))["owner"]
        if fate == signal.SIGSTOP:
            process.send_signal(signal.SIGCONT)
            rest = await asyncio.to_thread(process.stdout.read)  # log lines, and its last word
            assert rest.endswith("ended\n")
    assert await replies(home, conversation_id) == said
    (effect,) = await home.database.reading(effects.of_turn, W, f"{conversation_id}:1")
    if place == "turn":
        assert said == ["You said pay. done: Paid 5.00."]
        assert (home.paid, effect["state"], owner) == (1, "done", "ai")
    else:  # begun, and nobody knows how it ended: a person finds out
        assert any("will check" in text for text in said)
        assert owner == "queue"
        assert home.paid <= (fate == signal.SIGSTOP)
        # Who wakes in the tool may still see how it ended, and then the ledger says so.
        assert effect["state"] == "unknown" or (effect["state"] == "done" and home.paid == 1)


@pytest.mark.attack
async def test_an_approved_write_in_which_the_process_dies_is_not_repeated_and_people_find_out(
    database: Database, tmp_path: Path, nursery: Nursery
) -> None:
    home = house(database, tmp_path)
    conversation_id = (await home.say("something big")).accepted.conversation_id
    await home.runner.answer(conversation_id)
    approval_id = (await database.reading(approvals.listed, W))[0]["approval_id"]
    await database.writing(approvals.decide, W, approval_id, "approve", person="Ana", actor="k")
    with child(nursery, "approval", home, approval_id) as process:
        process.kill()
    began = time.monotonic()
    pulse = Pulse(database, W, "1")
    home.runner._process_id = await pulse.begin()
    beating = asyncio.create_task(pulse.run())
    home.runner.start()
    async with asyncio.timeout(30):
        while (await database.reading(approvals.one, W, approval_id))["state"] == "decided":
            await asyncio.sleep(0.05)
    assert time.monotonic() - began <= 10
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    await home.runner.stop()
    assert (await database.reading(approvals.one, W, approval_id))["state"] == "unknown"
    assert home.paid == 0, "begun, and nobody knows how it ended: it is not begun again"
    assert (await database.reading(found, W, conversation_id))["owner"] == "queue"
