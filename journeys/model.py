"""The journey language: what a `journeys/*.yaml` file may say.

    journey: move_visit
    version: 1
    purpose: {pt-BR: remarcar uma visita, en: move a visit to another day}
    needs: verified                       # anonymous | claimed | verified | strong
    trigger:
      intent: move_visit
      examples: {pt-BR: [...], en: [...]}
      bank: move_appointment              # the starter bank's intent that it learns from as well
    slots:
      visit_id:
        schema: {type: string, pattern: "V-[0-9]{2}"}
        ask: {pt-BR: "Qual visita?", en: "Which visit?"}
        options: {call: my_visits, items: visits, value: visit_id, label: label}
      day:
        schema: {type: string, format: date}
        ask: {pt-BR: "Para que dia?", en: "To which day?"}
      reason:
        schema: {type: string, enum: [ill, travelling]}
        labels: {ill: {pt-BR: "estou doente", en: "I am ill"}}
        ask: {...}
        required: false                   # taken if said, never asked
    steps:
      - {id: which, collect: visit_id}
      - {id: look, call: visit, with: {visit_id: $visit_id}, into: visit}
      - id: still
        branch:
          - {when: "visit.state in ['done', 'missed']", go: too_late}
          - {go: when}
      - {id: when, collect: day}
      - {id: ask, confirm: move_visit, with: {visit_id: $visit_id, day: $day}, into: moved}
      - {id: told, say: "$moved.text", go: end}
      - {id: too_late, say: {pt-BR: "...", en: "..."}, go: end}

Steps run from top to bottom; `go` jumps to a step id, or to `end`. `$name`, `$name.field` in `with`
and in texts is a slot's value or a field of a call's data; `$name.text` is the sentence the tool gave.
`confirm` names a tool that writes: it is previewed, shown to the customer, executed after her yes
(or put before a person, when the workspace's policies say so) and its outcome lands in `into`; a
sentence of the tool that no text mentions is said by itself. Going back by `go` to a `collect` that was
passed asks for its slot again. `pass_on: other_journey` ends here and begins another journey with the
same slots, where that does what she wants as things are. Conditions: see `journeys.conditions`.

When a person has to approve a `confirm`, the steps after it run once she has: the customer hears that it
was sent, then what was decided and whatever the steps after it say or ask. After a rejection, an expiry
or a withdrawal they do not run. A slot of `schema: {type: string, format: attachment}` takes the name of
a file that the customer sends. `regretted` is what can still be done after the procedure was carried
out, told to a customer who wishes it had not been; `undo` names the procedure that undoes it.
`excludes` names the procedures that are let go of when she wants this one for the same thing instead;
`tells_of` those that a look-up tells the outcome of; `stands` the look-up which tells whether this one was
done, for who asks that without having had it done here.
"""

from functools import cached_property
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from core.workspace import Text
from tools import Proposal, Verification


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Options(_Part):
    """Where the possible values of a slot come from, so that "my last one" can be understood."""

    call: str
    """A tool that reads; called without arguments, or with `with`."""

    arguments: dict[str, Any] = Field(default={}, alias="with")
    items: str
    """Field of its data that holds the list, newest first."""

    value: str
    """Field of an item that is the slot's value."""

    label: str
    """Field of an item that a customer recognises it by; "everything" stands for all the others."""

    gone: str = ""
    """Field of its data that lists, in the same form, what there is but cannot be had now."""

    also: str = ""
    """Field of an item with more of her words for it, such as what is in a parcel; never shown."""

    alone: bool = False
    """Whether it can be about these alone: another thing that was spoken of last is then not meant."""


class Called(_Part):
    """What customers call some of the values of a slot, besides their labels."""

    words: Text
    """Words of a language, several with a semicolon between: `"doctor; physician"`."""

    mean: Annotated[list[str], Field(min_length=1)]
    """The values that may be meant."""


class Slot(_Part):
    """A value that the journey needs."""

    schema_: dict[str, Any] = Field(default={"type": "string"}, alias="schema")
    """JSON schema of the value; `format: date` and `pattern` guide its recognition in text."""

    ask: Text = {}
    """The question, per language."""

    labels: dict[str, Text] = {}
    """How customers call the values of an `enum`."""

    things: bool = False
    """Whether the values of its `enum` are the kinds of things that customers have: who names one of
    them, in any procedure, means no other."""

    called: list[Called] = []
    """More words for its values."""

    options: Options | None = None
    required: bool = True
    """An optional slot is taken when it is said and never asked for."""

    default: Any = None


class _Step(_Part):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    go: str | None = None
    """The step after this one; none: the next in the file; `end`: no further."""


class Collect(_Step):
    """Ask until the slot has a value."""

    collect: str


class Call(_Step):
    """Call a tool that reads."""

    call: str
    arguments: dict[str, Any] = Field(default={}, alias="with")
    into: str | None = None
    failed: str | None = None
    """Step to go to when the tool fails; none: its message is said and the journey ends."""


class When(_Part):
    """One way on."""

    when: str | None = None
    """A condition over slots and results; none: otherwise."""

    go: str


class Branch(_Step):
    """Go on at the first condition that holds."""

    branch: Annotated[list[When], Field(min_length=1)]


