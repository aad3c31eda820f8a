"""Places to compute in: one at a time, lent while somebody waits, and given to nobody in a rush."""

import asyncio
from collections.abc import Callable

import pytest

from core import computing
from core.computing import RUSH_KNOCKS, RUSH_WAITING, Places, lend


class Turns:
    """Turns that last until they are let go."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.began: list[int] = []
        self.over = asyncio.Event()

    def start(self, number: int, wait: Callable[[], object] = lambda: None) -> asyncio.Task[None]:
        async def turn() -> None:
            async with self.places.taken():
                self.began.append(number)
                wait()
                await self.over.wait()

        return asyncio.create_task(turn())


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody lends a place only because it took long: the machine may be busy."""
    monkeypatch.setattr(computing, "LONGEST_S", 60.0)


async def moment() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.usefixtures("patient")
async def test_one_computes_and_the_others_follow_in_the_order_they_came() -> None:
    turns = Turns(Places(1))
    tasks = [turns.start(number) for number in range(3)]
    await moment()
    assert turns.began == [0]
    turns.over.set()
    await asyncio.gather(*tasks)
    assert turns.began == [0, 1, 2]


@pytest.mark.usefixtures("patient")
async def test_who_waits_for_somebody_else_lends_its_place_once() -> None:
    turns = Turns(Places(1))

    def wait() -> None:
        lend()
        lend()

    tasks = [turns.start(0, wait), turns.start(1), turns.start(2)]
    await moment()
    assert turns.began == [0, 1]
    turns.over.set()
    await asyncio.gather(*tasks)
    async with turns.places.taken():
        late = turns.start(3)
        await moment()
        assert turns.began == [0, 1, 2], "there is still one place"
    await late


@pytest.mark.usefixtures("patient")
async def test_a_place_is_lent_from_a_task_of_the_turn_and_from_nowhere_else() -> None:
    lend()
    turns = Turns(Places(1))

    async def asking() -> None:
        lend()

    async def turn() -> None:
        async with turns.places.taken():
            await asyncio.create_task(asking())
            await turns.over.wait()

    first, second = asyncio.create_task(turn()), turns.start(1)
    await asyncio.sleep(0.01)
    assert turns.began == [1]
    turns.over.set()
    await asyncio.gather(first, second)


async def test_who_waits_without_saying_so_does_not_keep_the_others_from_computing() -> None:
    turns = Turns(Places(1))
    tasks = [turns.start(number) for number in range(2)]
    async with asyncio.timeout(10):
        while turns.began != [0, 1]:
            await asyncio.sleep(0.01)
    turns.over.set()
    await asyncio.gather(*tasks)


@pytest.mark.usefixtures("patient")
async def test_who_fails_or_is_stopped_gives_its_place_back() -> None:
    places = Places(1)
    turns = Turns(places)
    with pytest.raises(ValueError, match="no"):
        async with places.taken():
            raise ValueError("no")
    running, waiting, last = (turns.start(number) for number in range(3))
    await moment()
    waiting.cancel()
    running.cancel()
    await moment()
    assert turns.began == [0, 2]
    turns.over.set()
    await last


async def crowd(monkeypatch: pytest.MonkeyPatch) -> tuple[Turns, list[asyncio.Task[None]]]:
    """Let a turn run and many wait, more come in, and the turn end."""
    monkeypatch.setattr(computing, "RUSH_WITHIN_S", 60.0)
    turns = Turns(Places(1))
    tasks = [turns.start(number) for number in range(RUSH_WAITING + 5)]
    await moment()
    for _ in range(RUSH_KNOCKS):
        turns.places.knocked()
    turns.over.set()
    return turns, tasks


@pytest.mark.usefixtures("patient")
class TestInARush:
    async def test_those_who_wait_begin_when_it_is_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(computing, "RUSH_PACE_S", 60.0)
        turns, tasks = await crowd(monkeypatch)
        await asyncio.sleep(0.1)
        assert turns.began == [0], "who had begun goes on"
        monkeypatch.setattr(computing, "RUSH_WITHIN_S", 0.0)
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks)
        assert turns.began == list(range(len(tasks)))

    async def test_one_begins_now_and_then(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(computing, "RUSH_PACE_S", 0.01)
        turns, tasks = await crowd(monkeypatch)
        async with asyncio.timeout(20):
            while len(turns.began) < 3:
                await asyncio.sleep(0.01)
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks)

    async def test_what_can_be_answered_is_no_rush(self) -> None:
        places = Places(1)
        for _ in range(RUSH_KNOCKS):
            places.knocked()
        assert not places.rush

    async def test_what_lasts_is_none_either(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turns, tasks = await crowd(monkeypatch)
        assert turns.places.rush
        monkeypatch.setattr(computing, "LONGEST_RUSH_S", 0.0)
        assert not turns.places.rush
        await asyncio.gather(*tasks)
