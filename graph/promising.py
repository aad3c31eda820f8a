"""What a person promised comes before anything else that could be said to who asks about it."""

from agents import promising, recalling
from agents.promising import HandedBack
from graph.planning import COURTESIES, PERSON, RECALL, keyed, step
from graph.state import Step
from graph.wording import Wording

WHY = "she asks about what a person promised"
GUESSES = ("clarify", "stray", "heard", "unspoken")
"""Goals with which a message is met that nobody understood."""


def told_first(steps: list[Step], said: Wording) -> list[Step]:
    """Put what a person left before what the records say, in place of articles and of doing it twice.

    An article says how things are for everybody; what she asks is how it stands with her own. And whoever
    was promised a thing must not have it reported once more because she asks for it.
    """
    left = promising.of_customer(said.context.facts, said.language, said.understanding)
    if not left or not said.text or said.state.get("handoff"):
        return steps
    kept: list[Step] = []
    for made in steps:
        one = _asked(made, left, said) if _open(made, said) else None
        if one is None:
            kept.append(made)
            continue
        if not any(known["goal"] == "promised" for known in kept):
            doing = made["intent"] if made["goal"] == "answer" and _writes(made, said) else ""
            kept.append(step("engagement", "promised", WHY, text=made["text"], intent=doing))
        own = _looks(made, said) and not _generic(made, left, said)
        if own or made["goal"] == "decision":
            kept.append(made)
    return keyed(kept)


def _open(made: Step, said: Wording) -> bool:
    """Say whether a step may be about something promised: no answer, nor what she takes back."""
    if made["goal"] == "outcome":
        return not any(one.get("performed") for one in said.kept)
    if made["goal"] not in ("answer", "decision", *GUESSES):
        return False
    if made["intent"] == RECALL:
        return not recalling.asks_back(made["text"], said.language)
    return made["intent"] not in (*COURTESIES, PERSON)


def _asked(made: Step, left: list[HandedBack], said: Wording) -> HandedBack | None:
    now = said.context.now
    return promising.asked(made["text"], said.language, left, now, newest=_newest(left, said))


def _newest(left: list[HandedBack], said: Wording) -> bool:
    """Say whether nothing was dealt with since a person handed back last."""
    dealt = [str(one.get("at") or "") for one in (*said.running, *said.kept)]
    return max(dealt, default="") <= promising.given(left[-1]).isoformat()


def _generic(made: Step, left: list[HandedBack], said: Wording) -> bool:
    """Say whether a text names nothing: only that nothing else came since tells what it is about."""
    now = said.context.now
    return promising.asked(made["text"], said.language, left, now, newest=False) is None


def _writes(made: Step, said: Wording) -> bool:
    journey = said.doing(made["intent"])
    return journey is not None and journey.writes


def _looks(made: Step, said: Wording) -> bool:
    """Say whether a step looks up something of hers, or takes her complaint."""
    if made["agent"] == "care":
        return True
    journey = said.doing(made["intent"])
    return journey is not None and journey.looks_up
