"""A second opinion on a sample of what was read without the paid routing model: do both agree?

    commit ─▶ job `route_sample` ─▶ the model is asked what it would have been asked ─▶ `route_samples`

Nobody waits for it. Which turns are drawn is told by their ids, so that a rerun draws the same. No word of
hers is kept, here or with the job: ids, intents, and how sure the reading was. Where the model gives nothing
(it is switched off, too dear, away or wrong) the sample is left out.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import sqlalchemy as sa

from agents.clauses import QUESTION
from conversations import transcript
from conversations.mailbox import Claim
from conversations.rows import found, locked
from conversations.tables import route_samples, turns
from core.clock import moment
from core.database import Database, Tx, database_now, domain_now, insert_once
from core.privacy import Known
from core.settings import Settings
from core.workspace import Workspace
from customers import identity
from graph.turn import TurnResult
from jobs import Job, Run, queue
from models.spending import Limits, on_day

AGENT = "route_sample"
"""Under which it is written down what this costs."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A turn that was drawn, as it is to be shown to the model."""

    conversation_id: str
    text: str
    language: str
    version: str
    """Of the workspace, when it was read."""

    known: Known


def draw(tx: Tx, claim: Claim, result: TurnResult, *, share: float) -> bool:
    """Have a turn looked at, in its commit, if it was read without the routing model and is drawn."""
    if "lane" not in result.record.get("signals", {}) or not _drawn(claim.turn_id, share):
        return False
    return queue.enqueue(
        tx, claim.workspace_id, ROUTE_SAMPLE, claim.turn_id, {"turn_id": claim.turn_id}
    )


def _drawn(turn_id: str, share: float) -> bool:
    """Say whether a turn is among such a share of all turns; the same each time."""
    place = int.from_bytes(hashlib.sha256(turn_id.encode()).digest()[:8]) / 2**64
    return place < share


async def compare(run: Run) -> None:
    """Ask the model what a turn's messages want, and keep it beside what was taken."""
    if (routed := await run.step(_asked, run)) is not None:
        await run.writing(_keep, run.workspace_id, run.ids["turn_id"], routed)


async def _asked(run: Run) -> list[str] | None:
    """Ask; None: she was erased, the workspace is another one by now, or the model gave nothing."""
    from graph.versions import Versions

    database, limits = run.the(Database), Limits.of(run.the(Settings))
    if await database.reading(_too_dear, run.workspace_id, limits, run.the(Workspace).zone):
        return None
    sample = await database.reading(_sample, run.workspace_id, run.ids["turn_id"])
    conductor = run.the(Versions).current
    if sample is None or sample.version != conductor.version:
        return None
    return await conductor.second_opinion(
        sample.text,
        sample.language,
        conversation_id=sample.conversation_id,
        known=sample.known,
        agent=AGENT,
    )


def _too_dear(tx: Tx, workspace_id: str, limits: Limits, zone: tzinfo) -> bool:
    """Say whether the day has passed a limit, be it that people are warned: what is left is for customers."""
    today = moment(database_now(tx)).astimezone(zone).date().isoformat()
    return bool(limits.passed(on_day(tx, workspace_id, today)))


def _sample(tx: Tx, workspace_id: str, turn_id: str) -> Sample | None:
    """Read what a turn was about; None: nothing of it is left."""
    turn = _turn(tx, workspace_id, turn_id)
    said = [one["text"] for one in transcript.said_in(tx, workspace_id, turn_id)]
    if turn is None or not said:
        return None
    row = found(tx, workspace_id, turn["conversation_id"])
    return Sample(
        conversation_id=row["conversation_id"],
        text="\n".join(said),
        language=turn["record"]["signals"]["language"],
        version=turn["record"]["version"],
        known=identity.customer(tx, workspace_id, row["customer_id"]).known,
    )


def _keep(tx: Tx, workspace_id: str, turn_id: str, routed: list[str]) -> None:
    """Keep what the model said, unless she was erased while it thought."""
    turn = _turn(tx, workspace_id, turn_id)
    if turn is None:
        return
    locked(tx, workspace_id, turn["conversation_id"])  # whoever erases locks it, too
    if _turn(tx, workspace_id, turn_id) is None:
        return
    signals = turn["record"]["signals"]
    sample = {
        "workspace_id": workspace_id,
        "turn_id": turn_id,
        "confidence": round(signals["lane"], 2),
        "taken": _written({one["name"] for one in signals["intents"]}),
        "routed": _written(set(routed)),
        "asked_at": domain_now(tx),
    }
    insert_once(tx, route_samples, sample)


def _written(intents: set[str]) -> str:
    """Write down what is wanted; naming nothing, the model means a question: it knows no name for it."""
    return json.dumps(sorted(intents - {QUESTION} or {QUESTION}), ensure_ascii=False)


def _turn(tx: Tx, workspace_id: str, turn_id: str) -> dict[str, Any] | None:
    one = sa.select(turns.c.conversation_id, turns.c.record).where(
        turns.c.workspace_id == workspace_id, turns.c.turn_id == turn_id
    )
    row = tx.execute(one).mappings().first()
    return dict(row) if row else None


ROUTE_SAMPLE = Job(name="route_sample", work=compare, at_most_s=120)
