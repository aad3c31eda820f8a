"""Giving a customer all that is known of her, and erasing it: for admins."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel

from conversations.tables import conversations
from core import audit, events, personal
from core.access import Admin, Caller
from core.database import Tx
from core.personal import Subject
from customers import identity

router = APIRouter(tags=["desk"])


class Known(BaseModel):
    """All that is known of a customer, by where it is kept."""

    customer_id: str
    counts: dict[str, dict[str, int]]
    """Rows that hold something of her."""

    data: dict[str, Any]


class Erased(BaseModel):
    """What was erased."""

    customer_id: str
    """Stays, as a pseudonym: the audit and what comes later for it name her so."""

    counts: dict[str, dict[str, int]]
    """Rows there were that held something of her."""


@router.get("/customers/{customer_id}/personal-data")
async def personal_data(customer_id: str, request: Request, caller: Admin) -> Known:
    """Give all that is known of a customer, for her who asks for it."""
    state = request.app.state
    return await state.database.reading(
        _known, caller.workspace_id, customer_id, state.settings.data_dir
    )


@router.post("/customers/{customer_id}/erase")
async def erase(customer_id: str, request: Request, caller: Admin) -> Erased:
    """Erase a customer: her words everywhere, who she is, and what waits for her; it cannot be undone.

    What is under way ends with a reason, and nothing more is sent to her.
    """
    state = request.app.state
    erased, theirs = await state.database.writing(
        _erase, caller, customer_id, state.settings.data_dir
    )
    for conversation_id in theirs:
        state.hub.ring(conversation_id)
    await state.database.forgetting()
    return erased


def _subject(tx: Tx, workspace_id: str, customer_id: str, data_dir: Any) -> Subject:
    ids = tuple(identity.all_ids(tx, workspace_id, customer_id))
    return Subject(workspace_id=workspace_id, customer_ids=ids, data_dir=data_dir)


def _counts(tx: Tx, subject: Subject) -> dict[str, dict[str, int]]:
    return {folder: offered.count(tx, subject) for folder, offered in personal.folders().items()}


def _known(tx: Tx, workspace_id: str, customer_id: str, data_dir: Any) -> Known:
    subject = _subject(tx, workspace_id, customer_id, data_dir)
    data = {folder: offered.export(tx, subject) for folder, offered in personal.folders().items()}
    return Known(customer_id=subject.customer_ids[0], counts=_counts(tx, subject), data=data)


def _erase(tx: Tx, caller: Caller, customer_id: str, data_dir: Any) -> tuple[Erased, list[str]]:
    subject = _subject(tx, caller.workspace_id, customer_id, data_dir)
    identity.hold(tx, caller.workspace_id, subject.customer_ids)
    counts = _counts(tx, subject)
    for offered in personal.folders().values():
        offered.erase(tx, subject)
    theirs = sa.select(conversations.c.conversation_id).where(
        conversations.c.workspace_id == caller.workspace_id,
        conversations.c.customer_id.in_(subject.customer_ids),
    )
    erased_id = subject.customer_ids[0]
    events.emit(
        tx,
        workspace_id=caller.workspace_id,
        kind="customer.erased",
        subject={"customer_id": erased_id},
    )
    audit.append(
        tx,
        workspace_id=caller.workspace_id,
        actor=caller.key_id,
        action="customer.erased",
        subject=erased_id,
        details=counts,
    )
    return Erased(customer_id=erased_id, counts=counts), list(tx.scalars(theirs))
