"""Carry out procedures: the interpreter says what it wants, and here it is done.

Reads are called, writes are proposed, and executed only as the proposal the customer said yes to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agents import Brief, Kit, Question, Report, Slot, hearing
from core.errors import ToolError, ToolNeedsVerification, ToolRetry
from core.workspace import said
from journeys import Instance, Journey, places, words
from journeys.asking import options_of
from journeys.direct import name_of, of_tool
from journeys.events import (
    Answer,
    Ask,
    Begin,
    BringPerson,
    Called,
    CallFailed,
    Effect,
    Event,
    Perform,
    Performed,
    Propose,
    Proposed,
    Read,
    Resume,
    Submitted,
    Tell,
)
from journeys.interpreter import interpret, new
from journeys.words import money
from tools import LEVELS, Preview, Proposal, Tool, approval_reason
from tools.calling import Repeats, call, preview, say
from tools.schemas import Misfit

MAX_ROUNDS = 40
"""Events for one message; more is a loop."""

MAX_STACK = 4
"""Procedures that are kept open at once; older ones are dropped."""


@dataclass
class Course:
    """One specialist's turn with procedures: what it was given, and what has come of it so far."""

    brief: Brief
    kit: Kit
    agent: str = "transactions"
    told: list[str] = field(default_factory=list)
    question: Ask | None = None
    stack: list[Instance] = field(default_factory=list)
    approvals: list[Proposal] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    about: str = ""
    handoff: str = ""
    _repeats: Repeats = field(default_factory=Repeats)
    _guesses: dict[str, Any] = field(default_factory=dict)
    """Values known from elsewhere, for slots whose choices have to be looked at first."""

    _hears: bool = False
    """Whether the message is still to be searched for an answer to what is asked next."""

    @property
    def language(self) -> str:
        """The language of the reply."""
        return self.brief["language"]

    # What may happen

    async def begin(self, journey: Journey, given: Mapping[str, Any] | None = None) -> None:
        """Start a procedure on top of those under way."""
        if not self.admitted(journey):
            return
        values = {**hearing.values(self.brief, self.kit, journey), **(given or {})}
        shared = hearing.shared(journey, self.brief["slots"], self.kit.tools)
        for name, value in shared.items():
            if name in values:
                continue
            if journey.slots[name].options:
                self._guesses[name] = value
            else:
                values[name] = value
        self.stack = [known for known in self.stack if known["journey"] != journey.journey]
        instance = new(journey, f"{self.brief['turn_id']}:{journey.journey}")
        instance["by"] = self.agent
        self._hears = True
        await self._carry(journey, instance, Begin(values))

    async def go_on(self) -> None:
        """Give the customer's words to the procedure that is under way."""
        instance = self.stack.pop(0)
        journey = journey_of(self.kit, instance["journey"])
        if journey is None:
            self.told.append(words.say("unavailable", self.language))
        elif not self.admitted(journey):
            return
        elif (
            instance["version"] != journey.version
        ):  # its steps have changed: begin again, knowing more
            await self.begin(journey, instance["slots"])
            return
        else:
            await self._carry(journey, instance, await self._heard(journey, instance))
        await self._resume()

    async def finish(self) -> None:
        """After a procedure has ended, put the question of the one beneath it."""
        await self._resume()

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
        report = Report(
            agent=self.agent,
            text=" ".join(part for part in dict.fromkeys(parts) if part),
            about=self.about,
            evidence=self.evidence,
            slots=self.slots,
            asked=[Question(agent="transactions", slot=question.slot, text=question.text)]
            if question
            else [],
            buttons=list(question.buttons) if question else [],
            journey=[] if self.handoff else self.stack[:MAX_STACK],
            approvals=self.approvals,
            tried=self.tried,
        )
        if self.handoff:
            report["handoff"] = self.handoff
        return report

    def _guess(self, ask: Ask, instance: Instance) -> Answer | None:
        """Answer a question at once from the message itself, or from what is known from elsewhere."""
        if not self._hears or ask.slot == "confirm":
            return None
        guess = self._guesses.pop(ask.slot, None)
        if ask.options:
            text = hearing.words_of(self.brief)
            chosen = hearing.meant(self.kit.understanding, ask.options, text, self.language)
            if chosen is not None:
                return Answer(text, chosen=chosen)
            offered = [option["value"] for option in instance["options"]]
            guess = guess if guess in offered else None
        return Answer(values={ask.slot: guess}) if guess is not None else None

    async def _heard(self, journey: Journey, instance: Instance) -> Event:
        """Read the customer's words; before a yes she may also mean another of the choices."""
        event = hearing.answer(self.brief, self.kit, journey, instance)
        if not isinstance(event, Answer) or instance["asked"] != "confirm" or event.agreed is True:
            return event
        for name, value in instance["slots"].items():
            options = journey.slots[name].options if name in journey.slots else None
            if options is None or name in event.values:
                continue
            known = {**instance["slots"], **instance["results"]}
            arguments = places.resolved(options.arguments, known, self.language)
            happened = await self._read(Read(options.call, arguments, None))
            listed = (
                options_of(happened.data.get(options.items), journey.slots[name])
                if isinstance(happened, Called)
                else []
            )
            labels = [str(option["label"]) for option in listed]
            chosen = hearing.meant(self.kit.understanding, labels, event.text, self.language)
            if chosen is not None and listed[chosen]["value"] != value:
                return replace(event, values={**event.values, name: listed[chosen]["value"]})
        return event

    # Doing

    async def _carry(self, journey: Journey, instance: Instance, event: Event | None) -> None:
        """Hand events to the interpreter and do what it wants, until it waits or ends."""
        for _ in range(MAX_ROUNDS):
            if event is None:
                break
            instance, effects = interpret(
                journey, instance, event, self.kit.context.now, self.language
            )
            try:
                event = await self._do(journey, instance, effects)
            except ToolNeedsVerification as refusal:
                self.told.append(str(refusal))
                self._learn(journey, instance)
                return
        else:
            self.handoff = f"the procedure {journey.journey} does not come to an end"
        self._learn(journey, instance)
        if instance["state"] == "running" and not self.handoff:
            self.stack.insert(0, instance)

    async def _do(
        self, journey: Journey, instance: Instance, effects: list[Effect]
    ) -> Event | None:
        """Do effects in their order; give what happened, None when the customer is to speak."""
        for effect in effects:
            match effect:
                case Tell(text):
                    self.told.append(text)
                case BringPerson(reason):
                    self.handoff = reason
                case Ask():
                    guess = self._guess(effect, instance)
                    if guess is not None:
                        return guess
                    self._hears = False
                    self.question = effect
                case Read():
                    return await self._read(effect)
                case Propose():
                    return await self._propose(effect, journey, instance)
                case Perform():
                    return await self._perform(effect.proposal)
        return None

    async def _read(self, effect: Read) -> Event:
        tool = self.kit.tools.get(effect.tool)
        if tool is None:
            return CallFailed(words.say("unavailable", self.language))
        made = described(effect.tool, effect.arguments)
        try:
            result = await call(tool, effect.arguments, self.kit.context, repeats=self._repeats)
        except ToolNeedsVerification:
            raise
        except ToolError as error:
            self.tried.append(f"{made}: {error}")
            return self._call_failed(error)
        self.tried.append(f"{made}: {result.text}")
        self.evidence += [result.text, str(result.data)]
        return Called(result.text, result.data)

    def _call_failed(self, error: ToolError) -> CallFailed:
        message = words.say("refused", self.language) if isinstance(error, Misfit) else str(error)
        self.evidence.append(message)
        if isinstance(error, ToolRetry):
            return CallFailed(message, retry=True, argument=error.argument)
        return CallFailed(message)

    async def _propose(self, effect: Propose, journey: Journey, instance: Instance) -> Event:
        """Preview a write and make the proposal that she is asked about."""
        tool = self.kit.tools.get(effect.tool)
        if tool is None:
            return CallFailed(words.say("unavailable", self.language))
        try:
            shown = await preview(tool, effect.arguments, self.kit.context)
        except ToolNeedsVerification:
            raise
        except ToolError as error:
            self.tried.append(f"{described(effect.tool, effect.arguments)}, preview: {error}")
            return self._call_failed(error)
        text = self._previewed(shown, effect, journey)
        proposal = Proposal(
            proposal_id=proposal_id(self.brief["turn_id"], tool, effect.arguments),
            tool=tool.name,
            arguments=effect.arguments,
            asked="",
            preview=text,
            amount=shown.amount if shown else None,
            needs_approval=self._needs_approval(tool, shown, instance.get("by", "")),
            turn_id=self.brief["turn_id"],
        )
        self.evidence.append(text)
        self.tried.append(f"{described(effect.tool, effect.arguments)}: proposed, {text}")
        return Proposed(proposal)

    def _needs_approval(self, tool: Tool, shown: Preview | None, by: str) -> str | None:
        """Say why a person must approve: the company's limits first, then those of who began it."""
        policies = self.kit.workspace.policies
        own = self.kit.catalog[by].autonomy if by in self.kit.catalog else {}
        stricter = policies.model_copy(update={"autonomy": dict(own)})
        return approval_reason(tool, shown, policies) or approval_reason(tool, shown, stricter)

    def _previewed(self, shown: Preview | None, effect: Propose, journey: Journey) -> str:
        """Say exactly what would be done, and what it costs."""
        if shown is None:
            values = ", ".join(
                places.written(value, self.language) for value in effect.arguments.values()
            )
            purpose = said(journey.purpose, self.language) or effect.tool.replace("_", " ")
            return f"{purpose} ({values})" if values else purpose
        text = words.clause(shown.text)
        if shown.amount and not words.names_amount(text, shown.amount):
            text = f"{text} ({money(shown.amount, shown.currency, self.language)})"
        return text

    async def _perform(self, proposal: Proposal) -> Event:
        """Execute what she said yes to, or put it before a person."""
        made = described(proposal["tool"], proposal["arguments"])
        if reason := proposal.get("needs_approval"):
            self.approvals.append(proposal)
            self.tried.append(f"{made}: waits for approval, {reason}")
            return Submitted()
        context = replace(self.kit.context, idempotency_key=proposal["proposal_id"])
        outcome = await self.kit.ledger.perform(proposal, context)
        tool = self.kit.tools.get(proposal["tool"])
        if outcome["state"] == "unknown" and tool is not None and tool.retry == "key":
            outcome = await self.kit.ledger.perform(proposal, context)
        self.tried.append(f"{made}: {outcome['state']}, {outcome['text']}")
        self.evidence += [outcome["text"], str(outcome["data"])]
        return Performed(outcome)

    async def _resume(self) -> None:
        """Go back to the procedure beneath, if nothing is being asked."""
        while self.stack and self.question is None and not self.handoff:
            instance = self.stack.pop(0)
            journey = journey_of(self.kit, instance["journey"])
            if journey is None or instance["version"] != journey.version:
                continue
            if instance["state"] == "running" and self.admitted(journey):
                await self._carry(journey, instance, Resume())

    def _learn(self, journey: Journey, instance: Instance) -> None:
        """Share the slots of a procedure with everybody."""
        verification = self.kit.context.verification
        for name, value in instance["slots"].items():
            self.slots[name] = Slot(value=value, source=self.agent, verification=verification)
        codes = [
            str(value)
            for name, value in instance["slots"].items()
            if name in journey.slots and "pattern" in journey.slots[name].schema_
        ]
        self.about = self.about or (codes[0] if codes else said(journey.purpose, self.language))


def journey_of(kit: Kit, name: str) -> Journey | None:
    """Give a journey by name, or the one that a tool of that name becomes."""
    if name in kit.journeys:
        return kit.journeys[name]
    tool = next((tool for tool in kit.tools.values() if name_of(tool) == name), None)
    return of_tool(tool, kit.journeys) if tool else None


def proposal_id(turn_id: str, tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Give the id of a proposal: a turn that runs again makes the same, so nothing is done twice."""
    entity = ",".join(str(arguments.get(name, "")) for name in tool.entity)
    return f"{turn_id}:{tool.name}:{entity}"


def described(tool: str, arguments: Mapping[str, Any]) -> str:
    """Write a call in a few words."""
    return f"{tool}({', '.join(f'{name}={value}' for name, value in arguments.items())})"
