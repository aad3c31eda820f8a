"""Say honestly what was done: when she asks, and when she wishes that it had not been."""

from typing import Any

from agents import Brief, Kit, Question, Report, promising, remembering
from agents.phrases import Phrases, phrases
from agents.procedures import Course, journey_of
from core.workspace import said
from journeys import Instance, Journey, places, words
from journeys.words import clause

ENGAGEMENT = "engagement"
offer = phrases(str(__file__).replace("recounting", ENGAGEMENT))


async def outcome(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Answer "was it done?" from what is on record, or say that nothing is and offer a person."""
    language = brief["language"]
    found = _written(brief, kit)
    if found is not None:
        return _told(say("recorded", language, outcome=_outcome(*found)), brief)
    did = brief["slots"].get("person_did")
    if did and did["value"]:
        lines = [say("person_recorded", language, did=clause(str(did["value"])))]
        promises = [str(promise) for promise in brief["facts"].get("promises") or []]
        lines += [offer("promised", language, promise=clause(promise)) for promise in promises[-1:]]
        return _told(" ".join(lines), brief)
    return _offering(brief, say("not_recorded", language))


async def deeds(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Say all that was done in this conversation, oldest first, what waits for the team, and open cases."""
    language = brief["language"]
    done = [
        text
        for instance in reversed(remembering.kept(brief["journey"]))
        if instance.get("performed") and (journey := journey_of(kit, instance["journey"]))
        if (text := _outcome(journey, instance))
    ]
    waits = [str(one["preview"]) for one in brief["facts"].get("pending_approvals") or []]
    parts = [say("deeds", language, outcomes=" ".join(done)) if done else ""]
    parts += [say("deed_waits", language, preview=clause(preview)) for preview in waits]
    did = brief["slots"].get("person_did")
    if did and did["value"]:
        parts.append(say("person_recorded", language, did=clause(str(did["value"]))))
    parts += promising.cases_told(brief, kit)
    told = " ".join(part for part in parts if part)
    return _told(told or say("no_deeds", language), brief)


async def regretted(brief: Brief, kit: Kit, say: Phrases) -> Report:
    """Say that it is done and begin what undoes it; else what can be done now, and offer a person."""
    found = _written(brief, kit)
    if found is None:
        return _offering(brief, say("not_recorded", brief["language"]))
    journey, instance = found
    if (undo := kit.journeys.get(journey.undo)) is not None:
        course = Course(brief, kit)
        shared = {n: v for n, v in instance["slots"].items() if n in undo.slots and v is not None}
        await course.begin(undo, shared)
        await course.finish()
        return course.report()
    parts = [say("not_undone", brief["language"], outcome=_outcome(journey, instance))]
    known = words.known(journey, instance["slots"], instance["results"], brief["language"])
    if journey.regretted:
        parts.append(
            places.filled(said(journey.regretted, brief["language"]), known, brief["language"])
        )
    return _offering(brief, " ".join(parts), about=remembering.entities(journey, instance))


def _written(brief: Brief, kit: Kit) -> tuple[Journey, Instance] | None:
    """Find the last procedure that wrote something: the one she asks about, if she names it."""
    ended = [
        (journey, instance)
        for instance in remembering.kept(brief["journey"])
        if instance.get("performed") and (journey := journey_of(kit, instance["journey"]))
    ]
    wanted = [pair for pair in ended if brief["intent"] in ("", pair[1]["journey"])]
    named = {str(entity["value"]) for entity in brief["signals"]["entities"]}
    for journey, instance in wanted:
        numbers = remembering.entities(journey, instance)
        if not named or not numbers or any(_names(number, named) for number in numbers):
            return journey, instance
    return None


def _names(number: str, named: set[str]) -> bool:
    return any(number.lower() == one.lower() or number.endswith(one) for one in named)


def _outcome(journey: Journey, instance: Instance) -> str:
    return instance.get("decided") or remembering.outcome_of(journey, instance)


def _told(text: str, brief: Brief, **more: Any) -> Report:
    evidence = [text, *(str(slot["value"]) for slot in brief["slots"].values())]
    return Report(agent="transactions", text=text, evidence=evidence, **more)


def _offering(brief: Brief, text: str, *, about: list[str] | None = None) -> Report:
    """Tell something and ask whether a person shall be called."""
    question = offer("offer_person", brief["language"])
    report = _told(f"{text} {question}", brief, about=(about or [""])[0])
    report["asked"] = [Question(agent=ENGAGEMENT, slot="person", text=question)]
    return report
