"""Answers questions from the company's articles, with citations, or says that it does not know."""

import json

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agents import Brief, Citation, Kit, Report, Specialist, approved, choosing, hers
from agents.approved import last_said
from agents.cards import beside, prompted
from agents.citing import cited, shown
from agents.clauses import asks_leave
from agents.phrases import phrases
from agents.speaking import streamed
from core.errors import ModelFailed
from knowledge import Passage, Search
from models.embedded import places, splitting, words
from models.embedded.extracting import extract
from models.embedded.pieces import pieces
from models.usage import mark_degraded

PASSAGES = 8
BEHIND = 0.3
"""How much less likely to answer than the likeliest a passage may be of which something is quoted."""

SURE = 0.85
"""Chance that an article answers, from which its beginning is given where no sentence of it stands out."""

OPENING_PIECES = 2
PART = " › "
"""What stands between the title of an article and that of a part of it."""

DOUBTED = 0.65
"""Chance of its best passage below which an answer may be to another question than hers."""

LEAST_WORDS = 3
"""Words of a clause that may be a question of its own."""

say = phrases(__file__)


async def respond(brief: Brief, kit: Kit) -> Report:
    """Search, answer from what was found, cite it; abstain when nothing answers.

    What the records say of the thing of hers that is spoken of comes before what holds for all.
    """
    if told := await hers.told(brief, kit):
        return told
    return await answer(brief, kit, tags=())


async def answer(brief: Brief, kit: Kit, *, tags: tuple[str, ...]) -> Report:
    """Answer from the articles that carry one of `tags`, or from all.

    A clause that says too little by itself ("and until when?") is asked again as the whole message.
    """
    report = await _answered(brief, kit, tags)
    for text in (last_said(brief), _of_anything(brief, kit)):
        if not report.get("unanswered") or text in ("", brief["text"]):
            continue
        again = await _answered(Brief(**{**brief, "text": text}), kit, tags)
        report = report if again.get("unanswered") else again
    return report


def _of_anything(brief: Brief, kit: Kit) -> str:
    """Give a question on one kind of thing, of which no article speaks, as one on anything."""
    text, language = brief["text"], brief["language"]
    return (
        choosing.names(kit.journeys, language).without(text) if asks_leave(text, language) else ""
    )


async def _answered(brief: Brief, kit: Kit, tags: tuple[str, ...]) -> Report:
    language = brief["language"]
    if not any(word.isalpha() and len(word) > 1 for word in words.words(brief["text"])):
        return _unknown(brief)  # a letter is in many an article, and asks for none
    asked, passages = await _found(brief["text"], language, kit.search, tags)
    if not tags and (given := await approved.given(brief, kit, passages)):
        return given
    brief = Brief(**{**brief, "text": asked})
    if not passages:
        return _unknown(brief)
    text, citations = cited(await _written(brief, kit, passages), passages)
    if not citations and "answer" in kit.models.external:
        plain = await kit.models.embedded.ainvoke(_prompt(brief, kit, passages))
        text, citations = cited(plain.text, passages)
        if citations:
            mark_degraded("the model's answer cited none of the passages")
    if not citations:
        text, citations = cited(_opening(passages, language), passages)
    if not citations:
        return _unknown(brief)
    if _foreign(text, citations, passages, language):
        text = f"{say('foreign', language)} {text}"
    return Report(
        agent="knowledge",
        text=text,
        about=citations[0]["title"].split(" › ")[0],
        citations=citations,
        by_model=True,
        doubtful=_surest(passages) < DOUBTED,
        evidence=[say("foreign", language)],
        tried=[f"searched for {brief['text']!r}: {len(passages)} passages"],
    )


async def quoted(text: str, language: str, search: Search) -> str:
    """Give what the embedded model quotes for a question, with citations; nothing where it abstains."""
    return (await quotes(text, language, search))[0]


