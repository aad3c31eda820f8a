"""Do what a procedure wants: call what reads, preview what writes, execute what she said yes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agents import Brief, Kit
from core.errors import ToolError, ToolNeedsVerification, ToolRetry
from core.workspace import said
from core.written import money
from journeys import Instance, Journey, places, words
from journeys.events import Called, CallFailed, Event, Performed, Propose, Proposed, Read, Submitted
from tools import Preview, Proposal, Tool, approval_reason
from tools.calling import Repeats, call, preview
from tools.schemas import Misfit


@dataclass
class Deeds:
    """What one specialist's turn does outside, and what came of it."""

    brief: Brief
    kit: Kit
    approvals: list[Proposal] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    _repeats: Repeats = field(default_factory=Repeats)

    @property
    def language(self) -> str:
        """The language of the reply."""
        return self.brief["language"]

    async def read(self, effect: Read) -> Event:
        """Call a tool that reads.

        Raises:
            ToolNeedsVerification: she is not known surely enough; what to do is in its message.
        """
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
        self.evidence.append(result.text)
        return Called(result.text, result.data)

    def _call_failed(self, error: ToolError) -> CallFailed:
        message = words.say("refused", self.language) if isinstance(error, Misfit) else str(error)
        self.evidence.append(message)
        if isinstance(error, ToolRetry):
            return CallFailed(message, retry=True, argument=error.argument)
        return CallFailed(message)

    async def propose(self, effect: Propose, journey: Journey, instance: Instance) -> Event:
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

    async def perform(self, proposal: Proposal) -> Event:
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
        self.evidence.append(outcome["text"])
        return Performed(outcome)


def proposal_id(turn_id: str, tool: Tool, arguments: Mapping[str, Any]) -> str:
    """Give the id of a proposal: a turn that runs again makes the same, so nothing is done twice."""
    entity = ",".join(str(arguments.get(name, "")) for name in tool.entity)
    return f"{turn_id}:{tool.name}:{entity}"


def described(tool: str, arguments: Mapping[str, Any]) -> str:
    """Write a call in a few words."""
    return f"{tool}({', '.join(f'{name}={value}' for name, value in arguments.items())})"
