"""What could be replied to what she wrote last: approved answers, passages of articles, records.

Each comes with its source and a score; where nothing fits there is nothing. Nothing new is looked up: records
are those of the summary, and places of an answer are filled from what this conversation knows already.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from agents import knowledge
from agents.citing import cited
from conversations import checkpoints
from core.database import Tx
from core.injected import plain_name
from core.workspace import said
from desk.writing.summary import Summary
from desk.writing.thread import Thread
from graph.ensemble import Ensemble
from graph.saver import TurnSaver
from knowledge.answers import Fit, filled, names
from knowledge.reading import terms

MESSAGES = 3
"""Of hers that a reply is suggested to, the newest."""

ANSWERS, RECORDS = 3, 3
SHARED = 0.34
"""Share of what a record is about that she must have spoken of."""


class Source(BaseModel):
    """Where a suggestion comes from."""

    id: str
    """Of the approved answer, the passage, or the case or approval; empty for other records."""

    title: str = ""
    url: str = ""
    quote: str = ""
    """The sentence of the passage that says so."""

    message_ids: list[str] = []
    """Of a record: the messages that tell of it."""

    approved_by: str = ""
    approved_on: date | None = None
    valid_until: date | None = None


class Suggestion(BaseModel):
    """Something that could be replied, for a person to take, change or leave."""

    kind: Literal["answer", "passage", "record"]
    text: str
    """Of a passage with markers `[n]`, which point to `sources`, counted from 1."""

    score: float
    """Of answers and passages the chance that it answers; of records how much of it she spoke of."""

    why: Literal["question", "intent", "words"]
    """What it was found by: her question, what she wants, or words that it shares with hers."""

    unfilled: list[str] = []
    """Places that stand in the text as they are (`{first_name}`), because nobody knows what belongs there."""

    sources: list[Source]


def values(tx: Tx, here: Thread, ensemble: Ensemble, writer: str) -> dict[str, str]:
    """Give what fills the places of an answer: names, and the slots that this conversation knows."""
    name, profile = plain_name(here.customer.name or ""), ensemble.workspace.profile
    rows = checkpoints.load(tx, here.row["workspace_id"], here.conversation_id)
    state = TurnSaver(rows).values().get("slots", {})
    packet: Mapping[str, Any] = (here.handoff or {}).get("packet", {}).get("known", {})
    known = {**packet, **{slot: kept["value"] for slot, kept in state.items()}}
    slots = {
        slot: str(value) for slot, value in known.items() if isinstance(value, str | int | float)
    }
    return {
        **_written(here, ensemble),
        **slots,
        **names(name, profile.name, profile.assistant),
        "writer": writer,
    }


def _written(here: Thread, ensemble: Ensemble) -> dict[str, str]:
    """Give the slots of which she wrote one value, by their patterns, such as the number of a visit."""
    hers = "\n".join(one["text"] for one in here.said_by("customer"))
    found: dict[str, str] = {}
    for journey in ensemble.journeys.values():
        for name, slot in journey.slots.items():
            if pattern := slot.schema_.get("pattern"):
                inside = pattern.removeprefix("^").removesuffix("$")
                places = re.finditer(rf"(?<![\w-])(?:{inside})(?![\w-])", hers)
                told = {match[0] for match in places}  # the pattern may have groups of its own
                if len(told) == 1:
                    found[name] = told.pop()
    return found


async def suggested(
    here: Thread, summary: Summary, known: Mapping[str, str], ensemble: Ensemble, day: date
) -> tuple[list[dict[str, Any]], list[Suggestion]]:
    """Give the messages that wait for a reply, and what could be replied, the surest first."""
    waiting = (here.unanswered or here.said_by("customer")[-1:])[-MESSAGES:]
    text, language = "\n".join(one["text"] for one in waiting), summary.language
    if not text.strip():
        return [], []
    fits = await asyncio.to_thread(_fits, [one["text"] for one in waiting], language, ensemble, day)
    found = [
        *(_answer(fit, known, language) for fit in fits[:ANSWERS]),
        *await _passages(text, language, ensemble),
        *sorted(_records(text, summary), key=lambda one: -one.score)[:RECORDS],
    ]
    return waiting, sorted(found, key=lambda one: -one.score)


def _fits(texts: Iterable[str], language: str, ensemble: Ensemble, day: date) -> list[Fit]:
    """Give the answers that fit any of the messages, each once."""
    best: dict[str, Fit] = {}
    for text in texts:
        wanted = ensemble.understanding.intents(text, language)
        wishes = {one["name"]: float(one["confidence"]) for one in wanted}
        for fit in ensemble.approved.fitting(text, language, day, wishes):
            if fit.answer.id not in best or best[fit.answer.id].score < fit.score:
                best[fit.answer.id] = fit
    return sorted(best.values(), key=lambda fit: -fit.score)


def _answer(fit: Fit, known: Mapping[str, str], language: str) -> Suggestion:
    answer = fit.answer
    text, unfilled = filled(said(answer.text, language), known)
    source = Source(
        id=answer.id,
        title=said(answer.title, language),
        url=answer.url,
        approved_by=answer.approved_by,
        approved_on=answer.approved_on,
        valid_until=answer.valid_until,
    )
    return Suggestion(
        kind="answer",
        text=text,
        score=round(fit.score, 3),
        why=fit.by,
        unfilled=unfilled,
        sources=[source],
    )


async def _passages(text: str, language: str, ensemble: Ensemble) -> list[Suggestion]:
    """Give what the articles say, as the AI would quote it without a model; `[]`: it would abstain."""
    quoted, passages = await knowledge.quotes(text, language, ensemble.search)
    told, citations = cited(quoted, passages)
    if not citations:
        return []
    sources = [
        Source(id=one["passage_id"], title=one["title"], url=one["url"], quote=one["quote"])
        for one in citations
    ]
    score = max(passage["score"] for passage in passages)
    return [Suggestion(kind="passage", text=told, score=score, why="question", sources=sources)]


def _records(text: str, summary: Summary) -> Iterator[Suggestion]:
    """Give what was done, promised or is pending for her that she speaks of."""
    language = summary.language
    asked = set(terms(text, language))
    pending = [one for one in summary.open if one.kind in ("approval", "case")]
    for one in (*summary.done, *summary.promises, *pending):
        about = set(terms(one.text, language))
        share = len(about & asked) / len(about) if about else 0.0
        if share >= SHARED:
            source = Source(id=getattr(one, "reference", ""), message_ids=one.message_ids)
            yield Suggestion(
                kind="record", text=one.text, score=round(share, 3), why="words", sources=[source]
            )
