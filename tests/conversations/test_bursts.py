"""Several messages in a row: read in the order they were written, answered once, and soon enough."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels import Inbound
from conversations import handoffs, transcript
from conversations.accept import Accepted, accept
from core.database import Database, Tx
from customers import identity
from graph.turn import TurnRequest
from tests.conversations.echo import House, W, house
from tests.conversations.site import client

NOON = 1_800_000_000.0
ANSWERED_WITHIN_S = 30.0


@dataclass
class Time:
    """A clock that a test moves on; the conversation's, not the lease's."""

    now: float = NOON

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@dataclass
class Line:
    """A customer on a channel whose bursts are waited for."""

    home: House
    time: Time
    quiet_s: float = 2.0
    max_wait_s: float = 8.0
    written: dict[str, float] = field(default_factory=dict)

    async def write(
        self, text: str, *, address: str = "+1", provider_at: float | None = None
    ) -> Accepted:
        self.written[text] = self.time.now
        return await self.home.database.writing(self._take, text, address, provider_at)

    def _take(self, tx: Tx, text: str, address: str, provider_at: float | None) -> Accepted:
        message = Inbound(
            channel="sms", account="us", address=address, provider_message_id=text, text=text,
            provider_at=provider_at,
        )  # fmt: skip
        customer_id = identity.resolve(tx, W, "visitor", "one")
        return accept(
            tx, W, message, customer_id=customer_id,
            quiet_s=self.quiet_s, max_wait_s=self.max_wait_s,
        )  # fmt: skip

    async def answer(self, conversation_id: str) -> bool:
        return await self.home.runner.answer(conversation_id)

    @property
    def heard(self) -> list[list[str]]:
        """What each run was about."""
        return [[said.text for said in run.messages] for run in self.home.conductor.seen]


@pytest.fixture
async def line(database: Database, tmp_path: Path) -> AsyncIterator[Line]:
    time = Time()
    clocked = Database(database.url.render_as_string(hide_password=False), clock=time)
    home = house(clocked, tmp_path)
    await home.runner.stop()  # nothing rings; a turn runs when the test says so
    yield Line(home, time)
    clocked.close()


async def test_what_comes_3_1_2_is_read_1_2_3(line: Line) -> None:
    for number in (3, 1, 2):
        taken = await line.write(str(number), provider_at=NOON + number)
    line.time.now += 2
    assert await line.answer(taken.conversation_id)
    assert line.heard == [["1", "2", "3"]]
    assert not await line.answer(taken.conversation_id)


async def test_written_in_one_second_or_at_no_known_time_they_are_read_as_they_came(
    line: Line,
) -> None:
    for text, provider_at in (("a", NOON), ("b", NOON), ("c", None), ("d", NOON - 9)):
        taken = await line.write(text, provider_at=provider_at)
    line.time.now += 2
    await line.answer(taken.conversation_id)
    assert line.heard == [["a", "b", "c", "d"]]


async def test_an_earlier_one_that_comes_during_the_turn_is_read_first_in_the_same_turn(
    line: Line,
) -> None:
    line.quiet_s = 0
    taken = await line.write("second", provider_at=NOON + 2)

    async def earlier(_request: TurnRequest) -> None:
        line.home.conductor.before = None
        await line.write("first", provider_at=NOON + 1)

    line.home.conductor.before = earlier
    while await line.answer(taken.conversation_id):
        pass
    assert line.heard == [["second"], ["first", "second"]]
    assert len({request.turn_id for request in line.home.conductor.seen}) == 1


async def test_nothing_that_was_answered_is_told_again_whatever_its_time_says(line: Line) -> None:
    line.quiet_s = 0
    taken = await line.write("late", provider_at=NOON + 9)
    await line.write("early", provider_at=NOON)
    await line.answer(taken.conversation_id)
    await line.home.database.writing(
        handoffs.take_over, W, taken.conversation_id, person="Ana", actor="k"
    )
    wrap_up = {"did": "", "promised": "", "changed": "", "follow_up": ""}
    await line.home.database.writing(
        handoffs.hand_back, W, taken.conversation_id, wrap_up=wrap_up, person="Ana", actor="k"
    )
    await line.answer(taken.conversation_id)
    assert line.home.conductor.seen[-1].missed == ()


async def test_a_burst_is_let_come_to_its_end_but_not_for_ever(line: Line) -> None:
    taken = await line.write("0")
    assert taken.due_in_s == line.quiet_s
    for second in range(1, 8):
        line.time.now += 1
        assert not await line.answer(taken.conversation_id), "it still writes"
        taken = await line.write(str(second))
        assert taken.due_in_s == min(line.quiet_s, line.max_wait_s - second)
    line.time.now += 1
    assert await line.answer(taken.conversation_id)
    assert line.heard == [[str(second) for second in range(8)]]


async def test_a_burst_that_begins_during_a_turn_is_waited_for_as_well(line: Line) -> None:
    taken = await line.write("one")
    line.time.now += 2

    async def more(_request: TurnRequest) -> None:
        line.home.conductor.before = None
        line.time.now += 1
        await line.write("two")

    line.home.conductor.before = more
    assert await line.answer(taken.conversation_id)
    assert not await line.answer(taken.conversation_id), "perhaps there is a third"
    line.time.now += 1
    await line.write("three")
    line.time.now += 2
    assert await line.answer(taken.conversation_id)
    assert line.heard == [["one"], ["one", "two", "three"]]


async def test_a_reply_goes_to_one_address_however_many_write(line: Line) -> None:
    taken = await line.write("from one", address="+1")
    await line.write("from two", address="+2")
    await line.write("more from one", address="+1")
    line.time.now += 8
    while await line.answer(taken.conversation_id):
        pass
    assert line.heard == [["from one", "more from one"], ["from two"]]
    said = await line.home.database.reading(
        transcript.of_conversation, W, taken.conversation_id, staff=True
    )
    assert [row["address"] for row in said if row["role"] == "ai"] == ["+1", "+2"]


async def test_the_runner_wakes_when_the_burst_has_ended_without_a_sweep(home: House) -> None:
    home.runner._sweeper.every_s = 60
    line = Line(home, Time(), quiet_s=0.2, max_wait_s=1)
    home.runner.start()
    try:
        await asyncio.sleep(0.05)  # the sweep has looked
        taken = await line.write("hi")
        home.runner.ring(taken.conversation_id, in_s=taken.due_in_s)
        async with asyncio.timeout(5):
            while not line.heard:
                await asyncio.sleep(0.01)
    finally:
        await home.runner.stop()
    assert line.heard == [["hi"]]


@pytest.mark.attack
@pytest.mark.parametrize("quiet_s", [0, 2])
@pytest.mark.parametrize("run_s", [0, 1, 3, 7, 12])
async def test_who_writes_every_second_for_two_minutes_is_answered_within_30_s_each_time(
    line: Line, quiet_s: int, run_s: int
) -> None:
    line.quiet_s = quiet_s
    answered: dict[str, float] = {}
    rows: list[dict[str, Any]] = []
    conversation_id = (await line.write("0")).conversation_id

    async def second() -> None:
        line.time.now += 1
        if (passed := int(line.time.now - NOON)) <= 120:
            await line.write(str(passed))

    async def running(_request: TurnRequest) -> None:
        for _ in range(run_s):
            await second()

    line.home.conductor.before = running
    while len(answered) < 121:
        if not await line.answer(conversation_id):
            await second()
        rows = await line.home.database.reading(
            transcript.of_conversation, W, conversation_id, staff=False, limit=500
        )
        for row in rows:
            if row["role"] == "customer" and row["state"] == "done":
                answered.setdefault(row["text"], line.time.now)
    replies = [row["text"] for row in rows if row["role"] == "ai"]
    waited = {text: answered[text] - line.written[text] for text in answered}
    assert max(waited.values()) <= ANSWERED_WITHIN_S, waited
    assert len(line.heard) <= 3 * len(replies)
    told = " + ".join(reply.removeprefix("You said ").removesuffix(".") for reply in replies)
    assert told.split(" + ") == [str(number) for number in range(121)]


async def test_over_http_messages_that_wait_together_are_read_as_they_were_written(
    home: House,
) -> None:
    async def ask(web: httpx.AsyncClient, text: str, at: str, **more: str) -> httpx.Response:
        return await web.post("/chat", json={"message": text, "sent_at": at, **more})

    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def hold(_request: TurnRequest) -> None:
        begun.set()
        await goes_on.wait()

    async with client(home) as web:
        first = (await ask(web, "hello", "2026-11-27T10:00:00Z")).json()
        known = {key: first[key] for key in ("conversation_id", "conversation_token")}
        home.conductor.before = hold
        late = asyncio.create_task(ask(web, "and two", "2026-11-27T09:00:02-01:00", **known))
        await begun.wait()
        early = asyncio.create_task(ask(web, "one", "2026-11-27T10:00:01Z", **known))
        while (await web.get(f"/conversations/{known['conversation_id']}", headers={
            "X-Conversation-Token": known["conversation_token"]
        })).json()["last_event_id"] < 5:  # fmt: skip
            await asyncio.sleep(0.01)
        goes_on.set()
        bodies = [(await task).json() for task in (early, late)]
        for wrong in ("yesterday", "2026-11-27T10:00:00", "9" * 400):
            assert (await ask(web, "hi", wrong)).status_code == 422
    assert {body["replies"][0]["text"] for body in bodies} == {"You said one + and two."}
