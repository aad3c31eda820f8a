"""`python -m models spend [--by day --by agent ...] [--days 30]`, `stop [--reason WHY]` or `go`.

`stop` lets the embedded model answer everything, in all processes within a second, until `go`. It works on
the tables, whether the server runs or not.
"""

import argparse
import sys
from datetime import datetime, timedelta
from functools import partial

from core.commands import ACTOR, on_tables
from core.database import Database
from core.workspace import Workspace
from models import spending, standing

BY = ("day", "agent", "role", "model")


def main(arguments: list[str] | None = None) -> int:
    """Show what models cost, stop them, or let them go on."""
    given = _parser().parse_args(arguments)
    if given.command == "spend":
        return on_tables(partial(_show, by=given.by or ["day"], days=given.days))
    stopped = given.command == "stop"
    return on_tables(partial(_turn, stopped=stopped, reason=given.reason if stopped else ""))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    spend = commands.add_parser("spend", help="show what models cost")
    spend.add_argument("--by", action="append", choices=BY, help="may be given several times")
    spend.add_argument("--days", type=int, default=30)
    stop = commands.add_parser("stop", help="ask no paid model any more")
    stop.add_argument("--reason", default="")
    commands.add_parser("go", help="ask paid models again")
    return parser


def _turn(database: Database, workspace: Workspace, *, stopped: bool, reason: str) -> None:
    database.write(standing.turn, workspace.workspace_id, stopped=stopped, by=ACTOR, reason=reason)
    print("The embedded model answers everything." if stopped else "Models are asked again.")


def _show(database: Database, workspace: Workspace, *, by: list[spending.By], days: int) -> None:
    today = datetime.now(workspace.zone).date()
    since = (today - timedelta(days=days - 1)).isoformat()
    rows = database.read(spending.summed, workspace.workspace_id, by, since=since)
    for row in rows:
        named = "  ".join(f"{row[name] or '-':12}" for name in by)
        print(
            f"{named}  {row['calls']:7} calls  {row['input_tokens']:10} in  "
            f"{row['output_tokens']:9} out  {row['cost_usd']:10.4f} USD"
        )
    total = sum(row["cost_usd"] for row in rows)
    print(f"{total:.4f} USD in {days} days; today {today}.")


if __name__ == "__main__":
    sys.exit(main())
