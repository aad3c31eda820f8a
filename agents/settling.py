"""Settle what is doubtful in a message by what procedures find on the customer's records."""

import asyncio
from typing import Any

import structlog

from agents import Brief, Kit
from agents.clauses import (
    COMPLAINT,
    COURTESIES,
    DOUBTFUL,
    QUESTION,
    acts,
    general,
    looking,
    measures,
    requests,
    segments,
    supposes,
    writing,
)
from agents.matters import are_two, looks_up, several
from agents.numbered import numbers, only_a_number, passes_over_number
from agents.rehearsing import Stage
from models.embedded import splitting, words
from models.embedded.intents import ALIKE

log = structlog.get_logger(__name__)

SURE = 0.96
"""Confidence of a reading that nothing is held against."""

SURE_OF_COMPLAINT = 0.77
"""The same for a complaint, which no record speaks for."""

ALIKE_BESIDE = 0.71
"""Confidence from which what is asked for beside a sure wish is a matter of its own."""

SHORT = 6
"""Words of a message that may be a courtesy and nothing else."""

MOST_PARTS = 4
"""Parts of a message that are each read on their own; a longer one is read as one."""

PATIENCE_S = 3.0
"""How long a back office may hold up the reading; then the words alone decide."""


async def settled(
    text: str, intents: list[dict[str, Any]], language: str, brief: Brief, kit: Kit, *,
    anew: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """Give what a message asks for, the doubtful settled by what the procedures find.

    An open question is answered first, unless she changed her mind about it and speaks `anew`.
    A doubtful clause beside a sure one is read on its own; where that tells nothing, it only leads up to
    the other. A question on how things are in general stays one.
    """
    said = any(word.isalpha() for word in words.words(text))
    answers = bool(brief["awaiting"]) and not anew
    if not said or answers or not kit.understanding.spoken(text):
        return intents
    if intents and only_a_number(text, language, kit):
        return intents  # no record tells what is wanted with it
    told = [one for one in intents if one["name"] not in COURTESIES]
    if len(words.words(text)) <= SHORT and len(told) < len(intents):
        return intents
    stage, found = Stage(language, brief, kit), intents
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await _settled(text, intents, told, language, stage, kit)
            found = await several(text, found, language, stage, kit)
    except TimeoutError:
        log.warning("records_too_slow_to_settle", turn_id=brief["turn_id"])
    return found


async def _settled(
    text: str, intents: list[dict[str, Any]], told: list[dict[str, Any]], language: str,
    stage: Stage, kit: Kit,
) -> list[dict[str, Any]]:  # fmt: skip
    """Give the wishes with what is doubtful settled; `told` are those that are no courtesies."""
    stray = await _strays(text, told, language, stage, kit)
    told = [one for one in told if one not in stray]
    kept = [one for one in told if _sure(one, language, kit) or _is_general(one, language)]
    if told and len(kept) == len(told):
        return await _spread(text, [one for one in intents if one not in stray], stage)
    if kept:
        read = await _beside(text, told, kept, language, stage)
    else:
        read = await _whole(text, language, stage, kit)
        read = read or await _alike(text, intents, stage)
    return [_only_asked(one, language, kit) for one in read]


async def _strays(
    text: str, told: list[dict[str, Any]], language: str, stage: Stage, kit: Kit
) -> list[dict[str, Any]]:
    """Find what a part was taken for, by chance or though it asks for nothing, and would find nothing.

    "It does not go through" is no payment that failed where no payment did and all of the message is
    about a coupon.
    """
    vain = [
        one
        for one in told
        if (one["confidence"] < DOUBTFUL or not requests(one["text"], language))
        and await stage.in_vain(one["name"], one["text"])
    ]
    if not vain:
        return []
    best = await stage.best([text, *parted(text, language, kit)[:MOST_PARTS]])
    if best is None or not best.stands:
        return []
    return [one for one in vain if one["name"] != best.name]


async def _beside(
    text: str, told: list[dict[str, Any]], kept: list[dict[str, Any]], language: str, stage: Stage
) -> list[dict[str, Any]]:
    """Read the doubtful clauses beside those that are kept.

    A procedure that is kept takes what its own clause tells; the others are heard without that.
    """
    if any(stage.does(one["name"]) for one in kept):
        stage = stage.apart()
    found: dict[str, dict[str, Any]] = {}
    for one in told:
        read = None if one in kept else await stage.best([one["text"]])
        if read is not None and (read.stands or looks_up(read, stage.kit)):
            found.setdefault(read.name, read.intent(one["text"]))
        elif one in kept or (one["confidence"] >= ALIKE_BESIDE and requests(one["text"], language)):
            found.setdefault(one["name"], one)
    return await _spread(text, [*found.values()], stage)


async def _spread(text: str, found: list[dict[str, Any]], stage: Stage) -> list[dict[str, Any]]:
    """Give wishes the words before them, where only these tell what of hers a wish is about.

    A complaint beside a wish is about all of the message.
    """
    if len(found) < 2:
        return [one | {"text": text.strip()} if one["name"] == COMPLAINT else one for one in found]
    spread: list[dict[str, Any]] = []
    stage, end = stage.apart(), 0
    for one in found:
        start = text.find(one["text"], end)
        wider = text[end : start + len(one["text"])].strip() if start > end else one["text"]
        end = max(end, start + len(one["text"]))
        if one["name"] == COMPLAINT:
            wider = text.strip()
        elif wider != one["text"] and not await stage.only_wider(one["name"], one["text"], wider):
            wider = one["text"]
        spread.append(one | {"text": wider})
    return spread


async def _whole(text: str, language: str, stage: Stage, kit: Kit) -> list[dict[str, Any]]:
    """Read a message as one matter, or as two where its parts are about different things of hers."""
    parts = [part for part in parted(text, language, kit) if part != text]
    if len(parts) <= MOST_PARTS:
        read = [(await stage.best([part]), part) for part in parts]
        plain = [(one, part) for one, part in read if one]
        for at, (first, part) in enumerate(plain):
            for second, other in plain[at + 1 :]:
                if are_two(first, second):
                    return [first.intent(part), second.intent(other)]
    whole = await stage.best([text, *parts[:MOST_PARTS]])
    return [whole.intent(text)] if whole is not None and whole.stands else []


def parted(text: str, language: str, kit: Kit) -> list[str]:
    """Cut a message where a sentence ends; one with several numbers where another of them is spoken of."""
    named = {*numbers(text, language, kit)}
    if len(named) < 2:
        return segments(text, language)
    parts: list[str] = []
    for clause in splitting.clauses(text, language):
        another = any(number in clause.text for number in named)
        if parts and not (another and any(number in parts[-1] for number in named)):
            parts[-1] += clause.text
        else:
            parts.append(clause.text)
    return [part.strip() for part in parts]


async def _alike(text: str, intents: list[dict[str, Any]], stage: Stage) -> list[dict[str, Any]]:
    """Give what the words were taken for, unless they are like nothing and name no number.

    Where these find nothing of hers and she speaks of what is hers, what looks it up is likelier.
    """
    read = await stage.readings([text])
    best = read[0] if read else None
    if intents and best and best.alive and looks_up(best, stage.kit):
        finding = {one.name for one in read if one.things}
        hers = stage.speaks_of_hers(text, read)
        if hers and not any(one["name"] in {*finding, COMPLAINT} for one in intents):
            return [best.intent(text)]
    if any(one.score >= ALIKE or (one.fit and one.fit.coded) for one in read):
        return intents
    return [one for one in intents if await stage.numbered(one["name"], one["text"])]


def _only_asked(intent: dict[str, Any], language: str, kit: Kit) -> dict[str, Any]:
    """Let no record turn a question on how something is done into a wish to do it."""
    text = intent["text"]
    if intent["name"] in looking(kit) and supposes(text, language):
        return intent | {"name": QUESTION}
    if intent["name"] not in writing(kit) or "?" not in text or acts(text, language):
        return intent
    how = general(text, language) or measures(text, language) or supposes(text, language)
    return intent | {"name": QUESTION} if how else intent


def _is_general(intent: dict[str, Any], language: str) -> bool:
    if intent["name"] != QUESTION:
        return False
    return general(intent["text"], language) or measures(intent["text"], language)


def _sure(intent: dict[str, Any], language: str, kit: Kit) -> bool:
    if passes_over_number(intent, language, kit):
        return False
    needed = SURE_OF_COMPLAINT if intent["name"] == COMPLAINT else SURE
    return bool(intent["confidence"] >= needed)
