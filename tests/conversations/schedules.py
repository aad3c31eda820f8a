"""The real code in any order: every door to the database is a point at which a seed says who goes on.

Everything runs on one thread; between two points nothing else runs. So a seed is a schedule, and a schedule
that breaks something can be run again.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from langgraph.checkpoint.base import empty_checkpoint
from sqlalchemy import event

from conversations.courier import Courier
from conversations.outcomes import Outcome
from conversations.sending import Delivery
from core.database import Database
from graph.saver import TurnSaver
from graph.turn import Live, PendingApproval, Reply, TurnRequest, TurnResult
from tests.conversations.echo import EchoConductor, House, W, context, proposal
from tests.conversations.post import account
from tools import Context, Ledger, Proposal

SETTLING = 12
"""Passes of the loop after which whoever can go on has come to a point."""


class Killed(BaseException):
    """The process of a task died at a point; nothing it might still do is done."""


class Schedule:
    """Lets one of the waiting tasks go on at a time."""

    def __init__(self, chance: random.Random, mortal: str = "") -> None:
        self._chance = chance
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._mortal = mortal
        self._dies_at = chance.randrange(1, 12) if mortal else 0

    async def point(self) -> None:
        """Wait until it is this task's turn.

        Raises:
            Killed: this is where its process dies.
        """
        task = asyncio.current_task()
        name = task.get_name() if task else ""
        if name == self._mortal:
            self._dies_at -= 1
            if self._dies_at <= 0:
                raise Killed
        going_on = asyncio.get_running_loop().create_future()
        self._waiting.append((name, going_on))
        await going_on

    async def run(self, works: Mapping[str, Coroutine[Any, Any, None]]) -> None:
        """Run works to their ends, whatever their order comes to be."""
        tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
        while True:
            for _ in range(SETTLING):
                await asyncio.sleep(0)
            if self._waiting:
                _, going_on = self._waiting.pop(self._chance.randrange(len(self._waiting)))
                going_on.set_result(None)
            elif all(task.done() for task in tasks):
                break
            else:
                await asyncio.sleep(0.0005)  # somebody waits for a thread
        for task in tasks:
            error = task.exception()
            if error is not None and not isinstance(error, Killed):
                raise error


class Stepped(Database):
    """A database each of whose doors is a point of the schedule that runs."""

    schedule: Schedule | None = None

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self.dialect == "sqlite":  # whoever dies here dies in this process: no disk to wait for
            event.listen(self._write_engine, "connect", _wait_for_no_disk)

    async def writing(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._point()
        return self.write(work, *args, **kwargs)

    async def reading(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._point()
        return self.read(work, *args, **kwargs)

    async def glancing(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self.reading(work, *args, **kwargs)

    async def _point(self) -> None:
        if self.schedule is not None:
            await self.schedule.point()


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class Quick(EchoConductor):
    """An echo without LangGraph around it: it hears, shows a sentence, pays, and says what it heard."""

    database: Stepped

    async def conduct(
        self,
        request: TurnRequest,
        saver: TurnSaver,
        *,
        ledger: Ledger,
        live: Live | None = None,
        memory: Any = None,
    ) -> TurnResult:
        self.seen.append(request)
        text = " + ".join(said.text for said in request.messages) or request.event["kind"]
        checkpoint = empty_checkpoint()
        checkpoint["channel_values"] = {"heard": [*saver.values().get("heard", []), text]}
        place = {"thread_id": request.conversation_id, "checkpoint_ns": ""}
        saver.put({"configurable": place}, checkpoint, {}, {})
        assert live is not None
        await live.release(f"You said {text}.")
        said = f"You said {text}."
        if "pay" in text and not ledger.done():
            wanted = proposal(request)
            wanted["asked"] = text
            outcome = await ledger.perform(wanted, context(request))
            said += f" {outcome['state']}: {outcome['text']}"
        said += "".join(f" Already: {done}" for done in ledger.done())
        await self.database._point()
        asks = "big" in text and request.messages
        return TurnResult(
            replies=[Reply(text=said, agent="echo")],
            language="en",
            approvals=[self.asked(request)] if asks else [],
            handoff={"reason": "asked", "packet": {}} if "person" in text else None,
            record={"next": "reply"},
        )

    def asked(self, request: TurnRequest) -> PendingApproval:
        """Give a payment that waits for a person."""
        wanted = proposal(request) | {"proposal_id": f"big:{request.turn_id}"}
        return PendingApproval(
            proposal=wanted,  # pyright: ignore[reportArgumentType]
            rows=[],
            expires_at=request.now + timedelta(hours=1),
        )

    async def act(
        self, proposal: Proposal, decision: dict[str, Any], saver: TurnSaver, *,
        ledger: Ledger, context: Context,
    ) -> dict[str, Any]:  # fmt: skip
        """Carry a decision out, without LangGraph around it either."""
        outcome = None
        if decision["decision"] == "approve":
            outcome = await ledger.perform(proposal, context)
        return {"kind": "approval", **decision, "proposal": proposal, "outcome": outcome}


class Pigeon(Courier):
    """A courier whose provider takes what it is given between two points."""

    def __init__(self, home: House, database: Stepped, process_id: str) -> None:
        ours = {("loopback", "demo"): account("http://localhost")}
        super().__init__(
            database=database, workspace_id=W, accounts=ours, hub=home.hub, process_id=process_id
        )
        self.stepped = database
        self.carried: list[str] = []

    async def _send(self, taken: Delivery) -> Outcome:
        await self.stepped._point()
        self.carried.append(taken.key)
        await self.stepped._point()
        return Outcome(kind="sent", provider_message_id=taken.key)
