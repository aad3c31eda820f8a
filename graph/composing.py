"""Make one reply of what the specialists report: pure, and without another word from a model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from agents import Citation, Question, Report
from core.workspace import Policies, Profile, said
from graph.state import Draft

MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What a reply carries beside the reports."""

    notice: str = ""
    """Says that an AI is speaking; empty when it need not be said."""

    offer: str = ""
    question: Question | None = None
    """The one question this reply ends with."""


def compose(reports: Sequence[Report], extras: Extras) -> Draft:
    """Join reports to one text: each named by what it answers when there are several.

    Only one question is put, at the end; questions that other reports hold are asked later.
    Citation markers are numbered anew over the whole reply.
    """
    parts: list[str] = []
    citations: list[Citation] = []
    spoken = [report for report in reports if report["text"].strip()]
    for report in spoken:
        text = _renumbered(_without_questions(report), len(citations))
        citations += report.get("citations", [])
        about = report.get("about", "")
        if len(spoken) > 1 and about and about.lower() not in text.lower() and text:
            text = f"{about[:1].upper()}{about[1:]}: {text}"
        if text:
            parts.append(text)
    if extras.offer:
        parts.append(extras.offer)
    if extras.question and (asked := _put(extras.question, spoken)):
        parts.append(asked)
    body = "\n\n".join(parts) if len(spoken) > 1 else " ".join(parts)
    agent = spoken[0]["agent"] if spoken else "engagement"
    return Draft(
        text=f"{extras.notice} {body}".strip() if body else "",
        agent=agent,
        citations=citations,
        buttons=_buttons(spoken, extras.question),
        evidence=[line for report in reports for line in report.get("evidence", [])],
        dropped=[],
    )


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
