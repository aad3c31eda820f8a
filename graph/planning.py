"""Who acts next, and why not the others: the supervisor's judgement, as pure functions.

A plan is a list of steps, one per thing the customer wants, in the order she said them. Specialists act
one after the other, so that each reads what the one before it wrote.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents import Intent, Question, Signals
from graph.state import Step

MOVING = ("answer", "continue", "drop", "withdraw")
"""Goals with which procedures put their question themselves."""

PERIPHERAL = ("engagement", "knowledge", "care", "recommendation")
"""Specialists that have no procedures."""

COURTESIES = ("greeting", "thanks", "small_talk", "goodbye")
PERSON = "person"
RECALL = "recall"

MAX_STEPS = 4
"""Things taken on in one turn; the rest is named and left for the next."""

PLAIN = 0.6
"""Confidence from which a courtesy is returned, and from which a person is called."""

DIGRESSION = 0.5
"""Confidence from which another wish interrupts a question that is open."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the plan is made from."""

    text: str
    signals: Signals
    owners: Mapping[str, str]
    """Which specialist answers an intent."""

    awaiting: list[Question] = field(default_factory=list)
    answers: bool = False
    """Whether the text reads as an answer to the question that is open."""

    wholly: bool = False
    """Whether the text is the answer to a yes/no question, and nothing else, whatever it sounds like."""

    gives_up: bool = False
    only_corrects: bool = False
    """Whether the text only takes back a choice of the procedure under way, whatever it sounds like."""

    refused: frozenset[str] = frozenset()
    """Intents that she tells us not to carry out: "don't cancel it"."""

    dropped: str = ""
    """The procedure under way that she takes back."""

    withdraws: bool = False
    """Whether she takes back what waits for a person's approval."""

    accepts_person: bool = False
    """Whether she says yes to a person who was offered in passing."""

    no_person: bool = False
    """Whether she says that nobody need be called."""

    decision: bool = False
    """Whether she asks what became of a request that a person decides on."""

    outcome: str | None = None
    """The procedure of which she asks whether it was done; empty: the last one; None: she does not."""

    regrets: str = ""
    """The procedure that was carried out and that she wishes had not been."""

    agreement: bool | None = None
    """A yes or no where nothing was asked."""

    again: str = ""
    """The intent of what was just looked up, when she asks it again or of another one."""

    corrected: str = ""
    """The intent of what was just told, when all she says is that another one is meant."""

    heard: bool = False
    """Whether the text only says that something was heard."""

    names_herself: bool = False
    """Whether the text only says who she is: an address, a telephone, a name."""

    attachments: bool = False
    attached: bool = False
    """Whether an attachment is what the open question waits for."""

    current_intent: str = ""
    """The intent of the procedure under way."""

    spoken: bool = True
    """Whether the text is in a language that is spoken here."""

    waiting_for_person: bool = False
    pending_approvals: bool = False
    event: str = ""
    follow_up: bool = False


def plan(situation: Situation) -> list[Step]:
    """Give the steps of this turn, in order; `[]` means that nothing is to be said."""
    if situation.event:
        return _after_event(situation)
    if situation.waiting_for_person:
        return _in_queue(situation)
    if _foreign(situation):
        return _keyed([_unrecognised(situation)])
    if situation.accepts_person:
        why = "she wants the person who was offered"
        return [step("engagement", "handoff", why, text=situation.text)]
    if situation.names_herself:
        return [step("engagement", "named", "she says who she is", text=situation.text)]
    steps = [] if situation.wholly else _turning_back(situation)
    steps = steps or [*_continuing(situation), *_wanted(situation)]
    if not steps and situation.again and not situation.awaiting:
        why = f"she asks {situation.again} again"
        steps = [
            step(
                situation.owners[situation.again],
                "answer",
                why,
                text=situation.text,
                intent=situation.again,
            )
        ]
    if not steps and not (situation.attachments and not situation.text):
        steps = [_unrecognised(situation)]
    if situation.attachments and not situation.attached:
        steps.append(step("engagement", "attached", "a file came that nobody waits for"))
    return _keyed([*_once(steps)[:MAX_STEPS], *_reminder(situation, steps)])


