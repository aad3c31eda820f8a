"""Taking back a merge of two conversations, and with it of two customers, that turned out to be wrong."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from conversations import parting
from core.access import Desk

router = APIRouter(tags=["desk"])


class Parted(BaseModel):
    """Two conversations that are apart again."""

    conversation_id: str
    """The customer's, with all that came since the merge."""

    parted_id: str
    """The stranger's, as it was at the merge."""


@router.post("/conversations/{conversation_id}/part")
async def part(conversation_id: str, request: Request, caller: Desk) -> Parted:
    """Take back the last merge of a conversation, named by the id of either.

    What existed at the merge is apart again, each with its customer; what came later stays with the one who
    had proved who she is. 409 while something is under way in it.
    """
    state = request.app.state
    parted = await state.database.writing(
        parting.part,
        caller.workspace_id,
        conversation_id,
        person=caller.name,
        actor=caller.key_id,
    )
    for it in (parted.hers_id, parted.strangers_id):
        state.hub.unhush(it)
        state.hub.ring(it)
        state.runner.ring(it)
    return Parted(conversation_id=parted.hers_id, parted_id=parted.strangers_id)
