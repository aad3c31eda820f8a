"""What a run is told beside its input: facts of this turn, and the services that act for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents import Memory
from graph.voice import Voice
from tools import Ledger


@dataclass(frozen=True, kw_only=True)
class Services:
    """What acts for a turn: in a server the conversation's own, in Studio a throw-away copy."""

    ledger: Ledger
    voice: Voice = field(default_factory=lambda: Voice(None))
    now: datetime | None = None
    data_dir: Path | None = None
    """Where tools keep their files, when not in the deployment's data folder."""

    memory: Memory | None = None
    """What was said beyond the window; None in Studio, which keeps no transcript."""


@dataclass(frozen=True, kw_only=True)
class TurnContext:
    """Facts of one turn. Studio passes an empty one: an anonymous visitor of the web chat."""

    turn_id: str = ""
    """Empty in Studio: made from the message then."""

    workspace_id: str = ""
    conversation_id: str = "studio"
    message_ids: tuple[str, ...] = ()
    """The messages this turn answers; empty: all that nobody has answered yet."""

    customer_id: str = "studio"
    external_id: str | None = None
    verification: str = "anonymous"
    channel: str = "webchat"
    language: str = ""
    """What the conversation or the request says; empty: read it from the text."""

    facts: dict[str, Any] = field(default_factory=dict)
    """See `graph.turn.TurnRequest.facts`."""

    services: Any = None
    """`Services`; untyped here because Studio draws a form from this class."""

    @property
    def now(self) -> datetime:
        """The moment this turn takes for now."""
        services: Services | None = self.services
        return (services and services.now) or datetime.now(UTC)