def _foreign(situation: Situation) -> bool:
    """Say whether it is in a language not spoken here, and no wish stands out of it all the same."""
    if situation.spoken or situation.answers or situation.gives_up:
        return False
    return not any(
        intent["confidence"] >= DIGRESSION and situation.owners.get(intent["name"]) != "knowledge"
        for intent in situation.signals["intents"]
    )


def step(
    agent: str, goal: str, why: str, *, text: str = "", intent: str = "", key: str = ""
) -> Step:
    """Make a step that is still to be done."""
    return Step(
        key=key or agent,
        agent=agent,
        goal=goal,
        why=why,
        text=text,
        intent=intent,
        rejected=[],
        state="next",
    )


def _after_event(situation: Situation) -> list[Step]:
    if situation.event == "approval":
        return [step("transactions", "event", "a person decided on what was proposed")]
    if situation.event == "handback" and situation.follow_up:
        return [step("engagement", "event", "a person handed back and left something to follow up")]
    return []


def _in_queue(situation: Situation) -> list[Step]:
    if situation.gives_up or situation.no_person:
        return [
            step("engagement", "withdrawn", "she no longer wants a person", text=situation.text)
        ]
    return [step("engagement", "waiting", "a person has been called", text=situation.text)]


def _turning_back(situation: Situation) -> list[Step]:
    """Give the steps when she takes something back, or asks what became of it."""
    text = situation.text
    wanted = [made for made in _wanted(situation) if not _courtesy(made)]
    if situation.corrected:
        why = f"she means another one for {situation.corrected}"
        owner = situation.owners[situation.corrected]
        return [step(owner, "answer", why, text=text, intent=situation.corrected)]
    if situation.dropped:
        why = "she takes back what is under way"
        drop = step("transactions", "drop", why, text=text, intent=situation.dropped)
        return [drop, *(made for made in wanted if made["goal"] == "answer")]
    if situation.withdraws:
        why = "she takes back what awaits approval"
        return [step("transactions", "withdraw", why, text=text)]
    if situation.regrets:
        why = "it was done, and she wishes it had not been"
        return [step("transactions", "regret", why, text=text, intent=situation.regrets)]
    if situation.decision:
        why = "she asks about what a person decides on"
        return [step("transactions", "decision", why, text=text)]
    if situation.outcome is not None:
        why = "she asks whether it was done"
        return [step("transactions", "outcome", why, text=text, intent=situation.outcome)]
    if situation.refused and not situation.awaiting and not wanted:
        return [step("engagement", "withdrawn", "she wants it left alone", text=text)]
    return []


def _reminder(situation: Situation, steps: list[Step]) -> list[Step]:
    """Put the open question of a procedure again after something else was answered."""
    open_question = any(
        asked["agent"] == "transactions" and asked["slot"] != "approval"
        for asked in situation.awaiting
    )
    if not open_question or any(
        made["goal"] in MOVING and made["agent"] not in PERIPHERAL for made in steps
    ):
        return []
    return [step("transactions", "remind", "its question is still open")]


def _continuing(situation: Situation) -> list[Step]:
    """Give the message back to who asked, if it is an answer or gives the matter up."""
    if not situation.awaiting:
        if situation.gives_up and not situation.signals["intents"]:
            return [step("engagement", "withdrawn", "she drops the matter", text=situation.text)]
        return []
    asker = situation.awaiting[0]["agent"]
    if situation.gives_up:
        return [step(asker, "continue", "it asked, and she drops the matter", text=situation.text)]
    if situation.answers:
        return [step(asker, "continue", "it asked, and this is the answer", text=situation.text)]
    return []


def _wanted(situation: Situation) -> list[Step]:
    """Give a step for each thing that is wanted and is not the matter already under way."""
    dropping = situation.gives_up and (situation.awaiting or situation.pending_approvals)
    if dropping or situation.only_corrects or situation.wholly:
        return []
    steps: list[Step] = []
    if situation.again and not situation.awaiting and not situation.signals["intents"]:
        why = f"she asks {situation.again} again"
        owner = situation.owners[situation.again]
        return [step(owner, "answer", why, text=situation.text, intent=situation.again)]
    for intent in situation.signals["intents"]:
        agent = situation.owners.get(intent["name"])
        if agent is None or intent["name"] in situation.refused or _too_weak(intent, situation):
            continue
        if situation.attached and agent != "care" and intent["name"] != "person":
            continue  # what is written beside a file that was asked for tells of the file
        if situation.awaiting and intent["name"] == situation.current_intent:
            if not situation.answers:
                steps.append(
                    step(
                        agent,
                        "continue",
                        "she comes back to what is under way",
                        text=situation.text,
                    )
                )
            continue
        if situation.answers and (
            intent["confidence"] < DIGRESSION or _is_answer(intent, situation)
        ):
            continue
        if situation.again and intent["name"] == "question":
            why = f"she asks {situation.again} again"
            again = {"text": intent["text"], "intent": situation.again}
            steps.append(step(situation.owners[situation.again], "answer", why, **again))
            continue
        why = f"she wants {intent['name']} ({intent['confidence']:.2f})"
        steps.append(step(agent, "answer", why, text=intent["text"], intent=intent["name"]))
    return steps if len(steps) < 2 else [made for made in steps if not _courtesy(made)] or steps[:1]


