"""Choose what else to say: candidates are held against rules, and each loser has its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.workspace import Text, Workspace, check, read_yaml


class Offer(BaseModel):
    """Something that may be offered, from the workspace's `offers.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: Text
    after: list[str] = []
    """Intents after whose answer it may follow."""

    until: date | None = None
    """Last day it holds."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What the rules may look at."""

    today: date
    intents: tuple[str, ...]
    """What was answered in this turn."""

    complaint_open: bool = False
    sentiment: float = 0.0
    opted_out: bool = False
    """Whether she has said in this conversation that she wants no promotions."""

    question_open: bool = False
    """Whether the reply already ends in a question, or waits for a person."""

    offered: tuple[str, ...] = ()
    """Offers made in this conversation before."""


Rule = Callable[[Offer, Situation], str | None]
"""Why not, or None."""


def complaint(offer: Offer, situation: Situation) -> str | None:
    """No promotion while a complaint is open."""
    return "a complaint is open" if situation.complaint_open else None


def unwanted(offer: Offer, situation: Situation) -> str | None:
    """No promotion to somebody who wants none."""
    return "she wants no promotions" if situation.opted_out else None


def mood(offer: Offer, situation: Situation) -> str | None:
    """No promotion to somebody who is annoyed."""
    return "she sounds annoyed" if situation.sentiment < -0.2 else None


def one_thing(offer: Offer, situation: Situation) -> str | None:
    """One request at a time."""
    return "the reply already asks for something" if situation.question_open else None


def fits(offer: Offer, situation: Situation) -> str | None:
    """Only after an answer that it belongs to."""
    if set(offer.after) & set(situation.intents):
        return None
    return "it belongs to none of what was answered"


def holds(offer: Offer, situation: Situation) -> str | None:
    """Only while it holds."""
    return "it has ended" if offer.until and situation.today > offer.until else None


def new(offer: Offer, situation: Situation) -> str | None:
    """Once in a conversation."""
    return "it was offered before" if offer.id in situation.offered else None


RULES: tuple[Rule, ...] = (complaint, unwanted, mood, one_thing, fits, holds, new)


def decide(
    offers: tuple[Offer, ...], situation: Situation, rules: tuple[Rule, ...] = RULES
) -> dict[str, Any]:
    """Give the offer that wins, or none, and every reason against the others.

    The answer is plain: `{"winner": id | "nothing", "losers": {id: [reasons]}}`; the same situation
    always gives the same winner.
    """
    losers: dict[str, list[str]] = {}
    winner = "nothing"
    for offer in offers:
        reasons = [reason for rule in rules if (reason := rule(offer, situation))]
        if reasons:
            losers[offer.id] = reasons
        elif winner != "nothing":
            losers[offer.id] = [f"{winner} comes first"]
        else:
            winner = offer.id
    return {"winner": winner, "losers": losers}


def load(workspace: Workspace) -> tuple[Offer, ...]:
    """Read the workspace's offers, in order of preference; none without a file."""
    path: Path = workspace.path / "offers.yaml"
    if not path.is_file():
        return ()
    data = read_yaml(path) or []
    listed = data.get("offers", []) if isinstance(data, dict) else data
    return tuple(check(path, Offer, entry) for entry in listed)
