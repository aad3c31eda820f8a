"""How often the routing model agrees with what was read without it: `GET /models/agreement`."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from pydantic import BaseModel

from conversations import transcript
from conversations.tables import route_samples, turns
from core.access import Analyst
from core.clock import seconds
from core.database import Tx

router = APIRouter(tags=["models"])

BAND = 5
"""Hundredths of confidence that are looked at together."""

MOST_DISAGREEMENTS = 10
MOST_EXAMPLES = 3


class Agreed(BaseModel):
    """How many samples there are, and the share of them in which both say the same."""

    samples: int
    agreed: float


class Band(Agreed):
    """Those that were read as surely as this."""

    least: float
    """Included."""

    below: float
    """Not included, but for 1."""


class OfIntent(Agreed):
    """Those in which this intent was taken."""

    intent: str


class Example(BaseModel):
    """Where to read what was said."""

    conversation_id: str
    turn_id: str
    message_ids: list[str]


class Disagreement(BaseModel):
    """What was taken and what the model would have had taken; the newest examples."""

    taken: list[str]
    routed: list[str]
    times: int
    examples: list[Example]


class Agreement(BaseModel):
    """Of the messages that were read without the routing model, those that it was shown afterwards."""

    samples: int
    agreed: float | None
    """Share in which both name the same intents; null without any samples."""

    by_confidence: list[Band]
    by_intent: list[OfIntent]
    """The most frequent first."""

    disagreements: list[Disagreement]
    """The most frequent first."""


@router.get(
    "/models/agreement", summary="Whether the routing model agrees with what was read without it"
)
async def show_agreement(
    request: Request, caller: Analyst, since: date | None = None, until: date | None = None
) -> Agreement:
    """Give figures over days of the workspace's zone, both included; see `REGENTE_ROUTE_SAMPLE`."""
    state = request.app.state
    between = _between(since, until, state.workspace.zone)
    return await state.database.reading(_agreement, caller.workspace_id, between)


def _between(since: date | None, until: date | None, zone: tzinfo) -> tuple[float, float]:
    """Give the moments where the first day begins and the last one has ended."""
    first = since or date(1970, 1, 2)
    after = min(until or date.max, date.max - timedelta(days=2)) + timedelta(days=1)
    begins, ends = (seconds(datetime.combine(day, time(), zone)) for day in (first, after))
    return begins, ends


Row = tuple[float, str, str, int]
"""Confidence, what was taken, what the model said, how often."""


def _agreement(tx: Tx, workspace_id: str, between: tuple[float, float]) -> Agreement:
    it = route_samples.c
    within = (it.workspace_id == workspace_id) & it.asked_at.between(*between)
    columns = (it.confidence, it.taken, it.routed)
    grouped = sa.select(*columns, sa.func.count()).where(within).group_by(*columns)
    rows: list[Row] = [(row[0], row[1], row[2], row[3]) for row in tx.execute(grouped)]
    bands: dict[int, list[Row]] = defaultdict(list)
    intents: dict[str, list[Row]] = defaultdict(list)
    apart: Counter[tuple[str, str]] = Counter()
    for row in rows:
        confidence, taken, routed, times = row
        bands[min(round(confidence * 100), 99) // BAND * BAND].append(row)
        for intent in json.loads(taken):
            intents[intent].append(row)
        if taken != routed:
            apart[taken, routed] += times
    by_intent = [OfIntent(intent=intent, **_counted(of)) for intent, of in intents.items()]
    counted = _counted(rows)
    return Agreement(
        samples=counted["samples"],
        agreed=counted["agreed"] if rows else None,
        by_confidence=[
            Band(least=band / 100, below=(band + BAND) / 100, **_counted(of))
            for band, of in sorted(bands.items())
        ],
        by_intent=sorted(by_intent, key=lambda one: (-one.samples, one.intent)),
        disagreements=[
            Disagreement(
                taken=json.loads(pair[0]),
                routed=json.loads(pair[1]),
                times=times,
                examples=_examples(tx, workspace_id, within, pair),
            )
            for pair, times in sorted(apart.items(), key=lambda one: (-one[1], one[0]))[
                :MOST_DISAGREEMENTS
            ]
        ],
    )


def _counted(rows: Iterable[Row]) -> dict[str, Any]:
    samples = agreed = 0
    for _, taken, routed, times in rows:
        samples += times
        agreed += times if taken == routed else 0
    return {"samples": samples, "agreed": round(agreed / samples, 4) if samples else 0.0}


def _examples(
    tx: Tx, workspace_id: str, within: sa.ColumnElement[bool], pair: tuple[str, str]
) -> list[Example]:
    """Give the newest turns in which both say just this, by what is in the transcript now."""
    same = (turns.c.workspace_id == route_samples.c.workspace_id) & (
        turns.c.turn_id == route_samples.c.turn_id
    )
    newest = (
        sa.select(turns.c.turn_id, turns.c.conversation_id)
        .join(route_samples, same)
        .where(within, route_samples.c.taken == pair[0], route_samples.c.routed == pair[1])
        .order_by(route_samples.c.asked_at.desc())
        .limit(MOST_EXAMPLES)
    )
    return [
        Example(
            conversation_id=conversation_id,
            turn_id=turn_id,
            message_ids=[
                one["message_id"] for one in transcript.said_in(tx, workspace_id, turn_id)
            ],
        )
        for turn_id, conversation_id in tx.execute(newest).all()
    ]
