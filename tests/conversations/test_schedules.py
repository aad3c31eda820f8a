"""Customers, two processes and a person at once, in orders that seeds choose: the invariants hold in each.

By default 150 schedules on each database, seeds from 0; `REGENTE_ATTACKS=full` runs 10,000. A failure names
its seed: `REGENTE_SEED=4711 pytest tests/conversations/test_schedules.py` runs that one alone;
`REGENTE_SCHEDULES=1000` runs so many.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from structlog.testing import capture_logs

from conversations import checkpoints, feed, handoffs, transcript
from conversations.live import Hub, Reader
from conversations.ownership import MAX_STALE_RERUNS
from conversations.rows import change, found, locked
from conversations.runner import Runner
from conversations.tables import effects, turns
from core.access import Caller
from core.database import Database, Tx, database_now
from desk import stretches
from graph.saver import TurnSaver
from tests.conversations.echo import House, W, house
from tests.conversations.schedules import Quick, Schedule, Stepped
from tools import Context, Result, Tool

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
ONE = os.environ.get("REGENTE_SEED")
COUNT = int(os.environ.get("REGENTE_SCHEDULES") or (10_000 if FULL else 150))
PARTS = 10 if COUNT > 1000 else 3
ANA = Caller(workspace_id=W, key_id="key_1", name="Ana", role="agent", scopes=frozenset({"staff"}))
WRAP_UP = {"did": "", "promised": "", "changed": "", "follow_up": ""}


class SharpHub(Hub):
    """A hub that looks at who owns the conversation whenever a sentence is shown."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def show(self, conversation_id: str, event: dict[str, Any], *, tenure: int = -1) -> bool:
        if event["event"] == "delta":
            owner = self._database.read(found, W, conversation_id)["owner"]
            assert owner in ("ai", "queue"), "a sentence of the AI beside a person"
        return super().show(conversation_id, event, tenure=tenure)


@dataclass
class Scene:
    """One conversation, two processes, and what happens."""

    home: House
    database: Stepped
    chance: random.Random
    paid: list[str] = field(default_factory=list)
    conversation_id: str = ""
    token: Any = None

    def __post_init__(self) -> None:
        self.hubs = [SharpHub(self.database) for _ in range(2)]
        self.runners = [self._runner(hub) for hub in self.hubs]

    def _runner(self, hub: Hub) -> Runner:
        return Runner(
            database=self.database, workspace=self.home.workspace, hub=hub,
            conductor=lambda: self.home.conductor, settings=self.home.settings,
        )  # fmt: skip

    async def play(self) -> Reader:
        """Let it happen; give what a reader in the first process was shown."""
        chance = self.chance
        self.token = await self.home.say("m0")
        self.conversation_id = self.token.accepted.conversation_id
        reader = self.hubs[0].subscribe(self.conversation_id)
        self.hubs[1].subscribe(self.conversation_id)
        works = {
            "customer": self.customer(),
            "one": self.serve(0),
            "two": self.serve(1),
            "person": self.person() if chance.random() < 0.7 else nothing(),
            "thief": self.thief() if chance.random() < 0.5 else nothing(),
        }
        mortal = chance.choice(["", "", "one", "two"])
        self.database.schedule = Schedule(chance, mortal)
        try:
            await self.database.schedule.run(works)
        finally:
            self.database.schedule = None
        await self.end()
        return reader

    async def customer(self) -> None:
        for number in range(1, self.chance.randrange(2, 6)):
            word = self.chance.choice(["m", "m", "m", "pay", "pay", "pay", "person"])
            await self.home.say(f"{word}{number}", self.token, f"id{number}")
            if self.chance.random() < 0.2:  # its answer was lost, so it is sent again
                await self.home.say(f"{word}{number}", self.token, f"id{number}")

    async def serve(self, process: int) -> None:
        for _ in range(self.chance.randrange(2, 6)):
            await self.runners[process].answer(self.conversation_id)

    async def person(self) -> None:
        process = self.chance.randrange(2)
        hub = self.hubs[process]
        for number in range(self.chance.randrange(1, 3)):
            await stretches.take_over(self.database, hub, self.conversation_id, caller=ANA)
            shown = [
                event["event"]
                for reader in hub._readers[self.conversation_id]
                for event in reader.provisional
            ]
            assert "delta" not in shown, "what was not read yet is taken back"
            for place in range(self.chance.randrange(0, 2)):
                await stretches.reply(
                    self.database, hub, self.conversation_id, caller=ANA,
                    text=f"person here {number}{place}",
                )  # fmt: skip
            if self.chance.random() < 0.7:
                await stretches.hand_back(
                    self.database, hub, self.conversation_id, caller=ANA, wrap_up=WRAP_UP
                )
            else:
                break

    async def thief(self) -> None:
        """Let a lease run out while its holder still works."""
        for _ in range(self.chance.randrange(1, 3)):
            await self.database.writing(free, self.conversation_id)

    async def end(self) -> None:
        """Let everything come to rest, in the first process, which lives."""
        for _ in range(40):
            row = self.database.read(found, W, self.conversation_id)
            if row["owner"] == "person":
                self.database.write(
                    handoffs.hand_back, W, self.conversation_id,
                    wrap_up=WRAP_UP, person="Ana", actor="key_1",
                )  # fmt: skip
                self.hubs[0].unhush(self.conversation_id)
            elif row["ready_at"] is None:
                self.database.write(free, self.conversation_id)
                await self.runners[0].sweep()
                if self.database.read(found, W, self.conversation_id)["ready_at"] is None:
                    return
            self.database.write(free, self.conversation_id)
            await self.runners[0].answer(self.conversation_id)
        raise AssertionError("it never comes to rest")


