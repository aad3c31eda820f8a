"""What every tool promises: the product's own and those of every workspace in the repository."""

import inspect
from pathlib import Path

import jsonschema
import pytest

from core.workspace import Workspace
from tools import LEVELS, Tool, loading

ROOT = Path(__file__).resolve().parents[2]
WORKSPACES = [
    path.parent
    for pattern in ("examples/*/workspace.yaml", "tests/workspaces/*/workspace.yaml")
    for path in sorted(ROOT.glob(pattern))
]
EVERY = {
    f"{folder.name}-{name}": (tool, Workspace(folder))
    for folder in WORKSPACES
    for name, tool in loading.load(Workspace(folder), strict=False)[0].items()
}


@pytest.mark.parametrize("folder", WORKSPACES, ids=lambda path: path.name)
def test_a_workspace_has_tools_and_each_can_be_read(folder: Path) -> None:
    tools, problems = loading.load(Workspace(folder), strict=False)
    assert not problems
    assert tools
    assert all(tool.name == name for name, tool in tools.items())


@pytest.mark.parametrize(("tool", "workspace"), EVERY.values(), ids=list(EVERY))
class TestEveryTool:
    def test_says_what_it_does(self, tool: Tool, workspace: Workspace) -> None:
        first = tool.description.partition("\n")[0]
        assert len(first) >= 15
        assert first.endswith(".")

    def test_has_a_schema_of_what_it_wants_and_describes_each_part(
        self, tool: Tool, workspace: Workspace
    ) -> None:
        jsonschema.Draft202012Validator.check_schema(tool.parameters)
        assert tool.parameters["type"] == "object"
        for name, part in tool.parameters.get("properties", {}).items():
            assert part.get("description", "").strip(), name

    def test_takes_who_is_asking_from_the_runtime_never_from_a_model(
        self, tool: Tool, workspace: Workspace
    ) -> None:
        wanted = inspect.signature(tool.function).parameters
        offered = tool.parameters.get("properties", {}).keys()
        assert "context" not in offered
        assert offered == wanted.keys() - {"context"}
        assert not offered & {"customer_id", "external_id", "verification"}

    def test_states_how_surely_it_must_know_the_customer(
        self, tool: Tool, workspace: Workspace
    ) -> None:
        assert tool.needs in LEVELS
        assert tool.effect == "read" or tool.needs in ("verified", "strong")

    def test_that_writes_says_what_it_is_about_and_what_it_would_do(
        self, tool: Tool, workspace: Workspace
    ) -> None:
        if tool.effect == "read":
            assert tool.preview is None
            return
        assert set(tool.entity) <= tool.parameters["properties"].keys()
        assert tool.entity
        assert tool.preview is not None
        previewed = inspect.signature(tool.preview).parameters.keys()
        assert previewed - {"context"} == tool.parameters["properties"].keys()

    def test_gives_examples_in_every_language_or_in_none(
        self, tool: Tool, workspace: Workspace
    ) -> None:
        languages = set(workspace.profile.languages)
        assert not tool.examples or languages <= tool.examples.keys()

    def test_ends_in_sensible_time(self, tool: Tool, workspace: Workspace) -> None:
        assert 0 < tool.timeout_s <= 60
