"""A person's stretch of a conversation: taking over, speaking, handing back."""

from typing import Any

from conversations import closing, handoffs
from conversations.live import Hub
from conversations.rows import found
from core.access import Caller
from core.database import Database


async def take_over(
    database: Database, hub: Hub, conversation_id: str, *, caller: Caller
) -> dict[str, Any]:
    """Give the conversation to the caller; nothing of the AI goes out from then on.

    Raises:
        Conflict: another person has it, or it is closed.
    """
    row = await database.reading(found, caller.workspace_id, conversation_id)
    conversation_id = row["conversation_id"]  # it may have been merged into another
    # Before the transaction, so that text which readers have not fetched yet never reaches them.
    hub.hush(conversation_id, row["tenure"])
    try:
        row = await database.writing(
            handoffs.take_over,
            caller.workspace_id,
            conversation_id,
            person=caller.name,
            actor=caller.key_id,
        )
    except BaseException:
        hub.unhush(conversation_id)
        raise
    hub.ring(conversation_id)
    return row


async def reply(
    database: Database,
    hub: Hub,
    conversation_id: str,
    *,
    caller: Caller,
    text: str,
    message_id: str = "",
) -> dict[str, Any]:
    """Speak to the customer; the same message id speaks once.

    Raises:
        Conflict: the conversation is not the caller's.
    """
    said = await database.writing(
        handoffs.reply,
        caller.workspace_id,
        conversation_id,
        text=text,
        person=caller.name,
        actor=caller.key_id,
        message_id=message_id,
    )
    hub.ring(said["conversation_id"])
    return said


async def hand_back(
    database: Database,
    hub: Hub,
    conversation_id: str,
    *,
    caller: Caller,
    wrap_up: dict[str, Any],
) -> dict[str, Any]:
    """Give the conversation back to the AI with what it must know; the caller then rings the runner.

    Raises:
        Conflict: the conversation is not the caller's.
    """
    row = await database.writing(
        handoffs.hand_back,
        caller.workspace_id,
        conversation_id,
        wrap_up=wrap_up,
        person=caller.name,
        actor=caller.key_id,
    )
    hub.unhush(row["conversation_id"])
    hub.ring(row["conversation_id"])
    return row


async def close(
    database: Database,
    hub: Hub,
    conversation_id: str,
    *,
    caller: Caller,
    outcome: closing.Outcome,
    message: str = "",
) -> dict[str, Any]:
    """Close a conversation; nothing of the AI that is under way goes out any more.

    Raises:
        Conflict: it is closed, another person is speaking in it, or the customer waits and was told nothing.
    """
    row = await database.reading(found, caller.workspace_id, conversation_id)
    conversation_id = row["conversation_id"]
    hub.hush(conversation_id, row["tenure"])
    try:
        row = await database.writing(
            closing.close,
            caller.workspace_id,
            conversation_id,
            outcome,
            person=caller.name,
            actor=caller.key_id,
            message=message,
        )
    finally:  # closed, the AI of this tenure is refused by the rows
        hub.unhush(conversation_id)
    hub.ring(row["conversation_id"])
    return row
