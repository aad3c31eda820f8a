"""What is known of a contact before it begins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .voices import Goal


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who writes when, about what, and how."""

    number: int
    start: datetime
    goal: Goal
    customer: dict[str, Any] | None
    """Her record in the shop; None: a stranger."""

    language: str
    channel: str = "webchat"
    register: str = "plain"
    patience: int = 2
    """How often she says it in other words before she gives up."""

    quirks: frozenset[str] = frozenset()
    """Of `burst`, `later`, `chat`, `refuses`, `injects`, `foreign`, `insists`, `pushes`."""

    staff: str = "usual"
    """`usual`, `promises`, `none`: nobody comes; `speaking`: somebody has come and is not done."""

    worth: float = 0
    """The order is worth at least so much."""
