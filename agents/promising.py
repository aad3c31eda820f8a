"""Tells what people left when they handed a conversation back, when its matter is asked about again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from agents import Brief, Kit, Question, Report, subjects
from agents.phrases import phrases
from core.workspace import read_yaml
from journeys import places
from journeys.words import clause
from knowledge.reading import units
from models import Understanding
from models.embedded import dates, vectors, words

WORDS: dict[str, dict[str, str]] = read_yaml(Path(__file__).with_name("promising_words.yaml"))
REMEMBERED = timedelta(days=45)
"""For how long after it was due, or given, something promised is still told without being asked for."""

SHORT = 3
"""Words of a question that does no more than name a thing: "my chair?"."""

SHORTEST_CODE = 3
"""Digits of a number that names something, not a day or an amount of days."""

TOLD = 3
"""Promises that are told at once."""

WEEKEND, DAY_H = 5, 24
HOURS = re.compile(r"(?<!\d)(\d{1,3})\s?(?:h|hs|hrs|horas?|hours?)(?!\w)")
say = phrases(__file__)
offer = phrases(str(Path(__file__).with_name("engagement.py")))
HandedBack = dict[str, Any]
"""`{did, promised, by, at, about}`: what a person left, who, when, and the customer's words before it."""


@dataclass(frozen=True)
class Unit:
    """A word that means something."""

    word: str
    keys: frozenset[str]
    """Its stem and meanings, each with its language; of other languages also those of its English."""

    thing: bool
    """Whether it is no word of dealing with customers, and so names what one deals in."""


def asked(
    text: str, language: str, left: Sequence[HandedBack], now: datetime, *, newest: bool
) -> HandedBack | None:
    """Give what a person left if a text asks what has become of it.

    Args:
        left: oldest first.
        newest: nothing was dealt with since the last of them, so that "any news?" is about that.
    """
    alive = [
        one for one in left if (one["promised"] or one["did"]) and not _old(one, language, now)
    ]
    asks = _asks(_unconditional(text, language), language)
    if not alive or not asks:
        return None
    said = _units(text, language)
    if not said:
        return alive[-1] if newest else None
    strict = asks == "strictly"
    return next((one for one in reversed(alive) if _about(said, one, language, strict)), None)


def _asks(said: str, language: str) -> Literal["", "strictly", "freely"]:
    """Say whether a text asks how something stands, or says that it has not come.

    `strictly`: only if it names nothing beside that.
    """
    if _found("likeness", said, language):
        return ""
    if _found("plainly", said, language) or ("?" in said and _found("asking", said, language)):
        return "strictly" if _found("otherwise", said, language) else "freely"
    if _found("missing", said, language):
        return "strictly"
    bare = len(words.words(said)) <= SHORT and not _found("otherwise", said, language)
    leans = "?" in said and (bare or _found("leaning", said, language))
    return "strictly" if leans else ""


def _unconditional(text: str, language: str) -> str:
    return _pattern("condition", language).sub(" ", " ".join(words.flat(text).split()))


def _found(kind: str, said: str, language: str) -> bool:
    return _pattern(kind, language).search(said) is not None


def _about(said: list[Unit], one: HandedBack, language: str, strict: bool) -> bool:
    """Say whether the words of a question are about what a person left."""
    topic, people = _topic(one, language), words.words(str(one["by"]))
    known = frozenset[str]().union(*(unit.keys for unit in topic))
    named = [unit for unit in said if unit.keys & known]
    others = [unit for unit in said if not unit.keys & known and unit.word not in people]
    if not named or (strict and others):
        return False
    if any(not unit.thing for unit in others):
        return False  # another matter: to send it back, when its arrival was promised
    return any(unit.thing for unit in named) or not others


