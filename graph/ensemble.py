"""One version of a workspace, ready to play: team, tools, journeys, offers, what it was trained on."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

import structlog

from agents import Evidence, Kit
from agents.catalog import Team, team
from core.errors import ToolError, WorkspaceError
from core.injected import injected, plain_data, without_orders
from core.settings import Settings
from core.workspace import Workspace
from decisions import deciding
from graph.context import Services, TurnContext
from graph.rehearsal import studio_services
from journeys import Journey
from journeys import loading as journeys_loading
from knowledge import Library, Passage, Search
from knowledge import answers as answers_loading
from knowledge.answers import Answer, Approved
from models import Models, Understanding
from tools import Context, Ledger, Outcome, Preview, Proposal, Result, Tool, Verification
from tools import loading as tools_loading

Say = Callable[[str], Awaitable[None]]
ECHOED = 2
"""Letters above which a word of an argument is looked for in what a tool answers to it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ensemble:
    """Everything of one version that does not change while a turn runs."""

    version: str
    workspace: Workspace
    settings: Settings
    team: Team
    tools: Mapping[str, Tool]
    journeys: Mapping[str, Journey]
    offers: tuple[deciding.Offer, ...]
    models: Models
    understanding: Understanding
    search: Search
    approved: Approved
    problems: tuple[str, ...] = ()
    """What could not be read; the rest works."""

    def in_studio(self, context: TurnContext | None) -> TurnContext:
        """Give the context, or in Studio, which has none, one whose writes reach nothing real."""
        given = context or TurnContext()
        return given if given.services else replace(given, services=studio_services(self.tools))

    def kit(
        self,
        context: TurnContext,
        *,
        turn_id: str,
        language: str,
        evidence: list[Evidence],
        say: Say | None = None,
    ) -> Kit:
        """Give a specialist what it works with; what tools and passages say is added to `evidence`."""
        services: Services = context.services
        return Kit(
            workspace=self.workspace,
            models=self.models,
            understanding=self.understanding,
            search=_recording(self.search, evidence),
            tools=_RecordedTools(self.tools, evidence),
            journeys=self.journeys,
            ledger=_RecordingLedger(services.ledger, evidence),
            context=self.tool_context(context, turn_id, language),
            catalog=self.team.members,
            approved=self.approved,
            memory=services.memory,
            say=say,
        )

    def tool_context(self, context: TurnContext, turn_id: str, language: str) -> Context:
        """Say to tools who is asking."""
        zone, services = self.workspace.zone, context.services
        verification: Verification = context.verification  # type: ignore[assignment]
        return Context(
            workspace_id=self.workspace.workspace_id,
            conversation_id=context.conversation_id,
            turn_id=turn_id,
            customer_id=context.customer_id,
            external_id=context.external_id,
            verification=verification,
            language=language,
            now=context.now.astimezone(zone),
            data_dir=services.data_dir or self.settings.data_dir,
            facts={
                key: str(value) for key, value in context.facts.items() if key == "name" and value
            },
        )


def load(
    workspace: Workspace,
    settings: Settings,
    models: Models,
    library: Library,
    *,
    strict: bool = True,
) -> Ensemble:
    """Read a workspace and train on it; slow (up to seconds), call it on a thread.

    With `strict` a wrong file is an error, as it should be at start-up; without, as on a running
    server, the rest is taken and the problems are listed.
    """
    from models.embedded import understanding

    version = workspace.version()
    tools, tool_problems = tools_loading.load(workspace, strict=strict)
    journeys, journey_problems = journeys_loading.load(workspace, tools, strict=strict)
    members = team(workspace, tools, journeys, strict=strict)
    examples = members.examples | {"question": library.questions()}
    offers = deciding.load(workspace)
    known = {*members.owners, "question"}
    if strict and (unknown := {name for offer in offers for name in offer.after} - known):
        raise WorkspaceError(
            f"{workspace.path / 'offers.yaml'}: {sorted(unknown)} in `after` are no intents; "
            f"there are {sorted(known)}."
        )
    slots = {name for journey in journeys.values() for name in journey.slots}
    answers, answer_problems = _answers(workspace, known, slots, strict=strict)
    return Ensemble(
        version=version,
        workspace=workspace,
        settings=settings,
        team=members,
        tools=tools,
        journeys=journeys,
        offers=offers,
        models=models,
        understanding=understanding.train(
            examples,
            languages=workspace.profile.languages,
            embedder=models.embedder,
            cache_dir=settings.data_dir / "cache",
            names=members.read_as,
        ),
        search=library,
        approved=Approved(answers, models.embedder),
        problems=(*tool_problems, *journey_problems, *members.problems, *answer_problems),
    )


