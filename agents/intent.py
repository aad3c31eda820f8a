"""Reads what the customer wants, and whether she complains, wants no promotions, or wants a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, Field

from agents import (
    Brief,
    Kit,
    Report,
    Specialist,
    aimless,
    clauses,
    offices,
    reading,
    recalling,
    settling,
    strangers,
    together,
)
from agents.cards import beside, form, note_forms, prompted
from core.errors import ModelFailed
from models.embedded import changing, denying, heeding, words
from models.usage import stood_in

SURE = 0.9
"""Confidence from which no paid model is asked: the fast lane."""

ANSWERED = 0.8
"""Chance that an article answers, from which a question is not read once more by a paid model."""

SHOWN = 3
"""Examples of an intent that the routing model is told."""

PERSON = "person"


SAID = form("wishes")


class Wish(BaseModel):
    """One thing the customer wants."""

    model_config = ConfigDict(json_schema_extra={"description": SAID["one"]})

    intent: str = Field(description=SAID["intent"])
    words: str = Field(description=SAID["words"])


class Wishes(BaseModel):
    """What the customer wants, in the order she said it."""

    model_config = ConfigDict(json_schema_extra={"description": SAID["all"]})

    wishes: list[Wish]


async def respond(brief: Brief, kit: Kit) -> Report:
    """Report the signals in the customer's words."""
    understanding, text = kit.understanding, brief["text"]
    language = reading.language_of(brief, understanding)
    read = await _read(text, language, brief, kit)
    names = {intent["name"] for intent in read.intents}
    signals: dict[str, Any] = {
        "language": language,
        "intents": read.intents,
        "earlier": read.earlier,
        "scene": read.scene,
        "urgent": understanding.urgent(text, language) or heeding.harmed(text, language),
        "complaint": clauses.COMPLAINT in names or understanding.complains(text, language),
        "opted_out": brief["signals"].get("opted_out", False)
        or understanding.opts_out(text, language, surely=True),
        "wants_person": PERSON in names,
        "entities": understanding.entities(text, language, kit.context.now),
    }
    if read.lane is not None:
        signals["lane"] = round(read.lane, 4)
    return Report(agent="intent", text="", signals=signals)


@dataclass(frozen=True)
class Read:
    """What she wants, and from which words."""

    intents: Sequence[Mapping[str, Any]]
    earlier: str = ""
    scene: bool = False
    lane: float | None = None
    """How surely, where a paid model was not asked for it."""


async def _read(text: str, language: str, brief: Brief, kit: Kit) -> Read:
    """Read what she wants: by the words, by a model where these are doubtful, else by her records."""
    if clauses.is_code(text):
        return Read([])
    if heeding.harmed(text, language):
        return Read([{"name": PERSON, "confidence": 1.0, "text": text}])
    told = (changing.left(text, language) if brief["awaiting"] else None) or text
    asked = bool(brief["awaiting"]) and told == text
    # "No, exchange it" says no, and then what she wants.
    wished = denying.after(told, language) if brief["awaiting"] else told
    intents = await reading.completed(
        wished, kit.understanding.intents(wished, language), language, kit, asked=asked
    )
    earlier = together.before(told, intents, language, brief, kit)
    if earlier:
        told = f"{earlier}, {told}"
        intents = kit.understanding.intents(told, language)
    elif not brief["awaiting"] and together.is_scene(text, language, kit):
        surely = [one for one in intents if clauses.surely_looks_up(one, kit)]
        surely = await strangers.asking(surely, language, kit)
        return Read(recalling.intents(text, surely, language), scene=True)
    lane: float | None = None
    if "route" in kit.models.external and not brief["awaiting"]:
        lane = await _surely(intents, brief, kit, language)
        if lane is None and (wished := await routed(brief["text"], language, kit)):
            return Read(recalling.intents(text, wished, language), earlier)
    doubtful = all(one["confidence"] < SURE for one in intents)
    anew = told != text or (doubtful and words.is_question(text, language))
    intents = await settling.settled(told, intents, language, brief, kit, anew=anew)
    if not earlier:
        intents = together.after_scene(intents, language, brief, kit)
    if not brief["awaiting"]:
        intents = await offices.wanted(told, intents, language, kit)
    intents = await strangers.asking(await aimless.told(intents, language, kit), language, kit)
    return Read(recalling.intents(text, intents, language), earlier, lane=lane)


async def _surely(
    intents: list[dict[str, Any]], brief: Brief, kit: Kit, language: str
) -> float | None:
    """Give how sure the embedded reading is where it is good enough; None: a model is to read, too."""
    surely = min((float(intent["confidence"]) for intent in intents), default=0.0)
    if surely >= SURE:
        return surely
    if any(intent["name"] != clauses.QUESTION for intent in intents):
        return None
    found = await kit.search(brief["text"], language=language, limit=1)
    return found[0]["score"] if found and found[0]["score"] >= ANSWERED else None


async def second_opinion(text: str, language: str, kit: Kit) -> list[str] | None:
    """Give the intents that a turn would have taken from the routing model; None: it gave nothing usable."""
    if "route" not in kit.models.external:  # it was there when the turn was drawn
        return None
    wished = await routed(text, language, kit)
    if wished is None:
        return None
    return sorted({str(one["name"]) for one in recalling.intents(text, wished, language)})


async def routed(text: str, language: str, kit: Kit) -> list[dict[str, Any]] | None:
    """Ask the routing model; `[]`: she wants nothing it knows; None: it gave nothing usable."""
    known = taught(kit, language)
    listed = "\n".join(f"- {name}: {_quoted(said[:SHOWN])}" for name, said in sorted(known.items()))
    prompt = prompted(CARD.prompt, "agents/intent.md", intents=listed, language=language)
    note_forms()
    model = kit.models.route.with_structured_output(Wishes, include_raw=True)
    try:
        answer: Any = await model.ainvoke([SystemMessage(prompt), HumanMessage(text)])
    except ModelFailed:
        return None
    if stood_in(answer["raw"]) or not isinstance(answer["parsed"], Wishes):
        return None  # the embedded reading is here already, and is better than a form filled in
    return [
        {"name": wish.intent, "confidence": SURE, "text": _hers(wish.words, text)}
        for wish in answer["parsed"].wishes
        if wish.intent in known
    ]


def _hers(words: str, text: str) -> str:
    """Give the words that a model took from hers; all of hers where they are not her own."""
    return words if words.strip() and words in text else text


def taught(kit: Kit, language: str) -> dict[str, tuple[str, ...]]:
    """Give every intent that somebody answers, with what a workspace says that customers say for it."""
    said: dict[str, tuple[str, ...]] = {
        name: tuple(examples.get(language, ()))
        for specialist in kit.catalog.values()
        for name, examples in specialist.intents.items()
    }
    said |= {
        journey.trigger.intent: tuple(journey.trigger.examples.get(language, ()))
        for journey in kit.journeys.values()
        if not said.get(journey.trigger.intent)
    }
    said |= {
        tool.name: tuple(tool.examples.get(language, ()))
        for tool in kit.tools.values()
        if tool.examples and not said.get(tool.name)
    }
    return said


def _quoted(texts: Sequence[str]) -> str:
    return "; ".join(f'"{text}"' for text in texts)


CARD = beside(__file__)
agent = Specialist(purpose=CARD.purpose, respond=respond, perceives=True, prompt=CARD.prompt)
