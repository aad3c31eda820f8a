"""Who speaks in a conversation: the one place where the rules stand, as pure functions.

    ai ──hand off──▶ queue ──take over──▶ person ──hand back──▶ ai
    ai ──take over──▶ person        queue ──withdraw──▶ ai        any ──close──▶ closed
                                                                  any ──merge──▶ merged

Every change of owner makes the fence and the tenure grow, so that what was prepared under the former
owner is refused at the commit. Two conversations become one between turns: the one in which a person
speaks is kept, else the older; in it goes on whoever of the two owners comes first of a person, the queue
and the AI. The other is merged, and nothing leaves it: who asks for it gets the one that was kept.
"""

from dataclasses import dataclass
from typing import Literal

from core.errors import Conflict

Owner = Literal["ai", "queue", "person", "closed", "merged"]
Move = Literal["hand_off", "take_over", "hand_back", "withdraw", "close", "merge"]
Verdict = Literal["commit", "rerun", "withhold", "lost"]

MAX_STALE_RERUNS = 2
MAX_ATTEMPTS = 3
ANSWER_WITHIN_S = 30.0

_MOVES: dict[tuple[str, str], Owner] = {
    ("ai", "hand_off"): "queue",
    ("ai", "take_over"): "person",
    ("queue", "take_over"): "person",
    ("person", "take_over"): "person",
    ("person", "hand_back"): "ai",
    ("queue", "withdraw"): "ai",
    ("ai", "close"): "closed",
    ("queue", "close"): "closed",
    ("person", "close"): "closed",
    ("ai", "merge"): "merged",
    ("queue", "merge"): "merged",
    ("person", "merge"): "merged",
}
_FIRST: tuple[Owner, ...] = ("person", "queue", "ai")
"""Who goes on where two conversations with different owners become one."""


def after(owner: str, move: Move) -> Owner:
    """Give the owner after a move.

    Raises:
        Conflict: the move is not possible from `owner`.
    """
    if (found := _MOVES.get((owner, move))) is None:
        raise Conflict(
            f"The conversation belongs to {owner!r}: {move.replace('_', ' ')} is not possible."
        )
    return found


def ai_may_run(owner: str) -> bool:
    """Say whether a turn of the AI may run; in the queue it takes withdrawals and gives notices."""
    return owner in ("ai", "queue")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is compared when a run wants to speak or to commit."""

    epoch: int
    fence: int
    tenure: int
    owner: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a finished run brings to the commit."""

    effects_started: bool
    stale_reruns: int
    too_late: bool
    """Another run would end after `answer_by`."""


def may_speak(claimed: Standing, now: Standing) -> bool:
    """Say whether a provisional sentence may be shown: nothing at all has changed."""
    return claimed == now and ai_may_run(now.owner)


def may_start_effect(claimed: Standing, now: Standing, *, effects_started: bool) -> bool:
    """Say whether a write may start; after the first, newer messages no longer stop the turn."""
    if claimed.epoch != now.epoch or claimed.tenure != now.tenure or not ai_may_run(now.owner):
        return False
    return effects_started or claimed.fence == now.fence


def verdict(claimed: Standing, now: Standing, draft: Draft) -> Verdict:
    """Decide what becomes of a finished run."""
    if claimed.epoch != now.epoch:
        return "lost"
    if claimed.tenure != now.tenure or not ai_may_run(now.owner):
        return "withhold"
    if claimed.fence == now.fence or draft.effects_started:
        return "commit"
    if draft.stale_reruns >= MAX_STALE_RERUNS or draft.too_late:
        return "commit"
    return "rerun"


@dataclass(frozen=True, kw_only=True)
class Open:
    """An open conversation that may become one with another of the same customer."""

    conversation_id: str
    opened_at: float
    standing: Standing


def kept_of(one: Open, other: Open) -> tuple[Open, Open]:
    """Give the conversation that is kept, and the one that is merged into it."""
    first, second = sorted(
        (one, other),
        key=lambda each: (
            each.standing.owner != "person",
            each.opened_at,
            each.conversation_id,
        ),
    )
    return first, second


def joined(kept: Standing, merged: Standing) -> Standing:
    """Give how the kept conversation stands: no run of either of them may speak, write or commit in it."""
    after(merged.owner, "merge")
    owner = next(owner for owner in _FIRST if owner in (kept.owner, merged.owner))
    return Standing(
        epoch=max(kept.epoch, merged.epoch) + 1,
        fence=max(kept.fence, merged.fence) + 1,
        tenure=max(kept.tenure, merged.tenure) + 1,
        owner=owner,
    )
