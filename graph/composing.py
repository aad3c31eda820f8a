"""Make one reply of what the specialists report: pure, and without another word from a model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from agents import Citation, Question, Report
from core.workspace import Policies, Profile, said
from graph.state import Draft, Part

LEAST_REPEATED = 30
"""Signs of a fact that is not told twice in one reply."""

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a reply carries beside the reports."""

    notice: str = ""
    """Says that an AI is speaking; empty when it need not be said."""

    offer: str = ""
    question: Question | None = None
    """The one question this reply ends with."""

    doubt: str = ""
    """Put instead, where all that is told may be the answer to something else than she wanted to know."""


def compose(reports: Sequence[Report], extras: Extras) -> Draft:
    """Join reports to one text: each named by what it answers when there are several.

    Only one question is put, at the end; questions that other reports hold are asked later.
    Citation markers are numbered anew over the whole reply.
    """
    citations: list[Citation] = []
    spoken = [report for report in reports if report["text"].strip()]
    lead = "\n\n" if len(spoken) > 1 else " "
    parts: list[Part] = []
    for at, report in enumerate(spoken):
        told = _without_repeated(_without_questions(report), spoken[:at])
        text = _renumbered(told, len(citations))
        citations += report.get("citations", [])
        about = report.get("about", "")
        if len(spoken) > 1 and about and about.lower() not in text.lower() and text:
            text = f"{about[:1].upper()}{about[1:]}: {text}"
        if text:
            by_model = report.get("by_model", False)
            parts.append(
                Part(text=text, lead=lead, question=report.get("answers", ""), by_model=by_model)
            )
    asked = _put(extras.question, spoken) if extras.question else ""
    alone = len(spoken) == 1 and not (extras.offer or asked or spoken[0].get("asked"))
    unsure = extras.doubt if alone and spoken[0].get("doubtful") else ""
    parts += [_own(text, lead) for text in (extras.offer, asked, unsure) if text]
    if parts and extras.notice:
        parts[0]["lead"] = " "
        parts.insert(0, _own(extras.notice, ""))
    return Draft(
        text=joined(parts),
        agent=spoken[0]["agent"] if spoken else "engagement",
        citations=citations,
        buttons=_buttons(spoken, extras.question),
        parts=parts,
        evidence=[each for report in reports for each in report.get("rests_on", [])],
        dropped=[],
    )


def joined(parts: Sequence[Part]) -> str:
    """Give the text that parts make; those that are empty leave no gap."""
    text = ""
    for part in parts:
        if part["text"].strip():
            text = f"{text}{part['lead']}{part['text'].strip()}" if text else part["text"].strip()
    return text


def _own(text: str, lead: str) -> Part:
    """Give a piece in the company's own words."""
    return Part(text=text, lead=lead, question="", by_model=False)


def ai_notice(policies: Policies, language: str, *, profile: Profile, due: bool) -> str:
    """Give the sentence that says an AI is speaking, when it is due."""
    if not due or not policies.ai_notice:
        return ""
    text = Template(said(policies.ai_notice_text, language))
    return text.safe_substitute(assistant=profile.assistant, company=profile.name)


def _without_questions(report: Report) -> str:
    text = report["text"].strip()
    for question in report.get("asked", []):
        text = text.replace(question["text"], "").strip() if question["text"] else text
    return text


def _without_repeated(text: str, before: Sequence[Report]) -> str:
    """Leave out what an earlier report has told in the same words, from what both rest on."""
    for report in before:
        for fact in report.get("evidence", []):
            if len(fact) >= LEAST_REPEATED and fact in report["text"]:
                text = text.replace(fact, "").strip()
    return text


def _put(question: Question, spoken: Sequence[Report]) -> str:
    """Give the question, with what it is about where several things are answered."""
    text = question["text"]
    asker = next((report for report in spoken if question in report.get("asked", [])), None)
    about = asker.get("about", "") if asker and len(spoken) > 1 else ""
    if about and text and about.lower() not in text.lower():
        return f"{about[:1].upper()}{about[1:]}: {text}"
    return text


def _renumbered(text: str, offset: int) -> str:
    return MARKER.sub(lambda mark: f"[{int(mark.group(1)) + offset}]", text) if offset else text


def _buttons(reports: Sequence[Report], question: Question | None) -> list[str]:
    """Give the buttons that belong to the question that is asked."""
    for report in reports:
        if question is not None and question in report.get("asked", []):
            return report.get("buttons", [])
    return reports[0].get("buttons", []) if len(reports) == 1 else []
