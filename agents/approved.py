"""Gives an approved answer, word for word, to who surely asks just what it is for: no model is asked.

That an answer is about the same is not enough: "how do I ask for a refund?" is not "where is my refund?".
Her words must be near one of its own questions, no further from it than from any that an article answers, and
none of them may be new to its questions.
"""

import asyncio
from collections.abc import Sequence
from datetime import date

from agents import Brief, Kit, Report
from core.workspace import said
from knowledge import Passage
from knowledge.answers import Answer, Approved, Fit, beyond, filled, names
from models.embedded import splitting
from models.embedded.courtesy import ungreeted

LIKELY = 0.8
"""Chance from which an approved answer is given."""

ALIKE = 0.8
"""How near its nearest question must be: the same question in other words, not only the same subject."""

FOUND = 2
"""Articles that may have a nearer question."""

TIMES = ("date", "time", "period")
"""Values that a question for everybody may have: "are you open on Sunday?"."""

SAME = 0.005
"""By which an article's question may be nearer: it is the same one."""


async def given(
    brief: Brief, kit: Kit, passages: Sequence[Passage] | None = None, *, agent: str = "knowledge"
) -> Report | None:
    """Give the approved answer to a question that is all of her message; None: there is none for it.

    Args:
        passages: what was found in the articles; None: they are searched here.
        agent: who says it.
    """
    answers = kit.approved
    if answers is None or not any(one.ai for one in answers.answers) or not _alone(brief):
        return None
    today = kit.context.now.date()
    asked = ungreeted(brief["text"], brief["language"])
    fit = await asyncio.to_thread(surely, answers, asked, brief["language"], today)
    if fit is None:
        return None
    if passages is None:
        passages = await kit.search(asked, language=brief["language"], limit=FOUND)
    near = max((passage.get("alike", 0.0) for passage in passages), default=0.0)
    return None if fit.alike < near - SAME else _report(fit, brief, kit, agent)


def last_said(brief: Brief) -> str:
    """Give all that the customer said last."""
    told = [utterance["text"] for utterance in brief["history"] if utterance["role"] == "customer"]
    return told[-1] if told else ""


def _alone(brief: Brief) -> bool:
    """Say whether one question is all there is: nothing of hers is named, sent or waited for."""
    if brief["goal"] != "answer" or not brief["alone"] or brief["awaiting"]:
        return False
    hers = [one for one in brief["signals"]["entities"] if one["kind"] not in TIMES]
    if hers or brief.get("attachments") or brief["text"].count("?") > 1:
        return False
    whole, language = last_said(brief), brief["language"]
    asked = _plain(brief["text"], language)
    return asked in (_plain(whole, language), _plain(splitting.bare(whole, language), language))


def _plain(text: str, language: str) -> str:
    return " ".join(ungreeted(text, language).split()).strip(" ?!.")


def surely(answers: Approved, text: str, language: str, day: date) -> Fit | None:
    """Give the answer that the AI may give on a day and that is for this question, whatever articles say."""
    fits = answers.fitting(text, language, day, {}, limit=1)
    best = fits[0] if fits else None
    if best is None or not best.answer.ai or best.score < LIKELY or best.alike < ALIKE:
        return None
    return None if beyond(best.answer, text, language) else best


def _report(fit: Fit, brief: Brief, kit: Kit, agent: str) -> Report | None:
    """Word it as the file does; None: nobody knows what belongs into one of its places."""
    answer, language = fit.answer, brief["language"]
    text, unfilled = filled(said(answer.text, language), _values(brief, kit))
    if unfilled:
        return None
    return Report(
        agent=agent,
        text=text,
        about=said(answer.title, language),
        by_model=False,
        evidence=[text],
        tried=[_told(answer, fit)],
    )


def _values(brief: Brief, kit: Kit) -> dict[str, str]:
    profile = kit.workspace.profile
    return names(str(brief["facts"].get("name") or ""), profile.name, profile.assistant)


def _told(answer: Answer, fit: Fit) -> str:
    by = f"approved by {answer.approved_by} on {answer.approved_on}"
    return f"gave the approved answer {answer.id!r}, {by} (chance {fit.score:.2f}, alike {fit.alike:.2f})"