def _answers(
    workspace: Workspace, intents: set[str], slots: set[str], *, strict: bool
) -> tuple[tuple[Answer, ...], list[str]]:
    """Give the approved answers; where they cannot be read, on a running server, none and why."""
    try:
        return answers_loading.load(workspace, intents, slots), []
    except WorkspaceError as error:
        if strict:
            raise
        return (), [str(error)]


class _RecordedTools(Mapping[str, Tool]):
    """Tools that keep what they say as evidence; one is wrapped when it is taken, for most never are."""

    def __init__(self, tools: Mapping[str, Tool], evidence: list[Evidence]) -> None:
        self._tools = tools
        self._evidence = evidence

    def __getitem__(self, name: str) -> Tool:
        return _recorded(self._tools[name], self._evidence)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._tools


def _recorded(tool: Tool, evidence: list[Evidence]) -> Tool:
    """Give the tool so that what it says is kept as evidence; a plain function stays one."""
    heard = partial(_heard, evidence=evidence)
    function = _watched(tool.function, heard)
    preview = _watched(tool.preview, heard) if tool.preview else None
    return replace(tool, function=function, preview=preview)


def _watched(function: Callable[..., Any], heard: Callable[[Any], Any]) -> Callable[..., Any]:
    """Give a tool's function so that `heard` takes in what it answers, and what it refuses with."""

    async def later(*args: Any, **kwargs: Any) -> Any:
        try:
            given: Any = function(*args, **kwargs)
            return heard(await given)
        except ToolError as refusal:
            heard(_without(str(refusal), kwargs))
            raise

    def at_once(*args: Any, **kwargs: Any) -> Any:
        try:
            return heard(function(*args, **kwargs))
        except ToolError as refusal:
            heard(_without(str(refusal), kwargs))
            raise

    return later if iscoroutinefunction(function) else at_once


def _without(refusal: str, arguments: Mapping[str, Any]) -> str:
    """Give a refusal without the arguments it repeats: a model chose them, so they prove nothing."""
    said = [str(value) for name, value in arguments.items() if name != "context"]
    words = {word for value in said for word in value.split() if len(word) > ECHOED}
    if not words:
        return refusal
    longest = sorted(map(re.escape, words), key=len, reverse=True)
    return re.sub("|".join(longest), "…", refusal, flags=re.IGNORECASE)


def _heard(answer: Any, *, evidence: list[Evidence]) -> Any:
    """Keep what a tool answers as evidence, without what gives orders to a model in it."""
    if isinstance(answer, Result):
        answer = replace(answer, text=without_orders(answer.text), data=plain_data(answer.data))
        evidence.append(
            Evidence(source="tool", text=answer.text, data=sorted(set(_values(answer.data))))
        )
    elif isinstance(answer, Preview):
        answer = replace(answer, text=without_orders(answer.text))
        evidence.append(Evidence(source="tool", text=answer.text, data=_values(answer.amount)))
    elif isinstance(answer, str):
        answer = without_orders(answer)
        evidence.append(Evidence(source="tool", text=answer))
    return answer


def _values(data: Any) -> list[str]:
    """Give the values in a tool's data, without their names: `refunded: false` says no "refunded"."""
    if isinstance(data, dict):
        return [value for part in data.values() for value in _values(part)]
    if isinstance(data, list | tuple):
        return [value for part in data for value in _values(part)]
    return [] if data is None or isinstance(data, bool) or data == "" else [str(data)]


@dataclass(frozen=True)
class _RecordingLedger:
    """A ledger whose outcomes are kept as evidence."""

    ledger: Ledger
    evidence: list[Evidence]

    async def perform(self, proposal: Proposal, context: Context) -> Outcome:
        outcome = await self.ledger.perform(proposal, context)
        outcome["text"] = without_orders(outcome["text"])
        self.evidence.append(
            Evidence(
                source="effect" if outcome["state"] == "done" else "tool",
                text=outcome["text"],
                data=[proposal["tool"].replace("_", " "), *_values(outcome["data"])],
            )
        )
        return outcome

    def done(self) -> list[str]:
        return self.ledger.done()


def _recording(search: Search, evidence: list[Evidence]) -> Search:
    """Give the search so that the passages it finds are kept as evidence.

    A passage that gives orders to a model is left out, and its whole article with it.
    """

    async def found(question: str, **wanted: Any) -> list[Passage]:
        passages = await search(question, **wanted)
        tampered = {
            passage["source_id"]
            for passage in passages
            if injected(passage["title"]) or injected(passage["text"])
        }
        if tampered:
            log.warning("article_gives_orders", sources=sorted(tampered))
        sound = [passage for passage in passages if passage["source_id"] not in tampered]
        evidence.extend(Evidence(source="passage", text="", passage=passage) for passage in sound)
        return sound

    return found
