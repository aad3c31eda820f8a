"""A dialogue that must go well, as written in a workspace's `evals/*.yaml`.

    dialogue: refund_approved
    about: A refund above the limit waits for a person; the customer hears the outcome.
    customer: C-7                          # one of the workspace's demo customers; none: a stranger
    policy: all                            # of the wordings of a language; or such as "3 of 4"
    steps:
      - customer: ask                      # says the wording's `ask`
        expect:
          all: [A-7, {pt-BR: reembols, en: refund}]    # every pattern is found in the reply
      - customer: agree
        expect: {approvals: [refund], effects: []}
      - staff: approve
        expect: {any: [{pt-BR: foi feito, en: has been made}], effects: [refund]}
    said:                                  # what is said alike in every wording
      agree: {pt-BR: sim, en: "yes"}
    wordings:
      pt-BR:
        - {ask: "quero meu dinheiro de volta do A-7"}
        - "estorna o A-7 pfv"              # short for the first thing that the customer says
      en: [...]

A customer says several messages in a row where a wording gives a list of texts: they are sent one after
the other without waiting, and answered once. `attach: {name: photo.jpg, type: image/jpeg}` sends a file,
with what `customer` says or without words. `days: 2` lets two days pass. Where the reply is to be in
another language than the wording, `spoken` says which: its patterns are then taken in that language.

Steps of staff are `take_over`, `approve`, `{reject: reason}`, `{reply: text}` and
`{hand_back: {did, promised, changed, follow_up}}`. Patterns are regular expressions, found without
regard to case; every text and pattern may be given per language. (Name nothing `yes`, `no` or `on`:
YAML reads them as true and false.)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.errors import WorkspaceError
from core.workspace import Text, Workspace, check, read_yaml

POLICY = re.compile(r"(\d+) of (\d+)")
Words = str | Text
"""The same in every language, or one per language."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(_Part):
    """What must have come of a step; what is not given is not looked at."""

    all: list[Words] = []
    """Patterns that the reply has, each of them."""

    any: list[Words] = []
    """Patterns of which the reply has at least one."""

    none: list[Words] = []
    """Patterns that the reply does not have."""

    cites: Words = ""
    """Pattern of the title of a citation."""

    status: str = ""
    agents: list[str] = []
    """Specialists that acted, among others."""

    not_agents: list[str] = []
    effects: list[str] | None = None
    """Tools that have written in this conversation, neither more nor fewer, in any order."""

    approvals: list[str] | None = None
    """Tools whose proposals wait for a person now."""

    cases: int | None = None
    """Open cases of the customer."""

    replies: int = 1
    """How many messages of the AI this step brought."""

    speaks: bool = True
    """The reply is in the language of the wording, or in `spoken`."""

    spoken: Words = ""
    """The language of the reply, where it is not that of the wording."""

    buttons: list[Words] | None = None
    """What the reply offers to choose from, in order."""

    @field_validator("all", "any", "none", "cites")
    @classmethod
    def _patterns(cls, given: list[Words] | Words) -> list[Words] | Words:
        for words in given if isinstance(given, list) else [given]:
            for pattern in words.values() if isinstance(words, dict) else [words]:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return given


class HandBack(_Part):
    """What a person leaves when she gives the conversation back."""

    did: Words = ""
    promised: Words = ""
    changed: Words = ""
    follow_up: Words = ""


class Reject(_Part):
    """A person says no to a proposal."""

    reject: Words


class StaffReply(_Part):
    """A person speaks to the customer."""

    reply: Words


class StaffHandBack(_Part):
    """A person gives the conversation back."""

    hand_back: HandBack


StaffAct = Literal["take_over", "approve"] | Reject | StaffReply | StaffHandBack


class Attached(_Part):
    """A file that goes with a message."""

    name: str
    type: str = "image/jpeg"


