"""Say what it costs, ask whether to go on, and write the figures down."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

# Before anything that could upload a trace is imported.
os.environ["LANGSMITH_TRACING"] = "false"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

from core.database import Database
from core.errors import BadInput, RegenteError
from core.settings import Settings, settings
from core.upgrade import upgrade
from core.workspace import Workspace
from evals import first_key
from evals.first_key import report
from evals.first_key.asking import Outcome, ask, asked
from evals.first_key.leading import chosen, led
from evals.house import take_over
from graph import rehearsal
from graph.ensemble import Ensemble, load
from knowledge.retrieval import open_knowledge
from models import Spent
from models.embedded.embedder import one_thread
from models.loading import load as load_models
from models.roles import endpoints
from models.scripted import ScriptedServer

OUTPUT = Path(__file__).parents[2] / "docs" / "evaluation.md"
SAMPLED = 8
"""One of so many is rehearsed; the rest is like it."""

NOTHING_ASKED = 2
SERVED = "served"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give 0, or 2 where nothing was asked."""
    given = _parser().parse_args(arguments)
    one_thread()
    try:
        with tempfile.TemporaryDirectory(prefix="regente-first-key-") as folder:
            return asyncio.run(_run(given, Path(folder)))
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return NOTHING_ASKED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.first_key",
        description=first_key.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--every", type=_positive, default=1, help="ask only each n-th thing")
    parser.add_argument("--most-usd", type=float, help="ask nothing where it may cost more")
    parser.add_argument("--yes", action="store_true", help="go on without asking")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("it begins at 1")
    return number


async def _run(given: argparse.Namespace, folder: Path) -> int:
    real = settings()
    found = endpoints(real)
    if not found:
        raise BadInput(
            "No role has an endpoint, so there is nothing to evaluate; set REGENTE_MODEL and "
            "REGENTE_OPENAI_API_KEY or REGENTE_OPENAI_BASE_URL (docs/models.md)."
        )
    if given.most_usd is not None and not all(one.priced for one in found.values()):
        raise BadInput(
            "--most-usd holds against prices, and some are not set; set "
            "REGENTE_PRICE_PER_MILLION_INPUT and REGENTE_PRICE_PER_MILLION_OUTPUT."
        )
    if not await asyncio.to_thread(given.output.resolve().parent.is_dir):
        raise BadInput(
            f"{given.output.parent} is no folder to write into; make it, or set --output."
        )
    workspace = Workspace(real.workspace)
    ensemble = await asyncio.to_thread(_opened, real, workspace, folder)
    rehearsed = await _rehearsed(ensemble, folder / SERVED, given.every)
    spent = [_times(SAMPLED, one) for outcome in rehearsed for one in outcome.spent]
    sys.stdout.write(f"{report.offer(spent, found)}\n")
    costs = report.price(spent, found)
    if given.most_usd is not None and costs > given.most_usd:
        sys.stderr.write(f"That is more than {given.most_usd:g} USD; nothing was asked.\n")
        return NOTHING_ASKED
    if not given.yes and not _agreed():
        sys.stderr.write("Nothing was asked; --yes goes on without a question.\n")
        return NOTHING_ASKED
    outcomes = await _asked(ensemble, folder / SERVED, {}, given.every, _show)
    _show("")
    told = report.written(outcomes, found, name=workspace.path.name, at=datetime.now(UTC))
    sys.stdout.write(f"{told}\n")
    given.output.write_text(told, "utf-8")
    sys.stdout.write(f"Written to {given.output}.\n")
    return 0


def _times(count: int, spent: Spent) -> Spent:
    return replace(
        spent,
        calls=spent.calls * count,
        input_tokens=spent.input_tokens * count,
        output_tokens=spent.output_tokens * count,
    )


def _opened(real: Settings, workspace: Workspace, folder: Path) -> Ensemble:
    """Give the workspace with the models of the settings, on data of its own."""
    take_over(real.data_dir, folder)
    apart = real.model_copy(update={"data_dir": folder, "database_url": ""})
    database = Database(apart.database)
    upgrade(database)
    models = load_models(apart, workspace)
    rehearsal.folder()
    library = open_knowledge(database, workspace, models, apart)
    ensemble = load(workspace, apart, models, library)
    take_over(folder, folder / SERVED)
    return ensemble


async def _rehearsed(ensemble: Ensemble, folder: Path, every: int) -> list[Outcome]:
    """Ask a part of it of a scripted server, to learn how much there is to read and to write."""
    server = ScriptedServer()
    server.start()
    roles = {role: {"model": role, "base_url": server.url} for role in ensemble.models.external}
    scripted = ensemble.settings.model_copy(update={"model": "embedded", "roles": {}})
    told = {
        "REGENTE_MODEL": "scripted",
        "REGENTE_OPENAI_BASE_URL": server.url,
        "REGENTE_ROLES": "{}",
    }
    try:
        models = load_models(
            Settings.model_validate({**scripted.model_dump(), "roles": roles}), ensemble.workspace
        )
        return await _asked(
            replace(ensemble, models=models), folder, told, every * SAMPLED, lambda _: None
        )
    finally:
        await asyncio.to_thread(server.stop)


async def _asked(
    ensemble: Ensemble, folder: Path, told: dict[str, str], every: int, show: Callable[[str], None]
) -> list[Outcome]:
    """Ask everything, or each n-th."""
    outcomes: list[Outcome] = []
    questions = [*asked(ensemble)][::every]
    talks = chosen(ensemble.workspace)[::every]
    for question in questions:
        outcomes.append(await ask(ensemble, question))
        show(f"{len(outcomes)}/{len(questions) + len(talks)} {question.part}")
    async for outcome in led(ensemble.workspace, talks, folder, told):
        outcomes.append(outcome)
        show(f"{len(outcomes)}/{len(questions) + len(talks)} {outcome.part}")
    return outcomes


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Go on? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "s", "sim")


def _show(progress: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{progress}\x1b[K")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
