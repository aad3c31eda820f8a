"""What a person of the staff writes into: a conversation, as far back as its newest messages go."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from conversations import handoffs
from conversations.rows import found
from conversations.tables import messages
from core.database import Tx
from customers import Customer, identity

NEWEST = 200
"""Messages that are read; what was said before them is in the conversation's summary."""


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A conversation with whom it is held."""

    row: dict[str, Any]
    customer: Customer
    messages: list[dict[str, Any]]
    """In order; internal ones too, for staff see all."""

    handoff: dict[str, Any] | None
    """The one that is open: she waits for a person, or one has her."""

    @property
    def conversation_id(self) -> str:
        """The conversation's id; that of the one it was merged into."""
        return self.row["conversation_id"]

    def said_by(self, *roles: str) -> list[dict[str, Any]]:
        """Give what was said by these, in order."""
        return [one for one in self.messages if one["role"] in roles and one["class"] != "internal"]

    @property
    def last_of_person(self) -> int:
        """The place of the last thing that a person of the company said; 0: none has."""
        return max((one["sequence"] for one in self.said_by("person")), default=0)

    @property
    def unanswered(self) -> list[dict[str, Any]]:
        """What she wrote since the last reply; that a person was called for her is none."""
        calling = self.handoff["turn_id"] if self.handoff else None
        called = [one["sequence"] for one in self.messages if calling and one["turn_id"] == calling]
        by_ai = [
            one["sequence"]
            for one in self.said_by("ai")
            if not called or one["sequence"] < min(called)
        ]
        answered = max([self.last_of_person, *by_ai])
        hers = self.said_by("customer")
        return [one for one in hers if one["sequence"] > answered and one["text"].strip()]


def thread(tx: Tx, workspace_id: str, conversation_id: str) -> Thread:
    """Read a conversation.

    Raises:
        NotFound: there is no such conversation.
    """
    row = found(tx, workspace_id, conversation_id)
    newest = (
        sa.select(messages)
        .where(
            messages.c.workspace_id == workspace_id,
            messages.c.conversation_id == row["conversation_id"],
        )
        .order_by(messages.c.sequence.desc())
        .limit(NEWEST)
    )
    return Thread(
        row=row,
        customer=identity.customer(tx, workspace_id, row["customer_id"]),
        messages=[dict(one) for one in tx.execute(newest).mappings()][::-1],
        handoff=handoffs.current(tx, row),
    )
