"""What the interpreter is told (events) and what it wants done (effects)."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tools import Outcome, Proposal

# Events


@dataclass(frozen=True)
class Begin:
    """The journey starts, with what is known already."""

    values: dict[str, Any] = field(default_factory=dict)
    unsure: dict[str, list[Any]] = field(default_factory=dict)
    """Slots for which her words may mean one of two or three values."""


@dataclass(frozen=True)
class Answer:
    """The customer said something while a question was open."""

    text: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """Slots that her words give."""

    agreed: bool | None = None
    chosen: int | None = None
    """Which of the shown options she means, counted from 0."""

    unsure: dict[str, list[Any]] = field(default_factory=dict)
    """Slots for which her words may mean one of two or three values."""


@dataclass(frozen=True)
class Unable:
    """She cannot give what is asked, or not now."""


@dataclass(frozen=True)
class Called:
    """A call gave a result."""

    text: str
    data: dict[str, Any] = field(default_factory=dict)
    certain: bool = True
    """Of choices: whether a single one may be taken without a question."""


@dataclass(frozen=True)
class CallFailed:
    """A call, or the preview of a write, failed."""

    message: str
    retry: bool = False
    """The arguments can be mended: ask again."""

    argument: str = ""
    """Which of them, if that is known."""


@dataclass(frozen=True)
class Proposed:
    """A write was previewed; `asked` is still empty."""

    proposal: Proposal


@dataclass(frozen=True)
class Performed:
    """The write was executed, with this outcome."""

    outcome: Outcome


@dataclass(frozen=True)
class Submitted:
    """The write was put before a person."""


@dataclass(frozen=True)
class Correct:
    """The customer takes back what she said before."""

    slot: str
    value: Any


@dataclass(frozen=True)
class Cancel:
    """The customer drops the matter."""


@dataclass(frozen=True)
class Resume:
    """After something else: put the open question again."""

    reminder: bool = True
    """Say first what it was about."""

    afresh: bool = False
    """Find everything out again first: time has passed, or another language is spoken."""


@dataclass(frozen=True)
class Reopen:
    """What was taken for a slot is not what the customer meant; nor is it sure what she does mean."""

    slot: str
    unsure: list[Any] = field(default_factory=list)
    """The two or three values of which her words mean one; then the slot may have had none."""


@dataclass(frozen=True)
class Refused:
    """A person did not approve the write, or nobody decided in time, or the customer took it back."""


Event = (
    Begin
    | Answer
    | Unable
    | Called
    | CallFailed
    | Proposed
    | Performed
    | Submitted
    | Correct
    | Cancel
    | Resume
    | Reopen
    | Refused
)

# Effects


@dataclass(frozen=True)
class Tell:
    """Say something."""

    text: str


@dataclass(frozen=True)
class Ask:
    """Put a question and wait for an `Answer`."""

    slot: str
    """`confirm` for a yes or no to the proposal."""

    text: str
    buttons: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Labels to choose from; an answer gives the index."""


@dataclass(frozen=True)
class Read:
    """Call a tool that reads; come back with `Called` or `CallFailed`."""

    tool: str
    arguments: dict[str, Any]
    into: str | None


@dataclass(frozen=True)
class Propose:
    """Preview a write; come back with `Proposed` or `CallFailed`."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Perform:
    """The customer said yes to exactly this; come back with `Performed` or `Submitted`."""

    proposal: Proposal


@dataclass(frozen=True)
class AwaitDecision:
    """A person decides on the proposal; come back with `Performed` or `Refused`."""


@dataclass(frozen=True)
class BringPerson:
    """Hand over to a person."""

    reason: str


@dataclass(frozen=True)
class Continue:
    """Begin another journey in place of this one, which has ended."""

    journey: str
    values: dict[str, Any]
    """The slots that go with it."""


@dataclass(frozen=True)
class End:
    """The journey is over."""

    state: Literal["done", "cancelled", "failed", "handed_off"]


Effect = Tell | Ask | Read | Propose | Perform | AwaitDecision | BringPerson | Continue | End
