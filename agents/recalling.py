"""Answers what was said before: who said it, when, and in which words; only what stands in the transcript."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from agents import Brief, Kit, Remembered, Report
from agents.phrases import phrases
from core.sentences import sentences
from core.workspace import read_yaml
from knowledge.bm25 import Bm25
from knowledge.reading import terms
from models.embedded import outcomes, words

WORDS: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("recalling_words.yaml"))
KINDS = ("code", "email", "phone", "cep", "cpf", "money")
GAP = 60
"""Characters between a question word and the verb, at most."""

say = phrases(__file__)
COURTESIES = {"greeting", "thanks", "small_talk", "goodbye", "capabilities"}
BESIDE = 0.5
"""What the message before counts, against the message itself: the question that a reply answers."""

NEAR_BEST = 0.6
"""Part of the best score from which the first or the last of several may be meant."""

SHORTEST_QUESTION = 2
"""Words."""

LONGEST_QUOTE = 300
RECAPPED = 5
MARKER = re.compile(r"\s*\[\d+\]")
Speaker = Literal["hers", "ours", "both"]
SPEAKERS: tuple[Speaker, ...] = ("hers", "ours", "both")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a customer wants to be reminded of."""

    speaker: Speaker
    place: Literal["first", "last", ""]
    kind: str
    """Kind of value she asks for, as `code`; or empty."""

    terms: tuple[str, ...]
    """What it was about; `()`: she does not say."""

    promised: bool


def asks_back(text: str, language: str) -> bool:
    """Say whether a clause asks what was said before."""
    flat = _flat(text)
    verbs = [verb for kind in SPEAKERS for verb in _pattern(kind, language).finditer(flat)]
    if not verbs:
        return False
    asking = list(_pattern("asking", language).finditer(flat))
    return any(_belong(ask, verb, flat, language) for ask in asking for verb in verbs)


def asks_of_us(text: str, language: str) -> bool:
    """Say whether a clause asks how her complaint stands, or whether one of us is to reach her.

    That opens no other complaint, and calls nobody.
    """
    flat = _flat(text)
    if _pattern("case", language).search(flat) and not _pattern("opening", language).search(flat):
        return outcomes.asks_status(text, language)
    asks = words.is_question(text, language) and _pattern("contact", language).search(flat)
    return bool(asks) and not _pattern("bidding", language).search(flat)


def _belong(ask: re.Match[str], verb: re.Match[str], flat: str, language: str) -> bool:
    """Say whether a question word asks for what the verb says: "what ... did I tell you"."""
    between = flat[ask.end() : verb.start()]
    if ask.start() > verb.start() or len(between) > GAP:
        return False
    return not any(_pattern(name, language).search(between) for name in ("between", "status"))


def read(text: str, language: str) -> Asked:
    """Read what is asked for."""
    flat = _flat(text)
    hers, ours = (_pattern(kind, language).search(flat) for kind in ("hers", "ours"))
    speaker: Speaker = "both" if bool(hers) == bool(ours) else "hers" if hers else "ours"
    place = next((at for at in ("first", "last") if _pattern(at, language).search(flat)), "")
    kind = next((one for one in KINDS if _pattern(one, language).search(flat)), "")
    rest = flat
    for name in (*SPEAKERS, "frame", *([kind] if kind else [])):
        rest = _pattern(name, language).sub(" ", rest)
    return Asked(
        speaker=speaker,
        place=place,  # type: ignore[arg-type]
        kind=kind,
        terms=tuple(dict.fromkeys(terms(rest, language))),
        promised=_pattern("promised", language).search(flat) is not None,
    )


async def found(brief: Brief, kit: Kit) -> Report | None:
    """Answer from what was said; None when nothing in it answers."""
    asked = read(brief["text"], brief["language"])
    wanted = (f"#{asked.kind}", *asked.terms) if asked.kind else asked.terms
    said = await kit.memory(wanted) if kit.memory else _window(brief)
    said = _worth(said)
    place = choose(asked, said, brief["language"], kit)
    if place is None:
        return None
    return _told(said, place, asked, brief, kit)