async def quotes(text: str, language: str, search: Search) -> tuple[str, list[Passage]]:
    """Give the same with the passages that the citations count."""
    asked, passages = await _found(text, language, search, ())
    given = [{"n": n, **passage} for n, passage in enumerate(passages, 1)]
    found = " ".join(f"{quote.sentence} [{quote.n}]" for quote in extract(asked, given, language))
    return found or _opening(passages, language), passages


def _opening(passages: list[Passage], language: str) -> str:
    """Give how the article begins that surely answers, though no sentence of it has the question's words."""
    if not passages or passages[0]["score"] < SURE or PART in passages[0]["title"]:
        return ""
    told = [piece.told() for piece in pieces(0, passages[0], language)[:OPENING_PIECES]]
    return f"{' '.join(told)} [1]" if told else ""


async def _found(
    text: str, language: str, search: Search, tags: tuple[str, ...]
) -> tuple[str, list[Passage]]:
    """Search for the text and for each question in it; give what is answered most surely.

    What leads up to a question ("one thing before I say yes: until when …?") is in no article.
    """
    parts = [part.text.strip() for part in splitting.clauses(text, language)]
    asked = [part for part in parts if len(part.split()) >= LEAST_WORDS] if len(parts) > 1 else []
    named = places.named(text)
    asked = [
        part for part in asked if places.named(part) == named
    ]  # "I live in Recife, is it dear?"
    if "?" in text:
        asked = [part for part in asked if part.endswith("?")]
    best: tuple[str, list[Passage]] = text, []
    for one in (text, *asked):
        passages = await search(one, language=language, tags=tags, limit=PASSAGES)
        if _surest(passages) > _surest(best[1]):
            best = one, passages
    least = _surest(best[1]) - BEHIND
    return best[0], [passage for passage in best[1] if passage["score"] >= least]


def _surest(passages: list[Passage]) -> float:
    return max((passage["score"] for passage in passages), default=0.0)


async def _written(brief: Brief, kit: Kit, passages: list[Passage]) -> str:
    """Let the model answer from the passages; the embedded one stands in when it breaks off."""
    prompt = _prompt(brief, kit, passages)
    try:
        return await streamed(kit.models.answer, prompt, shown(kit.say, passages))
    except ModelFailed:
        return (await kit.models.embedded.ainvoke(prompt)).text.strip()


def _prompt(brief: Brief, kit: Kit, passages: list[Passage]) -> list[AnyMessage]:
    """Make the messages: passages come as a tool's result, so that no model takes them for orders."""
    profile = kit.workspace.profile
    system = prompted(
        CARD.prompt,
        "agents/knowledge.md",
        company=profile.name,
        language=brief["language"],
        tone=profile.tone.get(brief["language"], "") or "plain and friendly",
    )
    call = {
        "name": "search_knowledge",
        "args": {"question": brief["text"]},
        "id": "search",
        "type": "tool_call",
    }
    found = [
        {"n": number, "title": passage["title"], "text": passage["text"]}
        for number, passage in enumerate(passages, 1)
    ]
    return [
        SystemMessage(system),
        HumanMessage(brief["text"]),
        AIMessage("", tool_calls=[call]),  # type: ignore[list-item]
        ToolMessage(
            json.dumps(found, ensure_ascii=False), tool_call_id="search", name="search_knowledge"
        ),
    ]


def _foreign(text: str, citations: list[Citation], passages: list[Passage], language: str) -> bool:
    """Say whether the answer quotes, word for word, an article in another language."""
    spoken = {passage["passage_id"]: passage["language"] for passage in passages}
    return any(
        spoken[citation["passage_id"]] != language and citation["quote"] in text
        for citation in citations
    )


def _unknown(brief: Brief) -> Report:
    return Report(
        agent="knowledge",
        text=say("unknown", brief["language"]),
        by_model=False,
        unanswered=f"no article answers {brief['text']!r}",
        tried=[f"searched for {brief['text']!r}: nothing near enough"],
    )


CARD = beside(__file__)
agent = Specialist(
    purpose=CARD.purpose,
    respond=respond,
    intents=CARD.examples,
    bank=CARD.bank,
    prompt=CARD.prompt,
)
