"""A customer of the test clinic, held as the supervisor would hold her: slots, questions, procedures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agents import Brief, Kit, Question, Report, Respond, Slot, Specialist
from agents.transactions import respond as transactions
from core.workspace import Workspace
from graph.rehearsal import RehearsalLedger
from journeys import Instance, Journey
from journeys.loading import load as load_journeys
from knowledge import Passage
from models import Models, Understanding
from models.embedded import understanding
from models.embedded.chat import EmbeddedChatModel
from models.embedded.embedder import Lexical
from tools import Context, Outcome, Proposal, Tool, Verification
from tools.loading import load as load_tools

CLINIC = Path(__file__).parents[1] / "workspaces" / "clinica"
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Monday


@dataclass(frozen=True)
class Clinic:
    """The clinic, read and trained on."""

    workspace: Workspace
    tools: Mapping[str, Tool]
    journeys: Mapping[str, Journey]
    understanding: Understanding

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """What was done at the back office, oldest first: idempotency key and deed."""
        return self.tools["move_visit"].function.__wrapped__.__globals__["DONE"]  # type: ignore[attr-defined]


@cache
def clinic() -> Clinic:
    workspace = Workspace(CLINIC)
    tools, _ = load_tools(workspace)
    journeys, _ = load_journeys(workspace, tools)
    examples = {journey.trigger.intent: journey.trigger.examples for journey in journeys.values()}
    trained = understanding.train(
        examples, languages=workspace.profile.languages, embedder=Lexical()
    )
    return Clinic(workspace, tools, journeys, trained)


def embedded() -> Models:
    """Give the embedded model in every role."""
    chat = EmbeddedChatModel(languages=("pt-BR", "en"))
    return Models(
        route=chat, answer=chat, write=chat, judge=chat, embedded=chat, embedder=Lexical(),
        external=frozenset(),
    )  # fmt: skip


class Shelf:
    """A `knowledge.Search` over a few passages: those with a tag that is wanted."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def __call__(
        self,
        question: str,
        *,
        language: str,
        audience: str = "customer",
        tags: tuple[str, ...] = (),
        limit: int = 4,
    ) -> list[Passage]:
        self.asked.append((question, tags))
        return self.passages[:limit]


class Watched(RehearsalLedger):
    """A ledger that remembers what it was asked to execute, and may be told what happens."""

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        super().__init__(tools)
        self.performed: list[Proposal] = []
        self.outcomes: list[Outcome] = []
        self.before: list[str] = []

    async def perform(self, proposal: Proposal, context: Context) -> Outcome:
        self.performed.append(proposal)
        return self.outcomes.pop(0) if self.outcomes else await super().perform(proposal, context)

    def done(self) -> list[str]:
        return self.before


@dataclass
class Customer:
    """One customer's conversation."""

    patient: str | None = "P-1"
    language: str = "en"
    verification: Verification = "verified"
    respond: Respond = transactions
    models: Models = field(default_factory=embedded)
    search: Shelf = field(default_factory=Shelf)
    catalog: Mapping[str, Specialist] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    awaiting: list[Question] = field(default_factory=list)
    journey: list[Instance] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    turns: int = 0
    ledger: Watched = field(default_factory=lambda: Watched(clinic().tools))
    kit_changes: dict[str, Any] = field(default_factory=dict)

    async def wants(self, intent: str, text: str, **more: Any) -> Report:
        """Say what she wants."""
        return await self._turn("answer", text, intent=intent, **more)

    async def says(self, text: str, **more: Any) -> Report:
        """Answer the question that is open."""
        return await self._turn("continue", text, **more)

    async def hears(self, event: dict[str, Any]) -> Report:
        """Hear what happened meanwhile."""
        return await self._turn("event", "", event=event)

    async def _turn(self, goal: str, text: str, **more: Any) -> Report:
        self.turns += 1
        home = clinic()
        brief = Brief(
            turn_id=f"c1:{self.turns}", step="s", agent="transactions", goal=goal, why="",
            text=text, intent=more.get("intent", ""), language=self.language,
            history=[{"role": "customer", "text": more.get("message", text)}],
            signals={"language": self.language, "intents": [], "sentiment": 0.0, "urgent": False,
                     "complaint": False, "wants_person": False, "entities": []},
            slots=self.slots, awaiting=self.awaiting, journey=self.journey, reports=[],
            event=more.get("event", {}), facts=self.facts, alone=True,
            done=self.ledger.done(), given=[], attachments=more.get("attachments", []),
        )  # fmt: skip
        kit = Kit(
            workspace=home.workspace, models=self.models, understanding=home.understanding,
            search=self.search, tools=home.tools, journeys=home.journeys, ledger=self.ledger,
            context=self._context(brief["turn_id"]), catalog=self.catalog, say=self._show,
        )  # fmt: skip
        report = await self.respond(brief, replace(kit, **self.kit_changes))
        self.slots = {**self.slots, **report.get("slots", {})}
        self.awaiting = report.get("asked", self.awaiting)
        self.journey = report.get("journey", self.journey)
        return report

    async def _show(self, sentence: str) -> None:
        self.shown.append(sentence)

    def _context(self, turn_id: str) -> Context:
        return Context(
            workspace_id="clinica", conversation_id="c1", turn_id=turn_id, customer_id="k1",
            external_id=self.patient if self.verification in ("verified", "strong") else None,
            verification=self.verification, language=self.language, now=NOW, data_dir=Path(),
        )  # fmt: skip


def passages(*texts: str) -> Sequence[Passage]:
    """Make passages of texts."""
    return [
        Passage(
            passage_id=f"p{number}",
            source_id="s",
            title=f"Preparing › part {number}",
            text=text,
            language="en",
            url=f"https://clinic.example/{number}",
            score=0.9,
        )
        for number, text in enumerate(texts, 1)
    ]
