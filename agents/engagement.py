"""Keeps the conversation going: greets, clarifies, says what can be done, calls a person, says goodbye."""

from collections.abc import Callable

from agents import Brief, Kit, Question, Report, Slot, Specialist, hearing, promising, recalling
from agents.cards import beside
from agents.clauses import flattened, pattern_of
from agents.phrases import phrases
from core.sentences import sentences
from core.workspace import said
from journeys.words import clause
from models.embedded import heeding

MAX_ABILITIES = 6
REASONS = 2
"""Sentences of a reply that are repeated when its reason is asked for."""

say = phrases(__file__)


async def respond(brief: Brief, kit: Kit) -> Report:
    """Answer by the goal, else by the intent; what is neither is answered with a question."""
    if brief["goal"] not in GOALS and brief["intent"] == "recall":
        return await recall(brief, kit)
    if brief["goal"] == "promised":
        return await promising.told(brief, kit)
    answer = GOALS.get(brief["goal"]) or INTENTS.get(brief["intent"], clarify)
    return answer(brief, kit)


def greeting(brief: Brief, kit: Kit) -> Report:
    """Greet by name and offer help."""
    name = str(brief["facts"].get("name") or "").split(" ")[0]
    key = "greeting_name" if name else "greeting"
    if brief["facts"].get("notice_due"):
        key = "introduced"  # the notice that an AI is speaking has greeted already
    if _asked_elsewhere(brief):
        key = "greeting_between"
    return _told(say(key, brief["language"], name=name, company=kit.workspace.profile.name))


def capabilities(brief: Brief, kit: Kit) -> Report:
    """Say what can be done here."""
    return Report(
        agent="engagement",
        text=say("capabilities", brief["language"], abilities=_abilities(brief, kit)),
        buttons=[],
    )


def clarify(brief: Brief, kit: Kit) -> Report:
    """Ask what is meant, with examples of what can be done."""
    return _told(say("clarify", brief["language"], abilities=_abilities(brief, kit)))


def person(brief: Brief, kit: Kit) -> Report:
    """Call a person, and say when one will be there."""
    open_now, language = kit.workspace.people_answer(kit.context.now), brief["language"]
    text = say("person" if open_now else "person_closed", language)
    reason = brief["why"] if brief["goal"] == "handoff" else "the customer asked for a person"
    if heeding.harmed(brief["text"], language):
        reason = "somebody may have been hurt"
    return Report(agent="engagement", text=_safe_first(text, brief), handoff=reason)


def _safe_first(text: str, brief: Brief) -> str:
    """Put safety before anything else where somebody may have been hurt."""
    harmed = heeding.harmed(brief["text"], brief["language"])
    return f"{say('harmed', brief['language'])} {text}" if harmed else text


async def recall(brief: Brief, kit: Kit) -> Report:
    """Say what was said before, by whom and when; first of all what people promised and what is open."""
    promised = agreed(brief, kit)
    if recalling.asks_of_us(brief["text"], brief["language"]):
        if brief["facts"].get("owner") == "queue":
            return waiting(brief, kit)
        return promised or _nothing_promised(brief)
    if recalling.read(brief["text"], brief["language"]).promised and promised:
        return promised
    if told := await recalling.found(brief, kit):
        return told
    if not promised and recalling.asks_back(brief["text"], brief["language"]):
        return recalling.nothing(brief)
    told = promised or await recalling.recap(brief, kit)
    return told or _nothing_promised(brief)


def _nothing_promised(brief: Brief) -> Report:
    """Say that nothing is open, and offer a person, unless another question waits for an answer."""
    text = say("nothing_promised", brief["language"])
    if _asked_elsewhere(brief):
        return _told(text)
    question = say("offer_check", brief["language"])
    asked = [Question(agent="engagement", slot="person", text=question)]
    return Report(agent="engagement", text=f"{text} {question}", asked=asked)


def agreed(brief: Brief, kit: Kit) -> Report | None:
    """Say what people promised this customer, by when, and what is open; None when that is nothing."""
    promises, cases = promising.all_told(brief, kit), promising.cases_told(brief, kit)
    parts = [*promises, *cases]
    if not parts:
        return None
    return Report(
        agent="engagement",
        text=" ".join(parts),
        evidence=parts,
    )


def happened(brief: Brief, kit: Kit) -> Report:
    """After a person's stretch: say what was done and promised, and that the AI goes on."""
    event, language = brief["event"], brief["language"]
    parts = [
        say(key, language, what=clause(str(event[field])))
        for field, key in (("did", "person_did"), ("promised", "person_promised"))
        if event.get(field)
    ]
    parts.append(say("back", language))
    return Report(agent="engagement", text=" ".join(parts), evidence=[str(event)])


def continued(brief: Brief, kit: Kit) -> Report:
    """Read the answer to an offer that was made: to call a person."""
    text, language = brief["text"], brief["language"]
    if heeding.acknowledges(text, language):
        return Report(agent="engagement", text=say("heard_offer", language), asked=[])
    said = kit.understanding.answer(text, language, say("offer_person", language))
    if said.meaning == "yes":
        return person(brief, kit)
    if said.meaning or kit.understanding.gives_up(text, language):
        return Report(agent="engagement", text=say("all_right", brief["language"]), asked=[])
    return clarify(brief, kit)


