"""The conversation's graph: how it is built, and `Conductor`, which runs one turn of it.

    perceive ─▶ intent, sentiment ─▶ supervisor ⇄ specialists
                                        │
                                     decide ─▶ compose ─▶ review ─▶ end
                                                             └────▶ handoff (interrupt) ─▶ perceive

`graph` is what LangGraph Studio opens: a factory, so that it follows the workspace's files. It has no
checkpointer; Studio brings its own, and a turn brings a `TurnSaver`.
"""

import asyncio
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from agents import Memory, intent
from core.privacy import Known
from graph import action, results, specialists, stages, studio
from graph.context import Services, TurnContext
from graph.ensemble import Ensemble
from graph.handing import handoff
from graph.picture import Picture, picture
from graph.saver import TurnSaver
from graph.state import Conversation
from graph.supervising import supervise_with
from graph.tracing import traced
from graph.turn import Live, TurnRequest, TurnResult, attached
from graph.unheard import unheard
from graph.voice import Voice
from models.usage import acting, metered
from models.veiling import veiled_for
from tools import Context, Ledger, Proposal

Compiled = CompiledStateGraph[Any, Any, Any, Any]

RECURSION_LIMIT = 40
"""Supersteps of one turn. LangGraph's own default is 10,007; the hop budget ends a turn long before."""


def build(ensemble: Ensemble, *, expanded: bool = False, joined: bool = False) -> Compiled:
    """Compile the graph for one version of a workspace, without a checkpointer.

    `expanded` lets pictures show the inside of specialists, at the cost of storing it; `joined` makes
    one node of stages that always follow each other (`graph.stages`).
    """
    graph = StateGraph(Conversation, context_schema=TurnContext)
    members = ensemble.team.members
    speaking = [name for name, member in members.items() if not member.perceives]
    stages.add_perceive(graph, ensemble, joined=joined)
    graph.add_node("supervisor", supervise_with(ensemble), destinations=(*speaking, "decide"))
    for name in speaking if joined else members:
        member = members[name]
        graph.add_node(
            name,
            specialists.node(name, member, ensemble, expanded=expanded),
            metadata={"purpose": member.purpose, "source": member.source},
        )
        graph.add_edge(name, "supervisor")
    stages.add_closing(graph, ensemble, joined=joined)
    graph.add_node("handoff", handoff)
    graph.add_edge(START, "perceive")
    return graph.compile(name="conversation")


