"""Routes for what a channel's provider did not carry: listed with its reason, sent once more, or dropped."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from conversations import letters
from core.access import Desk, Staff

router = APIRouter()


class DeliveryListed(BaseModel):
    """A part of a message on its way to a customer."""

    delivery_id: str
    conversation_id: str
    message_id: str
    part: int
    """0 is the first; a long message has several."""

    parts: int
    """How many the message has."""

    parts_sent: int
    """How many of them went out; behind one that is dead none does."""

    channel: str
    account: str
    role: str
    """Who said it: `ai` or `person`."""

    text: str
    """The whole message."""

    state: letters.State
    reason: str
    """Why it ended so, or why the last try failed."""

    attempts: int
    receipt: str
    """The provider's last word: `sent`, `delivered`, `read`, `failed`, or nothing."""

    created_at: float
    settled_at: float | None


class Deliveries(BaseModel):
    """Deliveries, the newest first."""

    deliveries: list[DeliveryListed]


class LetterDecided(BaseModel):
    """What shall become of a delivery that ended without reaching her for sure."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "replay"}]})

    decision: Literal["replay", "drop"]
    """`replay` an `unknown` one only if she may read it twice, or the provider takes a key once.

    The parts of its message behind it go the same way."""


class LetterLeft(BaseModel):
    """What became of it."""

    delivery_id: str
    conversation_id: str
    state: letters.State


@router.get("/deliveries")
async def list_deliveries(
    request: Request, caller: Staff, state: letters.State | None = None
) -> Deliveries:
    """Give deliveries in a state; without one, those that wait for a person: dead, or never known."""
    rows = await request.app.state.database.reading(letters.listed, caller.workspace_id, state)
    return Deliveries(deliveries=[DeliveryListed.model_validate(row) for row in rows])


@router.post("/deliveries/{delivery_id}")
async def decide_delivery(
    delivery_id: str, given: LetterDecided, request: Request, caller: Desk
) -> LetterLeft:
    """Send a dead or unknown delivery once more, with the key it always had, or drop it."""
    left: dict[str, Any] = await request.app.state.database.writing(
        letters.decide,
        caller.workspace_id,
        delivery_id,
        given.decision,
        person=caller.name,
        actor=caller.key_id,
    )
    request.app.state.hub.ring(left["conversation_id"])
    return LetterLeft.model_validate(left)
