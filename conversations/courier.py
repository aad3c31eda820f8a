"""The courier: carries what the outbox holds to the providers, one delivery of a conversation at a time.

    take (claim, gate, mark `sending`) ─▶ the channel's request ─▶ the provider ─▶ settle

It is rung for with the feed: whoever writes to a customer rings there. What nobody heard, or a dead process
left, the sweep finds. Between the mark and the provider's answer nobody knows whether a message has gone out;
`conversations.settling` says what happens then.
"""

import asyncio

import httpx
import structlog

from channels.providers import Account, Accounts
from conversations import outbox, sending, settling
from conversations.driving import Driver, Sweeper
from conversations.entering import entered
from conversations.leases import kept_alive
from conversations.live import Hub
from conversations.outbox import Way
from conversations.outcomes import Outcome, of_error, of_response
from conversations.sending import Delivery, Later
from core.database import Database
from core.errors import LeaseLost

log = structlog.get_logger(__name__)

AT_ONCE = 64
"""Deliveries of one process that are under way at the same time."""

SWEEP_S = 1.0
TIMEOUT_S = 10.0
"""Longest wait for a provider's answer; then it is not known whether the message went out."""

CONNECT_S = 5.0


class Courier:
    """Sends what the conversations of one workspace have in their outboxes."""

    def __init__(
        self,
        *,
        database: Database,
        workspace_id: str,
        accounts: Accounts,
        hub: Hub,
        process_id: str,
        lease_s: float = 15.0,
        timeout_s: float = TIMEOUT_S,
        sweep_s: float = SWEEP_S,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._accounts = accounts
        self._hub = hub
        self._process_id = process_id
        self._lease_s = lease_s
        self._timeout_s = timeout_s
        self._driver = Driver(AT_ONCE)
        self._paused: dict[Way, float] = {}
        self._http: httpx.AsyncClient | None = None
        self._sweeper = Sweeper(self.sweep, sweep_s, "sweep outbox")

    # --- start, stop, doorbell -------------------------------------------------------------------

    def start(self) -> None:
        """Begin to send, also what an earlier process left; without accounts there is nothing to do."""
        if not self._accounts:
            return
        self._driver.stopping = False
        self._hub.listeners.add(self.ring)
        self._sweeper.start()

    async def stop(self, *, grace_s: float = 8.0) -> None:
        """Let what is under way come to its answer within `grace_s`; of the rest nobody knows."""
        self._hub.listeners.discard(self.ring)
        await self._sweeper.stop()
        await self._driver.stop(grace_s)
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def follow(self) -> None:
        """Take up at once what a dead process was sending."""
        self._sweeper.hurry()

    def ring(self, conversation_id: str) -> None:
        """Say that a conversation may have something to send."""
        self._driver.begin(conversation_id, self._deliver_all)

    async def settled(self) -> None:
        """Wait until all that was rung for is done."""
        await self._driver.settled()

    async def sweep(self) -> None:
        """Find what nobody was told of."""
        now = asyncio.get_running_loop().time()
        self._paused = {way: until for way, until in self._paused.items() if until > now}
        for conversation_id in await self._database.reading(
            outbox.due, self._workspace_id, but_by=self._paused
        ):
            self.ring(conversation_id)

    # --- sending ---------------------------------------------------------------------------------

    async def _deliver_all(self, conversation_id: str) -> None:
        while not self._driver.stopping and await self.deliver(conversation_id):
            pass

    async def deliver(self, conversation_id: str) -> bool:
        """Send a conversation's next delivery, from claim to settlement; False: there was none to send."""
        head = await self._database.glancing(outbox.head, self._workspace_id, conversation_id)
        if head is None or self._is_paused(outbox.way(head)):
            return False
        taken = await self._database.writing(
            sending.take,
            self._workspace_id,
            conversation_id,
            process_id=self._process_id,
            lease_s=self._lease_s,
            accounts=self._accounts,
        )
        if isinstance(taken, Later):
            self._pause(taken)
        if not isinstance(taken, Delivery):
            return False
        try:
            outcome = await self._send(taken)
        except LeaseLost:
            log.warning("delivery_lost", delivery_id=taken.delivery_id)
            return False
        except asyncio.CancelledError:
            stopped = Outcome(kind="unknown", reason=sending.BROKEN_OFF)
            await asyncio.shield(self._settle(taken, stopped))
            raise
        return await self._settle(taken, outcome)

    def _is_paused(self, way: Way) -> bool:
        until = self._paused.get(way)
        return until is not None and until > asyncio.get_running_loop().time()

    def _pause(self, later: Later) -> None:
        """Let nothing go that way for a while, then look who is to be served first."""
        if not self._is_paused(later.way):
            loop = asyncio.get_running_loop()
            self._paused[later.way] = loop.time() + later.in_s
            loop.call_later(later.in_s, self._driver.begin, "", self._look)

    async def _look(self, _key: str) -> None:
        await self.sweep()

    async def _settle(self, taken: Delivery, outcome: Outcome) -> bool:
        """Enter the outcome; True: the conversation may have more to send at once."""
        again_in_s = await entered(self._database, settling.settle, taken, outcome)
        log.info(
            "delivery", delivery_id=taken.delivery_id, outcome=outcome.kind, again_in_s=again_in_s
        )
        if again_in_s is None:
            return True
        asyncio.get_running_loop().call_later(again_in_s, self.ring, taken.conversation_id)
        return False

    async def _send(self, taken: Delivery) -> Outcome:
        """Send a delivery and say how that ended."""
        account, http = taken.account, self._client()
        try:
            written = account.provider.request(taken.body, taken.key, account)
            request = http.build_request(
                "POST", written.url, content=written.content, headers=dict(written.headers)
            )
        except Exception as error:
            log.exception("delivery_unwritten", delivery_id=taken.delivery_id)
            return Outcome(kind="refused", reason=f"It could not be written: {error!r}"[:300])
        try:
            async with kept_alive(lambda: self._renew(taken), self._lease_s, self._timeout_s):
                answer = await http.send(request)
            return self._read(account, answer)
        except (httpx.HTTPError, TimeoutError) as error:
            log.warning(
                "delivery_unanswered", delivery_id=taken.delivery_id, error=type(error).__name__
            )
            return of_error(error)

    def _read(self, account: Account, answer: httpx.Response) -> Outcome:
        return of_response(account.provider, answer.status_code, answer.headers, answer.content)

    async def _renew(self, taken: Delivery) -> None:
        await self._database.writing(sending.renew, taken, self._lease_s)

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            # An answer is timed as a whole, by `kept_alive`.
            self._http = httpx.AsyncClient(
                timeout=httpx.Timeout(None, connect=CONNECT_S, pool=CONNECT_S)
            )
        return self._http
