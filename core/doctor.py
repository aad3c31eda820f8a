"""What is wrong with a deployment, how bad it is, and what to do: `python -m core.doctor`.

It reads the settings, the database and the data folder as the server does, asks what the server would ask,
and changes nothing. It may run beside a server or without one, and ends with 1 when something is `BROKEN`
(customers are not served, or their words are in danger) or a `RISK` (it goes well until something happens).
A `note` is worth knowing; `--all` shows also what is well.

A folder takes part by a module `checks` that offers `checks`, in the order in which they are looked at.
"""

import argparse
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from core import logs
from core.backup import sqlite_file
from core.database import Database
from core.errors import RegenteError
from core.findings import WRONG, Check, Deployment, Finding
from core.settings import settings
from core.upgrade import known_revisions, revision_of
from core.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
FIRST = ("core",)
"""Folders whose checks come first: without the database little else can be said."""


def examine(deployment: Deployment) -> Iterator[tuple[str, Finding]]:
    """Give everything that is found, by what it is about; a check that fails is a finding too."""
    tables = False
    for check in _checks():
        if check.reads_tables and not (tables := tables or _has_tables(deployment)):
            continue
        try:
            for finding in check.look(deployment):
                yield check.about, finding
        except Exception as error:  # noqa: BLE001 - the others are to be looked at all the same
            what = f"It could not be looked at: {type(error).__name__}: {error}"
            yield (
                check.about,
                Finding("RISK", what, "If what stands above does not explain it, report it."),
            )


def _checks() -> Iterator[Check]:
    folders = [path.parent.name for path in sorted(ROOT.glob("*/checks.py"))]
    for folder in sorted(folders, key=lambda name: name not in FIRST):
        yield from importlib.import_module(f"{folder}.checks").checks


def _has_tables(deployment: Deployment) -> bool:
    place = sqlite_file(deployment.settings)
    if place is not None and not place.is_file():
        return False
    try:
        return deployment.database.read(revision_of) in known_revisions()
    except RegenteError:
        return False


def _opened() -> Deployment:
    given = settings()
    logs.set_up(given.model_copy(update={"log_level": "ERROR"}))  # what is found is printed
    return Deployment(given, Workspace(given.workspace), Database(given.database))


def main(arguments: list[str] | None = None) -> int:
    """Say what is wrong; 1 when something is."""
    parser = argparse.ArgumentParser(
        prog="python -m core.doctor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--all", action="store_true", help="show what is well, too")
    everything = parser.parse_args(arguments).all
    try:
        deployment = _opened()
    except RegenteError as error:
        _print("settings", Finding("BROKEN", str(error), "The server does not start like this."))
        return 1
    try:
        found = []
        for about, finding in examine(deployment):
            found.append(finding.level)
            if everything or finding.level != "well":
                _print(about, finding)
    finally:
        deployment.database.close()
    wrong = sum(level in WRONG for level in found)
    print(f"{wrong or 'Nothing'} wrong; {found.count('note')} to note, {found.count('well')} well.")
    return 1 if wrong else 0


def _print(about: str, finding: Finding) -> None:
    print(f"{finding.level:7} {about:12} {finding.what}")
    if finding.do:
        print(f"{'':21}-> {finding.do}")


if __name__ == "__main__":
    sys.exit(main())
