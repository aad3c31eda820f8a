"""A question that can only be about her own thing goes to who looks it up, not to the rules for all."""

from agents import clauses, hers
from graph.planning import step
from graph.state import Step
from graph.wording import Wording
from journeys import Instance
from models.embedded import pointing

ALIKE = 0.3
"""Score of the classifier from which a procedure that only looks up is what she asks for."""

PLAIN = 0.6
"""The same where she asks whether something may be done: "can I pay it later?" does not ask for a copy."""

WHY_RECORDS = "she asks how long something of hers is kept or valid"
WHY_POINTS = "she points at what was spoken of"


def of_hers(steps: list[Step], said: Wording) -> list[Step]:
    """Give the steps with each question on what was just spoken of put to who knows about it."""
    spoken = _spoken_of(said)
    if spoken is None or not said.text:
        return steps
    return [_put_right(made, said) if _is_guess(made, said) else made for made in steps]


def _spoken_of(said: Wording) -> Instance | None:
    """Give the procedure whose thing is on the table: the one under way, else the last."""
    known = next(iter((*said.running, *said.kept)), None)
    return known if known and any(known["slots"].values()) else None


def _is_guess(made: Step, said: Wording) -> bool:
    """Say whether a step answers from articles, or looks up what is nobody's own."""
    if made["goal"] != "answer" or "?" not in made["text"]:
        return False
    return made["agent"] == "knowledge" or _looks_up_no_thing(made["intent"], said)


def _looks_up_no_thing(intent: str, said: Wording) -> bool:
    """Say whether an intent's procedure is about nothing that the customer has."""
    journey = said.doing(intent)
    if journey is not None:
        return journey.looks_up and not journey.slots
    tool = said.ensemble.tools.get(intent)
    return tool is not None and tool.effect == "read" and not tool.parameters.get("required")


def _put_right(made: Step, said: Wording) -> Step:
    text, language = made["text"], said.language
    if hers.asked(text, language):
        return _again(made, "knowledge", "question", WHY_RECORDS)
    if made["agent"] != "knowledge" or not pointing.points(text, language):
        return made
    if clauses.supposes(text, language):
        return made
    needed = PLAIN if clauses.asks_leave(text, language) else ALIKE
    looking = {one.trigger.intent: one for one in said.ensemble.journeys.values() if one.looks_up}
    for name, score in said.understanding.likely(text, language):
        if name in looking:
            mine = any(slot.options is not None for slot in looking[name].slots.values())
            if score >= needed and mine:
                return _again(made, said.ensemble.team.owners[name], name, WHY_POINTS)
            return made
    return made


def _again(made: Step, agent: str, intent: str, why: str) -> Step:
    return step(agent, "answer", why, text=made["text"], intent=intent, key=made["key"])
