"""The product, in process, on a clock that its director sets: messages in, people's acts, time passing."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from channels import Inbound
from conversations import (
    accept,
    approvals,
    attachments,
    checkpoints,
    closing,
    mailbox,
    visitors,
)
from conversations.live import Hub
from conversations.rows import found
from conversations.runner import Runner
from conversations.tables import messages
from conversations.visitors import Visitor
from core import events, ids
from core.access import Caller
from core.database import Database, Tx
from core.settings import Settings
from core.upgrade import upgrade
from core.workspace import Workspace
from customers import Assertion, cases, identity
from customers.verification import assert_customer
from desk import deciding
from graph.saver import TurnSaver
from graph.versions import Versions
from knowledge.retrieval import open_knowledge
from models.loading import load

from .done import Done, done

TICK = timedelta(milliseconds=3)
"""What passes with each look at the clock: what happens in one step has an order."""


class Time:
    """A clock that is set; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        """Give the moment, a little later each time."""
        self.moment += TICK
        return self.moment

    def reach(self, moment: datetime) -> None:
        """Let time pass until a moment; what lies behind is no wait."""
        self.moment = max(self.moment, moment)


@dataclass(frozen=True)
class Heard:
    """What a customer sees after she has written."""

    conversation_id: str
    replies: list[str]
    owner: str
    asked: str
    """The slot of the question that is open, `confirm` for a yes or no; empty: none."""

    choices: list[str]
    proposed: str
    """The tool that a yes would let act."""