def choose(asked: Asked, said: Sequence[Remembered], language: str, kit: Kit) -> int | None:
    """Give the place in `said` of what she asks for."""
    roles = {"hers": ("customer",), "ours": ("ai", "person")}.get(
        asked.speaker, ("customer", "ai", "person")
    )
    places = [at for at, one in enumerate(said) if one["role"] in roles]
    if asked.kind:
        places = [at for at in places if _holds(said[at], asked.kind, kit)]
    if asked.terms and not (asked.kind and (asked.place or len(places) < 2)):
        scored = _scored(asked.terms, said, places, language)
        if not asked.kind or scored:
            places = scored
    elif not asked.kind and asked.place:
        places = [at for at in places if _substantial(said, at, kit)]
    elif not asked.kind:
        return None
    if not places:
        return None
    return places[0] if asked.place == "first" or (asked.terms and not asked.place) else places[-1]


def _scored(
    asked: Sequence[str], said: Sequence[Remembered], places: Sequence[int], language: str
) -> list[int]:
    """Give the places that speak of the terms: in order, where several do nearly as well; best first.

    What a reply answers says what it is about as much as its own words do.
    """
    index = Bm25([one["text"] for one in said], language)
    own = index.scores(dict.fromkeys(asked, 1.0))
    score = {at: float(own[at]) + (BESIDE * float(own[at - 1]) if at else 0.0) for at in places}
    best = max(score.values(), default=0.0)
    if best <= 0:
        return []
    return [
        at
        for at in sorted(score, key=lambda at: (-score[at], -at))
        if score[at] >= NEAR_BEST * best
    ]


def _worth(said: Sequence[Remembered]) -> list[Remembered]:
    """Leave out earlier questions of this kind and what answered them: they only repeat."""
    kept: list[Remembered] = []
    skipping = False
    for one in said:
        if one["role"] == "customer":
            skipping = asks_back(one["text"], one["language"] or "en")
        if not skipping and one["text"].strip():
            kept.append(one)
    return kept


def _substantial(said: Sequence[Remembered], at: int, kit: Kit) -> bool:
    """Say whether a message is more than a courtesy, or answers one that is.

    Who answered it says that better than its words do.
    """
    one = said[at]
    if one["role"] != "customer":
        return at > 0 and (said[at - 1]["role"] != "customer" or _substantial(said, at - 1, kit))
    answer = said[at + 1] if at + 1 < len(said) else None
    if answer is not None and answer["role"] == "ai" and answer["by"] not in ("", "engagement"):
        return True
    names = {intent["name"] for intent in kit.understanding.intents(one["text"], one["language"])}
    return bool(names - COURTESIES) or (not names and len(one["text"].split()) > 2)


def _holds(one: Remembered, kind: str, kit: Kit) -> bool:
    values = kit.understanding.entities(one["text"], one["language"], kit.context.now)
    return any(value["kind"] == kind for value in values)


def _told(said: Sequence[Remembered], place: int, asked: Asked, brief: Brief, kit: Kit) -> Report:
    """Quote it, with who said it and when; a question with its answer, and the other way round."""
    one, language = said[place], brief["language"]
    lines = [_line(one, asked, language, kit)]
    if one["role"] == "customer":
        after = said[place + 1] if place + 1 < len(said) else None
        if after is not None and after["role"] == "ai" and _beside(one, after) and not asked.kind:
            lines.append(say("answered", language, quote=_quote(after, asked, language)))
    elif place and said[place - 1]["role"] == "customer" and _beside(said[place - 1], one):
        lines.insert(0, say("asked", language, quote=_quote(said[place - 1], asked, language)))
    text = "\n".join(lines)
    return Report(
        agent="engagement",
        text=text,
        evidence=[one["text"], *lines],
        tried=[f"recalled message {one['message_id']}"],
    )


def _line(one: Remembered, asked: Asked, language: str, kit: Kit) -> str:
    key = {"customer": "hers", "ai": "ours"}.get(one["role"]) or (
        "person" if one["by"] else "person_unnamed"
    )
    quote = _quote(one, asked, language)
    return say(key, language, quote=quote, by=one["by"], when=_when(one, language, kit))


