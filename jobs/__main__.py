"""`python -m jobs list [--state dead] [--name NAME]`, `cancel JOB_ID` or `replay JOB_ID`.

It works on the table, whether the server runs or not; the server follows within a second.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from core.clock import moment
from core.commands import ACTOR, on_tables
from core.database import Database
from core.workspace import Workspace
from jobs import operating, queue


def main(arguments: list[str] | None = None) -> int:
    """Show jobs, end one, or begin one anew."""
    given = _parser().parse_args(arguments)
    if given.command == "list":
        wanted = {"state": given.state, "name": given.name, "limit": given.limit}
        return on_tables(partial(_list, **wanted))
    change = operating.cancel if given.command == "cancel" else operating.replay
    return on_tables(partial(_change, change=change, job_id=given.job_id))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="show jobs, the newest first")
    listing.add_argument(
        "--state", choices=queue.STATES, default="", help="`dead`: the dead letters"
    )
    listing.add_argument("--name", default="")
    listing.add_argument("--limit", type=int, default=50)
    for name, said in (
        ("cancel", "end a job that waits or runs"),
        ("replay", "begin one anew that has ended"),
    ):
        commands.add_parser(name, help=said).add_argument("job_id")
    return parser


def _change(
    database: Database, workspace: Workspace, *, change: Callable[..., dict[str, Any]], job_id: str
) -> None:
    row = database.write(change, workspace.workspace_id, job_id, actor=ACTOR)
    print(f"{row['job_id']} is {row['state']}.")


def _list(database: Database, workspace: Workspace, **wanted: Any) -> None:
    rows = database.read(operating.listed, workspace.workspace_id, **wanted)
    if not rows:
        print("There are no such jobs.")
    for row in rows:
        of = "" if row["total"] is None else f" of {row['total']}"
        print(
            f"{_when(row)}  {row['state']:9} {row['done']}{of:8} {row['job_id']}  {row['failure']}".rstrip()
        )


def _when(row: dict[str, Any]) -> str:
    """Give the moment that matters: when it ended, wakes, began, or is due."""
    at = row["finished_at"] or row["sleeping_until"] or row["started_at"] or row["due_at"]
    return moment(at).strftime("%Y-%m-%d %H:%M:%SZ")


if __name__ == "__main__":
    sys.exit(main())
