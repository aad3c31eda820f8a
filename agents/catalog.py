"""The team: the specialists of the product and those of a workspace, and who answers which intent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import agents
from agents import Specialist
from agents.written import load_written
from core.discover import offered
from core.errors import WorkspaceError
from core.workspace import Workspace
from journeys import Journey
from tools import Tool

Examples = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Team:
    """Who is there, and what each answers."""

    members: Mapping[str, Specialist]
    owners: Mapping[str, str]
    """Which member answers an intent."""

    examples: Examples
    """What customers say, per intent and language: the classifier learns from it."""

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
    for intent, owner, said in _claims(members, tools, journeys):
        if owners.get(intent, owner) != owner:
            raise WorkspaceError(
                f"The intent {intent!r} is answered by {owners[intent]!r} and by {owner!r}; rename one."
            )
        owners[intent] = owner
        for language, texts in said.items():
            known = examples.setdefault(intent, {})
            known[language] = (*known.get(language, ()), *texts)
    return Team(members, owners, examples, tuple(problems))


def _claims(
    members: Mapping[str, Specialist], tools: Mapping[str, Tool], journeys: Mapping[str, Journey]
) -> list[tuple[str, str, Mapping[str, tuple[str, ...]]]]:
    """Give every intent with its owner and examples: members', journeys' and tools'."""
    claims = [
        (intent, name, said)
        for name, member in members.items()
        for intent, said in member.intents.items()
    ]
    claims += [
        (
            journey.trigger.intent,
            "transactions",
            {language: tuple(said) for language, said in journey.trigger.examples.items()},
        )
        for journey in journeys.values()
    ]
    claims += [
        (tool.name, "transactions", tool.examples) for tool in tools.values() if tool.examples
    ]
    return claims
