"""A workspace's tools are read, each file on its own."""

import os
import sys
from pathlib import Path

import pytest

from core.errors import WorkspaceError
from core.workspace import Workspace
from tools import Context
from tools.loading import load

TOOL = '''
from tools import Context, Result
from tools.building import tool

@tool(needs="anonymous")
def {name}(*, context: Context) -> Result:
    """Say something."""
    return Result(text="{text}")

tools = [{name}]
'''


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "workspace.yaml").write_text("id: clinic\nname: Clinic\nlanguages: [en]\n")
    (tmp_path / "tools").mkdir()
    return Workspace(tmp_path)


def write(workspace: Workspace, name: str, text: str) -> Path:
    path = workspace.path / "tools" / name
    path.write_text(text)
    return path


def said(workspace: Workspace, name: str) -> str:
    tools, _ = load(workspace, strict=False)
    return tools[name].function(context=None).text  # type: ignore[union-attr]


def test_every_file_offers_its_tools(workspace: Workspace) -> None:
    write(workspace, "visits.py", TOOL.format(name="visits", text="Friday"))
    write(workspace, "calendar.py", TOOL.format(name="days", text="Monday"))
    tools, problems = load(workspace)
    assert set(tools) == {"visits", "days"}
    assert problems == []
    import calendar

    assert hasattr(calendar, "monthrange"), "a workspace's file hides no module of the system"


def test_an_edit_is_seen_at_once_even_within_the_same_second(workspace: Workspace) -> None:
    path = write(workspace, "visits.py", TOOL.format(name="visits", text="Monday"))
    status = path.stat()
    assert said(workspace, "visits") == "Monday"
    write(workspace, "visits.py", TOOL.format(name="visits", text="Friday"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    assert said(workspace, "visits") == "Friday"


def test_what_has_not_changed_is_not_imported_again(workspace: Workspace) -> None:
    write(workspace, "visits.py", "COUNT = []\n" + TOOL.format(name="visits", text="x"))
    first = load(workspace)[0]["visits"]
    assert load(workspace)[0]["visits"] is first


@pytest.mark.parametrize("statement", ["from ._words import WORD", "from _words import WORD"])
def test_neighbours_may_be_imported_and_are_no_tools(workspace: Workspace, statement: str) -> None:
    write(workspace, "_words.py", "WORD = 'Friday'\n")
    write(
        workspace,
        "visits.py",
        statement + TOOL.format(name="visits", text="{WORD}").replace('"{WORD}"', "WORD"),
    )
    assert said(workspace, "visits") == "Friday"
    write(workspace, "_words.py", "WORD = 'Saturday'\n")
    assert said(workspace, "visits") == "Saturday"
    assert "_words" not in sys.modules


def test_two_workspaces_do_not_meet(workspace: Workspace, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "tools").mkdir(parents=True)
    (other / "workspace.yaml").write_text("id: other\nname: Other\n")
    write(workspace, "visits.py", TOOL.format(name="visits", text="one"))
    second = Workspace(other)
    write(second, "visits.py", TOOL.format(name="visits", text="two"))
    assert [said(workspace, "visits"), said(second, "visits")] == ["one", "two"]


BROKEN = {
    "syntax": ("def broken(:\n", "line 1: SyntaxError"),
    "import": ("import nowhere_to_be_found\n", "line 1: ModuleNotFoundError"),
    "raises": ("x = 1\n\nraise ValueError('no file')\n", "line 3: ValueError: no file"),
    "exits": ("import sys\nsys.exit(3)\n", "line 2: SystemExit"),
    "nothing": ("x = 1\n", "offers no `tools`"),
    "no list": ("tools = 7\n", "should be a list"),
    "no tool": ("def visits(): ...\ntools = [visits]\n", "'visits' in `tools` is no tool"),
    "undocumented": (
        "from tools.building import tool\n@tool()\ndef visits(): ...\ntools = [visits]\n",
        "docstring",
    ),
    "twice": (TOOL.format(name="good", text="again"), "'good'"),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_and_takes_no_other_down(
    workspace: Workspace, text: str, says: str
) -> None:
    write(workspace, "a_good.py", TOOL.format(name="good", text="fine"))
    path = write(workspace, "broken.py", text)
    with pytest.raises(WorkspaceError) as error:
        load(workspace)
    assert str(path) in str(error.value)
    assert says in str(error.value)
    tools, problems = load(workspace, strict=False)
    assert set(tools) == {"good"}
    assert tools["good"].function(context=None).text == "fine"  # type: ignore[union-attr]
    assert len(problems) == 1
    assert says in problems[0]


def test_a_workspace_without_tools_has_none(tmp_path: Path) -> None:
    (tmp_path / "workspace.yaml").write_text("id: bare\nname: Bare\n")
    assert load(Workspace(tmp_path)) == ({}, [])


def test_the_context_is_the_one_class(workspace: Workspace) -> None:
    write(workspace, "visits.py", TOOL.format(name="visits", text="x"))
    function = load(workspace)[0]["visits"].function
    assert function.__wrapped__.__globals__["Context"] is Context  # type: ignore[attr-defined]
