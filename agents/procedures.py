"""Carry out procedures: the interpreter says what it wants, and here it is done.

Reads are called, writes are proposed, and executed only as the proposal the customer said yes to.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from agents import (
    Brief,
    Kit,
    Question,
    Report,
    Slot,
    aiming,
    attaching,
    choosing,
    hearing,
    knowing,
    remembering,
)
from agents.deeds import Deeds, described
from core.errors import ToolNeedsVerification
from core.workspace import said
from journeys import Instance, Journey, words
from journeys.asking import choices_of, known_by
from journeys.direct import of_name
from journeys.events import (
    Answer,
    Ask,
    AwaitDecision,
    Begin,
    BringPerson,
    Called,
    CallFailed,
    Cancel,
    Continue,
    Correct,
    Effect,
    Event,
    Perform,
    Performed,
    Propose,
    Read,
    Refused,
    Reopen,
    Resume,
    Tell,
    Unable,
)
from journeys.interpreter import interpret, new
from models.embedded import asides
from tools import LEVELS, Outcome
from tools.calling import say

MAX_ROUNDS = 40
"""Events for one message; more is a loop."""

REMINDERS = 1
"""How often what is open is put again while she speaks of other things."""

MAX_STACK = 4
"""Procedures that are kept open at once; older ones are dropped."""


Reread = Callable[[], Awaitable[Journey | None]]


@dataclass
class Course:
    """One specialist's turn with procedures: what it was given, and what has come of it so far."""

    brief: Brief
    kit: Kit
    agent: str = "transactions"
    told: list[str] = field(default_factory=list)
    question: Ask | None = None
    slots: dict[str, Slot] = field(default_factory=dict)
    about: str = ""
    handoff: str = ""
    reread: Reread | None = None
    """Reads words that are of no use to what is asked as though nothing were."""

    beyond: bool = False
    """Whether she named something of hers that a procedure is not for."""

    stack: list[Instance] = field(init=False)
    kept: list[Instance] = field(init=False)
    """What waits for a person or has ended."""

    deeds: Deeds = field(init=False)
    _following: Continue | None = None
    """What an ended procedure wants begun in its place."""

    _left: set[str] = field(default_factory=set)
    """Procedures that were left for another one in this turn."""

    _known: knowing.Known = field(default_factory=knowing.Known)
    _lead: str = ""
    """What the next question belongs to."""

    _hears: bool = False
    """Whether the message is still to be searched for an answer to what is asked next."""

    def __post_init__(self) -> None:
        self.stack = remembering.running(self.brief["journey"])
        self.kept = remembering.kept(self.brief["journey"])
        self.deeds = Deeds(self.brief, self.kit)

    @property
    def language(self) -> str:
        """The language of the reply."""
        return self.brief["language"]

    # What may happen

    async def begin(self, journey: Journey, given: Mapping[str, Any] | None = None) -> None:
        """Start a procedure on top of those under way, or behind one that has just asked something."""
        if not self.admitted(journey):
            return
        self._known = knowing.known(self.brief, self.kit, journey)
        values = {**self._known.values, **(given or {})}
        self.stack = [known for known in self.stack if known["journey"] != journey.journey]
        instance = new(journey, f"{self.brief['turn_id']}:{journey.journey}")
        instance["by"] = self.agent
        self._hears = True
        asked_before = hearing.asked_before(self.brief)
        await self._carry(journey, instance, Begin(values, self._known.unsure))
        if asked_before and self.question is not None and self.stack:
            self._put_behind(journey)
        else:
            self._let_go(journey)

    def _let_go(self, journey: Journey) -> None:
        """Let go of what makes no sense beside the procedure that was begun for the same thing."""
        current = self.stack[0] if self.stack else None
        if current is None or current["journey"] != journey.journey:
            return  # it has ended, perhaps in vain
        codes = {*remembering.entities(journey, current)}
        self.stack[1:] = [
            other
            for other in self.stack[1:]
            if other["journey"] not in journey.excludes or not self._may_share(other, codes)
        ]

    def _may_share(self, other: Instance, codes: set[str]) -> bool:
        """Say whether a procedure is about one of these numbers, or about none yet."""
        known = journey_of(self.kit, other["journey"])
        about = {*remembering.entities(known, other)} if known else set()
        return not about or bool(about & codes)

    def _put_behind(self, journey: Journey) -> None:
        """Let what was begun wait until the question that is open in this turn is answered."""
        self.stack[:2] = self.stack[:2][::-1]
        self.question = None
        purpose = said(journey.purpose, self.language)
        if self.about and self.about not in purpose:
            purpose = f"{purpose} ({self.about})"
        self.told.append(words.say("behind", self.language, purpose=purpose))

    async def go_on(self) -> None:
        """Give the customer's words to the procedure that is under way."""
        instance = cast(Instance, {**self.stack.pop(0), "reminded": 0})
        journey = journey_of(self.kit, instance["journey"])
        if journey is None:
            self.told.append(words.say("unavailable", self.language))
        elif not self.admitted(journey):
            return
        elif instance["version"] != journey.version:
            # its steps have changed: begin again, knowing more
            await self.begin(journey, instance["slots"])
            return
        else:
            event = await self._heard(journey, instance)
            other = await self.reread() if self.reread and _is_useless(event) else None
            if other is not None and other.journey != journey.journey:
                self.stack.insert(0, instance)
                await self.begin(other)
                await self.finish()
                return
            if isinstance(event, Unable):
                instance = cast(Instance, {**instance, "reminded": REMINDERS})
            if remembering.stale(instance, self.kit.context.now):
                await self._checked_again(journey, instance, event)
            else:
                await self._carry(journey, instance, event)
        await self.finish()

    async def _checked_again(self, journey: Journey, instance: Instance, event: Event) -> None:
        """Find everything out again first; a yes counts only if it is a yes to the very same."""
        if isinstance(event, Cancel):
            await self._carry(journey, instance, event)
            return
        before = instance.get("proposal")
        await self._carry(journey, instance, Resume(afresh=True))
        now = self.stack[0] if self.stack and self.question else None
        if now is None or now["instance_id"] != instance["instance_id"]:
            return
        after = now.get("proposal")
        if isinstance(event, Answer) and event.agreed and not _same(before, after):
            return
        self.stack.pop(0)
        self.question = None
        await self._carry(journey, now, event)

    async def explain(self) -> None:
        """Answer a short question about the proposal, or the deed, from its own words; put it again."""
        told = remembering.told_of(self.brief["journey"], self.kit.journeys)
        answer = asides.answered(self.brief["text"], told, self.language)
        if answer:
            self._tell(words.say("aside", self.language, told=answer))
        instance = self.stack.pop(0) if self.stack else None
        journey = journey_of(self.kit, instance["journey"]) if instance else None
        if instance is not None and journey is not None:
            await self._carry(journey, instance, Resume(reminder=False))

    async def amend(self, journey_name: str) -> None:
        """Begin what was carried out anew, with what she puts right in it."""
        done = remembering.written(self.kept)
        journey = journey_of(self.kit, journey_name)
        if done is None or journey is None or done["journey"] != journey_name:
            return
        right = hearing.put_right(self.brief["text"], self.language, journey, done)
        known = {name: value for name, value in done["slots"].items() if value is not None}
        if isinstance(right, Correct):
            known[right.slot] = right.value
        elif right is not None:
            known.pop(right.slot, None)
        await self.begin(journey, known)
        await self.finish()

    async def set_aside(self, journey_name: str) -> None:
        """Drop the procedure in whose place she wants another, which follows."""
        at = next((at for at, one in enumerate(self.stack) if one["journey"] == journey_name), None)
        journey = journey_of(self.kit, journey_name)
        if at is None or journey is None:
            return
        await self._carry(journey, self.stack.pop(at), Cancel())
        self.about = said(journey.purpose, self.language)
        self.told = [words.say("set_aside", self.language, purpose=self.about)]

    async def drop(self, journey_name: str) -> None:
        """Drop the procedure that the customer takes back, and go on with the one that is open."""
        at = next((at for at, one in enumerate(self.stack) if one["journey"] == journey_name), None)
        journey = journey_of(self.kit, journey_name)
        if at is None or journey is None:
            return
        instance = self.stack.pop(at)
        await self._carry(journey, instance, Cancel())
        await self.finish()

    async def finish(self) -> None:
        """Put the question of the procedure that is open, saying which one it belongs to."""
        if hearing.asked_before(self.brief):
            return  # it is put already
        while self.stack and self.question is None and not self.handoff:
            instance = self.stack.pop(0)
            journey = journey_of(self.kit, instance["journey"])
            if journey is None or instance["version"] != journey.version:
                continue
            if instance.get("reminded", 0) >= REMINDERS and self.brief["goal"] != "remind":
                self.stack.insert(0, instance)
                return  # she has left it open; a yes, or her wish, brings it back
            if self.admitted(journey):
                reminded = instance.get("reminded", 0) + 1
                instance = cast(Instance, {**instance, "reminded": reminded})
                told_before = len(self.told)
                await self._carry(journey, instance, self._resumed(journey, instance))
                if self._lead:  # it ended without a question
                    self.told.insert(told_before, self._lead)
                self._lead = ""

    def _resumed(self, journey: Journey, instance: Instance) -> Resume:
        """Put the question again; after a while, or in another language, find everything out anew."""
        old = remembering.stale(instance, self.kit.context.now)
        if not old and instance.get("language", self.language) == self.language:
            return Resume()
        if purpose := said(journey.purpose, self.language):
            self._lead = words.say("reminder", self.language, purpose=purpose)
        return Resume(reminder=False, afresh=True)

    async def decided(self, instance: Instance, outcome: Outcome | None) -> None:
        """Go on after a person's decision on what a procedure had put before her."""
        journey = journey_of(self.kit, instance["journey"])
        self.kept = [one for one in self.kept if one["instance_id"] != instance["instance_id"]]
        if journey is None or instance["version"] != journey.version:
            return
        if outcome is not None:
            self.deeds.evidence.append(outcome["text"])
        event = Refused() if outcome is None else Performed(outcome)
        await self._carry(journey, instance, event)

    def admitted(self, journey: Journey) -> bool:
        """Say whether this customer is known surely enough; if not, ask her to sign in, and no more."""
        if LEVELS.index(self.kit.context.verification) >= LEVELS.index(journey.needs):
            return True
        self.told.append(say("sign_in", self.language))
        return False

    def report(self) -> Report:
        """Give what came of it."""
        question = self.question
        parts = [*self.told, question.text if question else ""]
        asked = (
            [Question(agent="transactions", slot=question.slot, text=question.text)]
            if question
            else []
        )
        if not question and hearing.asked_before(self.brief):
            asked = [q for q in self.brief["awaiting"] if q["agent"] == "transactions"]
        report = Report(
            agent=self.agent,
            text=" ".join(part for part in dict.fromkeys(parts) if part),
            about=self.about,
            by_model=False,
            evidence=self.deeds.evidence,
            slots=self.slots,
            asked=asked,
            buttons=list(question.buttons) if question else [],
            journey=[*([] if self.handoff else self.stack[:MAX_STACK]), *self.kept],
            approvals=self.deeds.approvals,
            tried=self.deeds.tried,
        )
        if self.handoff:
            report["handoff"] = self.handoff
        return report

    # Hearing

    def _guess(self, ask: Ask, instance: Instance) -> Answer | None:
        """Answer a question at once from the message itself, or from what is known from elsewhere."""
        if not self._hears or ask.slot == "confirm":
            return None
        guess = self._known.guesses.pop(ask.slot, None)
        if ask.options:
            text = hearing.words_of(self.brief)
            understanding = self.kit.understanding
            named = choosing.names(self.kit.journeys, self.language)
            chosen = choosing.meant(
                understanding, named, ask.options, text, self.language, ask.text
            )
            if chosen is not None:
                self._hears = not instance["options"][chosen].get("gone")
                return Answer(text, chosen=chosen)
            remembered = [one for one in instance["options"] if one["value"] == guess]
            if not remembered or choosing.missed(named, [known_by(remembered[0])], text):
                guess = None
        return Answer(values={ask.slot: guess}) if guess is not None else None

    async def _heard(self, journey: Journey, instance: Instance) -> Event:
        """Read the customer's words; she may also mean another of the choices than was taken."""
        event = hearing.answer(self.brief, self.kit, journey, instance)
        if not isinstance(event, Answer) or event.chosen is not None:
            return event
        if event.agreed is True:
            return self._agreed(journey, instance, event)
        aim = await aiming.named_instead(
            self.brief, self.kit, self.deeds.read, journey, instance, event
        )
        self._tell(aim.told)
        event = cast(Answer, aim.event)
        turned = await self._turned(journey, instance, event)
        if turned is None and instance["asked"] == "confirm" and _is_useless(event):
            look = self.deeds.read
            turned = await aiming.another_of_hers(self.brief, self.kit, look, journey, instance)
        return turned or event

    async def _turned(
        self, journey: Journey, instance: Instance, event: Answer
    ) -> Correct | Reopen | None:
        """Give the choice that she means instead of one that was taken."""
        for name in reversed(instance["slots"]):
            slot = journey.slots.get(name)
            if slot is None or slot.options is None or {name, instance["asked"]} & {*event.values}:
                continue
            if not hearing.may_correct(self.brief, journey, instance, name):
                continue
            listed = instance.get("offered", {}).get(name)
            if listed is None:
                read = hearing.options_call(slot, instance, self.language)
                found = await self.deeds.read(read)
                listed = choices_of(found.data, slot) if isinstance(found, Called) else []
            turned = hearing.corrected(self.brief, self.kit, journey, instance, name, listed)
            if isinstance(turned, Reopen):
                if hearing.means_other(self.brief["text"], self.language, journey, name):
                    self._known.apart[name] = [instance["slots"][name]]
                return turned
            if turned is not None:  # one of the choices: she means it for sure
                return Correct(name, turned)
        return None

    def _agreed(self, journey: Journey, instance: Instance, event: Answer) -> Event:
        """Take a yes, unless it names other choices than it would be to: "yes, but only the chair"."""
        for name, listed in instance.get("offered", {}).items():
            if not hearing.names_others(self.brief, instance, name, listed):
                continue
            turned = hearing.corrected(self.brief, self.kit, journey, instance, name, listed)
            if turned is not None:
                return turned if isinstance(turned, Reopen) else Correct(name, turned)
        return event

    # Doing

    async def _carry(self, journey: Journey, instance: Instance, event: Event | None) -> None:
        """Hand events to the interpreter and do what it wants, until it waits or ends."""
        now = self.kit.context.now
        for _ in range(MAX_ROUNDS):
            if event is None:
                break
            if isinstance(event, CallFailed) and event.retry:  # what she put right was not taken
                corrected = words.say("corrected", self.language)
                self.told = [one for one in self.told if one != corrected]
            instance, effects = interpret(journey, instance, event, now, self.language)
            try:
                event = await self._do(journey, instance, effects)
            except ToolNeedsVerification as refusal:
                self.told.append(str(refusal))
                self._learn(journey, instance)
                return
        else:
            self.handoff = f"the procedure {journey.journey} does not come to an end"
        self._learn(journey, instance)
        moved = {"language": self.language, "at": now.isoformat()}
        instance = cast(Instance, {**instance, **moved})
        if instance["state"] != "running":
            self.kept = remembering.with_ended(self.kept, instance)
            await self._pass_on(journey)
        elif not self.handoff:
            self.stack.insert(0, instance)

    async def _pass_on(self, ended: Journey) -> None:
        """Begin what a procedure that has ended names in its place, unless that has sent her here."""
        following, self._following = self._following, None
        self._left.add(ended.journey)
        if following is None or following.journey in self._left:
            return
        if (journey := self.kit.journeys.get(following.journey)) is not None:
            await self.begin(journey, following.values)

    async def _do(
        self, journey: Journey, instance: Instance, effects: list[Effect]
    ) -> Event | None:
        """Do effects in their order; give what happened, None when the customer is to speak."""
        for effect in effects:
            match effect:
                case Tell() | BringPerson() | Continue():
                    self._note(effect)
                case Ask():
                    guess = self._guess(effect, instance)
                    if guess is not None:
                        return guess
                    self._hears = False
                    self.question = replace(effect, text=f"{self._lead} {effect.text}".strip())
                    self._lead = ""
                case Read():
                    happened = await self.deeds.read(effect)
                    return await self._narrowed(happened, journey, instance)
                case Propose():
                    return await self.deeds.propose(effect, journey, instance)
                case Perform():
                    return await self.deeds.perform(effect.proposal)
                case AwaitDecision():
                    return None
        return None

    def _note(self, effect: Tell | BringPerson | Continue) -> None:
        """Keep what is to be said, or to follow, once the procedure has come to rest."""
        match effect:
            case Tell(text):
                self.told.append(text)
            case BringPerson(reason):
                self.handoff = reason
            case Continue():
                self._following = effect

    async def _narrowed(self, happened: Event, journey: Journey, instance: Instance) -> Event:
        """Leave out choices that she does not mean, and give what she names instead of them."""
        if not isinstance(happened, Called) or instance.get("waits_for") != "options":
            return happened
        kept = self._known.narrowed(happened, journey, instance)
        if not self._hears:
            return kept
        look = self.deeds.read
        aim = await aiming.aimed(
            self.brief, self.kit, look, kept, journey, instance, whole=happened
        )
        self._tell(aim.told)
        self._hears = not aim.open
        self.beyond = self.beyond or aim.beyond
        return aim.event

    def _tell(self, text: str) -> None:
        """Say something of our own before the next question."""
        if text:
            self.told.append(text)
            self.deeds.evidence.append(text)

    def _learn(self, journey: Journey, instance: Instance) -> None:
        """Share the slots of a procedure with everybody."""
        verification = self.kit.context.verification
        for name, value in instance["slots"].items():
            self.slots[name] = Slot(value=value, source=self.agent, verification=verification)
        if any(attaching.takes_attachment(slot) for slot in journey.slots.values()):
            self.slots |= attaching.used_attachment(self.brief, instance, verification)
        codes = remembering.entities(journey, instance)
        self.about = self.about or (codes[0] if codes else said(journey.purpose, self.language))


def _is_useless(event: Event) -> bool:
    """Say whether an answer gives nothing that was asked."""
    if not isinstance(event, Answer):
        return False
    return not event.values and event.agreed is None and event.chosen is None


def _same(before: Any, after: Any) -> bool:
    """Say whether two proposals would do the same at the same price."""
    told = ("tool", "arguments", "amount", "preview", "needs_approval")
    return bool(before and after) and all(before.get(key) == after.get(key) for key in told)


def journey_of(kit: Kit, name: str) -> Journey | None:
    """Give a journey by name, or the one that a tool of that name becomes."""
    if name in kit.journeys:
        return kit.journeys[name]
    return of_name(name, kit.tools.values(), kit.journeys)


__all__ = ["Course", "described", "journey_of"]
