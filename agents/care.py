"""Takes complaints: names the real problem, opens a case with a protocol number, follows it."""

from langchain_core.messages import HumanMessage, SystemMessage

from agents import Brief, Kit, Question, Report, Slot, Specialist, promising, remembering, subjects
from agents.cards import beside, prompted
from agents.phrases import phrases
from core.errors import ModelFailed
from customers.cases import protocol
from models.embedded import sentiment, words
from models.usage import mark_degraded, stood_in

MAX_QUOTE = 160
MAX_EMPATHY = 400
LEAST_TOLD = 2
"""Words of meaning that tell what happened."""

COMPLAINT = "complaint"
"""Slot in which her bitter words are kept until she says whether they shall be a complaint."""

say = phrases(__file__)


async def respond(brief: Brief, kit: Kit) -> Report:
    """Answer a complaint with empathy for what happened, its facts, and a case.

    None is opened for words that tell nothing of what happened, as a question does, nor is that added to
    one: she is told of the one that is open, or asked whether she wants one.
    """
    if brief["goal"] == "continue":
        return await _answered(brief, kit)
    tells_nothing = sentiment.only_feels(brief["text"], brief["language"]) or _only_asks(brief)
    if tells_nothing:
        return _known(brief, kit) if brief["facts"].get("open_cases") else _offered(brief, kit)
    return await _taken(brief, kit)


def _only_asks(brief: Brief) -> bool:
    """Say whether her words are one question: "how many days do I have to complain?"."""
    text = brief["text"].strip()
    one = text.endswith("?") and not any(mark in text[:-1] for mark in ".!?\n")
    return one and words.is_question(text, brief["language"])


def _known(brief: Brief, kit: Kit) -> Report:
    """Say sorry, and by when the team gets back to her on what she has complained of before."""
    told = promising.cases_told(brief, kit)
    text = " ".join([say("sorry_only", brief["language"]), *told])
    return Report(agent="care", text=text, evidence=told)


def _offered(brief: Brief, kit: Kit) -> Report:
    """Say sorry and ask whether to take a complaint; who is busy, or a stranger, is asked none."""
    language = brief["language"]
    sorry = say("sorry_only", language)
    if brief["awaiting"] or remembering.running(brief["journey"]):  # a yes is to what is open
        return Report(agent="care", text=f"{sorry} {say('case_possible', language)}")
    if kit.context.verification == "anonymous":
        return Report(agent="care", text=f"{sorry} {say('tell_us', language)}")
    question = say("ask_case", language)
    told = Slot(
        value=brief["text"], source="care", verification=kit.context.verification
    )  # what the complaint is about if she only says yes
    return Report(
        agent="care",
        text=f"{sorry} {question}",
        asked=[Question(agent="care", slot="case", text=question)],
        slots={COMPLAINT: told},
    )


async def _answered(brief: Brief, kit: Kit) -> Report:
    """Take the complaint after a yes, or after words that tell what happened."""
    text, language = brief["text"], brief["language"]
    said = kit.understanding.answer(text, language, say("ask_case", language))
    told = words.content(words.words(text, language), (words.base(language),))
    if said.meaning in ("no", "drop") or kit.understanding.gives_up(text, language):
        return Report(agent="care", text=say("no_case", language), asked=[])
    if said.meaning != "yes" and len(told) < LEAST_TOLD:
        return _offered({**brief, "awaiting": []}, kit)
    earlier = brief["slots"].get(COMPLAINT)
    if said.wholly and earlier is not None:
        brief = {**brief, "text": str(earlier["value"])}
    return await _taken(brief, kit)


