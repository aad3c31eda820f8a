"""Read a workspace's `journeys/*.yaml`, each checked before it may run."""

from collections.abc import Mapping
from pathlib import Path

from core.errors import WorkspaceError
from core.workspace import Workspace, check, read_yaml
from journeys import Journey
from journeys.checking import problems as checked
from journeys.model import PassOn
from tools import Tool


def load(
    workspace: Workspace, tools: Mapping[str, Tool], *, strict: bool = True
) -> tuple[dict[str, Journey], list[str]]:
    """Give the journeys by name, and what was wrong with files that were left out.

    Raises:
        WorkspaceError: with `strict`, when anything is wrong; the message names files and places.
    """
    journeys: dict[str, Journey] = {}
    origin: dict[str, Path] = {}
    problems: list[str] = []
    for path in [*workspace.files("journeys", "*.yaml"), *workspace.files("journeys", "*.yml")]:
        try:
            journey = read(path)
        except WorkspaceError as error:
            problems.append(str(error))
            continue
        wrong = checked(journey, tools, workspace.profile.languages)
        wrong += _twice(journey, journeys, origin)
        if wrong:
            problems += [f"{path}: {problem}." for problem in wrong]
            continue
        journeys[journey.journey] = journey
        origin[journey.journey] = path
    for name in [*journeys]:
        if lost := _lost(journeys[name], journeys):
            problems += [f"{origin[name]}: {problem}." for problem in lost]
            del journeys[name]
    if strict and problems:
        raise WorkspaceError("\n".join(problems))
    return journeys, problems


def read(path: Path) -> Journey:
    """Read one file.

    Raises:
        WorkspaceError: it is not a journey; the message names the field.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise WorkspaceError(f"{path} should begin with `journey: name`.")
    return check(path, Journey, data)


def _lost(journey: Journey, known: Mapping[str, Journey]) -> list[str]:
    """Give what is wrong with the other journeys that a journey names."""
    fields = {
        "excludes": journey.excludes,
        "tells_of": journey.tells_of,
        "undo": [journey.undo] if journey.undo else [],
        "stands": [journey.stands] if journey.stands else [],
    }
    found = [
        f"`{field}` names {name!r}, and there is no such journey"
        for field, names in fields.items()
        for name in names
        if name not in known
    ]
    for step in journey.steps:
        if not isinstance(step, PassOn):
            continue
        if step.pass_on == journey.journey:
            found.append(f"step {step.id!r} passes on to the journey itself")
        elif step.pass_on not in known:
            found.append(
                f"step {step.id!r} passes on to {step.pass_on!r}, and there is no such journey"
            )
    return found


def _twice(journey: Journey, known: Mapping[str, Journey], origin: Mapping[str, Path]) -> list[str]:
    found: list[str] = []
    for name, other in known.items():
        if name == journey.journey:
            found.append(f"the journey {name!r} stands in {origin[name].name} already; rename one")
        elif other.trigger.intent == journey.trigger.intent:
            found.append(
                f"the intent {other.trigger.intent!r} starts {origin[name].name} already; rename one"
            )
    return found
