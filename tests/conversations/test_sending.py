"""Deliveries, a person and dying processes in any order: one voice, each message once, in its place.

The real code with the provider's network as one more point of the schedule. By default 24 schedules on each
database, seeds from 0; `REGENTE_ATTACKS=full` runs 1,000 on each. `REGENTE_SEED=4711` runs one again.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels.providers import Status
from conversations import outbox, settling, transcript
from conversations.courier import Courier
from conversations.outcomes import Outcome
from conversations.rows import found
from conversations.sending import Delivery
from core.database import Database
from desk import stretches
from tests.conversations.echo import House, W, house
from tests.conversations.post import ANA as PHONE
from tests.conversations.post import Post, account
from tests.conversations.schedules import Quick, Schedule, Stepped
from tests.conversations.test_schedules import ANA, WRAP_UP, nothing

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
ONE = os.environ.get("REGENTE_SEED")
EACH = 1000 if FULL else 24


@dataclass
class Network:
    """Between courier and phone: a request gets through or not, and its answer comes back or not."""

    database: Stepped
    chance: random.Random
    repeatable: bool
    arrived: list[str] = field(default_factory=list)
    """Keys, as often as the phone got them."""

    told: set[str] = field(default_factory=set)
    """Of which the provider has told."""

    taken_over_at: int = 0
    """Number of the last message when a person took over last."""

    calm: bool = False

    async def carry(self, delivery: Delivery) -> Outcome:
        await self.database._point()
        fate = (
            "good" if self.calm else self.chance.choice(["good", "good", "failed", "lost", "cut"])
        )
        if fate in ("good", "cut") and not (self.repeatable and delivery.key in self.arrived):
            self.arrived.append(delivery.key)
        await self.database._point()
        if fate == "failed":
            return Outcome(kind="failed", reason="it says that it could not")
        return Outcome(
            kind="sent" if fate == "good" else "unknown", reason="" if fate == "good" else fate
        )


class Walker(Courier):
    """A courier whose network is that of the schedule."""

    network: Network
    database: Stepped

    async def _send(self, taken: Delivery) -> Outcome:
        row = self.database.read(found, W, taken.conversation_id)
        sent = self.database.read(settling.one, W, taken.delivery_id)
        assert sent is not None
        if sent["role"] == "ai":
            assert row["owner"] != "person", "two voices"
            assert sent["sequence"] > self.network.taken_over_at, "from before a person's stretch"
        return await self.network.carry(taken)


@dataclass
class Scene:
    """One conversation, two couriers, and what happens."""

    home: House
    database: Stepped
    chance: random.Random
    seed: int
    conversation_id: str = ""

    def __post_init__(self) -> None:
        self.repeatable = self.chance.random() < 0.5
        self.network = Network(self.database, self.chance, self.repeatable)
        self.accounts = {
            ("loopback", "demo"): account("http://nowhere", repeatable=self.repeatable)
        }
        self.couriers = [self.courier(name) for name in ("one", "two")]
        self.phone = f"{PHONE}-{self.seed}"

    def courier(self, name: str) -> Walker:
        made = Walker(
            database=self.database, workspace_id=W, accounts=self.accounts, hub=self.home.hub,
            process_id=name, lease_s=15.0,
        )  # fmt: skip
        made.network, made.database = self.network, self.database
        return made

    async def play(self) -> None:
        """Let it happen, then let everything come to rest."""
        chance, ours = self.chance, Post(self.home, None, self.accounts, self.couriers[0])  # pyright: ignore[reportArgumentType]
        for word in ("early", "next"):
            self.conversation_id = await ours.answered(word, self.phone)
        works = {
            "customer": self.customer(ours),
            "serve": self.serve(),
            "one": self.deliver(0),
            "two": self.deliver(1),
            "person": self.person() if chance.random() < 0.7 else nothing(),
            "thief": self.thief() if chance.random() < 0.5 else nothing(),
            "word": self.word() if chance.random() < 0.7 else nothing(),
        }
        self.database.schedule = Schedule(chance, chance.choice(["", "", "one", "two"]))
        try:
            await self.database.schedule.run(works)
        finally:
            self.database.schedule = None
        await self.end(ours)

    async def customer(self, ours: Post) -> None:
        for number in range(1, self.chance.randrange(2, 5)):
            await ours.write(f"m{number}", self.phone)

    async def serve(self) -> None:
        for _ in range(self.chance.randrange(2, 5)):
            await self.home.runner.answer(self.conversation_id)

    async def deliver(self, courier: int) -> None:
        for _ in range(self.chance.randrange(3, 9)):
            await self.couriers[courier].deliver(self.conversation_id)
            if self.chance.random() < 0.5:
                await self.database.writing(hasten, self.conversation_id)

    async def person(self) -> None:
        for number in range(self.chance.randrange(1, 3)):
            hub, conversation_id = self.home.hub, self.conversation_id
            row = await stretches.take_over(self.database, hub, conversation_id, caller=ANA)
            self.network.taken_over_at = row["message_seq"]
            said = {"text": f"person here {number}", "caller": ANA}
            await stretches.reply(self.database, hub, conversation_id, **said)
            if self.chance.random() < 0.3:
                break
            await stretches.hand_back(
                self.database, hub, conversation_id, caller=ANA, wrap_up=WRAP_UP
            )

    async def thief(self) -> None:
        """Let others take a process for dead whose delivery is still under way."""
        for _ in range(self.chance.randrange(1, 3)):
            for name in ("one", "two"):
                await self.database.writing(outbox.free_all, W, name)

    async def word(self) -> None:
        """Let the provider tell of what arrived, sooner or later."""
        for _ in range(8):
            await self.database._point()
            for key in list(self.network.arrived):
                told = Status(state="delivered", key=key)
                await self.database.writing(settling.reconcile, W, "loopback", "demo", told)
                self.network.told.add(key)

    async def end(self, ours: Post) -> None:
        self.network.calm = True
        for name in ("one", "two"):
            self.database.write(outbox.free_all, W, name)
        for _ in range(20):
            self.database.write(hasten, self.conversation_id)
            while await self.couriers[0].deliver(self.conversation_id):
                pass
            if all(row["due_at"] is None for row in await ours.rows(self.conversation_id)):
                return
        raise AssertionError("it never comes to rest")


def hasten(tx: Any, conversation_id: str) -> None:
    """Let every wait of what is not under way be over."""
    table = outbox.outbox
    waits = table.c.due_at.is_not(None) & (table.c.conversation_id == conversation_id)
    tx.execute(table.update().where(waits).values(due_at=0.0))


def judge(scene: Scene) -> None:
    """Hold what came of a schedule against the invariants."""
    rows = scene.database.read(rows_of, scene.conversation_id)
    arrived, order = scene.network.arrived, [row["key"] for row in rows]
    assert len(arrived) == len(set(arrived)), "sent twice"
    assert [key for key in order if key in arrived] == arrived, "out of order"
    told = scene.database.read(transcript.of_conversation, W, scene.conversation_id, staff=True)
    recalls = [one for one in told if one["event"].get("kind") == "recall"]
    in_flight = {message for one in recalls for message in one["event"]["in_flight"]}
    stopped = {message for one in recalls for message in one["event"]["stopped"]}
    for row in rows:
        here = row["key"] in arrived
        assert row["state"] in ("sent", "unknown", "cancelled"), row["state"]
        assert here or row["state"] != "sent", "said to be sent"
        assert row["state"] == "sent" or row["key"] not in scene.network.told, "told in vain"
        assert not (here and row["state"] == "cancelled"), "said to be stopped"
        if row["state"] == "unknown":
            assert not scene.repeatable or row["recalled"], "a repeatable one is asked again"
        if row["state"] == "cancelled":
            assert row["role"] == "ai", "a person is never silenced"
            assert row["message_id"] in stopped | in_flight, "stopped, and nobody was told"
        assert row["message_id"] not in stopped or not here, "shown as stopped, and it arrived"


def rows_of(tx: Any, conversation_id: str) -> list[dict[str, Any]]:
    table = outbox.outbox
    mine = table.select().where(table.c.conversation_id == conversation_id)
    return [dict(row) for row in tx.execute(mine.order_by(table.c.sequence)).mappings()]


@pytest.fixture
def stepped(database: Database) -> Iterator[Stepped]:
    given = Stepped(database.url.render_as_string(hide_password=False))
    yield given
    given.close()


@pytest.mark.attack
async def test_whatever_the_order_no_voice_is_doubled_and_no_message_is(
    stepped: Stepped, tmp_path: Path
) -> None:
    home = house(stepped, tmp_path)
    quick = Quick()
    quick.database = stepped
    home.conductor = quick
    for seed in range(EACH) if ONE is None else [int(ONE)]:
        scene = Scene(home, stepped, random.Random(seed), seed)
        try:
            with capture_logs():
                async with asyncio.timeout(60):
                    await scene.play()
            judge(scene)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
