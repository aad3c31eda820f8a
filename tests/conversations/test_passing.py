"""Live text over two processes: each a house of its own, with its own hub and bell, on one database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conversations import handoffs, passing, reading
from conversations.live import Hub, TurnLive
from conversations.reading import Entry
from core.database import Database
from core.doorbell import Doorbell
from tests.conversations.echo import House, W, house

on_postgresql = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)


@dataclass
class Tab:
    """A customer's browser tab, which reads all the time."""

    entries: list[Entry]

    @property
    def text(self) -> list[tuple[str, str]]:
        return [(entry.event, entry.data.get("text", "")) for entry in self.entries]

    async def sees(self, event: str, timeout_s: float = 3) -> float:
        """Wait until an event is there; give how long that took, in seconds."""
        began = time.monotonic()
        async with asyncio.timeout(timeout_s):
            while event not in [entry.event for entry in self.entries]:
                await asyncio.sleep(0.005)
        return time.monotonic() - began


@pytest.fixture
async def houses(database: Database, tmp_path: Path) -> AsyncIterator[list[House]]:
    """Two processes, as far as live text goes; the second has a database of its own too."""
    url = database.url.render_as_string(hide_password=False)
    others = Database(url)
    both = []
    for name, own in (("a", database), ("b", others)):
        (tmp_path / name).mkdir()
        both.append(house(own, tmp_path / name, hub=Hub(Doorbell(own))))
    bells = [asyncio.create_task(home.hub.doorbell.run()) for home in both]
    while not all(home.hub.doorbell.listening for home in both):
        await asyncio.sleep(0.005)
    yield both
    for home in both:
        home.hub.stop()
        await home.runner.stop()
    for bell in bells:
        bell.cancel()
    await asyncio.gather(*bells, return_exceptions=True)
    others.close()


def out(home: House, conversation_id: str, after: int = 0) -> AsyncIterator[list[Entry]]:
    """Give what goes out to a customer who reads in this process."""
    found = reading.follow(home.database, home.hub, W, conversation_id, after=after, staff=False)
    return passing.passed(home.database, home.hub, W, found)


@asynccontextmanager
async def tab(home: House, conversation_id: str) -> AsyncIterator[Tab]:
    entries: list[Entry] = []

    async def read() -> None:
        async for news in out(home, conversation_id):
            entries.extend(news)

    reading_on = asyncio.create_task(read())
    await asyncio.sleep(0.2)
    try:
        yield Tab(entries)
    finally:
        reading_on.cancel()
        await asyncio.gather(reading_on, return_exceptions=True)


async def take_over(home: House, conversation_id: str) -> None:
    """Take over as a third process would, of whose doing no hub has heard."""
    await home.database.writing(handoffs.take_over, W, conversation_id, person="Ana", actor="k")


@on_postgresql
async def test_who_reads_in_one_process_sees_the_sentences_of_a_turn_in_another_and_its_reply_at_once(
    houses: list[House],
) -> None:
    here, there = houses
    conversation_id = (await here.say("hi")).accepted.conversation_id
    going_on = asyncio.Event()

    async def wait(_: Any) -> None:
        await going_on.wait()

    there.conductor.before = wait
    async with tab(here, conversation_id) as shown:
        running = asyncio.create_task(there.runner.answer(conversation_id))
        await shown.sees("delta")
        assert shown.text[-1] == ("delta", "You said hi")
        going_on.set()
        await running
        assert await shown.sees("done") < reading.LOOK_S
        assert ("message", "You said hi.") in shown.text


@on_postgresql
async def test_a_turn_that_fails_in_another_process_takes_its_sentences_back_here(
    houses: list[House],
) -> None:
    here, there = houses
    conversation_id = (await here.say("hi")).accepted.conversation_id

    async def fail(_: Any) -> None:
        raise RuntimeError("no model")

    there.conductor.before = fail
    async with tab(here, conversation_id) as shown:
        await there.runner.answer(conversation_id)
        await shown.sees("retract")


@on_postgresql
async def test_an_unread_sentence_is_not_passed_after_a_take_over_that_nobody_here_heard_of(
    houses: list[House],
) -> None:
    here, there = houses
    conversation_id = (await here.say("hi")).accepted.conversation_id
    live = TurnLive(there.database, there.hub, await there.claim(conversation_id))
    slow = out(here, conversation_id)
    await anext(slow)  # the customer's own message; from here on the tab takes nothing
    await asyncio.sleep(0.2)
    assert await live.release("This must not be read.")
    while not any(reader.provisional for reader in here.hub._readers[conversation_id]):
        await asyncio.sleep(0.005)
    await take_over(there, conversation_id)
    async with aclosing(slow), asyncio.timeout(3):  # pyright: ignore[reportArgumentType]
        news = await anext(slow)
    assert "retract" in [entry.event for entry in news]
    assert "delta" not in [entry.event for entry in news]


@on_postgresql
async def test_a_take_over_waits_for_a_sentence_that_is_going_out_but_not_for_a_tab_that_hangs(
    houses: list[House],
) -> None:
    here, there = houses
    conversation_id = (await here.say("hi")).accepted.conversation_id
    live = TurnLive(here.database, here.hub, await here.claim(conversation_id))
    hanging = out(here, conversation_id)
    await anext(hanging)
    assert await live.release("One.")
    assert [entry.event for entry in await anext(hanging)] == ["delta"]
    began = time.monotonic()
    taking = asyncio.create_task(take_over(there, conversation_id))
    await asyncio.sleep(passing.HELD_AT_MOST_S / 4)
    assert not taking.done(), "its bytes are not out yet"
    await taking
    assert time.monotonic() - began < 10 * passing.HELD_AT_MOST_S
    assert not await live.release("Two.")


@on_postgresql
async def test_when_nobody_knows_who_speaks_a_sentence_is_not_shown_and_the_feed_goes_on(
    houses: list[House], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = houses[0]

    async def batches() -> AsyncIterator[list[Entry]]:
        delta = {"turn_id": "t", "text": "A word."}
        yield [
            Entry(event="delta", data=delta, tenure=0, spoken_in="none"),
            Entry(event="status", data={}),
        ]

    passed = passing.passed(home.database, home.hub, W, batches())
    (news,) = [entries async for entries in passed]
    assert [entry.event for entry in news] == ["retract", "status"]


@on_postgresql
async def test_what_a_stopping_process_takes_in_is_answered_by_another_at_once(
    houses: list[House],
) -> None:
    here, there = houses
    there.runner._sweeper.every_s = 60
    there.runner.start()
    await asyncio.sleep(0.2)  # its first sweep
    await here.runner.stop()
    conversation_id = (await here.say("hi")).accepted.conversation_id
    async with tab(here, conversation_id) as shown:
        here.runner.ring(conversation_id)
        await shown.sees("done")
    assert len(there.conductor.seen) == 1