class Confirm(_Step):
    """Propose a write, execute it after the customer's yes or a person's approval."""

    confirm: str
    arguments: dict[str, Any] = Field(default={}, alias="with")
    into: str | None = None
    ask: Text = {}
    """Replaces the standard question; `$preview` is what will be done."""

    declined: str | None = None
    """Step to go to after a no; none: it is dropped politely and the journey ends."""

    failed: str | None = None


class Say(_Step):
    """Say something."""

    say: Text | str


class HandOff(_Step):
    """Bring a person in."""

    hand_off: Text | str
    """Why, for the person who takes over."""


class PassOn(_Step):
    """End here, and begin another journey that does what she wants as things are.

    Slots of the same name go with it.
    """

    pass_on: str
    """The other journey; one that was left in the same turn is not begun again."""


Step = Collect | Call | Branch | Confirm | Say | HandOff | PassOn
_KINDS = ("collect", "call", "branch", "confirm", "say", "hand_off", "pass_on")


def _kind(step: Any) -> str | None:
    """Tell the kind of a step by the word it has, so that a mistake is reported once, not per kind."""
    known = step if isinstance(step, dict) else vars(step)
    return next((kind for kind in _KINDS if kind in known), None)


_ReadStep = Annotated[
    Annotated[Collect, Tag("collect")]
    | Annotated[Call, Tag("call")]
    | Annotated[Branch, Tag("branch")]
    | Annotated[Confirm, Tag("confirm")]
    | Annotated[Say, Tag("say")]
    | Annotated[HandOff, Tag("hand_off")]
    | Annotated[PassOn, Tag("pass_on")],
    Discriminator(
        _kind,
        custom_error_type="step",
        custom_error_message="a step needs one of: collect, call, branch, confirm, say, hand_off, pass_on",
    ),
]


class Trigger(_Part):
    """What starts the journey."""

    intent: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    examples: dict[str, list[str]] = {}
    """What customers say when they want this, per language."""

    bank: bool | str | list[str] = True
    """What it learns from the starter bank besides: the intent of its own name (if there is one), others
    by name, or with `false` nothing; it is then told apart from what the bank knows, however near."""


class Journey(_Part):
    """A procedure."""

    journey: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = 1
    purpose: Text
    """Completes "I can help you to ...", per language."""

    needs: Verification = "verified"
    trigger: Trigger
    slots: dict[str, Slot] = {}
    by_number: bool = False
    """Whether who writes a number of this kind, and no more, wants this look-up."""

    excludes: list[str] = []
    """Procedures that make no sense beside it for the same thing: beginning it lets go of them."""

    tells_of: list[str] = []
    """Procedures whose outcome it looks up: while one of them waits for a person, that is what it tells."""

    stands: str = ""
    """The look-up that tells whether it was done: "was it cancelled?" begins that one, and not this."""

    undo: str = ""
    """The procedure that undoes it, offered to a customer who wishes it had not been carried out."""

    regretted: Text = {}
    """What can still be done once it was carried out, for a customer who wishes it undone."""

    steps: Annotated[list[_ReadStep], Field(min_length=1)]

    @cached_property
    def writes(self) -> bool:
        """Whether it changes something."""
        return any(isinstance(step, Confirm) for step in self.steps)

    @cached_property
    def looks_up(self) -> bool:
        """Whether it only looks something up: it changes nothing and calls nobody."""
        return not self.writes and not any(isinstance(step, HandOff) for step in self.steps)


class Instance(TypedDict):
    """One run of a journey, plain enough to be checkpointed."""

    instance_id: str
    journey: str
    version: int
    """A running instance finishes on the version it began with."""

    step: str
    state: Literal["running", "waiting", "done", "cancelled", "failed", "handed_off"]
    """`waiting`: a person decides on its proposal; it goes on after that."""

    slots: dict[str, Any]
    results: dict[str, dict[str, Any]]
    """What calls gave, by `into`: their data plus `text`."""

    asked: str
    """The slot that was asked for, `confirm`, or empty."""

    tries: int
    """How often the present question was put without a usable answer."""

    options: list[dict[str, Any]]
    """Choices of the present question: `{value, label}`, what she knows it by `also`, and `gone` if it
    cannot be had now and is not shown."""

    unsure: NotRequired[dict[str, list[Any]]]
    """Values of which her words mean one, for slots that are still to be asked for."""

    proposal: NotRequired[Proposal | None]
    """What she is asked to agree to, exactly."""

    waits_for: NotRequired[
        Literal["answer", "options", "call", "proposal", "outcome", "decision"] | None
    ]
    """What the interpreter needs next; between turns it is always an answer."""

    path: NotRequired[list[str]]
    """Steps it has come through, so that a correction can go back to one of them."""

    performed: NotRequired[list[str]]
    """Steps whose write was executed; no correction goes back behind them."""

    by: NotRequired[str]
    """The specialist that began it; its own limits go with it."""

    offered: NotRequired[dict[str, list[dict[str, Any]]]]
    """Choices that were shown for a slot, so that "the second" is understood later too."""

    language: NotRequired[str]
    """In which its question was put."""

    at: NotRequired[str]
    """When it last moved, in ISO format; what it found out before that may be out of date."""

    reminded: NotRequired[int]
    """How often its question was put again since she last said something to it."""

    decided: NotRequired[str]
    """What a person decided on its proposal, as the customer was told."""

    refused: NotRequired[int]
    """How often a tool would not take what she gave."""

    calls: NotRequired[int]
    """Calls since the last question: many of them are a loop."""
