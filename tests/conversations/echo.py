"""A small house to try the runner in: a graph that echoes, a till that counts, a workspace of two lines."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from operator import add
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, TypedDict

import sqlalchemy as sa
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

from channels import Inbound
from conversations import visitors
from conversations.live import Hub
from conversations.mailbox import Claim, claim
from conversations.runner import Runner
from conversations.tables import messages
from conversations.visitors import Taken, Visitor
from core.database import Database, Tx
from core.settings import Settings
from core.workspace import Workspace
from graph import action
from graph.saver import TurnSaver
from graph.turn import Live, PendingApproval, Reply, TurnRequest, TurnResult
from tools import Context, Ledger, Proposal, Result, Tool

W = "acme"


class Memory(TypedDict):
    """What the echo keeps between turns."""

    heard: Annotated[list[str], add]
    slot: str


def _hear(state: Memory) -> dict[str, Any]:
    return {"slot": state["heard"][-1]}


def _ask(state: Memory) -> dict[str, Any]:
    if "wait" in state["heard"][-1]:
        interrupt({"why": "asked"})
    return {}


def _graph(saver: TurnSaver) -> Any:
    graph = StateGraph(Memory)
    graph.add_node("hear", _hear)
    graph.add_node("ask", _ask)
    graph.add_edge(START, "hear")
    graph.add_edge("hear", "ask")
    graph.add_edge("ask", END)
    return graph.compile(checkpointer=saver)


async def memory(saver: TurnSaver, conversation_id: str) -> Any:
    """Give the state that a saver holds."""
    return await _graph(saver).aget_state({"configurable": {"thread_id": conversation_id}})


def till(path: Path, *, retry: Any = "never") -> Tool:
    """A tool that writes a line per call; its file says how often it really acted."""

    def pay(amount: float, *, context: Context) -> Result:
        """Pay."""
        with path.open("a") as book:
            book.write(f"{context.idempotency_key} {amount}\n")
        return Result(text=f"Paid {amount:.2f}.")

    schema = {
        "type": "object",
        "properties": {"amount": {"type": "number"}},
        "required": ["amount"],
    }
    return Tool(
        name="pay",
        description="Pay.",
        parameters=schema,
        function=pay,
        effect="write",
        retry=retry,
        needs="anonymous",
    )


class NoValues:
    """Finds no values in any text."""

    def entities(self, text: str, language: str, now: Any) -> list[dict[str, Any]]:
        return []


@dataclass
class EchoConductor:
    """Says back what it hears. `pay` in a message pays, `big` asks a person first, `wait` interrupts."""

    tools: dict[str, Tool] = field(default_factory=dict)
    before: Callable[[TurnRequest], Any] | None = None
    """Awaited in the middle of a run."""

    seen: list[TurnRequest] = field(default_factory=list)
    sentences: list[bool] = field(default_factory=list)

    @property
    def ensemble(self) -> Any:
        return SimpleNamespace(tools=self.tools, understanding=NoValues())

    async def conduct(
        self,
        request: TurnRequest,
        saver: TurnSaver,
        *,
        ledger: Ledger,
        live: Live | None = None,
        memory: Any = None,
    ) -> TurnResult:
        self.seen.append(request)
        text = " + ".join(message.text for message in request.messages) or request.event.get(
            "kind", ""
        )
        thread = {"configurable": {"thread_id": request.conversation_id}}
        await _graph(saver).ainvoke({"heard": [text]}, thread, durability="exit")
        if live is not None:
            self.sentences.append(await live.release(f"You said {text}"))
        if self.before is not None:
            await self.before(request)
        said, approvals = f"You said {text}.", []
        if "pay" in text and request.messages and not ledger.done():
            outcome = await ledger.perform(proposal(request), context(request))
            said += f" {outcome['state']}: {outcome['text']}"
        said += "".join(f" Already: {done}" for done in ledger.done())
        if "big" in text and request.messages:
            asked, own = proposal(request), TurnSaver()
            asked["proposal_id"] = f"big:{request.turn_id}"
            flow = replace_saver(own)
            await flow.ainvoke(
                {"proposal": asked}, {"configurable": {"thread_id": asked["proposal_id"]}},
                durability="exit",
            )  # fmt: skip
            expires = request.now + timedelta(hours=1)
            approvals = [PendingApproval(proposal=asked, rows=own.rows(), expires_at=expires)]
        wants = {"reason": "asked", "packet": {"summary": text}} if "person" in text else None
        return TurnResult(
            replies=[Reply(text=said, agent="echo")],
            language=request.language or "en",
            approvals=approvals,
            withdrawn=[one["approval_id"] for one in request.facts["pending_approvals"]]
            if "never mind" in text
            else [],
            cases=[{"case_id": f"K-{request.turn_id}", "kind": "complaint", "summary": text}]
            if "broken" in text
            else [],
            handoff=wants,
            record={"next": "reply", "agents": [{"agent": "echo"}], "calls": 1},
        )

    async def act(
        self, proposal: Proposal, decision: dict[str, Any], saver: TurnSaver, *,
        ledger: Ledger, context: Context,
    ) -> dict[str, Any]:  # fmt: skip
        thread: Any = {"configurable": {"thread_id": proposal["proposal_id"]}}
        return await action.drive(replace_saver(saver), thread, decision, ledger, context)


def replace_saver(saver: TurnSaver) -> Any:
    """Give the real action graph on a saver."""
    flow = action.build()
    flow.checkpointer = saver
    return flow


def proposal(request: TurnRequest) -> Proposal:
    """Give the write that a message asks for; its key does not change with the attempt."""
    return {
        "proposal_id": f"{request.turn_id}:pay",
        "tool": "pay",
        "arguments": {"amount": 5},
        "asked": "Shall I?",
        "preview": "pay 5.00",
        "turn_id": request.turn_id,
    }


def context(request: TurnRequest) -> Context:
    return Context(
        workspace_id=W,
        conversation_id=request.conversation_id,
        turn_id=request.turn_id,
        customer_id=request.customer_id,
        external_id=None,
        verification="anonymous",
        language="en",
        now=request.now,
        data_dir=Path(),
    )


@dataclass
class House:
    """Everything a test needs, on one database."""

    database: Database
    workspace: Workspace
    settings: Settings
    conductor: EchoConductor
    hub: Hub
    runner: Runner

    @property
    def book(self) -> Path:
        return self.settings.data_dir / "book"

    @property
    def paid(self) -> int:
        return len(self.book.read_text().splitlines()) if self.book.exists() else 0

    async def take(self, text: str, visitor: Visitor | None = None, message_id: str = "") -> Taken:
        return await self.database.writing(take, text, visitor or Visitor(), message_id)

    async def say(self, text: str, first: Taken | None = None, message_id: str = "") -> Taken:
        """Let a customer write, in the conversation of `first` if it is given."""
        return await self.take(text, Visitor(token=first.token) if first else None, message_id)

    async def claim(
        self, conversation_id: str, process_id: str = "me", lease_s: float = 15
    ) -> Claim:
        found = await self.database.writing(
            claim, W, conversation_id, process_id=process_id, lease_s=lease_s
        )
        assert found is not None
        return found


def take(tx: Tx, text: str, visitor: Visitor, message_id: str = "") -> Taken:
    message = Inbound(
        channel="webchat", account="web", address="", provider_message_id="", text=text
    )
    return visitors.take(tx, W, visitor, message, message_id)


def house(
    database: Database,
    folder: Path,
    *,
    retry: Any = "never",
    lease_s: float = 15,
    hub: Hub | None = None,
) -> House:
    """Build a house whose data are in `folder`."""
    path = folder / "acme"
    path.mkdir(exist_ok=True)
    (path / "workspace.yaml").write_text("id: acme\nname: Acme\nlanguages: [en, pt-BR]\n")
    settings = Settings(
        data_dir=folder,
        workspace=path,
        lease_s=lease_s,
        turn_timeout_s=5,
        _env_file=None,  # pyright: ignore[reportCallIssue]
    )
    conductor = EchoConductor(tools={"pay": till(folder / "book", retry=retry)})
    workspace, hub = Workspace(path), hub or Hub()
    runner = Runner(
        database=database,
        workspace=workspace,
        conductor=lambda: conductor,
        settings=settings,
        hub=hub,
        sweep_s=0.1,
    )
    return House(database, workspace, settings, conductor, hub, runner)


async def kept(home: House, count: int) -> None:
    """Wait until that many messages of customers are kept."""
    said = sa.select(sa.func.count()).where(messages.c.role == "customer")
    while await home.database.reading(lambda tx: tx.execute(said).scalar_one()) < count:
        await asyncio.sleep(0.01)