class Conductor:
    """Runs turns and actions on one version of a workspace."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self.version = ensemble.version
        self._traced = ensemble.settings.tracing
        self._conversation = build(ensemble, joined=not self._traced)
        if not self._traced:
            unheard(self._conversation)
        self._action = action.build()

    @cached_property
    def picture(self) -> Picture:
        """This version's graph, to be drawn with a turn's path in it."""
        return picture(build(self.ensemble), self.ensemble.team.members, version=self.version)

    async def conduct(
        self,
        request: TurnRequest,
        saver: TurnSaver,
        *,
        ledger: Ledger,
        live: Live | None = None,
        memory: Memory | None = None,
    ) -> TurnResult:
        """Run one turn from the committed state in `saver`, and give all that the commit stores."""
        voice = Voice(live)
        context = _context(
            request, Services(ledger=ledger, voice=voice, now=request.now, memory=memory)
        )
        config = _thread(request.conversation_id)
        graph = _with(self._conversation, saver)
        path: list[str] = []
        with self._apart(request.conversation_id, request.known), metered() as usage:
            async for update in graph.astream(
                self._input(graph, config, request),
                config,
                context=context,
                stream_mode="updates",
                output_keys="turn",  # only who wrote is looked at here, not what
                durability="exit",
            ):
                path.extend(node for node in update if not node.startswith("__"))
            state: Any = saver.values()
            if not self._traced:
                path = stages.path(path, state, self.ensemble)
            approvals = [
                await self._begun(proposal, request) for proposal in results.proposals(state)
            ]
        return results.result(
            state, request, self.ensemble, approvals=approvals, path=path, usage=usage
        )

    async def second_opinion(
        self, text: str, language: str, *, conversation_id: str, known: Known, agent: str
    ) -> list[str] | None:
        """Ask the routing model what messages want, as a turn would; None: it gave nothing usable.

        What it costs is written down for `agent`. Nothing is changed, and no customer's record is read.
        """
        context = self.ensemble.in_studio(TurnContext(language=language))
        kit = self.ensemble.kit(context, turn_id=agent, language=language, evidence=[])
        with self._apart(conversation_id, known), metered(), acting(agent):
            return await intent.second_opinion(text, language, kit)

    @contextmanager
    def _apart(self, conversation_id: str, known: Known) -> Iterator[None]:
        """Keep what is known of a customer from models outside and from traces."""
        data_dir = self.ensemble.settings.data_dir
        with veiled_for(data_dir, conversation_id, known), traced(self._traced):
            yield

    def _input(self, graph: Compiled, config: RunnableConfig, request: TurnRequest) -> Any:
        """Give what starts the run: messages, an event, or the answer to a pending interrupt."""
        messages = [*_missed(request), *_said(request)]
        if request.event.get("kind") == "handback":
            pending = graph.get_state(config).interrupts
            if pending:
                return Command(resume={pending[0].id: request.event}, update={"messages": messages})
        return {"messages": messages, "event": request.event}

    async def _begun(self, proposal: Proposal, request: TurnRequest) -> tuple[Proposal, TurnSaver]:
        """Begin the thread on which a write waits for a person."""
        saver = TurnSaver()
        graph = _with(self._action, saver)
        await graph.ainvoke(
            {"proposal": proposal}, _thread(proposal["proposal_id"]), durability="exit"
        )
        return proposal, saver

    async def act(
        self,
        proposal: Proposal,
        decision: dict[str, Any],
        saver: TurnSaver,
        *,
        ledger: Ledger,
        context: Context,
    ) -> dict[str, Any]:
        """Carry out a person's decision on a proposal; give the event to tell the customer.

        Whatever state a crash left the action's thread in, this drives it on: a pending interrupt is
        resumed by its id, an unfinished step is run again.

        Raises:
            NotFound: the thread has no checkpoint; the action is lost and people must be told.
        """
        graph = _with(self._action, saver)
        known = Known(
            names=tuple(filter(None, [context.facts.get("name")])),
            accounts=tuple(filter(None, [context.external_id])),
        )
        with self._apart(context.conversation_id, known):
            return await action.drive(
                graph, _thread(proposal["proposal_id"]), decision, ledger, context
            )


def _with(graph: Compiled, saver: TurnSaver) -> Compiled:
    """Give the graph with a run's own saver; the compiled parts are shared."""
    own = copy.copy(graph)
    own.checkpointer = saver
    return own


def _thread(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}, "recursion_limit": RECURSION_LIMIT}


def _context(request: TurnRequest, services: Services) -> TurnContext:
    return TurnContext(
        turn_id=request.turn_id,
        conversation_id=request.conversation_id,
        message_ids=tuple(message.message_id for message in request.messages),
        workspace_id=request.workspace_id,
        customer_id=request.customer_id,
        external_id=request.external_id,
        verification=request.verification,
        channel=request.channel,
        language=request.language,
        facts=request.facts,
        services=services,
    )


def _said(request: TurnRequest) -> list[AnyMessage]:
    return [
        HumanMessage(
            message.text,
            id=message.message_id,
            additional_kwargs={"attachments": files} if (files := attached(message)) else {},
        )
        for message in request.messages
    ]


def _missed(request: TurnRequest) -> list[AnyMessage]:
    """Give what was said while a person held the conversation."""
    return [
        HumanMessage(said["text"], id=said["message_id"])
        if said["role"] == "customer"
        else AIMessage(said["text"], id=said["message_id"], name=said["role"])
        for said in request.missed
    ]


async def graph(config: RunnableConfig) -> Compiled:
    """Give the graph to LangGraph Studio, for the workspace as its files are now."""
    return await asyncio.to_thread(lambda: build(studio.ensemble(), expanded=True))