def _topic(one: HandedBack, language: str) -> list[Unit]:
    """Give what the words of a promise are about; where they name nothing, the customer's before it."""
    told = _units(f"{one['promised']}\n{one['did']}", _written_in(one, language), language)
    if any(unit.thing for unit in told):
        return told
    return [*told, *_units("\n".join(one["about"]), language)]


def _written_in(one: HandedBack, language: str) -> str:
    return str(one.get("language") or language)


def _units(text: str, *languages: str) -> list[Unit]:
    """Give the words of a text that say what it is about, read in each of the languages."""
    found = []
    for language in dict.fromkeys(words.base(each) for each in languages):
        standing = _standing(language)
        for word, stem, meanings in units(text, language):
            if word in standing or stem in standing or len(word) < 2:
                continue
            if word.isdigit() and len(word) < SHORTEST_CODE:
                continue
            keys = {f"{language}:{stem}", *(f"{language}:{one}" for one in meanings)}
            for each in (word, *(one.removeprefix("=") for one in meanings)):
                keys |= _english(each, language)
            found.append(Unit(word, frozenset(keys), thing=not meanings))
    return found


def _english(word: str, language: str) -> set[str]:
    """Give a word's keys in English, where the bank's glossary knows it."""
    made = vectors.built() if language != "en" else None
    glossary = made.glossaries.get(language) if made else None
    if glossary is None or word not in glossary.known:
        return set()
    read = units(glossary.known[word], "en")
    return {f"en:{stem}" for _, stem, _ in read} | {
        f"en:{one}" for *_, each in read for one in each
    }


@cache
def _standing(language: str) -> frozenset[str]:
    listed = _for("standing", language).split()
    return frozenset(listed) | {words.stem(word, language) for word in listed}


def _old(one: HandedBack, language: str, now: datetime) -> bool:
    last_day, since = due(one, language, now), given(one)
    last = datetime.combine(last_day, since.timetz()) if last_day else since
    return now - last > REMEMBERED


def given(one: HandedBack) -> datetime:
    """Give the moment at which it was left."""
    return datetime.fromtimestamp(float(one["at"] or 0), UTC)


def due(one: HandedBack, language: str, now: datetime) -> date | None:
    """Give the last day that a promise names, held against the day on which it was given."""
    since = given(one).astimezone(now.tzinfo)
    found = []
    for spoken in dict.fromkeys((_written_in(one, language), language)):
        text = _pattern("end_of_day", spoken).sub(
            _for("today", spoken), words.flat(one["promised"])
        )
        text = HOURS.sub(_in_days, text)
        text, working = re.subn(_pattern("working", spoken), "", text)
        for span in dates.dates(text, spoken, since):
            day = date.fromisoformat(span.value)
            counted = working and any(sign.isdigit() for sign in text[span.start : span.end])
            ahead = (day - since.date()).days
            found.append(_working(since.date(), ahead) if counted else day)
    return max((day for day in found if day >= since.date()), default=None)


def _in_days(hours: re.Match[str]) -> str:
    return f"{-(-int(hours[1]) // DAY_H)} {'days' if 'u' in hours[0] else 'dias'}"