def _quote(one: Remembered, asked: Asked, language: str) -> str:
    """Give a message, or of a long one the sentences about what is asked."""
    text = MARKER.sub("", one["text"]).strip()
    if len(text) <= LONGEST_QUOTE:
        return " ".join(text.split())
    parts = [part.strip() for part in sentences(text) if part.strip()]
    scores = Bm25(parts, language).scores(dict.fromkeys(asked.terms, 1.0))
    start = int(scores.argmax()) if asked.terms else 0
    quote = ""
    for part in parts[start:]:
        if quote and len(quote) + len(part) > LONGEST_QUOTE:
            break
        quote = f"{quote} {part}".strip()
    return " ".join(quote.split())[:LONGEST_QUOTE]


def _beside(one: Remembered, other: Remembered) -> bool:
    return other["sequence"] - one["sequence"] <= 2


def _when(one: Remembered, language: str, kit: Kit) -> str:
    if one["said_at"] is None:
        return say("earlier", language)
    zone = kit.workspace.zone
    at, now = datetime.fromtimestamp(one["said_at"], UTC).astimezone(zone), kit.context.now
    if at.date() == now.astimezone(zone).date():
        return say("today", language, time=f"{at:%H:%M}")
    day = f"{at:%d/%m/%Y}" if words.base(language) == "pt" else f"{at.day} {at:%B %Y}"
    return say("on_day", language, day=day, time=f"{at:%H:%M}")


async def recap(brief: Brief, kit: Kit) -> Report | None:
    """Give what she asked for in this conversation, in her own words; None when it is nothing yet."""
    summary = await kit.memory.summary() if kit.memory else {}
    quotes = list(dict.fromkeys(str(one["text"]) for one in summary.get("matters", [])))
    if not quotes:
        return None
    shown = [*quotes[:2], *quotes[2:][-(RECAPPED - 2) :]]
    lines = [say("recap", brief["language"]), *(f"- “{quote}”" for quote in shown)]
    return Report(agent="engagement", text="\n".join(lines), evidence=lines)


def nothing(brief: Brief) -> Report:
    """Say that it was not found."""
    return Report(agent="engagement", text=say("nothing", brief["language"]))


def intents(
    text: str, read_before: Sequence[Mapping[str, Any]], language: str
) -> list[Mapping[str, Any]]:
    """Give the wishes with each clause that asks what was said before read as that.

    A word alone ("oops,") asks for no such thing, whatever else it is like.
    """
    kept = [
        one
        for one in read_before
        if one["name"] != "recall" or len(words.words(one["text"])) >= SHORTEST_QUESTION
    ]
    parts = dict.fromkeys((text, *_sentences(text)))
    clauses = [part for part in parts if asks_back(part, language) or asks_of_us(part, language)]
    if not clauses:
        return kept
    clause = min(clauses, key=len)
    others = [one for one in kept if one["text"] not in clause and clause not in one["text"]]
    wish = {"name": "recall", "confidence": 1.0, "text": clause}
    return sorted([*others, wish], key=lambda one: text.find(one["text"][:12]))


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in sentences(text) if part.strip()]


def _window(brief: Brief) -> list[Remembered]:
    """Give the brief's history as what is remembered, where there is no transcript."""
    history = [one for one in brief["history"] if brief["text"] not in one["text"]]
    return [
        Remembered(
            message_id="",
            sequence=at,
            role=one["role"],
            by="",
            text=one["text"],
            language=brief["language"],
            said_at=None,
        )
        for at, one in enumerate(history)
    ]


def _flat(text: str) -> str:
    return " ".join(words.flat(text).split())


@cache
def _pattern(name: str, language: str) -> re.Pattern[str]:
    """Compile a pattern, with the alternatives that stand on lines of their own."""
    written = WORDS[name].get(language) or WORDS[name]["en"]
    joined = re.sub(r"\s+\|", "|", written.strip())
    free = name in ("asking", "between")  # these say themselves where words begin and end
    return re.compile(joined if free else rf"(?<!\w)(?:{joined})(?!\w)")