async def nothing() -> None:
    """Take no part."""


def free(tx: Tx, conversation_id: str) -> None:
    """Let every lease and every wait be over."""
    row = locked(tx, W, conversation_id)
    ready_at = row["ready_at"] and min(row["ready_at"], database_now(tx))
    change(tx, row, lease_until=row["lease_until"] and 0.0, ready_at=ready_at)


@dataclass
class Told:
    """What there is to be judged, when everything is over."""

    messages: list[dict[str, Any]]
    feed: list[dict[str, Any]]
    turns: list[Any]
    effects: list[Any]
    heard: list[str]

    @classmethod
    def of(cls, tx: Tx, conversation_id: str) -> "Told":
        def of_table(table: sa.Table) -> list[Any]:
            return list(
                tx.execute(sa.select(table).where(table.c.conversation_id == conversation_id))
            )

        rows = checkpoints.load(tx, W, conversation_id)
        return cls(
            messages=transcript.of_conversation(tx, W, conversation_id, staff=True),
            feed=feed.since(tx, W, conversation_id, 0, staff=True),
            turns=of_table(turns),
            effects=of_table(effects),
            heard=TurnSaver(rows).values().get("heard", []),
        )

    @property
    def replies(self) -> list[dict[str, Any]]:
        return [one for one in self.messages if one["role"] == "ai" and one["agent"] == "echo"]


def heard_in(reply: dict[str, Any]) -> str:
    return reply["text"].removeprefix("You said ").partition(".")[0]


def judge(told: Told, paid: list[str], runs: Counter[str]) -> None:
    """Hold what came of a schedule against the invariants."""
    customers = [one for one in told.messages if one["role"] == "customer"]
    status = {turn.turn_id: turn.status for turn in told.turns}
    assert [one["state"] for one in told.messages] == ["done"] * len(told.messages), "lost"
    keys = [one["turn_id"] for one in told.replies]
    assert len(keys) == len(set(keys)), "two replies to a burst"
    assert set(keys) == {turn for turn, how in status.items() if how == "committed"}
    for said in customers:
        in_replies = [one for one in told.replies if said["text"] in heard_in(one).split(" + ")]
        if status.get(said["turn_id"]) == "committed":
            assert [one["turn_id"] for one in in_replies] == [said["turn_id"]], "answered once"
        else:
            assert not in_replies, "given to a person, and answered as well"
    texts = [text for one in told.replies for text in heard_in(one).split(" + ")]
    asked = [said["text"] for said in customers]
    places = [asked.index(text) for text in texts if text in asked]
    assert places == sorted(places), "out of order"
    assert told.heard == [heard_in(one) for one in told.replies], "state of a dropped draft"
    assert [one["sequence"] for one in told.feed] == list(range(1, len(told.feed) + 1))
    judge_voices(told, runs)
    judge_effects(told, paid)


