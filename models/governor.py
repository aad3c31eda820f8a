"""Whether a call of a paid model may go out: the switch, the money, the server's health."""

import time
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

import structlog

from core.errors import Unavailable
from models import Spent
from models.breaker import Health
from models.spending import Level, Limits
from models.standing import Memory, State, Step, Store
from models.usage import cost_so_far, together

T = TypeVar("T")

FRESH_S = 1.0
"""What other processes have changed is known here after so long at the latest."""

log = structlog.get_logger(__name__)


class Governor:
    """One for all models of a process; what it knows is shared with other processes by its store.

    A database that is away stops no call: what was last known holds, and money is written down later.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        limits: Limits | None = None,
        zone: tzinfo = UTC,
        cool_down_s: float = 15.0,
    ) -> None:
        self._store = store or Memory()
        self._limits = limits or Limits()
        self._zone = zone
        self._cool_down_s = cool_down_s
        self._state = State(0.0)
        self._day = ""
        """Of what is known."""

        self._read_at = 0.0
        self._ahead_s = 0.0
        """By which the store's clock is ahead of this process's own."""

        self._unsettled: list[Spent] = []

    async def objection(self, server: str) -> str:
        """Say why no call may go out to this server now; empty: it may, as a probe if it was doubted."""
        state = await self._known()
        if state.stopped is not None:
            return f"models are switched off: {state.stopped or 'no reason given'}"
        if reason := self._over(state):
            return reason
        health = state.servers.get(server, Health())
        if not health.doubted:
            return ""
        alone = f"the model is left alone for a while: {health.reason}"
        if health.left_alone(self._now()):
            return alone
        before, now = await self._step(server, lambda one, at: one.probed(at, self._cool_down_s))
        return alone if before.left_alone(now) else ""

    def _over(self, state: State) -> str:
        limits, spent = self._limits, state.spent_usd
        if "reached" in limits.passed(spent):
            return f"{spent:.2f} USD are spent today, and the limit of a day is {limits.day_usd:g}"
        if limits.turn_usd and cost_so_far() >= limits.turn_usd:
            return f"the turn has spent its limit of {limits.turn_usd:g} USD"
        return ""

    async def succeeded(self, server: str) -> None:
        """The server answered well: everything may go out again."""
        if self._state.servers.get(server, Health()).failed:
            await self._step(server, lambda _, __: Health())

    async def failed(self, server: str, reason: str, *, gravely: bool = False) -> None:
        """Count a failure; a grave one has the server left alone at once."""
        cool_down_s = self._cool_down_s
        await self._step(
            server, lambda one, at: one.after_failure(reason, at, cool_down_s, gravely=gravely)
        )

    async def left(self, server: str) -> None:
        """The caller went away before the answer."""
        if self._state.servers.get(server, Health()).doubted:
            await self._step(server, lambda one, at: one.left(at))

    def note(self, spent: Spent) -> None:
        """Keep what was spent until it is settled."""
        self._unsettled.append(spent)

    async def settle(self) -> None:
        """Write down what was spent, and say so when a limit is passed."""
        day = self._today()
        taken, self._unsettled = self._unsettled, []
        if not taken:
            return
        settled = await self._tried(self._store.add(day, taken, self._limits))
        if settled is None:
            self._unsettled = together([*taken, *self._unsettled])
            return
        total, told = settled
        if day == self._day:
            self._state = replace(self._state, spent_usd=total)
        for level in told:
            self._tell(level, total)

    def _tell(self, level: Level, total: float) -> None:
        limit = self._limits.of_day()[level]
        log.warning("models_limit", which=level, spent_usd=round(total, 4), limit_usd=limit)

    async def _step(self, server: str, step: Step) -> tuple[Health, float]:
        """Change a server's health, in the store or while that is away here; give it before, and when."""
        changed = await self._tried(self._store.change(server, step))
        if changed is None:
            before, now = self._state.servers.get(server, Health()), self._now()
            changed = before, step(before, now), now
        before, after, now = changed
        self._state = replace(self._state, servers={**self._state.servers, server: after})
        self._ahead_s = now - time.monotonic()
        return before, now

    async def _known(self) -> State:
        """Give what is known, read anew if it is older than a second or of another day."""
        day = self._today()
        if day == self._day and time.monotonic() - self._read_at < FRESH_S:
            return self._state
        state = await self._tried(self._store.read(day))
        if state is not None:
            self._state, self._ahead_s = state, state.now - time.monotonic()
        elif day != self._day:
            self._state = replace(self._state, spent_usd=0.0)
        self._day, self._read_at = day, time.monotonic()
        return self._state

    def _now(self) -> float:
        """Give the moment on the clock of the store."""
        return time.monotonic() + self._ahead_s

    def _today(self) -> str:
        return datetime.now(self._zone).date().isoformat()

    async def _tried(self, asked: Awaitable[T]) -> T | None:
        try:
            return await asked
        except Unavailable as failure:
            log.warning("models_standing_unknown", reason=str(failure))
            return None
