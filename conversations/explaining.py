"""Why an answer is as it is: a turn's record, readable, with the graph to draw its path in."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel

from conversations.callers import REFUSED, Token, may_read
from conversations.tables import turns
from core.access import OptionalCaller
from core.database import Tx
from core.errors import Forbidden, NotFound

router = APIRouter(tags=["conversations"])


class AgentChosen(BaseModel):
    """One step of the plan: who acted, and why not the others."""

    agent: str
    goal: str = ""
    why: str = ""
    rejected: list[str] = []
    """`agent: reason`, one each."""


class Explained(BaseModel):
    """The four answers of a turn, and what it took."""

    turn_id: str
    trigger: str
    next: str
    """What happens next."""

    agents: list[AgentChosen]
    context: dict[str, list[str]]
    """The state keys that each step was given."""

    person: dict[str, Any]
    """Whether a person is needed, and why."""

    tools: list[str]
    """What was looked up or done, and what came of it, in order."""

    dropped: list[dict[str, Any]]
    """Sentences that the review took out, each with its reason."""

    offers: dict[str, Any]
    """Which offer was made, or nothing, and the reasons against the others."""

    signals: dict[str, Any]
    path: list[str]
    """Nodes of the graph in the order in which they ran."""

    halted: str
    degraded: str
    version: str
    prompts: list[str]
    """What models were told by, each `file@hash`: the same hash is the same text."""

    ms: float
    waited_ms: float
    """From the customer's first waiting message to the commit."""

    calls: int
    """Of a model over the network; the embedded ones cost nothing and are not counted."""

    input_tokens: int
    output_tokens: int
    cost_usd: float
    spent: list[dict[str, Any]]
    """The same by agent, role and model."""

    graph: dict[str, Any]
    """`{version, nodes: [{name, kind, purpose}], edges: [[from, to]]}`, as it plays now."""


@router.get(
    "/conversations/{conversation_id}/turns/{turn_id}/why",
    summary="Why an answer is as it is",
    responses={
        **REFUSED,
        403: {"description": "A visitor, and the workspace is no demonstration."},
    },
)
async def why(
    conversation_id: str,
    turn_id: str,
    request: Request,
    caller: OptionalCaller,
    token: Token = None,
) -> Explained:
    """Explain a turn to staff; in a demonstration also to the visitor whose conversation it is."""
    staff = await may_read(request, caller, conversation_id, token)
    state = request.app.state
    if not staff and not state.workspace.profile.demo:
        raise Forbidden(
            "Why an answer is as it is, is shown to staff; visitors see it in a workspace with "
            "`demo: true` only."
        )
    row = await state.database.reading(_turn, state.workspace_id, conversation_id, turn_id)
    return Explained(**_explained(row), graph=state.versions.current.picture)


def _turn(tx: Tx, workspace_id: str, conversation_id: str, turn_id: str) -> dict[str, Any]:
    statement = sa.select(turns).where(
        turns.c.workspace_id == workspace_id,
        turns.c.conversation_id == conversation_id,
        turns.c.turn_id == turn_id.replace("\x00", ""),
    )
    row = tx.execute(statement).mappings().first()
    if row is None:
        raise NotFound(f"This conversation has no record of a turn {turn_id[:200]!r}.")
    return dict(row)


_AS_KEPT = (
    "turn_id", "trigger", "next", "agents", "context", "person", "degraded", "ms", "waited_ms",
    "calls", "input_tokens", "output_tokens", "cost_usd",
)  # fmt: skip


def _explained(row: dict[str, Any]) -> dict[str, Any]:
    """Give what may be shown of a record; a failure's inside stays in the log."""
    record = row["record"]
    return {key: row[key] for key in _AS_KEPT} | {
        "person": row["person"] or {},
        "tools": record.get("tried", []),
        "dropped": record.get("review", []),
        "offers": record.get("decision", {}),
        "signals": record.get("signals", {}),
        "path": record.get("path", []),
        "halted": record.get("halted", ""),
        "version": record.get("version", ""),
        "prompts": record.get("prompts", []),
        "spent": record.get("spent", []),
    }
