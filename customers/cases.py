"""Cases: what stays open with a customer until somebody has settled it, under a protocol number."""

import hashlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.database import Tx, domain_now, insert_once
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.statements import Prepared
from customers import Case, Note
from customers.identity import current_id
from customers.tables import OPEN, cases, customers, notes

FOLLOW_UP_HOURS = 48.0
_OPEN_WITH = Prepared(
    sa.select(cases)
    .where(
        cases.c.workspace_id == sa.bindparam("workspace"),
        cases.c.state == "open",
        # Not one condition with `or`: for that SQLite reads every customer of the workspace.
        cases.c.customer_id.in_(
            sa.union_all(
                sa.select(sa.bindparam("in_use", type_=customers.c.customer_id.type)),
                sa.select(customers.c.customer_id).where(
                    customers.c.workspace_id == sa.bindparam("workspace"),
                    customers.c.redirect_to == sa.bindparam("in_use"),
                ),
            )
        ),
    )
    .order_by(cases.c.opened_at, cases.c.case_id)
)
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no sign that is misheard on the telephone


def protocol(turn_id: str) -> str:
    """Give the protocol number of a case that a turn opens, such as `P-7KH3QW2`.

    The same turn always gives the same number, so that a turn that runs twice opens one case.
    """
    number = int.from_bytes(hashlib.sha256(turn_id.encode()).digest()[:8], "big")
    digits = ""
    for _ in range(7):
        number, place = divmod(number, len(READABLE))
        digits += READABLE[place]
    return f"P-{digits}"


def open_case(
    tx: Tx,
    workspace_id: str,
    *,
    case_id: str,
    customer_id: str,
    kind: str,
    summary: str,
    subject: Mapping[str, Any] | None = None,
    conversation_id: str = "",
    follow_up_hours: float = FOLLOW_UP_HOURS,
    now: float | None = None,
) -> Case:
    """Open a case; doing it again under the same protocol number gives the one that is there."""
    now = domain_now(tx) if now is None else now
    insert_once(
        tx,
        cases,
        {
            "workspace_id": workspace_id,
            "case_id": case_id,
            "customer_id": customer_id,
            "conversation_id": conversation_id,
            "kind": kind,
            "summary": summary,
            "subject": dict(subject or {}),
            "state": "open",
            "opened_at": now,
            "follow_up_at": now + follow_up_hours * 3600,
            "closed_at": None,
            "resolution": "",
        },
    )
    return case(tx, workspace_id, case_id)


def case(tx: Tx, workspace_id: str, case_id: str) -> Case:
    """Give a case with its notes.

    Raises:
        NotFound: there is no case of this number.
    """
    row = tx.execute(sa.select(cases).where(_is(workspace_id, case_id))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no case {case_id!r}.")
    return _case(dict(row), _notes(tx, workspace_id, [case_id]))


def open_cases(tx: Tx, workspace_id: str, customer_id: str) -> list[Case]:
    """Give what is still open with a customer, under any id she ever had, oldest first."""
    in_use = current_id(tx, workspace_id, customer_id)
    return _with_notes(tx, workspace_id, _OPEN_WITH.rows(tx, workspace=workspace_id, in_use=in_use))


def due_cases(tx: Tx, workspace_id: str, *, now: float | None = None) -> list[Case]:
    """Give the open cases whose follow-up is due, the longest overdue first."""
    now = domain_now(tx) if now is None else now
    return _cases(tx, workspace_id, OPEN & (cases.c.follow_up_at <= now), cases.c.follow_up_at)


def add_note(
    tx: Tx, workspace_id: str, case_id: str, *, author: str, text: str, now: float | None = None
) -> Case:
    """Add what somebody did or learned; a closed case takes notes too.

    Raises:
        NotFound: there is no case of this number.
    """
    case(tx, workspace_id, case_id)
    tx.execute(
        notes.insert().values(
            workspace_id=workspace_id,
            note_id=new_id("note"),
            case_id=case_id,
            author=author,
            text=text,
            at=domain_now(tx) if now is None else now,
        )
    )
    return case(tx, workspace_id, case_id)


def postpone(tx: Tx, workspace_id: str, case_id: str, *, until: float) -> Case:
    """Move the follow-up of an open case to another moment.

    Raises:
        NotFound: there is no case of this number.
        Conflict: it is closed.
    """
    return _change(tx, workspace_id, case_id, follow_up_at=until)


def close_case(
    tx: Tx, workspace_id: str, case_id: str, *, resolution: str, now: float | None = None
) -> Case:
    """Close a case and say how it was settled.

    Raises:
        NotFound: there is no case of this number.
        Conflict: it was closed before.
    """
    now = domain_now(tx) if now is None else now
    return _change(tx, workspace_id, case_id, state="closed", closed_at=now, resolution=resolution)


def give(tx: Tx, workspace_id: str, customer_id: str, conversation_id: str, /, **to: str) -> None:
    """Let what a customer's conversation opened be of another `customer_id` or `conversation_id`."""
    opened_there = (
        cases.c.workspace_id == workspace_id,
        cases.c.customer_id == customer_id,
        cases.c.conversation_id == conversation_id,
    )
    tx.execute(cases.update().where(*opened_there).values(**to))


def _change(tx: Tx, workspace_id: str, case_id: str, **values: Any) -> Case:
    changed = tx.execute(cases.update().where(_is(workspace_id, case_id), OPEN).values(**values))
    found = case(tx, workspace_id, case_id)
    if changed.rowcount == 0:
        raise Conflict(f"The case {case_id!r} is closed already.")
    return found


def _is(workspace_id: str, case_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(cases.c.workspace_id == workspace_id, cases.c.case_id == case_id)


def _cases(
    tx: Tx, workspace_id: str, which: sa.ColumnElement[bool], order: sa.ColumnElement[float]
) -> list[Case]:
    rows = tx.execute(
        sa.select(cases)
        .where(cases.c.workspace_id == workspace_id, which)
        .order_by(order, cases.c.case_id)
    ).mappings()
    return _with_notes(tx, workspace_id, [dict(row) for row in rows])


def _with_notes(tx: Tx, workspace_id: str, rows: list[dict[str, Any]]) -> list[Case]:
    by_case = _notes(tx, workspace_id, [row["case_id"] for row in rows]) if rows else {}
    return [_case(row, by_case) for row in rows]


def _notes(tx: Tx, workspace_id: str, case_ids: list[str]) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {}
    for row in tx.execute(
        sa.select(notes)
        .where(notes.c.workspace_id == workspace_id, notes.c.case_id.in_(case_ids))
        .order_by(notes.c.at, notes.c.note_id)
    ):
        found.setdefault(row.case_id, []).append(Note(author=row.author, text=row.text, at=row.at))
    return found


def _case(row: dict[str, Any], by_case: dict[str, list[Note]]) -> Case:
    given = {name: value for name, value in row.items() if name != "workspace_id"}
    return Case(**given, notes=tuple(by_case.get(row["case_id"], ())))
