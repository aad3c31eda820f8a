"""Which of several readings fits: procedures tried out on the customer's own records, with reads alone.

What customers write is often like several wishes at once. Which of them is meant is told by what the
procedures find: one takes the number and the size in her words and has something to propose, the other
has nothing to go on. A rehearsal looks things up and previews, never more, and nothing of it is kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agents import Brief, Kit, hearing
from agents.procedures import Course
from agents.reading import COMPLAINT, COURTESIES, QUESTION, general, requests, segments
from journeys import Instance, Journey
from journeys.events import Answer, Ask, Called, CallFailed, Effect, Event
from journeys.model import Confirm
from models.embedded import splitting, words

SURE = 0.75
"""Confidence of a reading from which nothing is rehearsed."""

SURE_OF_COMPLAINT = 0.45
"""The same for a complaint, which no record speaks for."""

PLAIN_WISH = 0.5
"""Score of the classifier from which a part of a message says plainly what it wants."""

PASSING = ("greeting", "thanks", "goodbye")
SHORT = 6
"""Words of a message that may be a courtesy and nothing else."""

LIKELY = 0.6
"""Chance from which the best of the readings takes the place of what the words alone tell."""

CANDIDATES = 6
"""Readings that are held against each other: the right one is among so many in 98 of 100 messages."""

LEAST = 0.15
"""Score of the classifier below which a text is like nothing that anybody taught."""

PLAIN = 0.3
"""The same for what no procedure does, where nothing but the words speaks for it."""

SCORE = 10.5
CODED, CHOSEN, FREE, DEAD, GENERAL = 2.5, 3.0, 1.6, -1.5, 0.4
"""Weights of a conditional logit over the readings of a message, fitted on 840 first messages of the demo's
dialogues: of the classifier's score, and of what a rehearsal finds (see `Fit`)."""


SERVED = 0.5
"""How much more, where no procedure does it, an intent counts that somebody serves than a mere question."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What a procedure makes of a message."""

    coded: frozenset[Any]
    """Numbers in her words that fill its slots."""

    chosen: frozenset[Any]
    """What is hers and her words choose, for the slots that no number fills."""

    free: bool
    """Whether her words fill another slot."""

    dead: bool
    """Whether it ends with nothing that it could do."""

    @property
    def weight(self) -> float:
        """How much it speaks for the procedure, in logits."""
        return self.own + FREE * (self.free and not self.things) + DEAD * self.dead

    @property
    def own(self) -> float:
        """How much what is hers speaks for it."""
        return CODED * bool(self.coded) + CHOSEN * bool(self.chosen)

    @property
    def things(self) -> frozenset[Any]:
        """What of hers it would be about."""
        return self.coded | self.chosen


@dataclass
class _Rehearsal(Course):
    """A procedure's course from which nothing is said and nothing done."""

    coded: frozenset[Any] = frozenset()
    chosen: dict[str, Any] = field(default_factory=dict)
    dead: bool = False

    def _guess(self, ask: Ask, instance: Instance) -> Answer | None:
        guess = super()._guess(ask, instance)
        if guess is not None and guess.chosen is not None:
            self.chosen[ask.slot] = instance["options"][guess.chosen]["value"]
        return guess

    async def _do(
        self, journey: Journey, instance: Instance, effects: list[Effect]
    ) -> Event | None:
        event = await super()._do(journey, instance, effects)
        self.dead = self.dead or isinstance(event, CallFailed) or _refuses(journey, instance)
        if isinstance(event, Called) and instance.get("waits_for") == "options":
            self._only_one(event, journey, instance)
        return event

    def _only_one(self, event: Called, journey: Journey, instance: Instance) -> None:
        """Note where her words name the only choice there is; beside a number that adds nothing."""
        step = next((step for step in journey.steps if step.id == instance["step"]), None)
        name = getattr(step, "collect", "")
        if name not in journey.slots or self.coded:
            return
        listed = hearing.listed(journey.slots[name], event)
        if len(listed) == 1:
            labels, text = [str(listed[0]["label"]), "-"], hearing.words_of(self.brief)
            if self.kit.understanding.choose(labels, text, self.language) == 0:
                self.chosen[name] = listed[0]["value"]


def _refuses(journey: Journey, instance: Instance) -> bool:
    """Say whether a procedure has ended with nothing to offer; one that acts has, if it proposes nothing."""
    writes = any(isinstance(step, Confirm) for step in journey.steps)
    return instance["state"] == "failed" or (writes and instance["state"] == "done")


async def fit(journey: Journey, text: str, language: str, brief: Brief, kit: Kit) -> Fit:
    """Try a procedure out on a message."""
    kit = replace(kit, context=replace(kit.context, language=language))
    tried: Brief = {**brief, "text": text, "language": language, "alone": True, "reports": []}
    said = hearing.values(tried, kit, journey, text=text)
    coded = {name for name in said if "pattern" in journey.slots[name].schema_}
    course = _Rehearsal(tried, kit, coded=frozenset(said[name] for name in coded))
    await course.begin(journey)
    chosen = {name: value for name, value in course.chosen.items() if name not in coded}
    return Fit(
        coded=course.coded,
        chosen=frozenset(chosen.values()),
        free=bool({*said} - coded - {*chosen}),
        dead=course.dead,
    )


