"""Routes of the people's side: approvals, the queue, a person's stretch of a conversation."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from conversations import approvals, handoffs
from core.access import Desk, Staff
from core.errors import BadInput
from desk import deciding, erasing, letters, parting, stretches
from desk.words import Words
from desk.writing import routes as writing

router = APIRouter(tags=["desk"])

State = Literal[
    "pending", "decided", "done", "failed", "unknown", "rejected", "expired", "withdrawn", "lost",
    "erased",
]  # fmt: skip


class DecisionGiven(Words):
    """What a person decides on a write."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"decision": "approve"},
                {"decision": "edit", "arguments": {"id": "A-1", "amount": 50}},
                {"decision": "reject", "reason": "The parcel has been delivered."},
                {"decision": "respond", "reason": "On which day did you notice it?"},
            ]
        }
    )

    decision: Literal["approve", "edit", "reject", "respond"]
    arguments: dict[str, Any] | None = None
    """With `edit`: all of the tool's arguments, as they shall be executed."""

    reason: str = Field(default="", max_length=2_000)


class ReplyGiven(Words):
    """What a person says to the customer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "I have looked into it: it arrives tomorrow."}]}
    )

    text: str = Field(min_length=1, max_length=8_000)
    message_id: str = Field(default="", max_length=200)
    """Makes repeating safe: the same id speaks once."""


class HandBackGiven(Words):
    """What the AI must know when it goes on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "did": "Checked with the carrier.",
                    "promised": "Delivery by Friday.",
                    "changed": "",
                    "follow_up": "Ask on Friday whether it arrived.",
                }
            ]
        }
    )

    did: str = Field(default="", max_length=2_000)
    promised: str = Field(default="", max_length=2_000)
    changed: str = Field(default="", max_length=2_000)
    follow_up: str = Field(default="", max_length=2_000)


class CloseGiven(BaseModel):
    """How a conversation ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "solved"}]})

    outcome: Literal["solved", "unsolved", "moot"]
    """`moot`: there was nothing to solve."""

    message: str = Field(default="", max_length=8_000)
    """Told to the customer before; needed where she waits for a person or an approval."""


class Closed(BaseModel):
    """A conversation that is over; the customer's next message opens a new one."""

    conversation_id: str
    state: Literal["closed"]
    outcome: str


class ApprovalListed(BaseModel):
    """A write that waits for a person, or what became of it."""

    approval_id: str
    conversation_id: str
    customer_id: str
    state: State
    proposal: dict[str, Any]
    decision: dict[str, Any]
    decided_by: str
    outcome: dict[str, Any]
    created_at: float
    expires_at: float
    simulated: bool = False
    """Of a simulated customer, for a demo."""


class Approvals(BaseModel):
    """Approvals, oldest first."""

    approvals: list[ApprovalListed]


class CustomerShown(BaseModel):
    """Who the customer is."""

    name: str | None
    external_id: str | None
    """Her number in the company's own systems, once it is proven."""

    verification: str
    claims: dict[str, str]
    """What she says of herself and has not proven, by kind."""


class HandoffListed(BaseModel):
    """A conversation that waits for a person, or is with one."""

    handoff_id: str
    conversation_id: str
    customer_id: str
    customer: CustomerShown
    reason: str
    packet: dict[str, Any]
    state: str
    owner: str
    owner_name: str
    language: str
    created_at: float
    taken_by: str
    simulated: bool = False
    """Of a simulated customer, for a demo."""


class Handoffs(BaseModel):
    """Open hand-offs, longest waiting first."""

    handoffs: list[HandoffListed]


class Owned(BaseModel):
    """Who has the conversation now."""

    conversation_id: str
    owner: Literal["ai", "queue", "person"]
    owner_name: str


class Said(BaseModel):
    """A person's message as it was stored."""

    message_id: str
    conversation_id: str
    text: str


@router.get("/approvals")
async def list_approvals(request: Request, caller: Staff, state: State = "pending") -> Approvals:
    """Give the approvals in a state; without one, those that wait for a person."""
    rows = await request.app.state.database.reading(approvals.listed, caller.workspace_id, state)
    return Approvals(approvals=[ApprovalListed.model_validate(row) for row in rows])


@router.post("/approvals/{approval_id}")
async def decide_approval(
    approval_id: str, given: DecisionGiven, request: Request, caller: Desk
) -> ApprovalListed:
    """Decide a write, once; the customer hears the outcome in her conversation.

    Who comes second gets 409 and learns who has decided.
    """
    given.check_characters()
    state = request.app.state
    approval = await deciding.decide(
        state.database,
        state.runner.tools(),
        approval_id,
        given.decision,
        caller=caller,
        arguments=given.arguments,
        reason=given.reason,
    )
    if given.decision == "respond":
        state.hub.ring(approval["conversation_id"])
        state.runner.ring(approval["conversation_id"])
    else:
        state.runner.ring_approval(approval_id)
    return ApprovalListed.model_validate(approval)


@router.get("/handoffs")
async def list_handoffs(request: Request, caller: Staff) -> Handoffs:
    """Give the conversations that wait for a person or are with one, with their packets."""
    rows = await request.app.state.database.reading(handoffs.queue, caller.workspace_id)
    return Handoffs(handoffs=[HandoffListed.model_validate(row) for row in rows])


@router.post("/conversations/{conversation_id}/takeover")
async def take_over(conversation_id: str, request: Request, caller: Desk) -> Owned:
    """Take a conversation over: from now on the caller speaks, and the AI is silent."""
    state = request.app.state
    row = await stretches.take_over(state.database, state.hub, conversation_id, caller=caller)
    return Owned.model_validate(row)


@router.post("/conversations/{conversation_id}/reply")
async def reply(conversation_id: str, given: ReplyGiven, request: Request, caller: Desk) -> Said:
    """Speak to the customer, in a conversation that the caller has taken over."""
    given.check_characters()
    text, state = given.text.strip(), request.app.state
    if not text:
        raise BadInput("`text` is empty; write what the customer shall read.")
    said = await stretches.reply(
        state.database,
        state.hub,
        conversation_id,
        caller=caller,
        text=text,
        message_id=given.message_id,
    )
    return Said.model_validate(said)


@router.post("/conversations/{conversation_id}/handback")
async def hand_back(
    conversation_id: str, given: HandBackGiven, request: Request, caller: Desk
) -> Owned:
    """Give the conversation back to the AI, with what was done, promised and changed."""
    given.check_characters()
    state = request.app.state
    row = await stretches.hand_back(
        state.database, state.hub, conversation_id, caller=caller, wrap_up=given.model_dump()
    )
    state.runner.ring(row["conversation_id"])
    return Owned.model_validate(row)


@router.post("/conversations/{conversation_id}/close")
async def close(conversation_id: str, given: CloseGiven, request: Request, caller: Desk) -> Closed:
    """Close a conversation and say how it ended; the customer's next message opens a new one."""
    state = request.app.state
    row = await stretches.close(
        state.database,
        state.hub,
        conversation_id,
        caller=caller,
        outcome=given.outcome,
        message=given.message.strip(),
    )
    return Closed.model_validate(row)


for more in (letters.router, erasing.router, parting.router, writing.router):
    router.include_router(more)
