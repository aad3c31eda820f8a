"""What is known of a customer herself: name, identities, codes, and the cases with their notes."""

from typing import Any

import sqlalchemy as sa

from core.database import Tx, domain_now
from core.personal import ERASED, PersonalData, Subject
from customers.tables import cases, codes, customers, identities, notes


def _hers(table: sa.Table, subject: Subject) -> sa.ColumnElement[bool]:
    return (table.c.workspace_id == subject.workspace_id) & table.c.customer_id.in_(
        subject.customer_ids
    )


def _notes(subject: Subject) -> sa.ColumnElement[bool]:
    theirs = sa.select(cases.c.case_id).where(_hers(cases, subject))
    return (notes.c.workspace_id == subject.workspace_id) & notes.c.case_id.in_(theirs)


def count(tx: Tx, subject: Subject) -> dict[str, int]:
    """Count the rows that hold something of her."""
    wanted = {
        "names": _hers(customers, subject) & customers.c.name.is_not(None),
        "identities": _hers(identities, subject),
        "cases": _hers(cases, subject) & (cases.c.summary != ""),
        "notes": _notes(subject),
    }
    tables = {"names": customers, "identities": identities, "cases": cases, "notes": notes}
    return {
        name: tx.scalar(sa.select(sa.func.count()).select_from(tables[name]).where(which)) or 0
        for name, which in wanted.items()
    }


def export(tx: Tx, subject: Subject) -> dict[str, Any]:
    """Give all of it."""
    profile = sa.select(customers.c.name, customers.c.language, customers.c.created_at)
    known = sa.select(identities.c.kind, identities.c.value, identities.c.proof)
    opened = sa.select(
        cases.c.case_id, cases.c.kind, cases.c.summary, cases.c.subject, cases.c.state,
        cases.c.opened_at, cases.c.resolution,
    )  # fmt: skip
    added = sa.select(notes.c.case_id, notes.c.text, notes.c.at)
    return {
        "profile": _all(tx, profile.where(_hers(customers, subject))),
        "identities": _all(tx, known.where(_hers(identities, subject))),
        "cases": _all(tx, opened.where(_hers(cases, subject))),
        "notes": _all(tx, added.where(_notes(subject))),
    }


def _all(tx: Tx, wanted: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.execute(wanted).mappings()]


def erase(tx: Tx, subject: Subject) -> None:
    """Leave her id, so that what comes later for it ends, and her cases' numbers with why they ended."""
    known = sa.select(identities.c.kind, identities.c.value).where(_hers(identities, subject))
    for kind, value in tx.execute(known).all():
        tx.execute(
            codes.delete().where(
                codes.c.workspace_id == subject.workspace_id,
                codes.c.kind == kind,
                codes.c.value == value,
            )
        )
    tx.execute(notes.delete().where(_notes(subject)))
    now = domain_now(tx)
    tx.execute(
        cases.update()
        .where(_hers(cases, subject))
        .values(
            state="closed",
            summary="",
            subject={},
            resolution=ERASED,
            closed_at=sa.func.coalesce(cases.c.closed_at, now),
        )
    )
    tx.execute(identities.delete().where(_hers(identities, subject)))
    tx.execute(
        customers.update()
        .where(_hers(customers, subject))
        .values(name=None, language="", updated_at=now, erased_at=now)
    )


personal_data = PersonalData(count=count, export=export, erase=erase)
