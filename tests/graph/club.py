"""A member of the test club, talking through whole turns of the real graph; no server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from graph.builder import Conductor
from graph.ensemble import Ensemble
from graph.rehearsal import RehearsalLedger
from graph.saver import Row, TurnSaver
from graph.turn import TurnRequest, TurnResult, Waiting
from tools import Proposal

CLUB = Path(__file__).parents[1] / "workspaces" / "clube"
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class Talk:
    """One conversation, turn by turn, as the turn runner would hold it."""

    def __init__(
        self, conductor: Conductor, *, member: str | None = "M-1", language: str = ""
    ) -> None:
        self.conductor = conductor
        self.member = member
        self.language = language
        self.rows: list[Row] = []
        self.turns = 0
        self.ledger = RehearsalLedger(conductor.ensemble.tools)
        self.facts: dict[str, Any] = {"owner": "ai"}
        self.events: list[str] = []
        self.now = NOW
        self.pending: list[Proposal] = []

    async def says(
        self, *texts: str, commit: bool = True, event: dict[str, Any] | None = None,
        files: tuple[dict[str, Any], ...] = (),
    ) -> TurnResult:  # fmt: skip
        self.turns += 1
        messages = () if event else tuple(
            Waiting(message_id=f"m{self.turns}.{at}", text=text, attachments=files)
            for at, text in enumerate(texts)
        )  # fmt: skip
        request = TurnRequest(
            turn_id=f"c1:{self.turns}",
            conversation_id="c1",
            workspace_id="clube",
            customer_id="p1",
            external_id=self.member,
            verification="verified" if self.member else "anonymous",
            channel="webchat",
            language=self.language,
            messages=messages,
            event=event or {},
            facts=self.facts
            | {"first_turn": self.turns == 1, "pending_approvals": self._pending()},
            now=self.now,
        )
        saver = TurnSaver(self.rows)
        result = await self.conductor.conduct(request, saver, ledger=self.ledger, live=self)
        if commit:
            self.rows = saver.rows() or self.rows
            self.language = result.language
            left = [one for one in self.pending if one["proposal_id"] not in result.withdrawn]
            self.pending = [*left, *(made.proposal for made in result.approvals)]
        return result

    async def hears(self, decision: str, **more: Any) -> TurnResult:
        """Hear what a person decided on the request that has waited longest."""
        event = {"kind": "approval", "decision": decision, "proposal": self.pending.pop(0), **more}
        return await self.says("", event=event)

    def later(self, **passed: float) -> None:
        """Let time pass."""
        self.now += timedelta(**passed)

    def _pending(self) -> list[dict[str, str]]:
        return [
            {"approval_id": one["proposal_id"], "preview": one["preview"]} for one in self.pending
        ]

    async def release(self, *sentences: str) -> bool:
        self.events += sentences
        return True

    async def retract(self) -> None:
        self.events.append("<retract>")


def talk(ensemble: Ensemble, **known: Any) -> Talk:
    return Talk(Conductor(ensemble), **known)


def text(result: TurnResult) -> str:
    assert len(result.replies) == 1, result.replies
    return result.replies[0].text
