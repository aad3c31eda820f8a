"""`python -m jobs list [--state dead] [--name NAME]`, `cancel JOB_ID` or `replay JOB_ID`.

It works on the table, whether the server runs or not; the server follows within a second.
"""

import argparse
import sys
from typing import Any

from core.clock import moment
from core.database import Database
from core.errors import RegenteError
from core.settings import settings
from core.workspace import Workspace
from jobs import operating, queue

ACTOR = "command"


def main(arguments: list[str] | None = None) -> int:
    """Show jobs, end one, or begin one anew."""
    given = _parser().parse_args(arguments)
    database = Database(settings().database)
    workspace_id = Workspace(settings().workspace).workspace_id
    try:
        if given.command == "list":
            _print(
                database.read(
                    operating.listed,
                    workspace_id,
                    state=given.state,
                    name=given.name,
                    limit=given.limit,
                )
            )
            return 0
        change = operating.cancel if given.command == "cancel" else operating.replay
        row = database.write(change, workspace_id, given.job_id, actor=ACTOR)
        print(f"{row['job_id']} is {row['state']}.")
    except RegenteError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        database.close()
    return 0


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


def _print(rows: list[dict[str, Any]]) -> None:
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