class Step(_Part):
    """Somebody does something, and something must come of it."""

    customer: str = ""
    """Name of what the customer says."""

    attach: Attached | None = None
    """A file that the customer sends."""

    staff: StaffAct | None = None
    days: int = Field(default=0, ge=0, le=365)
    """Days that pass."""

    expect: Expect | None = None

    @model_validator(mode="after")
    def _one(self) -> "Step":
        done = [bool(self.customer or self.attach), bool(self.staff), bool(self.days)]
        if sum(done) != 1:
            raise ValueError(
                "a step says what the `customer` or what the `staff` does, or how many `days` "
                "pass: one of them"
            )
        if self.days and self.expect:
            raise ValueError("nothing is said while `days` pass; expect something of the next step")
        return self

    @property
    def speaks(self) -> bool:
        """Whether the customer says or sends something."""
        return bool(self.customer or self.attach)


Wording = dict[str, str | Annotated[list[str], Field(min_length=1)]]
"""What a customer says, by name; a list is said in a row."""


class Dialogue(_Part):
    """One dialogue, in all its wordings."""

    dialogue: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str
    customer: str | None = None
    policy: str = "all"
    steps: Annotated[list[Step], Field(min_length=1)]
    said: dict[str, Text] = {}
    wordings: dict[str, Annotated[list[Wording | str], Field(min_length=1)]]

    @field_validator("policy")
    @classmethod
    def _known(cls, policy: str) -> str:
        found = POLICY.fullmatch(policy)
        if policy != "all" and (not found or not 1 <= int(found[1]) <= int(found[2])):
            raise ValueError(f"{policy!r} should be 'all' or such as '3 of 4'")
        return policy

    @model_validator(mode="after")
    def _complete(self) -> "Dialogue":
        for language in self.wordings:
            for number, wording in enumerate(self.spoken(language), 1):
                missing = [name for name in self.names if name not in wording]
                if missing:
                    raise ValueError(f"wording {number} of {language} does not say {missing}")
        return self

    @cached_property
    def names(self) -> list[str]:
        """What the customer says, in order, each once."""
        return list(dict.fromkeys(step.customer for step in self.steps if step.customer))

    def spoken(self, language: str) -> list[Wording]:
        """Give the wordings of a language, each with all that the customer says."""
        common: Wording = {
            name: text[language] for name, text in self.said.items() if language in text
        }
        first = self.names[0] if self.names else ""
        return [
            common | ({first: wording} if isinstance(wording, str) else wording)
            for wording in self.wordings.get(language, [])
        ]

    def least(self, ran: int) -> int:
        """Give how many of `ran` wordings must pass."""
        found = POLICY.fullmatch(self.policy)
        return ran if not found else min(ran, -(-ran * int(found[1]) // int(found[2])))


@dataclass(frozen=True)
class Case:
    """One wording of a dialogue, ready to be led."""

    dialogue: Dialogue
    language: str
    number: int
    """Of the wording, from 1."""

    wording: Wording

    @property
    def name(self) -> str:
        """`refund_approved/pt-BR/2`."""
        return f"{self.dialogue.dialogue}/{self.language}/{self.number}"


def load(workspace: Workspace) -> list[Dialogue]:
    """Read the dialogues of a workspace; a file holds one or a list of them.

    Raises:
        WorkspaceError: a file is wrong, or two dialogues have the same name.
    """
    dialogues = [
        check(path, Dialogue, entry)
        for path in workspace.files("evals", "*.yaml")
        for entry in _listed(path)
    ]
    names = [dialogue.dialogue for dialogue in dialogues]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WorkspaceError(f"{workspace.path / 'evals'}: {twice} are there twice; rename one.")
    return dialogues


def _listed(path: Path) -> list[Any]:
    data = read_yaml(path)
    return data if isinstance(data, list) else [data]


def cases(dialogues: list[Dialogue], *, only: str = "", language: str = "") -> Iterator[Case]:
    """Give the cases whose name `only` is found in, in one language or in all."""
    for dialogue in dialogues:
        for spoken in dialogue.wordings:
            for number, wording in enumerate(dialogue.spoken(spoken), 1):
                case = Case(dialogue, spoken, number, wording)
                if language in ("", spoken) and re.search(only, case.name):
                    yield case


def worded(words: Words, language: str) -> str:
    """Give a text or a pattern in a language."""
    return words if isinstance(words, str) else words.get(language, "")