@dataclass(frozen=True)
class _Reading:
    """What a text is likeliest to ask for."""

    name: str
    chance: float
    score: float
    """Of the classifier."""

    fit: Fit | None
    """None where no procedure does it."""

    text: str

    @property
    def stands(self) -> bool:
        """Whether it stands out from the other readings, and is like anything that was taught."""
        return (
            bool(self.name)
            and self.chance >= LIKELY
            and self.score >= (LEAST if self.fit else PLAIN)
        )

    @property
    def numbered(self) -> bool:
        """Whether it names what it is about by a number."""
        return bool(self.fit and self.fit.coded)

    def intent(self) -> dict[str, Any]:
        return {"name": self.name, "confidence": round(self.chance, 3), "text": self.text}


async def _likeliest(
    texts: Sequence[str], language: str, brief: Brief, kit: Kit
) -> _Reading | None:
    """Give the reading that fits best.

    `texts` are the whole of what was said, then its parts: where one part plainly says what a procedure
    does, it counts whatever surrounds it.
    """
    by_intent = {journey.trigger.intent: journey for journey in kit.journeys.values()}
    scores: dict[str, float] = {}
    for text in texts:
        for name, score in kit.understanding.likely(text, language, CANDIDATES):
            if name in by_intent or (text == texts[0] and name not in PASSING):
                scores[name] = max(score, scores.get(name, score))
    fits: dict[str, Fit] = {}
    weights: dict[str, float] = {}
    for name, score in sorted(scores.items(), key=lambda one: -one[1])[:CANDIDATES]:
        if name in by_intent:
            fits[name] = await fit(by_intent[name], texts[0], language, brief, kit)
        served = SERVED * (name not in (QUESTION, ""))
        weights[name] = SCORE * score + (fits[name].weight if name in fits else GENERAL + served)
    if not weights:
        return None
    if COMPLAINT in weights:  # is about something of hers as well as any procedure
        weights[COMPLAINT] += max((one.own for one in fits.values()), default=0.0)
    best = max(weights, key=lambda name: weights[name])
    chance = 1 / sum(math.exp(weight - weights[best]) for weight in weights.values())
    return _Reading(best, chance, scores[best], fits.get(best), texts[0])


async def settled(
    text: str, intents: list[dict[str, Any]], language: str, brief: Brief, kit: Kit
) -> list[dict[str, Any]]:
    """Give what a message asks for, the doubtful settled by what the procedures find.

    A doubtful clause beside a sure one is read on its own; where that tells nothing, it only leads up to
    the other. A question on how things are in general stays one.
    """
    said = any(word.isalpha() for word in words.words(text))
    if not said or brief["awaiting"] or not kit.understanding.spoken(text):
        return intents
    told = [one for one in intents if one["name"] not in COURTESIES]
    if len(words.words(text)) <= SHORT and len(told) < len(intents):
        return intents
    kept_as_read = [one for one in told if _sure(one) or _is_general(one, language)]
    if told and len(kept_as_read) == len(told):
        return intents
    if not kept_as_read:
        found = await _whole(text, language, brief, kit)
        return [one.intent() for one in found] or _like_something(text, intents, language, kit)
    kept: dict[str, dict[str, Any]] = {}
    for one in told:
        if one in kept_as_read:
            kept.setdefault(one["name"], one)
        else:
            read = await _likeliest([one["text"]], language, brief, kit)
            if read is not None and read.stands:
                kept.setdefault(read.name, read.intent())
            elif requests(one["text"], language):
                kept.setdefault(one["name"], one)
    return [*kept.values()]


async def _whole(text: str, language: str, brief: Brief, kit: Kit) -> list[_Reading]:
    """Read a message as one matter, or as two where its parts are about different things of hers."""
    parts = [part for part in parted(text, language, kit) if part != text]
    read = [await _likeliest([part], language, brief, kit) for part in parts]
    apart = [one for one in read if one is not None and one.stands and one.fit and one.fit.things]
    for at, first in enumerate(apart):
        for second in apart[at + 1 :]:
            apart_for_sure = (first.numbered and second.numbered) or min(
                first.score, second.score
            ) >= PLAIN_WISH
            if (
                first.name != second.name
                and apart_for_sure
                and not _things(first) & _things(second)
            ):
                return [first, second]
    whole = await _likeliest([text, *parts], language, brief, kit)
    return [whole] if whole is not None and whole.stands else []


def _things(read: _Reading) -> frozenset[Any]:
    return read.fit.things if read.fit else frozenset()


def parted(text: str, language: str, kit: Kit) -> list[str]:
    """Cut a message where a sentence ends; one with several numbers where another of them is spoken of."""
    entities = kit.understanding.entities(text, language, kit.context.now)
    numbers = {str(one["text"]) for one in entities if one["kind"] == "code"}
    if len(numbers) < 2:
        return segments(text, language)
    parts: list[str] = []
    for clause in splitting.clauses(text, language):
        named = any(number in clause.text for number in numbers)
        if parts and not (named and any(number in parts[-1] for number in numbers)):
            parts[-1] += clause.text
        else:
            parts.append(clause.text)
    return [part.strip() for part in parts]


def _like_something(
    text: str, intents: list[dict[str, Any]], language: str, kit: Kit
) -> list[dict[str, Any]]:
    """Give what the words were taken for, unless they are like nothing and name no number."""
    scores = [score for _, score in kit.understanding.likely(text, language, 1)]
    entities = kit.understanding.entities(text, language, kit.context.now)
    named = any(one["kind"] == "code" for one in entities)
    return intents if named or max(scores, default=0.0) >= LEAST else []


def _is_general(intent: dict[str, Any], language: str) -> bool:
    return bool(intent["name"] == QUESTION and general(intent["text"], language))


def _sure(intent: dict[str, Any]) -> bool:
    needed = SURE_OF_COMPLAINT if intent["name"] == COMPLAINT else SURE
    return bool(intent["confidence"] >= needed)