def offer_person(brief: Brief, kit: Kit) -> Report:
    """Offer a person after something that could not be answered; ask nothing beside an open question."""
    if _asked_elsewhere(brief):
        return _told(say("person_possible", brief["language"]))
    question = say("offer_person", brief["language"])
    return Report(
        agent="engagement",
        text="",
        asked=[Question(agent="engagement", slot="person", text=question)],
    )


def attached(brief: Brief, kit: Kit) -> Report:
    """Acknowledge a file that nobody waited for, keep it, and ask what it is about."""
    taken = any("attachment" in report.get("slots", {}) for report in brief["reports"])
    names = [one["name"] for one in brief.get("attachments", [])]
    if taken or not names:
        return _told("")
    slot = Slot(
        value=names[0], source="engagement", verification=kit.context.verification,
        about=hearing.message(brief),
    )  # fmt: skip
    alone = not any(report["text"].strip() for report in brief["reports"])
    key = "attached_alone" if alone else "attached"
    text = say(key, brief["language"], name="; ".join(f"“{name}”" for name in names))
    return Report(agent="engagement", text=text, slots={"attachment": slot}, evidence=names)


def small_talk(brief: Brief, kit: Kit) -> Report:
    """Say how we are if that is asked, else what we are here for; ask nothing beside an open question."""
    language, between = brief["language"], _asked_elsewhere(brief)
    if pattern_of("how_are_you", language).search(flattened(brief["text"], language)):
        return _told(say("small_talk_between" if between else "small_talk", language))
    values = {"company": kit.workspace.profile.name, "abilities": _abilities(brief, kit)}
    return _told(say("aside_between" if between else "aside", language, **values))


def _asked_elsewhere(brief: Brief) -> bool:
    """Say whether another specialist waits for an answer, which this one must not cover with its own."""
    return any(question["agent"] != "engagement" for question in brief["awaiting"])


def _abilities(brief: Brief, kit: Kit) -> str:
    """Give what this workspace can do, as a list a person would say aloud."""
    language = brief["language"]
    purposes = [said(journey.purpose, language) for journey in kit.journeys.values()]
    listed = [purpose for purpose in purposes if purpose][:MAX_ABILITIES]
    listed.append(say("answering", language))
    if len(listed) == 1:
        return listed[0]
    return f"{', '.join(listed[:-1])} {say('and', language)} {listed[-1]}"


def _told(text: str) -> Report:
    return Report(agent="engagement", text=text)


def _phrase(key: str) -> Callable[[Brief, Kit], Report]:
    """Make an answer that is always the same phrase."""
    return lambda brief, kit: _told(
        say(
            key,
            brief["language"],
            company=kit.workspace.profile.name,
            assistant=kit.workspace.profile.assistant,
        )
    )


def waiting(brief: Brief, kit: Kit) -> Report:
    """Say that a person was called and will answer."""
    notice = said(kit.workspace.policies.waiting_notice, brief["language"])
    return _told(_safe_first(notice or say("waiting", brief["language"]), brief))


def why(brief: Brief, kit: Kit) -> Report:
    """Repeat the reason that stands in what was said last, and offer a person to look at it."""
    ours = [one["text"] for one in brief["history"] if one["role"] == "ai"]
    told = [
        part.strip()
        for part in sentences(ours[-1] if ours else "")
        if part.strip() and "?" not in part and kit.workspace.profile.assistant not in part
    ]
    if not told:
        return clarify(brief, kit)
    language, question = brief["language"], say("offer_check", brief["language"])
    text = say("why", language, told=" ".join(told[:REASONS]))
    asked = [Question(agent="engagement", slot="person", text=question)]
    return Report(agent="engagement", text=f"{text} {question}", asked=asked, evidence=ours[-1:])


def named(brief: Brief, kit: Kit) -> Report:
    """Thank her for saying who she is; a word opens nobody's account, so a stranger is asked to sign in."""
    stranger = kit.context.verification in ("anonymous", "claimed")
    return _told(say("named_stranger" if stranger else "named", brief["language"]))


def still_waiting(brief: Brief, kit: Kit) -> Report:
    """Say that the person will still answer, unless what was looked up ends with a question."""
    return _told("" if brief["awaiting"] else say("still_waiting", brief["language"]))


GOALS: dict[str, Callable[[Brief, Kit], Report]] = {
    "handoff": person,
    "waiting": waiting,
    "still_waiting": still_waiting,
    "withdrawn": _phrase("all_right"),
    "event": happened,
    "continue": continued,
    "offer_person": offer_person,
    "clarify": clarify,
    "unspoken": _phrase("unspoken"),
    "attached": attached,
    "stray": _phrase("stray"),
    "heard": _phrase("heard"),
    "misheard": _phrase("misheard"),
    "listens": _phrase("listens"),
    "opted_out": _phrase("opted_out"),
    "named": named,
    "why": why,
}
INTENTS: dict[str, Callable[[Brief, Kit], Report]] = {
    "greeting": greeting,
    "thanks": _phrase("thanks"),
    "goodbye": _phrase("goodbye"),
    "small_talk": small_talk,
    "are_you_a_bot": _phrase("are_you_a_bot"),
    "capabilities": capabilities,
    "person": person,
}
CARD = beside(__file__)
agent = Specialist(
    purpose=CARD.purpose,
    respond=respond,
    intents=CARD.examples,
    bank=CARD.bank,
    prompt=CARD.prompt,
)
