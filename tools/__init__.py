"""What agents may do outside: the contract of a tool.

A workspace's `tools/*.py` offers `tools`, a list of `Tool`, usually made with `@tool`:

    @tool(effect="write", needs="verified", entity=("visit_id",))
    def move_visit(visit_id: str, day: date, *, context: Context) -> Result:
        '''Move a visit to another day. ...'''

    tools = [move_visit]

The function may be plain or async. Its docstring is its description, its `Args:` describe the
parameters, its types become the JSON schema; `context` is injected and never a model's to choose.
A tool answers with a sentence that a customer can read, in `context.language`, and with data that
journeys read. It raises `ToolRetry` when the arguments can be mended and `ToolFailed` when not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NotRequired, Protocol, TypedDict

from core.workspace import Autonomy, Policies

Effect = Literal["read", "write"]
Verification = Literal["anonymous", "claimed", "verified", "strong"]
LEVELS: tuple[Verification, ...] = ("anonymous", "claimed", "verified", "strong")
"""How surely we know who is asking, weakest first."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """Who is asking, how surely we know it, and where; comes from the runtime, never from a model."""

    workspace_id: str
    conversation_id: str
    turn_id: str
    customer_id: str
    """Our key; tools of a back office want `external_id`."""

    external_id: str | None
    """The company's own number for this customer, if a verified identity gave it; else None."""

    verification: Verification
    language: str
    now: datetime
    """In the workspace's time zone."""

    data_dir: Path
    """Where a tool may keep files of its own."""

    idempotency_key: str = ""
    """The proposal's id while a write executes: the same key never acts twice."""

    facts: Mapping[str, str] = field(default_factory=dict)
    """What the customer is known by, such as `name`; may be put into texts."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a tool gives back: a sentence for the customer and data for the journey."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)
    """Plain JSON types."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a write would do, exactly: shown before it is confirmed or approved."""

    text: str
    """A clause that completes "I will ...", such as "move visit V-42 to 3 May at no cost"."""

    amount: float | None = None
    """Money that moves, held against the autonomy limit."""

    currency: str = "BRL"


Function = Callable[..., Result | Awaitable[Result]]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """Something an agent may do outside."""

    name: str
    description: str
    """From the docstring; models choose by it."""

    parameters: dict[str, Any]
    """JSON schema of the arguments, an object without `context`."""

    function: Function
    effect: Effect = "read"
    needs: Verification = "verified"
    """Least verification level at which it is called at all."""

    entity: tuple[str, ...] = ()
    """Arguments that say what a write is about; the identity of a direct write."""

    preview: Callable[..., Preview | Awaitable[Preview]] | None = None
    """Same arguments as the function; checks preconditions and raises `ToolFailed` if they fail."""

    retry: Literal["never", "key"] = "never"
    """`key`: calling again with the same `idempotency_key` is safe, so an unknown outcome is retried."""

    serves: frozenset[str] = frozenset()
    """Specialists that use it without a journey, such as `recommendation`; empty: `transactions`."""

    timeout_s: float = 10
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What customers say when they want this, per language: it routes without a journey."""

    purpose: Mapping[str, str] = field(default_factory=dict)
    """Completes "I can help you to ...", per language, where it stands for itself."""

    slots: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """How an argument is asked for where it stands for itself: fields of a journey's slot."""

    limit: Autonomy | None = None
    """How far the AI may go with it, beside the policies; the stricter one counts."""

    bank: bool | str | list[str] = True
    """What it learns from the starter bank besides its examples: see a journey's trigger."""

    office: str = ""
    """The back office that it belongs to: a specialist may name that for all of its tools, and what stands
    in for the house in a rehearsal has no copy of it."""


class Proposal(TypedDict):
    """A write that is about to be confirmed or approved; execution takes its arguments from here."""

    proposal_id: str
    tool: str
    arguments: dict[str, Any]
    asked: str
    """What the customer was asked or told, word for word."""

    preview: str
    amount: NotRequired[float | None]
    needs_approval: NotRequired[str | None]
    """Why a person must approve it; None: the customer's yes is enough."""

    turn_id: str


class Outcome(TypedDict):
    """What became of a write."""

    state: Literal["done", "failed", "unknown", "stopped"]
    """`stopped`: newer messages or a person came before it started; nothing was done."""

    text: str
    data: dict[str, Any]


class Ledger(Protocol):
    """Executes proposals, each at most once, and remembers what became of them."""

    async def perform(self, proposal: Proposal, context: Context) -> Outcome:
        """Execute the proposal, or give the outcome it had when it was executed before."""
        ...

    def done(self) -> list[str]:
        """Say what was already done for the messages of this turn, by a run that was dropped."""
        ...


def approval_reason(tool: Tool, preview: Preview | None, policies: Policies) -> str | None:
    """Say why a person must approve this write, or None."""
    limits = (policies.autonomy.get(tool.name), tool.limit)
    reasons = (_reason(tool, preview, limit) for limit in limits if limit is not None)
    return next((reason for reason in reasons if reason), None)


def _reason(tool: Tool, preview: Preview | None, limit: Autonomy) -> str | None:
    if tool.effect == "read" or limit.approval == "never":
        return None
    if limit.approval == "always":
        return f"{tool.name} always needs a person"
    amount = preview.amount if preview else None
    if limit.up_to is None:
        return None
    if amount is None:
        return f"{tool.name} has a limit of {limit.up_to:.2f}, and its amount is unknown"
    if amount > limit.up_to:
        return f"{amount:.2f} is above the limit of {limit.up_to:.2f} for {tool.name}"
    return None
