"""How the readings of a message are held against each other: what speaks for each, and its chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.clauses import COMPLAINT, QUESTION
from models.embedded.certainty import as_met
from models.embedded.intents import ALIKE

LIKELY = 0.6
"""Chance from which the best of the readings takes the place of what the words alone tell."""

PLAIN = 0.3
"""Score of the classifier that it takes where no procedure, and so nothing but the words, speaks for it."""

SCORE = 10.5
CODED, CHOSEN, FREE, DEAD, GENERAL = 2.5, 3.0, 1.6, -1.5, 0.4
"""Weights, in logits, of the classifier's score and of what a rehearsal finds (see `Fit`), near those of a
conditional logit over the readings of a message: `python -m evals.settling` fits it."""

BEYOND = -0.8
"""What counts against a procedure which is not for the thing of hers that she names."""

CLOSED = -1.5
"""What counts against a procedure for which she would have to sign in, where an open one takes her words."""

ANGRY = 1.0
"""How much more a complaint counts, in logits, where the words are bitter."""

NOT_HERS = -2.0
"""What counts against a procedure that finds nothing of hers where she speaks of what is hers and another
finds it: "has my book left?" does not ask what the shop has."""

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

    closed: bool = False
    """Whether it is closed to her until she signs in."""

    beyond: bool = False
    """Whether she names something of hers that it is not for."""

    taken: frozenset[tuple[str, Any]] = frozenset()
    """What of hers it would be about, with the name of the slot."""

    @property
    def weight(self) -> float:
        """How much it speaks for the procedure, in logits."""
        free = FREE * (self.free and not self.things)
        return self.own + free + DEAD * self.dead + BEYOND * self.beyond

    @property
    def own(self) -> float:
        """How much what is hers speaks for it."""
        return CODED * bool(self.coded) + CHOSEN * bool(self.chosen)

    @property
    def things(self) -> frozenset[Any]:
        """What of hers it would be about."""
        return self.coded | self.chosen


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One thing that a text may ask for."""

    name: str
    """The intent; empty: none of the workspace's business."""

    score: float
    """Of the classifier."""

    fit: Fit | None
    """None where no procedure does it."""

    weight: float
    chance: float = 0.0
    """Among the readings of the text."""

    @property
    def stands(self) -> bool:
        """Whether it stands out from the others, and is like anything that was taught."""
        enough = self.score >= (ALIKE if self.fit else PLAIN)
        return bool(self.name) and self.chance >= LIKELY and enough

    @property
    def things(self) -> frozenset[Any]:
        """What of hers it would be about."""
        return self.fit.things if self.fit else frozenset()

    @property
    def alive(self) -> bool:
        """Whether a procedure does it and finds something to say or do."""
        return self.fit is not None and not self.fit.dead

    def intent(self, text: str) -> dict[str, Any]:
        """Give it as a wish that this text says."""
        return {"name": self.name, "confidence": round(as_met(self.chance), 3), "text": text}


def read_by_words(name: str, score: float) -> Heard:
    """Give a reading that no procedure does, and so nothing but the words speaks for."""
    served = SERVED * (name not in (QUESTION, ""))
    return Heard(name=name, score=score, fit=None, weight=SCORE * score + GENERAL + served)


def read_by_fit(name: str, score: float, fit: Fit) -> Heard:
    """Give a reading that a procedure was tried out for."""
    return Heard(name=name, score=score, fit=fit, weight=SCORE * score + fit.weight)


def weighed(read: Sequence[Heard], *, hers: bool, bitter: bool) -> list[Heard]:
    """Give readings with their chances, the likeliest first.

    `hers` tells that the text speaks of what is hers, `bitter` that its words are bitter.
    """
    aside = hers and any(one.things for one in read)
    own = max((one.fit.own for one in read if one.fit), default=0.0) + ANGRY * bitter
    opens = any(one.fit and one.fit.free and not one.fit.closed for one in read)
    found: list[Heard] = []
    for one in read:
        weight = one.weight
        if one.name == COMPLAINT:
            weight += own  # it is about something of hers as well as any procedure
        if aside and one.fit and not one.things:
            weight += NOT_HERS
        if opens and one.fit and one.fit.closed:
            weight += CLOSED
        found.append(replace(one, weight=weight))
    most = max((one.weight for one in found), default=0.0)
    total = sum(math.exp(one.weight - most) for one in found)
    found = [replace(one, chance=math.exp(one.weight - most) / total) for one in found]
    return sorted(found, key=lambda one: -one.chance)
