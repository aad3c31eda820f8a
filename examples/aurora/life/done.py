"""What has come of a conversation, read from the product's records."""

from dataclasses import dataclass

import sqlalchemy as sa

from conversations.rows import found
from conversations.tables import effects, handoffs, messages, turns
from core.database import Tx
from customers.tables import cases


@dataclass(frozen=True)
class Done:
    """What has come of a conversation."""

    customer_id: str
    written: list[str]
    """Tools that have changed something."""

    looked: str
    """What was looked up, as the turn records say it."""

    cited: bool
    handed_over: bool
    case_opened: bool


def done(tx: Tx, workspace_id: str, conversation_id: str) -> Done:
    """Give what has been done and said in a conversation so far."""
    row = found(tx, workspace_id, conversation_id)
    mine = (effects.c.workspace_id == workspace_id) & (effects.c.conversation_id == conversation_id)
    written = tx.scalars(sa.select(effects.c.tool).where(mine, effects.c.state == "done")).all()
    records = tx.scalars(
        sa.select(turns.c.record).where(
            turns.c.workspace_id == workspace_id, turns.c.conversation_id == conversation_id
        )
    ).all()
    cited = tx.scalars(
        sa.select(messages.c.citations).where(
            messages.c.workspace_id == workspace_id,
            messages.c.conversation_id == conversation_id,
            messages.c.role == "ai",
        )
    ).all()
    over = tx.scalars(
        sa.select(handoffs.c.reason).where(
            handoffs.c.workspace_id == workspace_id,
            handoffs.c.conversation_id == conversation_id,
        )
    ).all()
    opened = tx.scalar(
        sa.select(cases.c.case_id)
        .where(cases.c.workspace_id == workspace_id, cases.c.conversation_id == conversation_id)
        .limit(1)
    )
    return Done(
        customer_id=row["customer_id"],
        written=list(written),
        looked=" ".join(str(record.get("tried", "")) for record in records),
        cited=any(cited),
        handed_over=bool(over),
        case_opened=opened is not None,
    )