def judge_voices(told: Told, runs: Counter[str]) -> None:
    """Walk through the feed: one voice, each message answered or given to the person, bursts whole."""
    speaks, waiting = "ai", list[str]()
    batch = {
        turn.turn_id: [one["text"] for one in told.messages if one["turn_id"] == turn.turn_id]
        for turn in told.turns
        if turn.status == "dead"  # its apology is all that they get
    }
    for entry in told.feed:
        data = entry["data"]
        if entry["kind"] == "status":
            speaks = data.get("owner", speaks)
            waiting = [] if speaks == "person" else waiting  # she has them now
        elif entry["kind"] == "message" and data["role"] == "customer" and speaks != "person":
            waiting.append(data["text"])
        elif entry["kind"] == "message" and data["role"] == "ai":
            assert speaks != "person", "two voices"
            answered = (
                heard_in(data).split(" + ") if data["agent"] else batch.get(data["turn_id"], [])
            )
            for text in answered:
                if text[-1:].isdigit():  # else it is the hand-back
                    assert text in waiting, "answered after a person had it"
                    waiting.remove(text)
            if waiting and answered != ["handback"] and data["agent"]:
                excused = runs[data["turn_id"]] > MAX_STALE_RERUNS or any(
                    effect.turn_id == data["turn_id"] for effect in told.effects
                )
                assert excused, "a burst in two replies"
    assert not waiting, "never answered"


def judge_effects(told: Told, paid: list[str]) -> None:
    """Every effect once, and everybody hears the truth of it."""
    assert len(paid) == len(set(paid)), "paid twice"
    assert {one.proposal_id for one in told.effects} >= set(paid), "paid without a record"
    said = " ".join(one["text"] for one in told.messages)
    for effect in told.effects:
        assert effect.state in ("done", "unknown"), effect.state
        if effect.state == "done":
            assert effect.proposal_id in paid
        assert {"done": "Paid 5.00", "unknown": "not certain"}[effect.state] in said


def till(paid: list[str], database: Stepped) -> Tool:
    """A tool that acts between two points."""

    async def pay(amount: float, *, context: Context) -> Result:
        """Pay."""
        await database._point()
        paid.append(context.idempotency_key)
        await database._point()
        return Result(text=f"Paid {amount:.2f}.")

    amount = {"type": "object", "properties": {"amount": {"type": "number"}}}
    return Tool(
        name="pay", description="Pay.", parameters=amount, function=pay, effect="write",
        retry="never", needs="anonymous",
    )  # fmt: skip


@pytest.fixture
def stepped(database: Database) -> Iterator[Stepped]:
    given = Stepped(database.url.render_as_string(hide_password=False))
    yield given
    given.close()


@pytest.mark.attack
@pytest.mark.parametrize("part", range(PARTS) if ONE is None else [0])
async def test_whatever_the_order_the_invariants_hold(
    stepped: Stepped, tmp_path: Path, part: int
) -> None:
    home = house(stepped, tmp_path)
    quick = Quick()
    quick.database = stepped
    home.conductor = quick
    seeds = range(part, COUNT, PARTS) if ONE is None else [int(ONE)]
    for seed in seeds:
        quick.seen.clear()
        scene = Scene(home, stepped, random.Random(seed))
        quick.tools = {"pay": till(scene.paid, stepped)}
        try:
            with capture_logs([structlog.processors.format_exc_info]) as lines:
                async with asyncio.timeout(60):
                    await scene.play()
            failures = [line for line in lines if line["log_level"] == "error"]
            assert not [line for line in failures if line["event"] != "turn_dead"], failures
            runs = Counter(run.turn_id for run in quick.seen)
            judge(stepped.read(Told.of, scene.conversation_id), scene.paid, runs)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