def _too_weak(intent: Intent, situation: Situation) -> bool:
    """Say whether what sounds like a courtesy or a wish for a person is too doubtful to act on."""
    if intent["name"] not in ("greeting", "thanks", "goodbye", PERSON):
        return False
    # A bare yes or no is like a short greeting, and is none.
    bare = situation.agreement is not None and intent["name"] in ("greeting", "goodbye")
    return bare or intent["confidence"] < PLAIN


def _is_answer(intent: Intent, situation: Situation) -> bool:
    """Say whether what sounds like a wish is the whole of an answer: "the blue one", asked which."""
    asks_yes = situation.awaiting[0]["slot"] in ("confirm", "person")
    if intent["name"] == RECALL:  # "that last one you mentioned", asked which
        return not asks_yes and "?" not in situation.text
    if (
        asks_yes
        or "?" in situation.text
        or situation.owners.get(intent["name"]) in ("care", "engagement")
    ):
        return False
    return intent["text"].strip(" .!,;") == situation.text.strip(" .!,;")


def _courtesy(made: Step) -> bool:
    """Say whether a step only returns a courtesy, which a reply of substance makes needless."""
    return made["intent"] in COURTESIES


def _unrecognised(situation: Situation) -> Step:
    """Decide who tries when no wish was recognised."""
    if not situation.spoken:
        return step(
            "engagement", "unspoken", "it is in a language not spoken here", text=situation.text
        )
    if situation.awaiting and "?" not in situation.text:
        return step(
            situation.awaiting[0]["agent"],
            "continue",
            "it asked, and nothing else was recognised",
            text=situation.text,
        )
    if situation.heard:
        return step("engagement", "heard", "she has heard it", text=situation.text)
    if situation.agreement is False:
        return step("engagement", "withdrawn", "she wants nothing more", text=situation.text)
    if situation.agreement:
        return step("engagement", "stray", "nothing was asked", text=situation.text)
    if not any(character.isalpha() for character in situation.text):
        return step("engagement", "clarify", "there are no words in it", text=situation.text)
    return step(
        "knowledge", "answer", "no wish was recognised; it may be a question", text=situation.text
    )


def _once(steps: list[Step]) -> list[Step]:
    """Leave out a step that repeats the agent and the wish of an earlier one."""
    seen: set[tuple[str, str, str]] = set()
    kept: list[Step] = []
    for made in steps:
        mark = (made["agent"], made["goal"], made["intent"])
        if mark not in seen:
            seen.add(mark)
            kept.append(made)
    return kept


def _keyed(steps: list[Step]) -> list[Step]:
    """Number the steps of an agent that has several, so that their reports do not collide."""
    count: dict[str, int] = {}
    for made in steps:
        count[made["agent"]] = count.get(made["agent"], 0) + 1
        if count[made["agent"]] > 1:
            made["key"] = f"{made['agent']}:{count[made['agent']]}"
    return steps


def rejected(chosen: Step, situation: Situation, team: Mapping[str, str]) -> list[str]:
    """Say why each other specialist was not chosen for this step; `team` is name and purpose."""
    recognised = {
        situation.owners[intent["name"]]: intent
        for intent in situation.signals["intents"]
        if intent["name"] in situation.owners
    }
    reasons: list[str] = []
    for name in team:
        if name == chosen["agent"]:
            continue
        if name in recognised:
            reasons.append(
                f"{name}: {recognised[name]['name']} has a step of its own or is a courtesy"
            )
        else:
            reasons.append(f"{name}: nothing it answers was recognised")
    return reasons
