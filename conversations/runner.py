"""The turn runner: claims conversations that are due, runs the graph, commits; and drives approvals."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol

import structlog

from agents import Memory
from conversations import (
    acting,
    approvals,
    closing,
    commit,
    mailbox,
    merging,
    orphans,
    summaries,
    turns,
)
from conversations.acting import Action
from conversations.driving import Driver, Sweeper
from conversations.effects import Effects
from conversations.leases import kept_alive
from conversations.live import Hub, TurnLive
from conversations.mailbox import Claim
from conversations.memory import Recollection
from conversations.ownership import may_start_effect
from conversations.rows import locked, standing
from core.clock import moment
from core.computing import Places
from core.database import Database, Tx
from core.errors import LeaseLost
from core.ids import new_id
from core.settings import Settings
from core.workspace import Workspace
from graph.saver import TurnSaver
from graph.turn import Live, TurnRequest, TurnResult
from tools import Context, Ledger, Proposal, Tool

log = structlog.get_logger(__name__)

Left = Literal["none", "nothing", "more"]
"""What a turn leaves to be run: there was no turn; it leaves nothing; it may leave something."""

AT_ONCE = 256
"""Turns of one process that run at the same time; most of a turn is waiting for a model."""

COMPUTING = {"sqlite": 1, "postgresql": 4}
"""Turns of one process that compute at the same time; on PostgreSQL a turn waits for each statement.

The rest of a turn's time it waits for a model, and as many may."""

SWEEP_S = 1.0
CLOSING_S = 60.0
"""How often the sweep looks for conversations that silence has ended."""

SUMMING = "sum up "
"""Begins the key under which a conversation is summed up, beside its turns."""

MAX_TURN_S = 60.0
"""A run that takes longer is ended and tried again."""


class Conductor(Protocol):
    """Runs turns and actions on one version of a workspace; `graph.builder.Conductor`."""

    ensemble: Any
    """Has `tools`, by name, and `understanding`."""

    async def conduct(
        self,
        request: TurnRequest,
        saver: TurnSaver,
        *,
        ledger: Ledger,
        live: Live | None = None,
        memory: Memory | None = None,
    ) -> TurnResult: ...

    async def act(
        self,
        proposal: Proposal,
        decision: dict[str, Any],
        saver: TurnSaver,
        *,
        ledger: Ledger,
        context: Context,
    ) -> dict[str, Any]: ...


