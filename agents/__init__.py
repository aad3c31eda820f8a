"""Specialists: each reads a `Brief` and gives a `Report`, and knows nothing of the conversation's state.

A module of this folder joins by offering `agent`; its examples and prompt stand in Markdown of the
same name beside it. A workspace adds specialists as `agents/*.md`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NotRequired, Protocol, TypedDict

from core.workspace import Autonomy, Workspace
from journeys import Instance, Journey
from knowledge import Passage, Search
from models import Models, Understanding
from models.embedded.bank import Switch
from tools import Context, Ledger, Proposal, Tool

if TYPE_CHECKING:
    from knowledge.answers import Approved


class Slot(TypedDict):
    """Something learned about the customer or her matter, shared by all specialists and channels."""

    value: Any
    source: str
    """Who wrote it: an agent's name, `profile`, `person`."""

    verification: str
    about: NotRequired[str]
    """Her words beside a file that she sent."""


class Intent(TypedDict):
    """One thing the customer wants, as understood from her words."""

    name: str
    confidence: float
    """0 to 1, calibrated."""

    text: str
    """The clause that says it."""


class Signals(TypedDict):
    """What was understood from the waiting messages."""

    language: str
    intents: list[Intent]
    """In the order they were said; `[]` when nothing was recognised."""

    earlier: NotRequired[str]
    """Her message before these, where only both together tell what she wants."""

    scene: NotRequired[bool]
    """Whether they only tell what led up to something: "I opened the box"."""

    lane: NotRequired[float]
    """How surely the embedded reading was taken, 0 to 1, where a paid routing model was not asked."""

    sentiment: float
    """-1 (angry) to 1 (delighted)."""

    urgent: bool
    complaint: bool
    """Whether she blames the company or its people, with or without the wish that a case be opened."""

    opted_out: NotRequired[bool]
    """Whether she has said, in this conversation, that she wants no promotions."""

    wants_person: bool
    entities: list["Entity"]


class Entity(TypedDict):
    """A value found in the text."""

    kind: str
    """`order`-like numbers are `code`; also `email`, `phone`, `cpf`, `cnpj`, `cep`, `card`, `iban`, `money`,
    `number`, `date` (ISO), `time` (`HH:MM`) and `period` (ISO `start/end`, both days included)."""

    value: Any
    text: str
    """As written."""

    currency: NotRequired[str]
    """Of money whose currency is said: ISO 4217."""

    doubt: NotRequired[str]
    """Why nobody could be sure of the value, which then is not to be relied on."""

    readings: NotRequired[list[Any]]
    """What a doubtful text may mean, likeliest first."""


class Question(TypedDict):
    """Something we asked and wait for."""

    agent: str
    slot: str
    """What the answer is for; `confirm` for a yes or no."""

    text: str


class Citation(TypedDict):
    """Where a statement comes from."""

    passage_id: str
    title: str
    url: str
    quote: str
    """The sentence of the passage that says so."""


class Evidence(TypedDict):
    """Something a reply may rest on, and whose word it is."""

    source: Literal["passage", "tool", "effect", "company"]
    """`effect`: a write that was done in this turn; `company`: the product's and people's own sentences."""

    text: str
    """Worded for customers."""

    data: NotRequired[list[str]]
    """Values that a tool gave beside its sentence."""

    passage: NotRequired[Passage]


class Said(TypedDict):
    """One earlier utterance."""

    role: Literal["customer", "ai", "person"]
    text: str


class Remembered(TypedDict):
    """Something that was said earlier in this conversation, on the customer's own channel."""

    message_id: str
    sequence: int
    role: Literal["customer", "ai", "person"]
    by: str
    """Name of the person, or of the specialist, who said it; empty for the customer."""

    text: str
    language: str
    said_at: float | None
    """Seconds since 1970; None where it is not known."""


class Memory(Protocol):
    """What was said in this conversation beyond the window; costs the same however long it is."""

    async def __call__(self, terms: Sequence[str] = ()) -> list[Remembered]:
        """Give the beginning, the newest, and what holds one of `terms` with what stands beside it.

        A term is a stem or `=meaning` (`knowledge.reading.terms`), or the kind of a value as `#code`. In
        the order in which it was said; what this turn answers is left out.
        """
        ...

    async def summary(self) -> dict[str, Any]:
        """Give matters, facts, promises and open points, each quoted with its message's id."""
        ...


