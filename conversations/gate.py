"""The send gate: what may go out, decided in the transaction that marks a delivery `sending`.

It is the last word, whoever sends: the AI, a person, a journey, a campaign. A rule is a pure function that
gives the reason against a delivery, or None; another one is another line of `RULES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conversations import outbox
from core.database import Tx


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is true at this moment, and may have changed since the message was written."""

    state: str
    """Of the conversation: open | closed."""

    owner: str
    """Who speaks in it: ai | queue | person."""

    consented: bool | None
    """To promotions on this channel; None: not known."""

    torn: bool = False
    """An earlier part of the same message did not go out."""


Row = Mapping[str, Any]
"""Of the database."""

Rule = Callable[[Row, Facts, float], str | None]
"""Why not, or None; the moment is of the database's clock."""


def one_voice(delivery: Row, facts: Facts, _now: float) -> str | None:
    """Nothing of the AI while a person speaks, or after the conversation was closed."""
    if delivery["role"] != "ai":
        return None
    if delivery["recalled"] or facts.owner == "person":
        return outbox.TAKEN_OVER
    return "the conversation was closed" if facts.state == "closed" else None


def whole(_delivery: Row, facts: Facts, _now: float) -> str | None:
    """No part of a message after one that did not go out: torn in the middle it is worse than none."""
    return outbox.TORN if facts.torn else None


def consent(delivery: Row, facts: Facts, _now: float) -> str | None:
    """No promotion without a consent; not to know is not to have one."""
    if delivery["class"] != "promotional" or facts.consented:
        return None
    return "she did not consent" if facts.consented is False else "no consent is known"


RULES: tuple[Rule, ...] = (one_voice, whole, consent)


def objection(
    delivery: Row, facts: Facts, now: float, rules: tuple[Rule, ...] = RULES
) -> str | None:
    """Give the first reason against sending a delivery now; None: it may go out."""
    return next((reason for rule in rules if (reason := rule(delivery, facts, now))), None)


def facts(tx: Tx, row: Row, delivery: dict[str, Any]) -> Facts:
    """Read the facts for a delivery of a *locked* conversation."""
    # No consents are kept yet, so none is known.
    return Facts(
        state=row["state"], owner=row["owner"], consented=None, torn=outbox.torn(tx, delivery)
    )
