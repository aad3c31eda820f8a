"""What procedures make of a message: tried out on the customer's own records, with reads alone.

What customers write is often like several wishes at once. Which of them is meant is told by what the
procedures find: one takes the number and the size in her words and has something to propose, the other
has nothing to go on. A rehearsal looks things up and previews, never more, and nothing of it is kept.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agents import Brief, Kit, hearing
from agents.clauses import flattened, owns
from agents.deeds import Deeds, described
from agents.procedures import Course
from agents.weighing import Fit, Heard, read_by_fit, read_by_words, weighed
from journeys import Instance, Journey
from journeys.events import Answer, Ask, Called, CallFailed, Effect, Event, Propose, Read
from models.embedded import partly

CANDIDATES = 6
"""Readings that are held against each other."""

PASSING = ("greeting", "thanks", "goodbye")
"""What is said beside any matter and is none of the readings of a longer message."""


@dataclass
class _Looks(Deeds):
    """Reads and previews, each made once however many procedures want it."""

    seen: dict[str, Event] = field(default_factory=dict)

    async def read(self, effect: Read) -> Event:
        made = described(effect.tool, effect.arguments)
        if made not in self.seen:
            self.seen[made] = await super().read(effect)
        return self.seen[made]

    async def propose(self, effect: Propose, journey: Journey, instance: Instance) -> Event:
        made = f"preview of {described(effect.tool, effect.arguments)}"
        if made not in self.seen:
            self.seen[made] = await super().propose(effect, journey, instance)
        return self.seen[made]


@dataclass
class _Rehearsal(Course):
    """A procedure's course from which nothing is said and nothing done."""

    coded: frozenset[Any] = frozenset()
    chosen: dict[str, Any] = field(default_factory=dict)
    dead: bool = False
    closed: bool = False
    seen: dict[str, Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.deeds = _Looks(self.brief, self.kit, seen=self.seen)

    def _guess(self, ask: Ask, instance: Instance) -> Answer | None:
        guess = super()._guess(ask, instance)
        if guess is not None and guess.chosen is not None:
            taken = instance["options"][guess.chosen]
            if not partly.is_whole(str(taken["label"]), self.language):
                self.chosen[ask.slot] = taken["value"]  # "all of it" names nothing of hers
        return guess

    async def _do(
        self, journey: Journey, instance: Instance, effects: list[Effect]
    ) -> Event | None:
        event = await super()._do(journey, instance, effects)
        self.dead = self.dead or isinstance(event, CallFailed) or _refuses(journey, instance)
        self.dead = self.dead or bool(self.handoff)  # all that it does is to call a person
        if isinstance(event, Called) and instance.get("waits_for") == "options":
            self._only_one(event, journey, instance)
        return event

    def admitted(self, journey: Journey) -> bool:
        """Note where it could do nothing for her before she signs in."""
        known = super().admitted(journey)
        self.closed = not known
        return known

    async def _pass_on(self, ended: Journey) -> None:
        """Stay with the one that is tried out; what it would pass on to is tried out by itself."""

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
    return instance["state"] == "failed" or (journey.writes and instance["state"] == "done")


class Stage:
    """Where the procedures of a workspace are tried out on one customer's message."""

    def __init__(self, language: str, brief: Brief, kit: Kit) -> None:
        self._brief: Brief = {**brief, "language": language, "alone": True, "reports": []}
        self._kit = replace(kit, context=replace(kit.context, language=language))
        self._journeys = {journey.trigger.intent: journey for journey in kit.journeys.values()}
        self._seen: dict[str, Event] = {}

    def apart(self) -> "Stage":
        """Give a stage on which a part of her message is heard without the rest of it."""
        stage = Stage(self._language, self._brief, self._kit)
        stage._brief = {**self._brief, "alone": False}
        stage._seen = self._seen
        return stage

    def does(self, name: str) -> bool:
        """Say whether a procedure does what an intent wants."""
        return name in self._journeys

    async def best(self, texts: Sequence[str]) -> Heard | None:
        """Give what fits a message best."""
        return next(iter(await self.readings(texts)), None)

    async def readings(self, texts: Sequence[str]) -> list[Heard]:
        """Give what a message may ask for, what fits best first.

        `texts` are the whole of what was said, then its parts: where one part plainly says what a
        procedure does, it counts whatever surrounds it.
        """
        scores: dict[str, float] = {}
        for text in texts:
            for name, score in self._kit.understanding.likely(text, self._language, CANDIDATES):
                if name in self._journeys or (text == texts[0] and name not in PASSING):
                    scores[name] = max(score, scores.get(name, score))
        likeliest = sorted(scores.items(), key=lambda one: -one[1])[:CANDIDATES]
        read = [await self._heard(name, score, texts[0]) for name, score in likeliest]
        return weighed(
            read,
            hers=self.speaks_of_hers(texts[0], read),
            bitter=self._kit.understanding.bitter(texts[0], self._language),
        )

    def speaks_of_hers(self, text: str, read: Sequence[Heard]) -> bool:
        """Say whether a text calls something her own, or has a number of hers, in whatever words."""
        coded = any(one.fit and one.fit.coded for one in read)
        return coded or owns(flattened(text, self._language), self._language)

    @property
    def kit(self) -> Kit:
        return self._kit

    @property
    def _language(self) -> str:
        return self._brief["language"]

    async def _heard(self, name: str, score: float, text: str) -> Heard:
        journey = self._journeys.get(name)
        if journey is None:
            return read_by_words(name, score)
        return read_by_fit(name, score, await self.fit(journey, text))

    async def fit(self, journey: Journey, text: str) -> Fit:
        """Try a procedure out."""
        tried: Brief = {**self._brief, "text": text}
        said = hearing.values(tried, self._kit, journey, text=text)
        coded = {name for name in said if "pattern" in journey.slots[name].schema_}
        numbers = frozenset(said[name] for name in coded)
        course = _Rehearsal(tried, self._kit, coded=numbers, seen=self._seen)
        await course.begin(journey)
        chosen = {name: value for name, value in course.chosen.items() if name not in coded}
        return Fit(
            coded=numbers,
            chosen=frozenset(chosen.values()),
            free=bool({*said} - coded - {*chosen}),
            dead=course.dead,
            closed=course.closed,
            beyond=course.beyond,
            taken=frozenset({*chosen.items(), *((name, said[name]) for name in coded)}),
        )

    async def about(self, text: str, names: Collection[str]) -> Any:
        """Give the one thing of hers that a text tells for slots of these names; None if unclear."""
        read = await self.readings([text])
        taken = [one.fit.taken for one in read if one.fit and not one.fit.dead]
        found = {value for each in taken for name, value in each if name in names}
        return found.pop() if len(found) == 1 else None

    async def only_taker(self, text: str, current: Journey) -> Journey | None:
        """Give the one other procedure that takes from a text what this one has no slot for: "41"."""
        others = [one for one in self._journeys.values() if one.writes and one != current]
        fits = [(one, await self.fit(one, text)) for one in others]
        takers = [
            one
            for one, fit in fits
            if not fit.dead and any(name not in current.slots for name, _ in fit.taken)
        ]
        return takers[0] if len(takers) == 1 else None

    async def in_vain(self, name: str, text: str) -> bool:
        """Say whether the procedure for an intent would find nothing of hers, and nothing to do."""
        journey = self._journeys.get(name)
        if journey is None:
            return False
        fit = await self.fit(journey, text)
        return fit.dead and not fit.things

    async def only_wider(self, name: str, text: str, wider: str) -> bool:
        """Say whether the procedure for an intent finds what is hers in the wider of two texts alone."""
        journey = self._journeys.get(name)
        if journey is None or (await self.fit(journey, text)).things:
            return False
        return bool((await self.fit(journey, wider)).things)

    async def numbered(self, name: str, text: str) -> bool:
        """Say whether the procedure for an intent takes a number that is written in a text."""
        journey = self._journeys.get(name)
        return journey is not None and bool((await self.fit(journey, text)).coded)