class Runner:
    """Answers the conversations of one workspace, many at once, each by one turn at a time."""

    def __init__(
        self,
        *,
        database: Database,
        workspace: Workspace,
        conductor: Callable[[], Conductor],
        settings: Settings,
        hub: Hub,
        process_id: str = "",
        at_once: int = AT_ONCE,
        sweep_s: float = SWEEP_S,
        max_turn_s: float = MAX_TURN_S,
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._workspace_id = workspace.workspace_id
        self._conductor = conductor
        self._settings = settings
        self._lease_s = settings.lease_s
        self._hub = hub
        self._process_id = process_id or new_id("process")
        self._max_turn_s = max_turn_s
        self._driver = Driver(at_once)
        self._places = Places(COMPUTING[database.dialect])
        self._sweeper = Sweeper(self.sweep, sweep_s, "sweep")
        self._closed_at: float | None = None
        begin = self._driver.begin
        hub.doorbell.on("turn", lambda conversation_id: begin(conversation_id, self._answer_all))
        hub.doorbell.on("approval", lambda approval_id: begin(approval_id, self._carry_out))

    # --- start, stop, doorbell -------------------------------------------------------------------

    def start(self) -> None:
        """Begin to answer; also what an earlier process left unanswered."""
        self._driver.stopping = False
        self._sweeper.start()

    async def stop(self, *, grace_s: float = 8.0) -> None:
        """Let running turns end within `grace_s`; what is cut off then is given back to others."""
        self._driver.stopping = True
        await self._sweeper.stop()
        await self._driver.stop(grace_s)

    def follow(self) -> None:
        """Take up at once what a dead process was answering."""
        self._sweeper.hurry()

    def tools(self) -> Mapping[str, Tool]:
        """Give the tools of the version that plays now."""
        return self._conductor().ensemble.tools

    def ring(self, conversation_id: str, *, in_s: float = 0.0) -> None:
        """Say that a conversation has something to answer, now or in so many seconds."""
        if in_s > 0:
            asyncio.get_running_loop().call_later(in_s, self.ring, conversation_id)
        else:
            self._driver.begin(conversation_id, self._answer_all)
            self._call_others("turn", conversation_id)

    def knocked(self) -> None:
        """Say that somebody brings a message, before it is taken in: it goes before turns."""
        self._places.knocked()

    def ring_approval(self, approval_id: str) -> None:
        """Say that an approval was decided."""
        self._driver.begin(approval_id, self._carry_out)
        self._call_others("approval", approval_id)

    def _call_others(self, kind: str, key: str) -> None:
        """Let another process do at once what this one cannot; else they would only compete for it."""
        if self._driver.busy:
            self._hub.doorbell.ring(kind, key)

    async def settled(self) -> None:
        """Wait until all that was rung for is done."""
        await self._driver.settled()

    async def sweep(self) -> None:
        """Find what nobody was told of: what is due, decided, expired, or was left half done."""
        for conversation_id in await self._database.reading(mailbox.due, self._workspace_id):
            self.ring(conversation_id)
        for customer_id in await self._database.reading(merging.due, self._workspace_id):
            await self.join(customer_id)
        decided, late = await self._database.reading(acting.due, self._workspace_id)
        if late:
            decided += await self._database.writing(approvals.expire, self._workspace_id)
        for approval_id in decided:
            self.ring_approval(approval_id)
        for conversation_id in await self._database.reading(
            orphans.left_behind, self._workspace_id
        ):
            await self._database.writing(orphans.tell, self._workspace_id, conversation_id)
            self._hub.ring(conversation_id)
        await self._close_quiet()

    async def join(self, customer_id: str) -> None:
        """Make a customer's conversations one, unless a turn runs in them; who reads them goes on there."""
        kept, merged = await self._database.writing(merging.join, self._workspace_id, customer_id)
        for conversation_id in (*merged, kept) if kept else ():
            self._hub.ring(conversation_id)
        if kept:
            self.ring(kept)

    async def _close_quiet(self) -> None:
        """Close now and then what nobody has written in for long."""
        loop = asyncio.get_running_loop()
        if self._closed_at is not None and loop.time() < self._closed_at + CLOSING_S:
            return
        self._closed_at = loop.time()
        closed = await self._database.writing(
            closing.close_quiet,
            self._workspace_id,
            after_hours=self._workspace.policies.close_after_hours,
        )
        for conversation_id in closed:
            self._hub.ring(conversation_id)

    # --- turns -----------------------------------------------------------------------------------

    async def _answer_all(self, conversation_id: str) -> None:
        left: Left = "more"
        while left == "more":
            async with self._places.taken():
                if self._driver.stopping:
                    return
                left = await self._answer(conversation_id)

    async def answer(self, conversation_id: str) -> bool:
        """Run one turn of a conversation, from claim to commit; False when there was none to run."""
        return await self._answer(conversation_id) != "none"

    async def _answer(self, conversation_id: str) -> Left:
        """Run one turn, and say whether there may be more to run at once."""
        claim = await self._database.writing(
            mailbox.claim,
            self._workspace_id,
            conversation_id,
            process_id=self._process_id,
            lease_s=self._lease_s,
        )
        if claim is None:
            return "none"
        if claim.exhausted:
            await self._give_up(claim, "the turn was tried three times")
            return "more"
        left: Left = "more"
        try:
            left = await self._turn(claim)
        except LeaseLost:
            log.warning("lease_lost", turn_id=claim.turn_id)
        except asyncio.CancelledError:
            await asyncio.shield(self._database.writing(mailbox.give_back, claim))
            self._call_others("turn", conversation_id)
            raise
        except Exception as error:  # whatever went wrong, the customer is not left in silence
            log.exception("turn_failed", turn_id=claim.turn_id, attempt=claim.attempts)
            await self._failed(claim, error)
        finally:
            self._hub.ring(conversation_id)
        return left

    async def _turn(self, claim: Claim) -> Left:
        opening = await self._database.glancing(turns.opening, claim)
        conductor = self._conductor()
        saver = TurnSaver(opening.rows)
        live = TurnLive(self._database, self._hub, claim)
        ledger = self._ledger(conductor, claim, opening.done)
        done = False
        try:
            async with kept_alive(
                self._renewal(mailbox.renew, claim), self._lease_s, self._max_turn_s
            ):
                result = await conductor.conduct(
                    opening.request, saver, ledger=ledger, live=live, memory=self._memory(claim)
                )
            decided, due_in_s = await self._database.writing(
                commit.finish,
                claim,
                result,
                saver.rows(),
                commit.Rules(
                    follow_up_hours=self._workspace.policies.case_hours,
                    route_sample=self._settings.route_sample,
                ),
            )
            done = decided == "commit"
            log.info("turn", turn_id=claim.turn_id, verdict=decided, attempt=claim.attempts)
            if done and claim.unsummed >= summaries.BATCH:
                self._driver.begin(f"{SUMMING}{claim.conversation_id}", self._sum_up)
            if due_in_s:
                self.ring(claim.conversation_id, in_s=due_in_s)
            return "more" if due_in_s == 0 else "nothing"
        finally:
            if not done:
                await live.retract()

    def _memory(self, claim: Claim) -> Memory:
        return Recollection(
            self._database,
            claim.workspace_id,
            claim.conversation_id,
            channel=claim.batch[0]["channel"],
            turn_id=claim.turn_id,
        )

    async def _sum_up(self, key: str) -> None:
        """Bring the summary of a conversation that has grown long up to date.

        It locks the conversation for a moment, and who claims it then goes on without it: hence the ring.
        """
        conversation_id = key.removeprefix(SUMMING)
        understanding = self._conductor().ensemble.understanding
        taken = await summaries.catch_up(
            self._database, self._workspace_id, conversation_id, understanding
        )
        log.info("summed_up", conversation_id=conversation_id, messages=taken)
        self.ring(conversation_id)

    def _ledger(self, conductor: Conductor, claim: Claim, before: list[str]) -> Effects:
        def guard(tx: Tx, started: bool) -> bool:
            row = locked(tx, claim.workspace_id, claim.conversation_id)
            return may_start_effect(claim.standing, standing(row), effects_started=started)

        return Effects(
            self._database,
            conductor.ensemble.tools,
            workspace_id=claim.workspace_id,
            conversation_id=claim.conversation_id,
            turn_id=claim.turn_id,
            run=claim.standing.epoch,
            guard=guard,
            before=before,
        )

    def _renewal(self, renew: Callable[..., None], claim: Any) -> Callable[[], Awaitable[None]]:
        return lambda: self._database.writing(renew, claim, self._lease_s)

    async def _failed(self, claim: Claim, error: Exception) -> None:
        if claim.attempts >= mailbox.MAX_ATTEMPTS:
            await self._give_up(claim, type(error).__name__)
        else:
            await self._database.writing(mailbox.back_off, claim)

    async def _give_up(self, claim: Claim, failure: str) -> None:
        log.error("turn_dead", turn_id=claim.turn_id, failure=failure)
        await self._database.writing(
            commit.give_up, claim, failure=failure, language=self._workspace.default_language
        )
        self._hub.ring(claim.conversation_id)

    # --- approvals -------------------------------------------------------------------------------

    async def _carry_out(self, approval_id: str) -> None:
        """Drive a decided approval to its end, wherever an earlier process left it."""
        action = await self._database.writing(
            acting.claim,
            self._workspace_id,
            approval_id,
            process_id=self._process_id,
            lease_s=self._lease_s,
        )
        if action is None:
            return
        try:
            if action.exhausted:
                conversation_id = await self._action_failed(action, "it was tried three times")
            else:
                conversation_id = await self._act(action)
        except LeaseLost:
            return
        except asyncio.CancelledError:
            await asyncio.shield(self._database.writing(acting.give_back, action))
            self._call_others("approval", approval_id)
            raise
        except Exception as error:  # tried again, then told to people
            log.exception("action_failed", approval_id=approval_id)
            conversation_id = await self._action_failed(action, type(error).__name__)
        if conversation_id is not None:
            self._hub.ring(conversation_id)
            self.ring(conversation_id)

    async def _action_failed(self, action: Action, failure: str) -> str | None:
        return await self._database.writing(acting.failed, action, failure=failure)

    async def _act(self, action: Action) -> str | None:
        conductor, approval = self._conductor(), action.approval
        saver = TurnSaver(action.rows)
        ledger = Effects(
            self._database,
            conductor.ensemble.tools,
            workspace_id=self._workspace_id,
            conversation_id=approval["conversation_id"],
            turn_id=approval["approval_id"],
            run=action.epoch,
            guard=lambda tx, _: acting.holds(tx, action),
            before=[],
        )
        renewal = self._renewal(acting.renew, action)
        async with kept_alive(renewal, self._lease_s, self._max_turn_s):
            event = await conductor.act(
                approval["proposal"],
                approval["decision"],
                saver,
                ledger=ledger,
                context=self._context(action),
            )
        if (event.get("outcome") or {}).get("state") == "stopped":
            return None  # another process has it
        return await self._database.writing(acting.finish, action, event, saver.rows())

    def _context(self, action: Action) -> Context:
        approval, customer = action.approval, action.customer
        return Context(
            workspace_id=self._workspace_id,
            conversation_id=approval["conversation_id"],
            turn_id=approval["proposed_in"],
            customer_id=customer.customer_id,
            external_id=customer.external_id,
            verification=customer.verification,
            language=action.language or customer.language or self._workspace.default_language,
            now=moment(action.now).astimezone(self._workspace.zone),
            data_dir=self._settings.data_dir,
            facts={"name": customer.name} if customer.name else {},
        )


__all__ = ["Conductor", "Runner"]