async def _taken(brief: Brief, kit: Kit) -> Report:
    """Open a case, or add to the one that is open on the same matter."""
    subject, slots = await _subject(brief, kit)
    facts = await subjects.facts(kit, subject)
    opened = _opened_before(brief, subject)
    case_id = opened or protocol(kit.context.turn_id)
    hours = f"{kit.workspace.policies.case_hours:g}"
    empathy = await _empathy(brief, kit, subject)
    promise = say("again" if opened else "case", brief["language"], case_id=case_id, hours=hours)
    return Report(
        agent="care",
        text=" ".join(part for part in (empathy, facts, promise) if part),
        about=subject,
        by_model=empathy != _plain(brief, subject),
        evidence=[part for part in (facts, promise) if part],
        slots=slots,
        case={
            "case_id": case_id,
            "kind": "complaint",
            "summary": _quoted(brief["text"]),
            "subject": subject,
            "added": bool(opened),
        },
        tried=[f"looked up {subject}: {facts}"] if facts else [],
    )


async def _subject(brief: Brief, kit: Kit) -> tuple[str, dict[str, Slot]]:
    """Find what the complaint is about: what her words name, else what was last talked about."""
    schemas = subjects.schemas(kit)
    found = kit.understanding.values(schemas, brief["text"], brief["language"], kit.context.now)
    if not found and schemas:
        value = await subjects.described(brief["text"], brief, kit, tuple(schemas))
        found = {} if value is None else {next(iter(schemas)): value}
    for name, value in found.items():
        slot = Slot(value=value, source="care", verification=kit.context.verification)
        return str(value), {name: slot}
    for name in schemas:
        if name in brief["slots"]:
            return str(brief["slots"][name]["value"]), {}
    return "", {}


def _opened_before(brief: Brief, subject: str) -> str:
    """Give the number of an open case on the same matter, so that it is not opened twice.

    A case of which nobody knows what it is about is the same matter.
    """
    for case in brief["facts"].get("open_cases") or []:
        about = (case.get("subject") or {}).get("name")
        if not subject or not about or about == subject:
            return str(case["case_id"])
    return ""


async def _empathy(brief: Brief, kit: Kit, subject: str) -> str:
    """Say sorry for the real problem: in a model's words, or quoting hers."""
    quoted, plain = _quoted(brief["text"]), _plain(brief, subject)
    if "write" not in kit.models.external:
        return plain
    prompt = prompted(
        CARD.prompt,
        "agents/care.md",
        language=brief["language"],
        subject=subject or "-",
        company=kit.workspace.profile.name,
    )
    try:
        answer = await kit.models.write.ainvoke([SystemMessage(prompt), HumanMessage(quoted)])
    except ModelFailed:
        return plain
    if stood_in(answer):
        return plain  # it writes nothing of its own; our sentences are better
    text = answer.text.strip()
    if wrong := _unfit(text, brief, kit, subject):
        mark_degraded(f"the model's words were not used: {wrong}")
        return plain
    return text


def _plain(brief: Brief, subject: str) -> str:
    """Say sorry in our own words, quoting hers."""
    key = "sorry_about" if subject else "sorry"
    return say(key, brief["language"], subject=subject, problem=_quoted(brief["text"]))


def _unfit(text: str, brief: Brief, kit: Kit, subject: str) -> str:
    """Say why a model's words of empathy cannot go out; empty when they can."""
    if not text or len(text) > MAX_EMPATHY:
        return "there are none" if not text else "there are too many"
    if subject and subject not in text:
        return "they do not name the problem"
    if "?" in text:
        return "they ask something, where only sympathy was wanted"
    spoken = kit.understanding.language(text, brief["language"])
    return "" if spoken == brief["language"] else f"they are in {spoken}"


def _quoted(text: str) -> str:
    """Give her words as they can be quoted: one line, no end mark, not too long."""
    line = " ".join(text.split()).strip(" .!?\"'“”")
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1].rsplit(" ", 1)[0] + "…"


CARD = beside(__file__)
agent = Specialist(
    purpose=CARD.purpose,
    respond=respond,
    intents=CARD.examples,
    bank=CARD.bank,
    prompt=CARD.prompt,
)
