"""Gather the tools: the product's own modules, a workspace's `tools/*.py`, and its `connectors.yaml`.

A workspace's files are imported by path under names of their own, so that two workspaces never meet and
a file called `calendar.py` hides nothing. A file whose name begins with `_` is no tool, but its
neighbours may import it: `from ._shared import rates`, or `from _shared import rates`.
"""

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import threading
import traceback
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Protocol

import tools as package
from core.errors import WorkspaceError
from core.workspace import Workspace
from tools import Tool

Signature = tuple[tuple[str, int, int], ...]

_lock = threading.Lock()
_loaded: dict[str, Signature] = {}
"""What the files of a package were when it was imported."""


class _Problem(Protocol):
    """What `load` passes on to note a problem; see `load`."""

    def __call__(self, message: str, cause: BaseException | None = None) -> None: ...


def load(workspace: Workspace, *, strict: bool = True) -> tuple[dict[str, Tool], list[str]]:
    """Give the tools by name, and the problems of what could not be read.

    Raises:
        WorkspaceError: with `strict`, at the first problem; it names the file and what to mend.
    """
    tools: dict[str, Tool] = {}
    origin: dict[str, str] = {}
    problems: list[str] = []

    def problem(message: str, cause: BaseException | None = None) -> None:
        if strict:
            raise WorkspaceError(message) from cause
        problems.append(message)

    with _lock:
        for place, module in _modules(workspace, problem):
            for tool in _offered(place, module, problem):
                if tool.name in tools:
                    problem(
                        f"{place}: there is a tool {tool.name!r} in {origin[tool.name]} already; rename one."
                    )
                    continue
                tools[tool.name] = tool
                origin[tool.name] = place
    for tool in _connected(workspace, problem):
        if tool.name in tools:
            problem(f"{tool.office}: there is a tool {tool.name!r} in {origin[tool.name]} already.")
            continue
        tools[tool.name] = tool
        origin[tool.name] = tool.office
    return tools, problems


def _connected(workspace: Workspace, problem: _Problem) -> list[Tool]:
    """Give the tools of the back offices that a workspace is connected to."""
    if not (workspace.path / "connectors.yaml").is_file():
        return []
    from tools.connecting import keeping  # half a second that only who is connected waits

    try:
        return keeping.tools(workspace)
    except WorkspaceError as error:
        problem(str(error), error)
        return []


def _modules(workspace: Workspace, problem: _Problem) -> Iterable[tuple[str, ModuleType]]:
    """Give every module that may offer tools, with the place a person finds it at."""
    importlib.invalidate_caches()
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        place = f"tools/{found.name}"
        try:
            module = importlib.import_module(f"{package.__name__}.{found.name}")
        except Exception as error:  # noqa: BLE001 - whatever its first lines do is theirs to mend
            problem(f"{place}: {_where(error, None)}", error)
            continue
        if getattr(module, "tools", None) is not None:
            yield place, module
    folder = workspace.path / "tools"
    name = _fresh(folder)
    for path in workspace.files("tools", "*.py"):
        try:
            with _Neighbours(folder):
                module = importlib.import_module(f"{name}.{path.stem}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            problem(f"{path}: {_where(error, path)}", error)
            continue
        if getattr(module, "tools", None) is None:
            problem(
                f"{path} offers no `tools`; end it with `tools = [...]`, or begin its name with '_'."
            )
            continue
        yield str(path), module


def _offered(place: str, module: ModuleType, problem: _Problem) -> list[Tool]:
    """Give the tools that a module offers, without what is not one."""
    offered = module.tools
    if not isinstance(offered, list | tuple):
        problem(f"{place}: `tools` is {type(offered).__name__}; it should be a list of tools.")
        return []
    good: list[Tool] = []
    for tool in offered:
        if isinstance(tool, Tool):
            good.append(tool)
        else:
            name = getattr(tool, "__name__", repr(tool))
            problem(
                f"{place}: {name!r} in `tools` is no tool; decorate the function with `@tool()`."
            )
    return good


def _fresh(folder: Path) -> str:
    """Give the package name of a folder; what was imported of it is dropped if a file has changed."""
    name = f"workspace_tools_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    files = sorted(folder.glob("*.py"))
    signature = tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)
    if _loaded.get(name) != signature:
        for known in [module for module in sys.modules if module.startswith(f"{name}.")]:
            del sys.modules[known]
        _loaded[name] = signature
    if name not in sys.modules:
        parent = ModuleType(name, f"The tools of {folder}.")
        parent.__path__ = [str(folder)]
        sys.modules[name] = parent
        sys.meta_path.insert(0, _Members(name, folder))
    return name


def _where(error: BaseException, path: Path | None) -> str:
    """Say what went wrong, and on which line of the file."""
    kind = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {kind}"
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if path is not None and frame.filename == str(path)
    ]
    return f"line {lines[-1]}: {kind}" if lines else kind


class _Source(SourceFileLoader):
    """Reads the source itself: compiled files are compared by the second, and edits come faster."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Members(MetaPathFinder):
    """Finds the modules of one workspace's folder."""

    def __init__(self, name: str, folder: Path) -> None:
        self._prefix = f"{name}."
        self._folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(self._prefix):
            return None
        return _spec(fullname, self._folder / f"{fullname.removeprefix(self._prefix)}.py")


class _Neighbours(MetaPathFinder):
    """While it is open, lets a file import `_shared` beside it by that name; leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: list[str] = []

    def __enter__(self) -> None:
        sys.meta_path.append(self)

    def __exit__(self, *error: object) -> None:
        sys.meta_path.remove(self)
        for name in self._found:
            sys.modules.pop(name, None)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or not fullname.startswith("_"):
            return None
        spec = _spec(fullname, self._folder / f"{fullname}.py")
        if spec is not None:
            self._found.append(fullname)
        return spec


def _spec(fullname: str, path: Path) -> ModuleSpec | None:
    if not path.is_file():
        return None
    return importlib.util.spec_from_file_location(
        fullname, path, loader=_Source(fullname, str(path))
    )
