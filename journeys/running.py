"""One step of the interpretation: where a journey stands and what it wants done so far."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from journeys import places, words
from journeys.events import Effect, End, Tell
from journeys.model import Instance, Journey, Say, Step
from journeys.repairing import fits, usable

EndState = Literal["done", "cancelled", "failed", "handed_off"]


@dataclass(frozen=True)
class Run:
    """One step of the interpretation: where it stands and what it wants done so far."""

    journey: Journey
    instance: Instance
    now: datetime
    language: str
    effects: tuple[Effect, ...] = ()

    def having(self, **changes: Any) -> "Run":
        return replace(self, instance=cast(Instance, {**self.instance, **changes}))

    def wanting(self, *effects: Effect) -> "Run":
        return replace(self, effects=(*self.effects, *effects))

    def saying(self, key: str, **values: str) -> "Run":
        return self.wanting(Tell(words.say(key, self.language, **values)))

    @property
    def known(self) -> dict[str, Any]:
        """What conditions and arguments may name."""
        return {**self.instance["slots"], **self.instance["results"]}

    @property
    def readable(self) -> dict[str, Any]:
        """What texts may name."""
        return words.known(
            self.journey, self.instance["slots"], self.instance["results"], self.language
        )

    @property
    def step(self) -> Step | None:
        return next((step for step in self.journey.steps if step.id == self.instance["step"]), None)


def end(run: Run, state: EndState) -> Run:
    """End the journey."""
    ended = run.having(state=state, asked="", options=[], proposal=None, waits_for=None)
    return ended.wanting(End(state))


def fitting_values(run: Run, values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the values that belong to slots of this journey and fit them."""
    slots = run.journey.slots
    return {
        name: usable(slots[name], value)
        for name, value in values.items()
        if name in slots and value is not None and fits(slots[name], usable(slots[name], value))
    }


def remember(run: Run, into: str | None, result: dict[str, Any]) -> Run:
    """Keep what a call gave, for conditions, arguments and texts."""
    return run.having(results={**run.instance["results"], into: result}) if into else run


def is_told(journey: Journey, into: str | None) -> bool:
    """Say whether any text of the journey says the sentence of this result."""
    if into is None:
        return False
    texts = [step.say for step in journey.steps if isinstance(step, Say)]
    return any(name == f"{into}.text" for text in texts for name in places.names(text))
