"""A stranger who signs in while her phone writes: two conversations become one, in orders that seeds choose.

Beside messages, turns and a person there are approvals, deliveries, sign-ins and merges, leases that run out,
and processes that die; in the end the merge is taken back. By default 20 schedules on each database, seeds
from 0; `REGENTE_ATTACKS=full` runs 10,000, and `REGENTE_SCHEDULES=1000` so many. A failure names its seed:
`REGENTE_SEED=4711 pytest tests/conversations/test_schedules_of_two.py` runs that one alone.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from structlog.testing import capture_logs

from conversations import approvals, feed, handoffs, merging, orphans, parting, transcript, webhooks
from conversations.admission import Limits
from conversations.rows import change, exactly, found, place
from conversations.runner import Runner
from conversations.tables import approvals as approval_rows
from conversations.tables import conversations, effects, messages, outbox, turns
from conversations.visitors import Visitor
from core.database import Database, Tx, database_now, metadata
from core.errors import Conflict
from customers import Assertion, identity
from tests.conversations.echo import House, W, house
from tests.conversations.post import account
from tests.conversations.schedules import Pigeon, Quick, Schedule, Stepped
from tests.conversations.test_schedules import SharpHub, heard_in, nothing, till

FULL = os.environ.get("REGENTE_ATTACKS") == "full"
ONE = os.environ.get("REGENTE_SEED")
COUNT = int(os.environ.get("REGENTE_SCHEDULES") or (10_000 if FULL else 20))
PARTS = 10 if COUNT > 100 else 1
WRAP_UP = {"did": "", "promised": "", "changed": "", "follow_up": ""}
WORDS = ["m", "m", "pay", "pay", "pay", "big", "big", "person"]


class Watched(Stepped):
    """A database that looks after each transaction whether two voices speak."""

    watch: Callable[[Tx], None] | None = None

    async def writing(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        given = await super().writing(work, *args, **kwargs)
        if self.watch is not None:
            self.read(self.watch)
        return given


@dataclass
class Scene:
    """Her phone, a page on which she is a stranger until she signs in, two processes, and people."""

    home: House
    database: Watched
    chance: random.Random
    seed: int
    paid: list[str] = field(default_factory=list)
    spoken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hubs = [SharpHub(self.database) for _ in range(2)]
        self.runners = [
            Runner(
                database=self.database, workspace=self.home.workspace, hub=hub,
                conductor=lambda: self.home.conductor, settings=self.home.settings,
            )
            for hub in self.hubs
        ]  # fmt: skip
        self.couriers = [Pigeon(self.home, self.database, name) for name in ("one", "two")]
        self.phone = f"+55119{self.seed:08}"
        self.said: list[str] = []
        self.signed_in = False

    async def play(self) -> None:
        """Let it happen."""
        chance = self.chance
        at_phone = await self.writes(f"{chance.choice(WORDS)}p0")
        self.customer_id = self.database.read(found, W, at_phone)["customer_id"]
        self.database.write(identity.prove, W, self.customer_id, "user", f"C-{self.seed}")
        self.said.append(f"{chance.choice(WORDS)}w0")
        page = await self.home.say(self.said[-1])
        self.token = page.token
        self.both = [at_phone, page.accepted.conversation_id]
        if chance.random() < 0.5:  # the older is not always hers
            self.database.write(_opened_later, at_phone)
        works = {
            "phone": self.phoning(),
            "page": self.paging(),
            "one": self.serve(0),
            "two": self.serve(1),
            "post": self.deliver(1),
            "person": self.person() if chance.random() < 0.6 else nothing(),
            "decider": self.decide(),
            "thief": self.thief() if chance.random() < 0.5 else nothing(),
        }
        mortal = chance.choice(["", "", "one", "two", "post"])
        self.database.schedule = Schedule(chance, mortal)
        self.database.watch = self.watch
        try:
            await self.database.schedule.run(works)
        finally:
            self.database.schedule = None
        await self.end()
        self.database.watch = None

    def watch(self, tx: Tx) -> None:
        """See that the AI has said nothing where a person has the word."""
        said = (
            sa.select(messages.c.message_id, conversations.c.owner)
            .join(conversations, conversations.c.conversation_id == messages.c.conversation_id)
            .where(conversations.c.conversation_id.in_(self.both), messages.c.agent == "echo")
        )
        for message_id, owner in tx.execute(said):
            assert owner != "person" or message_id in self.spoken, "two voices"
            self.spoken.add(message_id)

    async def writes(self, text: str) -> str:
        """Let her phone write."""
        ours = account("http://localhost")
        payload = {"id": f"{self.phone}:{text}", "from": self.phone, "text": text}
        (inbound,) = ours.provider.read({"account": "demo", "messages": [payload]})
        limits = Limits.of(self.home.settings)
        self.said.append(text)
        taken = await self.database.writing(webhooks.take, W, inbound, ours, limits)
        return taken.conversation_id

    async def phoning(self) -> None:
        for number in range(1, self.chance.randrange(1, 4)):
            await self.writes(f"{self.chance.choice(WORDS)}p{number}")

    async def paging(self) -> None:
        signs_in_at = self.chance.choice([1, 1, 2, 2, 3, 9])
        hers: Any = None
        for number in range(1, self.chance.randrange(2, 5)):
            if number >= signs_in_at:
                hers, self.signed_in = Assertion(external_id=f"C-{self.seed}"), True
            text = f"{self.chance.choice(WORDS)}w{number}"
            self.said.append(text)
            taken = await self.home.take(text, Visitor(token=self.token, asserted=hers), text)
            self.token = taken.token

    async def serve(self, process: int) -> None:
        runner = self.runners[process]
        for _ in range(self.chance.randrange(2, 7)):
            if self.chance.random() < 0.3:
                for customer_id in await self.database.reading(merging.due, W):
                    await runner.join(customer_id)
            await runner.answer(self.chance.choice(self.both))

    async def deliver(self, process: int) -> None:
        for _ in range(self.chance.randrange(1, 6)):
            await self.couriers[process].deliver(self.chance.choice(self.both))

    async def person(self) -> None:
        """Take over, speak and hand back, in whichever of the two, under whichever id."""
        for number in range(self.chance.randrange(1, 3)):
            it = self.chance.choice(self.both)
            await self.trying(handoffs.take_over, it)
            if self.chance.random() < 0.5:
                await self.trying(handoffs.reply, it, text=f"person here {number}")
            if self.chance.random() < 0.7:
                await self.trying(handoffs.hand_back, it, wrap_up=WRAP_UP)

    async def trying(self, move: Callable[..., Any], it: str, **how: Any) -> None:
        try:
            await self.database.writing(move, W, it, person="Ana", actor="key_1", **how)
        except Conflict:
            return  # it stands otherwise by now

    async def decide(self) -> None:
        process = self.chance.randrange(2)
        for _ in range(self.chance.randrange(1, 5)):
            asked = await self.database.reading(self.asked, "pending")
            for approval_id in asked[:1]:
                kind = self.chance.choice(["approve", "approve", "reject"])
                await self.database.writing(
                    approvals.decide, W, approval_id, kind,
                    person="Bia", actor="key_2", reason="no",
                )  # fmt: skip
                await self.runners[process]._carry_out(approval_id)

    def asked(self, tx: Tx, state: str) -> list[str]:
        theirs = sa.select(approval_rows.c.approval_id).where(
            approval_rows.c.conversation_id.in_(self.both), approval_rows.c.state == state
        )
        return list(tx.scalars(theirs.order_by(approval_rows.c.approval_id)))

    async def thief(self) -> None:
        """Let leases run out while their holders still work."""
        for _ in range(self.chance.randrange(1, 3)):
            await self.database.writing(free, self.chance.choice(self.both))

    async def end(self) -> None:
        """Let everything come to rest, in the first process, which lives."""
        for _ in range(60):
            for it in self.both:
                self.database.write(free, it)
                row = self.database.read(found, W, it)
                if row["owner"] == "person":
                    await self.trying(handoffs.hand_back, it, wrap_up=WRAP_UP)
                await self.runners[0].answer(it)
                while await self.couriers[0].deliver(it):
                    pass
            for approval_id in self.database.read(self.asked, "pending"):
                self.database.write(
                    approvals.decide, W, approval_id, "approve", person="Bia", actor="key_2"
                )
            await self.runners[0].sweep()
            await self.runners[0].settled()
            if self.database.read(self.rests):
                return
        raise AssertionError("it never comes to rest")

    def rests(self, tx: Tx) -> bool:
        rows = [exactly(tx, W, it) for it in self.both]
        to_send = sa.select(outbox).where(
            outbox.c.conversation_id.in_(self.both), outbox.c.due_at.is_not(None)
        )
        return (
            all(row["ready_at"] is None and row["joining"] is None for row in rows)
            and all(row["owner"] != "person" for row in rows)
            and not self.asked(tx, "pending")
            and not self.asked(tx, "decided")
            and not orphans.left_behind(tx, W)
            and tx.execute(to_send).first() is None
        )


def _opened_later(tx: Tx, conversation_id: str) -> None:
    row = exactly(tx, W, conversation_id)
    change(tx, row, opened_at=row["opened_at"] + 60)


def free(tx: Tx, conversation_id: str) -> None:
    """Let every lease and every wait be over."""
    row = exactly(tx, W, conversation_id)
    now = database_now(tx)
    ready_at = row["ready_at"] and min(row["ready_at"], now)
    change(tx, row, lease_until=row["lease_until"] and 0.0, ready_at=ready_at)
    for table in (outbox, approval_rows):
        theirs = table.update().where(table.c.conversation_id == conversation_id)
        tx.execute(theirs.where(table.c.lease_until.is_not(None)).values(lease_until=0.0))
        tx.execute(theirs.where(table.c.due_at.is_not(None)).values(due_at=0.0))


def judge(tx: Tx, scene: Scene, runs: Counter[str]) -> None:
    """Hold what came of a schedule against the invariants."""
    ids = list(dict.fromkeys(place(tx, W, it).conversation_id for it in scene.both))
    assert len(ids) == (1 if scene.signed_in else 2), "one open conversation per customer"
    if scene.signed_in:
        assert found(tx, W, ids[0])["customer_id"] == scene.customer_id
    left = [it for it in scene.both if it not in ids]
    for table in metadata.sorted_tables:
        if "conversation_id" in table.c and table is not conversations:
            behind = sa.select(table).where(table.c.conversation_id.in_(left))
            assert tx.execute(behind).first() is None, f"left behind in {table.name}"
    rows = [
        row for it in ids for row in transcript.of_conversation(tx, W, it, staff=True, limit=900)
    ]
    for it in ids:
        numbers = [one["sequence"] for one in every_entry(tx, it)]
        assert numbers == list(range(1, len(numbers) + 1)), "the feed has no gap"
    assert {row["state"] for row in rows} == {"done"}, "lost"
    hers = [row["text"] for row in rows if row["role"] == "customer"]
    assert sorted(hers) == sorted(scene.said), "each message once"
    judge_replies(tx, ids, rows)
    judge_effects(tx, scene, ids, rows)
    judge_deliveries(tx, scene, ids)


def last_of(entries: list[dict[str, Any]]) -> int:
    return entries[-1]["sequence"] if entries else 0


def every_entry(tx: Tx, conversation_id: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    while more := feed.since(tx, W, conversation_id, last_of(entries), staff=True):
        entries += more
    return entries


def judge_replies(tx: Tx, ids: list[str], rows: list[dict[str, Any]]) -> None:
    """Each burst has one reply, in order; whoever has none was given to a person."""
    status = {
        turn.turn_id: turn.status
        for turn in tx.execute(sa.select(turns).where(turns.c.conversation_id.in_(ids)))
    }
    replies = [row for row in rows if row["role"] == "ai" and row["agent"] == "echo"]
    keys = [reply["turn_id"] for reply in replies]
    assert len(keys) == len(set(keys)), "two replies to a burst"
    assert set(keys) == {turn for turn, how in status.items() if how == "committed"}
    for said in (row for row in rows if row["role"] == "customer"):
        answers = [one for one in replies if said["text"] in heard_in(one).split(" + ")]
        if status.get(said["turn_id"]) == "committed":
            assert [one["turn_id"] for one in answers] == [said["turn_id"]], "answered once"
        else:
            assert not answers, "given to a person, and answered as well"
    for where in ("p", "w"):
        asked = [row["text"] for row in rows if row["role"] == "customer"]
        order = [text for one in replies for text in heard_in(one).split(" + ") if text in asked]
        numbers = [int(text[-1]) for text in order if text[-2] == where]
        assert numbers == sorted(numbers), "out of order"


def judge_effects(tx: Tx, scene: Scene, ids: list[str], rows: list[dict[str, Any]]) -> None:
    """Every effect once, every decision carried out, and everybody hears the truth of it."""
    assert len(scene.paid) == len(set(scene.paid)), "paid twice"
    known = {
        effect.proposal_id: effect
        for effect in tx.execute(sa.select(effects).where(effects.c.conversation_id.in_(ids)))
    }
    assert known.keys() >= set(scene.paid), "paid without a record"
    bought = Counter(
        text
        for key in scene.paid
        if not key.startswith("big:")
        for text in known[key].proposal["asked"].split(" + ")
    )
    assert max(bought.values(), default=0) <= 1, "paid twice for one message, under two keys"
    said = " ".join(row["text"] for row in rows)
    for effect in known.values():
        assert effect.state in ("done", "unknown"), effect.state
        assert effect.state == "unknown" or effect.proposal_id in scene.paid
        if not effect.proposal_id.startswith("big:"):
            assert {"done": "Paid 5.00", "unknown": "not certain"}[effect.state] in said
    told = {row["key"] for row in rows if row["event"].get("kind") == "approval"}
    of_ids = sa.select(approval_rows).where(approval_rows.c.conversation_id.in_(ids))
    for approval in tx.execute(of_ids):
        assert approval.state in ("done", "unknown", "rejected", "lost"), approval.state
        assert f"approval:{approval.approval_id}" in told, "she never heard of it"
        was_paid = approval.approval_id in scene.paid
        assert (
            was_paid if approval.state == "done" else approval.state != "rejected" or not was_paid
        )


def judge_deliveries(tx: Tx, scene: Scene, ids: list[str]) -> None:
    """What the phone got it got in order; what nobody is sure of is said to be so."""
    carried = [key for courier in scene.couriers for key in courier.carried]
    of_ids = sa.select(outbox).where(outbox.c.conversation_id.in_(ids))
    sent = list(tx.execute(of_ids.order_by(outbox.c.sequence)))
    for delivery in sent:
        # In flight when a person took over, and its process died: it is not sent again, people see it.
        in_flight = delivery.state == "unknown" and delivery.recalled
        assert delivery.state in ("sent", "cancelled") or in_flight, delivery.state
        assert (delivery.state == "sent") <= (delivery.key in carried)
    assert set(carried) <= {delivery.key for delivery in sent}
    # A repeatable provider may be asked again with the same key; it takes it once.
    arrived = Counter(carried)
    doubted = {delivery.key for delivery in sent if delivery.doubted or delivery.attempts > 1}
    assert {key for key, times in arrived.items() if times > 1} <= doubted, "sent twice"


def judge_parted(tx: Tx, scene: Scene) -> None:
    """Hold what came of taking the merge back against what each of them had said."""
    rows = [exactly(tx, W, it) for it in scene.both]
    assert [row["redirect_to"] for row in rows] == [None, None]
    hers = [row["customer_id"] == scene.customer_id for row in rows]
    assert sorted(hers) == [False, True], "each has one again"
    strangers = scene.both[hers.index(False)]
    said = {it: transcript.of_conversation(tx, W, it, staff=True, limit=900) for it in scene.both}
    texts = [row["text"] for it in said for row in said[it] if row["role"] == "customer"]
    assert sorted(texts) == sorted(scene.said), "each message once"
    for row in said[strangers]:
        assert row["address"] != scene.phone, "hers among the stranger's"
        assert row["role"] != "customer" or row["text"][-2] == "w"
    for it in scene.both:
        numbers = [entry["sequence"] for entry in every_entry(tx, it)]
        assert numbers == sorted(set(numbers))
    # What waited at the merge may have been answered since, with what she wrote: that stays with her.
    replies = (messages.c.role == "ai") & (messages.c.agent == "echo")
    for table, same in (
        (outbox, messages.c.message_id == outbox.c.message_id),
        (turns, (messages.c.turn_id == turns.c.turn_id) & replies),
    ):
        astray = sa.select(table.c.conversation_id).join(messages, same)
        elsewhere = messages.c.conversation_id != table.c.conversation_id
        astray = astray.where(table.c.conversation_id.in_(scene.both), elsewhere)
        assert tx.execute(astray).first() is None, f"{table.name} are not where their words are"


@pytest.fixture
def watched(database: Database) -> Iterator[Watched]:
    given = Watched(database.url.render_as_string(hide_password=False))
    yield given
    given.close()


@pytest.mark.attack
@pytest.mark.parametrize("part", range(PARTS) if ONE is None else [0])
async def test_whatever_the_order_two_conversations_become_one_and_nothing_is_lost(
    watched: Watched, tmp_path: Path, part: int
) -> None:
    home = house(watched, tmp_path)
    quick = Quick()
    quick.database = watched
    home.conductor = quick
    seeds = range(part, COUNT, PARTS) if ONE is None else [int(ONE)]
    print(f"seeds {seeds}")
    for seed in seeds:
        quick.seen.clear()
        scene = Scene(home, watched, random.Random(seed), seed)
        quick.tools = {"pay": till(scene.paid, watched)}
        try:
            with capture_logs([structlog.processors.format_exc_info]) as lines:
                async with asyncio.timeout(60):
                    await scene.play()
            failures = [line for line in lines if line["log_level"] == "error"]
            assert not [line for line in failures if line["event"] != "turn_dead"], failures
            watched.read(judge, scene, Counter(run.turn_id for run in quick.seen))
            if scene.signed_in:
                watched.write(parting.part, W, scene.both[1], person="Bia", actor="key_2")
                watched.read(judge_parted, scene)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