class Stage:
    """A running product, without a server around it."""

    def __init__(self, folder: Path, workspace: Workspace, time: Time, seed: int) -> None:
        self.time = time
        self.workspace = workspace
        self.settings = Settings(
            data_dir=folder, database_url="", workspace=workspace.path, model="embedded"
        )
        self.database = Database(self.settings.database, clock=time)
        self._chance = random.Random(seed)
        self.runner: Runner
        self.shelf = attachments.Shelf(folder, workspace.workspace_id)

    def number(self) -> int:
        """Give the number of an id: by the stage's clock and chance, so that they come again."""
        milliseconds = int(self.time.moment.timestamp() * 1000)
        return milliseconds << 80 | self._chance.getrandbits(80)

    def open(self) -> None:
        """Open models and knowledge as the server does; on a thread, for it takes seconds."""
        upgrade(self.database)
        models = load(self.settings, self.workspace)
        knowledge = open_knowledge(self.database, self.workspace, models, self.settings)
        versions = Versions(self.settings, models, knowledge)
        self.runner = Runner(
            database=self.database,
            workspace=self.workspace,
            conductor=lambda: versions.current,
            settings=self.settings,
            hub=Hub(),
            process_id="process_life",
        )

    # --- customers -------------------------------------------------------------------------------

    async def says(self, inbound: list[Inbound], who: Assertion | None) -> Heard:
        """Let a customer write, one message or several in a row, and give what she then sees."""
        conversation_id = ""
        for each in inbound:
            conversation_id = await self.database.writing(self._taken, each, who)
        return await self.heard(conversation_id)

    def _taken(self, tx: Tx, inbound: Inbound, who: Assertion | None) -> str:
        workspace_id = self.workspace.workspace_id
        if inbound.channel == "webchat":
            visitor = Visitor(asserted=who)
            if who is None:  # a stranger goes on by her token, which is her address here
                customer_id = identity.resolve(tx, workspace_id, "visitor", inbound.address)
                return self._accepted(tx, inbound, customer_id)
            taken = visitors.take(tx, workspace_id, visitor, inbound, inbound.provider_message_id)
            return taken.accepted.conversation_id
        assert who is not None, "who writes by another channel is known by her address"
        assert_customer(tx, workspace_id, who)  # the company's list of customers came before
        kind = "email" if inbound.channel == "email" else "tel"
        return self._accepted(
            tx, inbound, identity.resolve(tx, workspace_id, kind, inbound.address)
        )

    def _accepted(self, tx: Tx, inbound: Inbound, customer_id: str) -> str:
        workspace_id = self.workspace.workspace_id
        accepted = accept.accept(tx, workspace_id, inbound, customer_id=customer_id)
        attachments.link(tx, workspace_id, inbound.parts, accepted.conversation_id)
        return accepted.conversation_id

    async def heard(self, conversation_id: str) -> Heard:
        """Let the product answer all that waits, and give what the customer then sees."""
        before = await self.database.reading(_last, self.workspace.workspace_id, conversation_id)
        self.runner.ring(conversation_id)
        await self.runner.settled()
        await events.dispatch(self.database)
        return await self.database.reading(self._heard, conversation_id, before)

    def _heard(self, tx: Tx, conversation_id: str, after: int) -> Heard:
        workspace_id = self.workspace.workspace_id
        row = found(tx, workspace_id, conversation_id)
        said = tx.execute(
            sa.select(messages.c.text, messages.c.buttons)
            .where(
                messages.c.workspace_id == workspace_id,
                messages.c.conversation_id == conversation_id,
                messages.c.sequence > after,
                messages.c.role == "ai",
            )
            .order_by(messages.c.sequence)
        ).all()
        state = TurnSaver(checkpoints.load(tx, workspace_id, conversation_id)).values()
        awaiting, journeys = state.get("awaiting") or [], state.get("journey") or []
        return Heard(
            conversation_id=conversation_id,
            replies=[one.text for one in said],
            owner=row["owner"] if row["state"] == "open" else "closed",
            asked=awaiting[0]["slot"] if awaiting else "",
            choices=[button for one in said for button in one.buttons],
            proposed=(journeys[0].get("proposal") or {}).get("tool", "") if journeys else "",
        )

    async def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Put a customer's file where her next message names it."""
        upload = attachments.checked(name, content)
        return await self.database.writing(
            self.shelf.keep, upload, await asyncio.to_thread(self.shelf.set_aside, upload)
        )

    # --- people ----------------------------------------------------------------------------------

    def caller(self, person: str) -> Caller:
        """Give somebody of the team as the desk knows her."""
        return Caller(
            workspace_id=self.workspace.workspace_id,
            key_id=f"key_{person.split(maxsplit=1)[0].lower()}",
            name=person,
            scopes=frozenset({"staff"}),
            role="agent",
        )

    async def desk(self, act: Any, conversation_id: str, person: str, **values: Any) -> None:
        """Let somebody of the team act on a conversation, and the product do what follows."""
        caller = self.caller(person)
        await self.database.writing(
            act,
            self.workspace.workspace_id,
            conversation_id,
            person=person,
            actor=caller.key_id,
            **values,
        )
        self.runner.ring(conversation_id)
        await self.runner.settled()

    async def decides(self, approval_id: str, kind: Any, person: str, **given: Any) -> None:
        """Let somebody of the team decide on a write, and the product carry it out and tell."""
        tools = self.runner.tools()
        await deciding.decide(
            self.database, tools, approval_id, kind, caller=self.caller(person), **given
        )
        self.runner.ring_approval(approval_id)
        await self.runner.settled()
        await self._answer_due()

    async def _answer_due(self) -> None:
        """Answer what an act of people has put into a mailbox."""
        for conversation_id in await self.database.reading(
            mailbox.due, self.workspace.workspace_id
        ):
            self.runner.ring(conversation_id)
        await self.runner.settled()

    async def night(self) -> None:
        """Let the sweep's daily work be done: what expired, what silence has ended."""
        workspace_id = self.workspace.workspace_id
        for approval_id in await self.database.writing(approvals.expire, workspace_id):
            self.runner.ring_approval(approval_id)
            await self.runner.settled()
        await self._answer_due()
        hours = self.workspace.policies.close_after_hours
        while await self.database.writing(closing.close_quiet, workspace_id, after_hours=hours):
            pass

    # --- what came of it -------------------------------------------------------------------------

    async def pending(self, conversation_id: str) -> list[dict[str, Any]]:
        """Give the writes of a conversation that wait for a person."""
        listed = await self.database.reading(approvals.listed, self.workspace.workspace_id)
        return [row for row in listed if row["conversation_id"] == conversation_id]

    async def came(self, conversation_id: str) -> Done:
        """Give what has been done and said in a conversation so far."""
        return await self.database.reading(done, self.workspace.workspace_id, conversation_id)

    async def close_case(self, customer_id: str, resolution: str) -> None:
        """Settle the open cases of a customer."""
        await self.database.writing(
            _close_cases, self.workspace.workspace_id, customer_id, resolution
        )

    async def owner(self, conversation_id: str) -> str:
        """Give who has a conversation now, `closed` when nobody has."""
        row = await self.database.reading(found, self.workspace.workspace_id, conversation_id)
        return row["owner"] if row["state"] == "open" else "closed"


def _last(tx: Tx, workspace_id: str, conversation_id: str) -> int:
    return found(tx, workspace_id, conversation_id)["message_seq"]


def _close_cases(tx: Tx, workspace_id: str, customer_id: str, resolution: str) -> None:
    for case in cases.open_cases(tx, workspace_id, customer_id):
        cases.close_case(tx, workspace_id, case.case_id, resolution=resolution)


@asynccontextmanager
async def opened(
    folder: Path, workspace: Workspace, start: datetime, seed: int
) -> AsyncIterator[Stage]:
    """Give a stage; its ids come from its clock and the seed while the block runs."""
    stage = Stage(folder, workspace, Time(start), seed)
    with ExitStack() as stack:
        stack.callback(stage.database.close)
        stack.enter_context(ids.drawn(stage.number))
        await asyncio.to_thread(stage.open)
        yield stage
        await stage.runner.stop()