class Brief(TypedDict):
    """What the supervisor hands a specialist: all it may know, and why it was chosen."""

    turn_id: str
    step: str
    """Names this part of the plan; the report is kept under it."""

    agent: str
    goal: str
    """`perceive`, `answer`, `continue` (it asked, this is the reply), `event` (something happened),
    `remind` (put the open question again), `drop` (she takes a wish back), `instead` (she wants another
    in its place), `withdraw` (she takes back what awaits approval), `decision` (what became of it),
    `outcome` (was it done), `deeds` (all that was), `regret` (it was, and she wishes it had not been),
    `amend` (it was, and she puts right what she had told us), `aside` (she asks about what is proposed to
    her); `engagement` knows a few more."""

    why: str
    text: str
    """The customer's words this is about: a clause, or all of the waiting messages."""

    intent: str
    language: str
    history: list[Said]
    signals: Signals
    slots: dict[str, Slot]
    awaiting: list[Question]
    journey: list[Instance]
    """Procedures under way, the current one first, interrupted ones after it; then those that wait for
    a person or have ended, newest first."""

    attachments: NotRequired[list[dict[str, str]]]
    """Files that came with the waiting messages, `{name, type}`; a name is the customer's own text."""

    reports: list["Report"]
    """What other specialists said in this turn."""

    event: dict[str, Any]
    """What happened, when the turn was not started by a customer's words; else `{}`."""

    facts: dict[str, Any]
    """Read for this turn: `name`, `verification`, `open_cases`, `promises`, `owner`, `first_turn`, and
    `handed_back`: what people left, `[{did, promised, by, at, about}]`, oldest first."""

    alone: bool
    """Whether it is the only one to speak in this turn: then it may show sentences as it goes."""

    done: list[str]
    """What was already done for these messages; not to be done or proposed again."""

    given: list[str]
    """Names of the state keys this was made from; the turn record shows them."""


class Report(TypedDict):
    """What a specialist hands back; only `agent` and `text` are always there."""

    agent: str
    text: str
    """What to tell the customer, in the brief's language; empty: nothing to say."""

    about: NotRequired[str]
    """What the text answers, in two or three words ("claim 42"): named when there are two."""

    citations: NotRequired[list[Citation]]
    by_model: NotRequired[bool]
    """Whether a model worded the text: then the review holds each of its sentences against what it
    rests on. Left out: whether a paid model was called for it."""

    evidence: NotRequired[list[str]]
    """Sentences of the company and its people that the text rests on, never the customer's own words.
    What passages, tools and effects say is recorded without this."""

    rests_on: NotRequired[list[Evidence]]
    """All that the text rests on; filled in by the graph."""

    answers: NotRequired[str]
    """The customer's words that it is about; filled in by the graph."""

    signals: NotRequired[dict[str, Any]]
    """Part of `Signals`, from the specialists that perceive."""

    slots: NotRequired[dict[str, Slot]]
    asked: NotRequired[list[Question]]
    """What this specialist now waits for; replaces what it waited for before."""

    buttons: NotRequired[list[str]]
    journey: NotRequired[list[Instance]]
    """The procedures under way now, current one first; replaces what was there."""

    approvals: NotRequired[list[Proposal]]
    """Writes that a person must approve; each goes on a thread of its own."""

    withdrawn: NotRequired[list[str]]
    """Ids of pending approvals that the customer takes back."""

    case: NotRequired[dict[str, Any]]
    """A case to open or to add to: `{kind, summary, subject}`."""

    handoff: NotRequired[str]
    """Why a person must take over."""

    unanswered: NotRequired[str]
    """Why it could not help; the supervisor tries another or offers a person."""

    doubtful: NotRequired[bool]
    """Whether she may have wanted to know something else; the reply then ends with that question."""

    given: NotRequired[list[str]]
    """The state keys its brief was made from; filled in by the graph."""

    tried: NotRequired[list[str]]
    """Calls made, each in a few words with its outcome, for the record and for other specialists."""


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What a specialist works with in this turn."""

    workspace: Workspace
    models: Models
    understanding: Understanding
    search: Search
    tools: Mapping[str, Tool]
    journeys: Mapping[str, Journey]
    ledger: Ledger
    context: Context
    catalog: Mapping[str, "Specialist"] = field(default_factory=dict)
    approved: "Approved | None" = None
    """What people have agreed to say; None: nothing."""

    memory: Memory | None = None
    """None where there is no transcript, as in Studio: then the brief's history is all."""

    say: Callable[[str], Awaitable[None]] | None = None
    """Shows a finished sentence at once, provisionally; None when several specialists speak."""


class Respond(Protocol):
    """Reads its brief and reports."""

    async def __call__(self, brief: Brief, kit: Kit) -> Report: ...


@dataclass(frozen=True, kw_only=True)
class Specialist:
    """One member of the team."""

    purpose: str
    """One sentence; the supervisor routes by it and the console shows it to people."""

    respond: Respond
    intents: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """What customers say that this one answers: intent, then language, then examples."""

    bank: Mapping[str, Switch] = field(default_factory=dict)
    """What an intent learns from the starter bank, where it is not the bank's intent of its name."""

    perceives: bool = False
    """Runs before the supervisor and speaks to nobody."""

    prompt: str = ""
    tools: tuple[str, ...] = ()
    """Tools it may use; a workspace's specialist names them."""

    tags: tuple[str, ...] = ()
    """Knowledge it is confined to; empty: all."""

    autonomy: Mapping[str, Autonomy] = field(default_factory=dict)
    """Limits of its own for tools that write, beside the policies'; the stricter one counts."""

    source: str = ""
    """File it comes from, as shown to people."""