def _working(day: date, count: int) -> date:
    """Give the day that is so many working days later; holidays are not known here."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < WEEKEND
    return day


def worded(one: HandedBack, language: str, now: datetime, zone: Any) -> tuple[str, bool]:
    """Word what a person left: who, when, by when; and say whether its day has passed."""
    local = now.astimezone(zone)
    by = say("person", language, by=one["by"]) if one["by"] else say("unnamed", language)
    day = places.written(given(one).astimezone(zone).date().isoformat(), language)
    key = "noted" if not one["promised"] else "promised_too" if one["did"] else "promised"
    said = {"promise": clause(one["promised"]), "did": clause(one["did"])}
    told = [say(key, language, by=by, day=day, **said)]
    day_due = due(one, language, local) if one["promised"] else None
    if day_due is None:
        return " ".join(told), False
    key = "passed" if day_due < local.date() else "due_today" if day_due == local.date() else "due"
    told.append(say(key, language, due=places.written(day_due.isoformat(), language)))
    return " ".join(told), day_due < local.date()


@cache
def _pattern(kind: str, language: str) -> re.Pattern[str]:
    joined = re.sub(r"\s+\|", "|", _for(kind, language).strip())
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def _for(kind: str, language: str) -> str:
    listed = WORDS[kind]
    base = words.base(language)
    return next((said for name, said in listed.items() if words.base(name) == base), listed["en"])


def of_customer(
    facts: Mapping[str, Any], language: str, understanding: Understanding
) -> list[HandedBack]:
    """Give what people left for this customer, oldest first, each with the language it is written in."""
    return [
        {
            **one,
            "language": understanding.language(f"{one['promised']} {one['did']}", language),
        }
        for one in facts.get("handed_back") or []
    ]


async def told(brief: Brief, kit: Kit) -> Report:
    """Tell what a person left about what she asks, beside what the records say now.

    Where its day has passed, or she wants it seen to anew, a person is offered.
    """
    language, now = brief["language"], kit.context.now
    left = of_customer(brief["facts"], language, kit.understanding)
    one = asked(brief["text"], language, left, now, newest=True)
    if one is None:
        return Report(agent="engagement", text="")
    text, passed = worded(one, language, now, kit.workspace.zone)
    facts = await records(brief, kit, one) if brief["alone"] else ""
    texts = [text, *([say("records", language, facts=facts)] if facts else [])]
    report = Report(agent="engagement", text=" ".join(texts), evidence=[text, one["did"], facts])
    if not passed and not brief["intent"]:
        return report
    if asked_elsewhere(brief):
        report["text"] = f"{report['text']} {offer('person_possible', language)}"
    else:
        question = offer("offer_person", language)
        report["text"] = f"{report['text']} {question}"
        report["asked"] = [Question(agent="engagement", slot="person", text=question)]
    return report


def all_told(brief: Brief, kit: Kit) -> list[str]:
    """Word the last promises, oldest first."""
    language, left = brief["language"], brief["facts"].get("handed_back") or []
    if not left:  # where nobody knows who gave them
        given_before = brief["facts"].get("promises") or []
        return [
            offer("promised", language, promise=clause(str(one))) for one in given_before[-TOLD:]
        ]
    known = of_customer(brief["facts"], language, kit.understanding)
    promised = [one for one in known if one["promised"]][-TOLD:]
    return [worded(one, language, kit.context.now, kit.workspace.zone)[0] for one in promised]


def cases_told(brief: Brief, kit: Kit) -> list[str]:
    """Word the customer's open cases, each with the day by which the team gets back to her."""
    return [
        _case(case, brief["language"], kit)
        for case in (brief["facts"].get("open_cases") or [])[:TOLD]
    ]


def _case(case: Mapping[str, Any], language: str, kit: Kit) -> str:
    said = {"case_id": case["case_id"], "summary": clause(str(case["summary"]))}
    due = case.get("follow_up_at")
    if not due:
        return say("case_open", language, **said)
    zone, at = kit.workspace.zone, datetime.fromtimestamp(float(due), UTC)
    key = "case_due" if at >= kit.context.now else "case_late"
    day = places.written(at.astimezone(zone).date().isoformat(), language)
    return say(key, language, day=day, **said)


async def records(brief: Brief, kit: Kit, one: HandedBack) -> str:
    """Give what the records say now of the thing of hers that it is about; nothing where it is unclear."""
    names = subjects.names(kit)
    for text in (brief["text"], *reversed(one["about"])) if names else ():
        if subject := await subjects.described(text, brief, kit, names):
            return await subjects.facts(kit, str(subject))
    return ""


def asked_elsewhere(brief: Brief) -> bool:
    """Say whether another specialist waits for an answer."""
    return any(question["agent"] != "engagement" for question in brief["awaiting"])
