"""The workspace's dialogues, led through the product with the endpoint behind it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from conversations.tables import turns
from core.database import Tx
from core.workspace import Workspace
from evals.cases import Case, cases, load
from evals.first_key.asking import Outcome
from evals.house import opened
from evals.runner import lead
from models import Spent


def chosen(workspace: Workspace) -> list[Case]:
    """Give the first wording of each dialogue in each language."""
    return [case for case in cases(load(workspace)) if case.number == 1]


async def led(
    workspace: Workspace, talks: Sequence[Case], folder: Path, told: Mapping[str, str]
) -> AsyncIterator[Outcome]:
    """Lead them one after the other, as `told` settings have it."""
    if not talks:
        return
    async with opened(workspace, told=told, data=folder) as house:
        for case in talks:
            talk = await lead(house, case)
            # Each begins with no conversation but its own.
            rows = await house.read(_spent, "")
            yield Outcome(
                "procedures", case.language, case.name, case.name,
                "; ".join(talk.wrong) or case.name,
                well=not talk.wrong,
                seconds=talk.seconds,
                degraded="; ".join(talk.degraded.values()),
                spent=[Spent(**row) for row in rows],
            )  # fmt: skip


def _spent(tx: Tx, workspace_id: str, _: str) -> list[dict[str, Any]]:
    """Read what all turns have spent."""
    return [
        *_lines(tx.scalars(sa.select(turns.c.record).where(turns.c.workspace_id == workspace_id)))
    ]


def _lines(records: Any) -> Iterator[dict[str, Any]]:
    for record in records:
        yield from record.get("spent") or []
