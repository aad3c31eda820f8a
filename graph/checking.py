"""Check a composed reply piece by piece, and see to it that something honest is left of it."""

import json

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agents import Citation
from agents.citing import cited as numbered
from agents.phrases import phrases
from core.sentences import sentences
from graph import composing, reviewing
from graph.briefing import language_of
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.grounding import grounds
from graph.reviewing import Grounds
from graph.reviewing.reading import MARKER
from graph.state import Conversation, Draft, Dropped, Part, said
from models.usage import mark_degraded

say = phrases(__file__)


async def checked(state: Conversation, context: TurnContext, ensemble: Ensemble) -> Draft:
    """Give the draft as it goes out, with what was dropped or mended."""
    draft = state.get("draft") or Draft(
        text="", agent="", citations=[], buttons=[], parts=[], evidence=[], dropped=[]
    )
    language = language_of(state, context, ensemble)
    rests_on = grounds(
        ensemble,
        context,
        language=language,
        evidence=draft["evidence"],
        history=said(state["messages"]),  # type: ignore[arg-type]
        slots=state.get("slots", {}),
        cited={place: one["passage_id"] for place, one in enumerate(draft["citations"], 1)},
    )
    parts: list[Part] = []
    dropped: list[Dropped] = []
    citations = draft["citations"]
    for part in draft["parts"]:
        text, failed = _part(part, rests_on, ensemble)
        if any("mended" not in one for one in failed) and not _answers(part, text):
            text, more = await _instead(part, rests_on, ensemble, language, len(citations))
            citations = [*citations, *more]
        parts.append(Part(**{**part, "text": text}))
        dropped += failed
    text, citations = _renumbered(composing.joined(parts), citations)
    update = {"text": text, "citations": citations, "dropped": dropped, "parts": [], "evidence": []}
    return Draft(**{**draft, **update})


def _part(part: Part, rests_on: Grounds, ensemble: Ensemble) -> tuple[str, list[Dropped]]:
    """Review one piece by the rules for who worded it."""
    if not part["by_model"]:
        return reviewing.review(part["text"], rests_on, reviewing.ALWAYS)
    text, failed = reviewing.review(part["text"], rests_on)
    room = ensemble.workspace.policies.reply_characters
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + len(sentence.rstrip()) > room:
            reason = f"the reply is longer than {room} characters"
            failed.append(Dropped(sentence=sentence.strip(), reason=reason))
        else:
            kept += sentence
    return kept.strip(), failed


def _answers(part: Part, text: str) -> bool:
    """Say whether what is left of a piece still answers: with a source, if it had one."""
    return bool(MARKER.search(text)) if MARKER.search(part["text"]) else bool(text)


async def _instead(
    part: Part, rests_on: Grounds, ensemble: Ensemble, language: str, offset: int
) -> tuple[str, list[Citation]]:
    """Answer in the passages' own words, or say that we are not sure."""
    mark_degraded("what the model said did not hold")
    passages = list(rests_on.passages)
    if part["by_model"] and part["question"] and passages:
        found = [
            {"n": number, "title": passage["title"], "text": passage["text"]}
            for number, passage in enumerate(passages, 1)
        ]
        call = {"name": "search_knowledge", "args": {}, "id": "search", "type": "tool_call"}
        quoted = await ensemble.models.embedded.ainvoke(
            [
                HumanMessage(part["question"]),
                AIMessage("", tool_calls=[call]),  # type: ignore[list-item]
                ToolMessage(
                    json.dumps(found, ensure_ascii=False),
                    tool_call_id="search",
                    name="search_knowledge",
                ),
            ]
        )
        text, citations = numbered(quoted.text, passages)
        sound, _ = reviewing.review(text, rests_on.citing(citations))
        if citations and sound == text:
            return MARKER.sub(lambda mark: f"[{int(mark[0][1:-1]) + offset}]", text), citations
    return say("nothing_left", language), []


def _renumbered(text: str, citations: list[Citation]) -> tuple[str, list[Citation]]:
    """Give the text and its citations, those that nothing points to any more left out."""
    places: dict[int, int] = {}
    for mark in MARKER.findall(text):
        places.setdefault(int(mark[1:-1]), len(places) + 1)
    if list(places.items()) == [(n, n) for n in range(1, len(citations) + 1)]:
        return text, citations
    sound = {old: new for old, new in places.items() if old <= len(citations)}
    renumbered = MARKER.sub(
        lambda mark: f"[{sound[int(mark[0][1:-1])]}]" if int(mark[0][1:-1]) in sound else "", text
    )
    return renumbered, [citations[old - 1] for old in sound]
