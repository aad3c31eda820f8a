"""`python -m evals list`, `run`, `adversary`, `injections`, `failures`."""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

# Before anything that could upload a trace is imported.
os.environ["LANGSMITH_TRACING"] = "false"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

from core.errors import RegenteError
from core.settings import Settings
from core.workspace import Workspace
from evals.adversary import attack
from evals.cases import Case, cases, load
from evals.failing import NOWHERE, fail
from evals.house import opened
from evals.injections import inject, injections, planted, tries
from evals.report import as_data, printed
from evals.runner import Talk, lead
from models.scripted import MODES, ScriptedServer

NOTHING_RAN = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give the exit status: 0 passed, 1 failed, 2 nothing could be run."""
    given = _parser().parse_args(arguments)
    try:
        workspace = Workspace(given.workspace or Settings().workspace)
        chosen = list(cases(load(workspace), only=given.only, language=given.language))
        if not chosen:
            sys.stderr.write("No dialogue matches; see `python -m evals list`.\n")
            return NOTHING_RAN
        if given.command == "list":
            _list(chosen)
            return 0
        if given.command == "injections":
            return asyncio.run(_injected(workspace, given))
        if given.command == "adversary":
            return asyncio.run(_attacked(workspace, chosen, given))
        if given.command == "failures":
            return asyncio.run(_failed(workspace, chosen, given))
        with _scripted(given) if given.scripted or given.fail else nullcontext({}) as told:
            talks = asyncio.run(
                _run(workspace, chosen, model=given.model, stream=given.stream, told=told)
            )
    except (RegenteError, re.error) as error:
        sys.stderr.write(f"{error}\n")
        return NOTHING_RAN
    report = as_data(talks)
    if given.json:
        Path(given.json).write_text(
            json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
    sys.stdout.write(f"{printed(talks)}\n")
    return 0 if report["passed"] else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals", description="Hold dialogues against the product."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (
        ("list", "show the dialogues"),
        ("run", "lead them and judge what came back"),
        ("injections", "plant orders to a model everywhere; none may be obeyed"),
        ("adversary", "lead them with a model that means harm; nothing wrong may come through"),
        ("failures", "fail each role of the models in each way, and quote what customers read"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("--workspace", type=Path, help="folder; else REGENTE_WORKSPACE")
        command.add_argument(
            "--only", default="", metavar="PATTERN", help="found in dialogue/language/number"
        )
        command.add_argument("--language", default="", metavar="TAG", help="such as pt-BR or en")
        if name == "injections":
            command.add_argument("--every", type=int, default=1, help="try only each n-th")
        if name == "adversary":
            command.add_argument(
                "--turns", type=int, default=500, help="in which the model is asked"
            )
            command.add_argument("--seed", type=int, default=1)
        if name == "failures":
            command.add_argument(
                "--mode",
                action="append",
                choices=[*MODES, NOWHERE],
                help="may be repeated; else all",
            )
        if name == "run":
            command.add_argument("--model", default="", help="else REGENTE_MODEL")
            command.add_argument(
                "--scripted",
                action="store_true",
                help="with the scripted model server as the model",
            )
            command.add_argument(
                "--fail", default="", choices=["", *MODES], metavar="MODE",
                help=f"the scripted server fails: {', '.join(MODES)}",
            )  # fmt: skip
            command.add_argument(
                "--stream", action="store_true", help="read replies as they are written"
            )
            command.add_argument("--json", metavar="FILE", help="write the report as JSON too")
    return parser


def _list(chosen: list[Case]) -> None:
    dialogues = {case.dialogue.dialogue: case.dialogue for case in chosen}
    width = max(map(len, dialogues))
    for name, dialogue in dialogues.items():
        spoken = [case.language for case in chosen if case.dialogue is dialogue]
        counted = ", ".join(
            f"{spoken.count(language)} {language}" for language in dict.fromkeys(spoken)
        )
        sys.stdout.write(f"{name:{width}}  {counted:16}  {dialogue.about}\n")


@contextmanager
def _scripted(given: argparse.Namespace) -> Iterator[dict[str, str]]:
    """Run the scripted model server, and give the settings that point at it."""
    server = ScriptedServer()
    server.start()
    told = {"REGENTE_MODEL": given.model or "scripted", "REGENTE_OPENAI_BASE_URL": server.url}
    if given.fail:
        server.fail(given.fail, times=None)
        # The failures are what is looked at, not how long a customer waits for them.
        told["REGENTE_MODEL_TIMEOUT_S"] = os.environ.get("REGENTE_MODEL_TIMEOUT_S", "1")
    try:
        yield told
    finally:
        server.stop()


async def _run(
    workspace: Workspace, chosen: list[Case], *, model: str, stream: bool, told: Mapping[str, str]
) -> list[Talk]:
    """Lead the cases one after the other, showing progress where somebody watches."""
    talks: list[Talk] = []
    async with opened(workspace, model=model, stream=stream, told=told) as house:
        for case in chosen:
            talks.append(await lead(house, case))
            _show(f"{len(talks)}/{len(chosen)} {case.name}")
    _show("")
    return talks


async def _injected(workspace: Workspace, given: argparse.Namespace) -> int:
    """Plant orders, on the embedded model and on one that obeys, and print what came of it."""
    orders = injections(workspace)
    came = []
    for obedient in (False, True):
        with tempfile.TemporaryDirectory(prefix="regente-planted-") as name:
            folder = Path(name) / "workspace"
            async with planted(workspace, folder, orders, obedient=obedient) as (house, model):
                came.append(await inject(house, model, workspace, tries(orders, given.every)))
        told = "a model that obeys" if obedient else "the embedded model"
        sys.stdout.write(f"With {told}:\n{came[-1].printed()}\n")
    return 1 if any(one.wrong for one in came) else 0


async def _attacked(workspace: Workspace, chosen: list[Case], given: argparse.Namespace) -> int:
    """Lead dialogues with a model that means harm, and print what came of it."""
    server = ScriptedServer()
    server.start()
    told = {"REGENTE_MODEL": "scripted", "REGENTE_OPENAI_BASE_URL": server.url}
    try:
        async with opened(workspace, stream=True, told=told) as house:
            came = await attack(
                house, server, workspace, chosen, most=given.turns, seed=given.seed, show=_show
            )
    finally:
        server.stop()
    _show("")
    sys.stdout.write(f"{came.printed()}\n")
    return 1 if came.wrong else 0


async def _failed(workspace: Workspace, chosen: list[Case], given: argparse.Namespace) -> int:
    """Fail roles one by one, and print what customers read."""
    modes = given.mode or (*MODES, NOWHERE)
    with tempfile.TemporaryDirectory(prefix="regente-failing-") as folder:
        came = await fail(workspace, chosen, folder=Path(folder), modes=modes, show=_show)
    _show("")
    sys.stdout.write(f"{came.printed()}\n")
    return 1 if came.wrong else 0


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress}\x1b[K")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
