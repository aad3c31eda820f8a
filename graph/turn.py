"""One run of the conversation's graph, seen from outside: what goes in and what comes out.

`conduct` is what the turn runner calls. It touches no table: it is given the committed checkpoint in a
`TurnSaver` and hands back everything that the commit stores.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from agents import Citation
from core.privacy import NOBODY, Known
from graph.saver import Row
from tools import Ledger, Proposal


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A customer's message that waits for this turn."""

    message_id: str
    text: str
    attachments: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """What a turn is about."""

    turn_id: str
    conversation_id: str
    workspace_id: str
    customer_id: str
    external_id: str | None
    verification: str
    channel: str
    language: str
    """The conversation's so far, or the request's wish; empty: not known yet."""

    messages: tuple[Waiting, ...] = ()
    event: dict[str, Any] = field(default_factory=dict)
    """An internal event instead of messages: `{"kind": "handback" | "approval", ...}`.

    handback: `{did, promised, changed, follow_up, person}`.
    approval: `{decision, proposal, outcome, reason, person}`; `decision` is `approve`, `edit`, `reject`,
    `respond` (then `reason` is what the person asks or says) or `expire`.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    """Read from the tables for this turn: `name`, `owner`, `first_turn`, `open_cases`
    (`[{case_id, kind, summary, opened_at}]`), `promises` (`[str]`), `pending_approvals`
    (`[{approval_id, preview}]`, oldest first), `requests` (what a person decides on or has decided, in any
    of her conversations: `[{approval_id, proposal, state, decision, outcome}]`, newest first)."""

    known: Known = NOBODY
    """By what she could be told from others, whatever its form; no model outside is sent it."""

    missed: tuple[dict[str, str], ...] = ()
    """What was said while a person held the conversation, `{message_id, role, text}`, oldest first."""

    now: datetime


MAX_FILE_NAME = 80


def attached(message: Waiting) -> list[dict[str, str]]:
    """Give the files that came with a message, `{name, type}`: the names made safe to be shown."""
    return [
        {"name": _safe(str(one.get("name") or "")) or "?", "type": str(one.get("type") or "")[:80]}
        for one in message.attachments
    ]


def _safe(name: str) -> str:
    printable = "".join(sign for sign in name if sign.isprintable())
    return " ".join(printable.split())[:MAX_FILE_NAME]


class Live(Protocol):
    """Shows sentences while the turn runs; they are provisional until the commit."""

    async def release(self, *sentences: str) -> bool:
        """Show reviewed sentences; False when a newer message or a person came: stop showing."""
        ...

    async def retract(self) -> None:
        """Take back what was shown of this turn."""
        ...


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One message to the customer."""

    text: str
    agent: str
    citations: list[Citation] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PendingApproval:
    """A write that waits for a person, with the thread on which it waits."""

    proposal: Proposal
    rows: list[Row]
    """The action thread's checkpoint at its interrupt; thread id = proposal id."""

    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """What the commit stores."""

    replies: list[Reply]
    language: str
    approvals: list[PendingApproval] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    """Ids of approvals that the customer took back."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    """Cases to open, `{case_id, kind, summary, subject}`; `case_id` is the protocol number."""

    handoff: dict[str, Any] | None = None
    """Set when the graph waits for a person: `{reason, packet}`; the owner becomes `queue`."""

    handoff_withdrawn: bool = False
    """The customer no longer wants a person: the owner goes from `queue` back to `ai`."""

    record: dict[str, Any] = field(default_factory=dict)
    """For the turn record: `next`, `agents` (`[{agent, why, rejected}]`), `context` (state keys per
    agent), `person` (whether and why), `path` (nodes), `halted`, `review` (what was dropped, why),
    `decision`, `calls`, `input_tokens`, `output_tokens`, `cost_usd`, `degraded`, `signals`."""

    effects_started: bool = False
    """A write has started: newer messages no longer make this turn stale."""


Conduct = Callable[..., Awaitable[TurnResult]]
"""`await conduct(request, saver, ledger=..., live=...)`; see `graph.builder.Conductor.conduct`."""


class ActionOutcome(Protocol):
    """What `graph.action` gives after a decision was carried out."""

    rows: list[Row]
    event: dict[str, Any]
    """The `approval` event to address to the customer."""


__all__ = [
    "Conduct",
    "Ledger",
    "Live",
    "PendingApproval",
    "Reply",
    "TurnRequest",
    "TurnResult",
    "Waiting",
]
