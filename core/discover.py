"""Find the members of a folder: a module joins by offering one name."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent


def offered(package: ModuleType, name: str, kind: type[T]) -> dict[str, T]:
    """Give what the modules of `package` offer under `name`, by module name, in alphabetical order.

    A module that does not have `name` is not a member. Packages inside the folder count by their
    `__init__`. Modules that appeared since the last call are found too.

    Raises:
        TypeError: a module offers `name`, but it is not a `kind`.
    """
    importlib.invalidate_caches()
    members: dict[str, T] = {}
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        member = getattr(module, name, None)
        if member is None:
            continue
        if not isinstance(member, kind):
            raise TypeError(
                f"{module.__name__}.{name} is {member!r}; it should be a {kind.__name__}."
            )
        members[found.name] = member
    return members


def everywhere(module: str, name: str, kind: type[T]) -> dict[str, T]:
    """Give what the module `module` of each top-level folder offers under `name`, by the folder's name.

    A folder without such a module, or whose module does not have `name`, offers nothing.

    Raises:
        TypeError: a module offers `name`, but it is not a `kind`.
    """
    found: dict[str, T] = {}
    for path in sorted(ROOT.glob(f"*/{module}.py")):
        folder = path.parent.name
        member = getattr(importlib.import_module(f"{folder}.{module}"), name, None)
        if member is None:
            continue
        if not isinstance(member, kind):
            raise TypeError(
                f"{folder}.{module}.{name} is {member!r}; it should be a {kind.__name__}."
            )
        found[folder] = member
    return found
