"""The team: the specialists of the product and those of a workspace, and who answers which intent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import agents
from agents import Specialist
from agents.written import load_written
from core.discover import offered
from core.errors import WorkspaceError
from core.workspace import Workspace
from journeys import Journey
from models.embedded import bank, words
from models.embedded.bank import Switch
from tools import Tool

Examples = dict[str, dict[str, tuple[str, ...]]]

OTHERWISE = "question"
"""What is known from the bank and answered by nobody is looked up in the articles."""

SPARE_EXAMPLES = 24
"""Sentences per language of a bank's intent that nobody here serves, evenly drawn."""


@dataclass(frozen=True)
class _Claim:
    """An intent that somebody answers, with what it is taught from."""

    intent: str
    owner: str
    said: Mapping[str, tuple[str, ...]]
    bank: Switch = True


@dataclass(frozen=True)
class Team:
    """Who is there, and what each answers."""

    members: Mapping[str, Specialist]
    owners: Mapping[str, str]
    """Which member answers an intent."""

    examples: Examples
    """What customers say, per intent and language: the classifier learns from it."""

    read_as: Mapping[str, str] = field(default_factory=dict)
    """The intent as which one of the bank is read that nobody here answers; an intent that says to be
    none of the bank's is read as itself, however near it is to one of them."""

    problems: tuple[str, ...] = ()
    """Files that could not be read; the others work."""


def team(
    workspace: Workspace,
    tools: Mapping[str, Tool],
    journeys: Mapping[str, Journey],
    *,
    strict: bool = True,
) -> Team:
    """Gather the team of a workspace.

    Raises:
        WorkspaceError: two of them answer the same intent, or have the same name; with `strict` also
            when a file cannot be read.
    """
    members = {
        name: replace(member, source=f"agents/{name}.py")
        for name, member in offered(agents, "agent", Specialist).items()
    }
    written, problems = load_written(workspace)
    if strict and problems:
        raise WorkspaceError("; ".join(problems))
    if both := members.keys() & written.keys():
        raise WorkspaceError(
            f"{workspace.path / 'agents'}: {sorted(both)} are names of the product's own specialists; "
            "rename the files."
        )
    members |= written
    owners: dict[str, str] = {}
    examples: Examples = {}
    used: set[str] = set()
    told_apart: dict[str, str] = {}
    taught: set[tuple[str, str]] = set()
    for claim in _claims(members, tools, journeys):
        intent, owner = claim.intent, claim.owner
        if owners.get(intent, owner) != owner:
            raise WorkspaceError(
                f"The intent {intent!r} is answered by {owners[intent]!r} and by {owner!r}; rename one."
            )
        owners[intent] = owner
        if claim.bank is False:
            told_apart[intent] = intent
        _add(examples, intent, claim.said)
        for name in _from_bank(claim):
            if (intent, name) not in taught:
                _add(examples, intent, _spoken(bank.examples(name), workspace))
            taught.add((intent, name))
            used.add(name)
    spare = [name for name in bank.names() if name not in used and name not in owners]
    for name in spare:
        _add(examples, name, _some(_spoken(bank.examples(name), workspace)))
    read_as = dict.fromkeys(spare, OTHERWISE) | told_apart
    return Team(members, owners, examples, read_as, tuple(problems))


def _add(examples: Examples, intent: str, said: Mapping[str, tuple[str, ...]]) -> None:
    known = examples.setdefault(intent, {})
    for language, texts in said.items():
        known[language] = (*known.get(language, ()), *texts)


def _some(said: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Give enough of a matter that nobody serves to tell it from those that are served: it must not
    outweigh what a small workspace says of its own, nor make it wait for its training."""
    return {
        language: texts[:: max(1, len(texts) // SPARE_EXAMPLES)][:SPARE_EXAMPLES]
        for language, texts in said.items()
    }


def _from_bank(claim: _Claim) -> list[str]:
    try:
        return bank.chosen(claim.intent, claim.bank)
    except KeyError as error:
        raise WorkspaceError(
            f"The intent {claim.intent!r} of {claim.owner!r} learns from {error} of the bank, which has "
            f"no such intent; there are {', '.join(bank.names())}."
        ) from error


def _spoken(
    said: Mapping[str, tuple[str, ...]], workspace: Workspace
) -> dict[str, tuple[str, ...]]:
    """Give the bank's examples in the workspace's languages, under the names it has for them."""
    by_base = {words.base(language): texts for language, texts in said.items()}
    return {
        language: by_base[words.base(language)]
        for language in workspace.profile.languages
        if words.base(language) in by_base
    }


def _claims(
    members: Mapping[str, Specialist], tools: Mapping[str, Tool], journeys: Mapping[str, Journey]
) -> list[_Claim]:
    """Give every intent with its owner and examples: members', journeys' and tools'."""
    claims = [
        _Claim(intent, name, said, member.bank.get(intent, True))
        for name, member in members.items()
        for intent, said in member.intents.items()
    ]
    claims += [
        _Claim(
            journey.trigger.intent,
            "transactions",
            {language: tuple(said) for language, said in journey.trigger.examples.items()},
            journey.trigger.bank,
        )
        for journey in journeys.values()
    ]
    claims += [
        _Claim(tool.name, _user(tool, members), tool.examples, tool.bank)
        for tool in tools.values() if tool.examples
    ]  # fmt: skip
    return claims


def _user(tool: Tool, members: Mapping[str, Specialist]) -> str:
    """Give who uses a tool that stands for itself: the specialist that names its back office or it."""
    names = {tool.name, tool.office} if tool.office else set()
    users = (name for name, member in members.items() if names & {*member.tools})
    return next(users, "transactions")
