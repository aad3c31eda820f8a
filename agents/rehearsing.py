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
from agents.reading import segments
from journeys import Instance, Journey
from journeys.events import Answer, Ask, Called, CallFailed, Effect, Event
from journeys.model import Confirm

SURE = 0.75
"""Confidence of a reading from which nothing is rehearsed."""

LIKELY = 0.6
"""Chance from which the best of the readings takes the place of what the words alone tell."""

CANDIDATES = 6
"""Readings that are held against each other: the right one is among so many in 98 of 100 messages."""

LEAST = 0.1
"""Score of the classifier below which a text is like nothing that anybody taught."""

PLAIN = 0.3
"""The same for what no procedure does, where nothing but the words speaks for it."""

SCORE = 10.5
CODED, CHOSEN, FREE, DEAD, GENERAL = 2.5, 3.0, 1.6, -1.5, 0.4
"""Weights of a conditional logit over the readings of a message, fitted on 840 first messages of the demo's
dialogues: of the classifier's score, and of what a rehearsal finds (see `Fit`)."""


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
        free = FREE * (self.free and not self.things)
        own = CODED * bool(self.coded) + CHOSEN * bool(self.chosen)
        return own + free + DEAD * self.dead

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


async def likeliest(
    texts: Sequence[str], language: str, brief: Brief, kit: Kit
) -> dict[str, Any] | None:
    """Give the reading that fits best, its chance as confidence; None where none stands out.

    `texts` are the whole of what was said, then its parts: where one part plainly says what a procedure
    does, it counts whatever surrounds it.
    """
    by_intent = {journey.trigger.intent: journey for journey in kit.journeys.values()}
    scores: dict[str, float] = {}
    for text in texts:
        for name, score in kit.understanding.likely(text, language, CANDIDATES):
            if text == texts[0] or name in by_intent:
                scores[name] = max(score, scores.get(name, score))
    weights: dict[str, float] = {}
    for name, score in sorted(scores.items(), key=lambda one: -one[1])[:CANDIDATES]:
        weights[name] = SCORE * score + GENERAL
        if name in by_intent:
            fits = await fit(by_intent[name], texts[0], language, brief, kit)
            weights[name] += fits.weight - GENERAL
    if not weights:
        return None
    best = max(weights, key=lambda name: weights[name])
    chance = 1 / sum(math.exp(weight - weights[best]) for weight in weights.values())
    if scores[best] < (LEAST if best in by_intent else PLAIN) or not best or chance < LIKELY:
        return None
    return {"name": best, "confidence": round(chance, 3), "text": texts[0]}


async def settled(
    text: str, intents: list[dict[str, Any]], language: str, brief: Brief, kit: Kit
) -> list[dict[str, Any]]:
    """Give what a message asks for, the doubtful settled by what the procedures find.

    A doubtful clause beside a sure one is read on its own; where that tells nothing, it only leads up to
    the other.
    """
    if brief["awaiting"] or not text.strip() or (intents and all(map(_sure, intents))):
        return intents
    if not any(map(_sure, intents)):
        parts = [part for part in segments(text, language) if part != text]
        whole = await likeliest([text, *parts], language, brief, kit)
        return intents if whole is None else [whole]
    found: dict[str, dict[str, Any]] = {}
    for one in intents:
        better = one if _sure(one) else await likeliest([one["text"]], language, brief, kit)
        if better is not None:
            found.setdefault(better["name"], better)
    return [*found.values()]


def _sure(intent: dict[str, Any]) -> bool:
    return bool(intent["confidence"] >= SURE)
