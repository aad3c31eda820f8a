"""Who acts next, and why not the others: the supervisor's judgement, as pure functions.

A plan is a list of steps, one per thing the customer wants, in the order she said them. Specialists act
one after the other, so that each reads what the one before it wrote.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from agents import Intent
from agents.clauses import COURTESIES
from graph.situation import YES_NO, Claim, Situation
from graph.state import Step

MOVING = ("answer", "continue", "drop", "instead", "withdraw", "aside", "amend")
"""Goals with which procedures put their question themselves."""

PERSON = "person"
RECALL = "recall"

MAX_STEPS = 4
"""Things taken on in one turn; the rest is named and left for the next."""

PLAIN = 0.9
"""Confidence from which a courtesy is returned, and from which a person is called."""

DIGRESSION = 0.82
"""Confidence from which another wish interrupts a question that is open."""


ALIKE = 0.55
"""Confidence from which a wish counts that has other words to speak for it."""


def plan(situation: Situation) -> list[Step]:
    """Give the steps of this turn, in order; `[]` means that nothing is to be said."""
    if situation.event:
        return _after_event(situation)
    if situation.waiting_for_person:
        return _in_queue(situation)
    if _foreign(situation):
        return keyed([_unrecognised(situation)])
    if said := _said_to_us(situation):
        return [said]
    if situation.aside:
        why = "she asks about what is proposed to her"
        return [step("transactions", "aside", why, text=situation.text)]
    if _only_prefers(situation):
        return [step("transactions", "remind", "what she prefers is what is under way")]
    steps = _instead(situation) or ([] if situation.wholly else _turning_back(situation))
    steps = steps or [*_continuing(situation), *_wanted(situation)]
    if not steps and situation.again and not situation.awaiting:
        steps = [_again(situation, situation.text)]
    if not steps and not (situation.attachments and not situation.text):
        steps = [_unrecognised(situation)]
    if situation.attachments and not situation.attached:
        steps.append(step("engagement", "attached", "a file came that nobody waits for"))
    return keyed([*_once(steps)[:MAX_STEPS], *_reminder(situation, steps)])


def _only_prefers(situation: Situation) -> bool:
    """Say whether she turns down another way than the one under way, and plainly wants nothing else."""
    if not (situation.turns_down and situation.current and situation.awaiting):
        return False
    if situation.answers or situation.agrees or situation.awaiting[0]["slot"] in YES_NO:
        return False
    return not any(
        intent["name"] != situation.current_intent and intent["confidence"] >= DIGRESSION
        for intent in situation.signals["intents"]
    )


def _said_to_us(situation: Situation) -> Step | None:
    """Make the step for what she says to us, and to no procedure: to what we offered or asked in passing."""
    text = situation.text
    if situation.accepts_person:
        why = "she wants the person who was offered"
        return step("engagement", "handoff", why, text=text)
    if situation.told_right:
        return step("engagement", "heard", "she was told what she wanted to know", text=text)
    if situation.told_right is False:
        return step("engagement", "misheard", "she wanted to know something else", text=text)
    if situation.opts_out and not _surely_wishes(situation):
        return step("engagement", "opted_out", "she wants no promotions", text=text)
    if situation.why and not situation.awaiting:
        return step("engagement", "why", "she asks why it is as we said", text=text)
    if situation.names_herself:
        return step("engagement", "named", "she says who she is", text=text)
    return None


def _surely_wishes(situation: Situation) -> bool:
    """Say whether a wish stands out that is for more than the articles, or a thing of hers is named."""
    if any(entity["kind"] == "code" for entity in situation.signals["entities"]):
        return True
    return any(name not in COURTESIES for name in _standing_out(situation))


def _foreign(situation: Situation) -> bool:
    """Say whether it is in a language not spoken here, and no wish stands out of it all the same."""
    if situation.spoken or situation.answers or situation.gives_up:
        return False
    return not _standing_out(situation)


def _standing_out(situation: Situation) -> list[str]:
    """Give the wishes that are sure, for more than the articles."""
    return [
        intent["name"]
        for intent in situation.signals["intents"]
        if intent["confidence"] >= DIGRESSION
        and situation.owners.get(intent["name"]) != "knowledge"
    ]


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
    if steps := _still_answered(situation):
        rest = {one["name"] for one in situation.signals["intents"]} - situation.looking
        goal = "waiting" if rest - {*COURTESIES} else "still_waiting"
        called = step("engagement", goal, "a person has been called", text=situation.text)
        return keyed([*steps, called])
    if situation.heard or any(one["name"] == "thanks" for one in situation.signals["intents"]):
        return [step("engagement", "heard", "she has heard it", text=situation.text)]
    return [step("engagement", "waiting", "a person has been called", text=situation.text)]


def _still_answered(situation: Situation) -> list[Step]:
    """Give the steps for what needs no person to be told: look-ups, and questions for the articles.

    Nothing is begun there that changes anything: that is left to the person.
    """
    text = situation.text
    if PERSON in (one["name"] for one in situation.signals["intents"]):
        return []
    if situation.answers and situation.current_intent in situation.looking:
        return [step("transactions", "continue", "it asked, and this is the answer", text=text)]
    if situation.deeds:
        return [step("transactions", "deeds", "she asks what we have done", text=text)]
    if situation.decision:
        why = "she asks about what a person decides on"
        return [step("transactions", "decision", why, text=text)]
    looked = [
        _wish(intent, situation)
        for intent in situation.signals["intents"]
        if intent["name"] in situation.looking and intent["confidence"] >= DIGRESSION
    ]
    if not looked and situation.again:
        looked = [_again(situation, text)]
    return _once(looked)[:MAX_STEPS]


def _instead(situation: Situation) -> list[Step]:
    """Give the steps when she changed her mind about what is open, and wants something else done.

    Or when she meant something else from the start, as her last two messages tell together.
    """
    misread = bool(situation.signals.get("earlier") and situation.awaiting)
    if not misread and (not situation.changed or situation.agrees or situation.only_corrects):
        return []
    needed = DIGRESSION if situation.answers == Claim.SURE else ALIKE
    needed = PLAIN if situation.gives_up else needed
    wishes = [
        intent
        for intent in situation.signals["intents"]
        if intent["name"] in situation.changing - situation.refused - {situation.current_intent}
        and intent["confidence"] >= needed
    ]
    if not wishes:
        return []
    steps = [_wish(intent, situation) for intent in wishes]
    if situation.current_intent:
        why = "she wants something else instead"
        steps.insert(0, step("transactions", "instead", why, intent=situation.current))
    return steps


def _wish(intent: Intent, situation: Situation) -> Step:
    """Make the step for something that is wanted."""
    why = f"she wants {intent['name']} ({intent['confidence']:.2f})"
    owner = situation.owners[intent["name"]]
    return step(owner, "answer", why, text=intent["text"], intent=intent["name"])


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
        besides = [] if situation.called_off else wanted  # "cancel the exchange" cancels no order
        return [drop, *(made for made in besides if made["goal"] == "answer")]
    if situation.withdraws:
        why = "she takes back what awaits approval"
        return [step("transactions", "withdraw", why, text=text)]
    if situation.amends:
        why = "it was done, and she puts right what she had told us"
        return [step("transactions", "amend", why, text=text, intent=situation.amends)]
    if situation.regrets:
        why = "it was done, and she wishes it had not been"
        return [step("transactions", "regret", why, text=text, intent=situation.regrets)]
    if situation.deeds:
        return [step("transactions", "deeds", "she asks what we have done", text=text)]
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
    if not open_question or moves(steps):
        return []
    if situation.reminded or any(
        made["agent"] == "care" or made["intent"] == PERSON for made in steps
    ):
        return []  # it was put again already, or she has more on her mind
    return [step("transactions", "remind", "its question is still open")]


def moves(steps: Sequence[Step]) -> bool:
    """Say whether a step of a plan puts the question of a procedure itself."""
    return any(made["goal"] in MOVING and made["agent"] == "transactions" for made in steps)


def _continuing(situation: Situation) -> list[Step]:
    """Give the message back to who asked, if it is an answer or gives the matter up."""
    if not situation.awaiting:
        if situation.lets_go or (situation.gives_up and not _sure(situation)):
            return [step("engagement", "withdrawn", "she drops the matter", text=situation.text)]
        return []
    asker = situation.awaiting[0]["agent"]
    if situation.gives_up:
        return [step(asker, "continue", "it asked, and she drops the matter", text=situation.text)]
    other = any(made["intent"] in situation.changing for made in _wanted(situation))
    if situation.answers == Claim.SURE or (situation.answers and not other):
        return [step(asker, "continue", "it asked, and this is the answer", text=situation.text)]
    return []


def _wanted(situation: Situation) -> list[Step]:
    """Give a step for each thing that is wanted and is not the matter already under way."""
    dropping = situation.gives_up and (situation.awaiting or not _sure(situation))
    if dropping or situation.lets_go or situation.only_corrects or situation.wholly:
        return []
    known = situation.signals["intents"] and not situation.names_thing
    if situation.again and not situation.awaiting and not known:
        return [_again(situation, situation.text)]
    steps: list[Step] = []
    for intent in situation.signals["intents"]:
        if _passed_over(intent, situation):
            continue
        if situation.awaiting and intent["name"] == situation.current_intent:
            if not situation.answers:
                agent, why = situation.owners[intent["name"]], "she comes back to what is under way"
                steps.append(step(agent, "continue", why, text=situation.text))
        elif situation.again and intent["name"] == "question":
            steps.append(_again(situation, intent["text"]))
        else:
            steps.append(_wish(intent, situation))
    return steps if len(steps) < 2 else [made for made in steps if not _courtesy(made)] or steps[:1]


def _sure(situation: Situation) -> bool:
    """Say whether something is wanted with certainty: "forget it, cancel the order"."""
    return any(intent["confidence"] >= PLAIN for intent in situation.signals["intents"])


def _again(situation: Situation, text: str) -> Step:
    """Make the step for what was just looked up and is asked again, or of another one."""
    owner = situation.owners[situation.again]
    why = f"she asks {situation.again} again"
    return step(owner, "answer", why, text=text, intent=situation.again)


def _passed_over(intent: Intent, situation: Situation) -> bool:
    """Say whether what was read is no wish to act on: too weak, told not to do, or part of an answer."""
    name = intent["name"]
    agent = situation.owners.get(name)
    if agent is None or name in situation.refused or _too_weak(intent, situation):
        return True
    if situation.names_thing:
        return True  # what she wants with it would be a guess
    if situation.heard and name not in COURTESIES:
        return True  # "sorry" says that something was heard, and complains of nothing
    if situation.answers and name in COURTESIES:
        return True  # a bare yes is like a greeting
    if situation.attached and agent != "care" and name != PERSON:
        return True  # what is written beside a file that was asked for tells of the file
    acts = situation.other_act and name in situation.changing
    if name == situation.current_intent:
        return False
    if not situation.answers:
        asks_yes = situation.awaiting and situation.awaiting[0]["slot"] == "confirm"
        guessed = name in situation.changing and not acts and intent["confidence"] < DIGRESSION
        return bool(asks_yes) and guessed  # "can you sort that out?" proposes nothing else
    return intent["confidence"] < (ALIKE if acts else DIGRESSION) or _is_answer(intent, situation)


def _too_weak(intent: Intent, situation: Situation) -> bool:
    """Say whether what sounds like a courtesy or a wish for a person is too doubtful to act on."""
    if intent["name"] not in ("greeting", "thanks", "goodbye", PERSON):
        return False
    # A bare yes or no is like a short greeting, and is none.
    bare = situation.agreement is not None and intent["name"] in ("greeting", "goodbye")
    return bare or intent["confidence"] < PLAIN


def _is_answer(intent: Intent, situation: Situation) -> bool:
    """Say whether what sounds like a wish is the whole of an answer: "the blue one", asked which."""
    asks_yes = situation.awaiting[0]["slot"] in YES_NO
    if intent["name"] == RECALL:  # "that last one you mentioned", asked which
        return not asks_yes and "?" not in situation.text
    if (
        asks_yes
        or "?" in situation.text
        or situation.owners.get(intent["name"]) in ("care", "engagement")
        or (situation.answers < Claim.SURE and intent["name"] in situation.changing)
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
    if situation.declined:
        why = "she wants after all what she had just said no to"
        return step("transactions", "answer", why, text=situation.text, intent=situation.declined)
    if situation.agreement and situation.current and not situation.heard:
        why = "she says yes, and what was asked last is still open"
        return step("transactions", "remind", why)
    if situation.heard:
        return step("engagement", "heard", "she has heard it", text=situation.text)
    if situation.agreement is False:
        return step("engagement", "withdrawn", "she wants nothing more", text=situation.text)
    if situation.agreement:
        return step("engagement", "stray", "nothing was asked", text=situation.text)
    return _without_wish(situation)


def _without_wish(situation: Situation) -> Step:
    """Decide who tries on words that answer nothing and in which no wish was recognised."""
    text = situation.text
    if situation.signals.get("scene"):
        return step("engagement", "listens", "she only tells what led up to it", text=text)
    if situation.names_thing:
        return step("engagement", "clarify", "she only names a thing", text=text)
    if not any(character.isalpha() for character in text):
        return step("engagement", "clarify", "there are no words in it", text=text)
    return step("knowledge", "answer", "no wish was recognised; it may be a question", text=text)


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


def keyed(steps: list[Step]) -> list[Step]:
    """Number the steps of an agent that has several, so that their reports do not collide."""
    seen: Counter[str] = Counter()
    for made in steps:
        seen[made["agent"]] += 1
        count = seen[made["agent"]]
        made["key"] = made["agent"] if count == 1 else f"{made['agent']}:{count}"
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
