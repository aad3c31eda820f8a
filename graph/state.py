"""What a conversation's checkpoint holds: a glossary. Node names and these keys are public API.

Facts that others can change (an open complaint, consent, the owner) are not here: they are read for
each turn and come with the `TurnContext`.
"""

from collections.abc import Collection
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages

from agents import Brief, Citation, Evidence, Question, Report, Signals, Slot
from journeys import Instance


class Turn(TypedDict):
    """The run under way."""

    turn_id: str
    message_ids: list[str]
    """The customer's messages that this turn answers."""

    hops: int
    """Specialists called so far."""

    halted: str
    """Why the turn was cut short, or empty."""


class Step(TypedDict):
    """One specialist's part in the plan."""

    key: str
    """Agent, and a number when it has several parts in one turn; names its report."""

    agent: str
    goal: str
    why: str
    text: str
    intent: str
    rejected: list[str]
    """Who else was considered, and why not."""

    state: Literal["next", "running", "done"]


class Dropped(TypedDict):
    """A sentence that the review did not let through as it was."""

    sentence: str
    reason: str
    mended: NotRequired[str]
    """What went out in its place."""


class Part(TypedDict):
    """A piece of a reply that one hand worded."""

    text: str
    lead: str
    """What stands between it and the piece before."""

    question: str
    """The customer's words that it answers; empty where it answers none."""

    by_model: bool


class Draft(TypedDict):
    """The one reply of this turn, on its way out."""

    text: str
    agent: str
    citations: list[Citation]
    buttons: list[str]
    parts: list[Part]
    """What the text is made of, until it is reviewed."""

    evidence: list[Evidence]
    """What it may rest on, until it is reviewed."""

    dropped: list[Dropped]


def by_step(left: dict[str, Report], right: dict[str, Report]) -> dict[str, Report]:
    """Join reports by step; a later report of the same step replaces the earlier."""
    return {**left, **right}


class Conversation(TypedDict):
    """The checkpointed state of one conversation; the thread's id is the conversation's."""

    messages: Annotated[list[AnyMessage], add_messages]
    """A window of what was said, 20 to 40 messages; the transcript has all."""

    turn: NotRequired[Turn]
    event: NotRequired[dict[str, Any]]
    """What started this turn, when it was not a customer's message; else `{}`."""

    signals: NotRequired[Signals]
    plan: NotRequired[list[Step]]
    reports: NotRequired[Annotated[dict[str, Report], by_step]]
    """What specialists reported in this turn, by step."""

    awaiting: NotRequired[list[Question]]
    """What we asked and who asked it; the next message goes back to the first."""

    slots: NotRequired[dict[str, Slot]]
    """What was learned, shared by all specialists and all channels."""

    journey: NotRequired[list[Instance]]
    """Procedures under way, the current one first, interrupted ones after it."""

    decision: NotRequired[dict[str, Any]]
    draft: NotRequired[Draft | None]
    handoff: NotRequired[dict[str, Any]]
    """`{reason, packet}` while a person is wanted; `{}` otherwise."""

    offered: NotRequired[list[str]]
    """Ids of the offers made in this conversation."""

    notice_due: NotRequired[bool]
    """A person spoke last: the next reply says that an AI is speaking again."""

    misses: NotRequired[int]
    """Turns in a row that could not be answered."""


class Assignment(TypedDict):
    """What a specialist's subgraph takes in."""

    brief: Brief


class Findings(TypedDict):
    """What a specialist's subgraph gives back; disjoint from what it takes in, so nothing is echoed."""

    reports: Annotated[dict[str, Report], by_step]


class Work(Assignment, Findings):
    """The inside of a specialist's subgraph."""


SPEAKERS = {"human": "customer", "ai": "ai"}


def said(messages: list[AnyMessage]) -> list[dict[str, str]]:
    """Give the window as roles and texts; a person's words carry the name `person`."""
    return [
        {
            "role": "person" if message.name == "person" else SPEAKERS.get(message.type, "ai"),
            "text": message.content if isinstance(message.content, str) else message.text,
        }
        for message in messages
    ]


def waiting(messages: list[AnyMessage], ids: Collection[str] = ()) -> list[AnyMessage]:
    """Give the messages with these ids; without ids, those at the end that nobody has answered."""
    if ids:
        return [message for message in messages if message.id in ids]
    count = 0
    for message in reversed(messages):
        if message.type != "human":
            break
        count += 1
    return messages[len(messages) - count :]


def signals_of(state: Conversation) -> Signals:
    """Give the signals; `perceive` has set them before anybody else runs."""
    return state.get("signals") or UNREAD


def turn_of(state: Conversation) -> Turn:
    """Give the run under way; `perceive` has begun it before anybody else runs."""
    return state.get("turn") or NO_TURN


NO_TURN = Turn(turn_id="", message_ids=[], hops=0, halted="")
UNREAD = Signals(
    language="",
    intents=[],
    sentiment=0.0,
    urgent=False,
    complaint=False,
    opted_out=False,
    wants_person=False,
    entities=[],
)
