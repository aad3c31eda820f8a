"""`python -m bench`: measure, and print one table."""

import argparse
import cProfile
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

# Before anything that could upload a trace is imported.
os.environ["LANGSMITH_TRACING"] = "false"
os.environ["LANGCHAIN_TRACING_V2"] = "false"

import httpx

from bench import burst, fanout, inside, lived, outside, remote, together
from bench.figures import Figure, as_data, printed
from bench.places import Opened, copied, opened, profiled
from bench.profiled import written
from core.errors import RegenteError
from core.settings import Settings

OUTPUT = Path("bench-output")
HERE = ("orchestration", "perceive", "turn", "stored", "client", "start", "life")
"""Measures of this process; the others' time goes by in the servers that they start."""

Measure = Callable[..., Iterator[Figure]]


class Bench:
    """The measures by name; what one of them needs is opened when it is first asked for."""

    def __init__(self, folder: Path, stack: ExitStack, settings: Settings, *, quick: bool) -> None:
        self._folder, self._stack, self.quick = folder, stack, quick
        self.settings = settings.model_copy(
            update={"data_dir": folder / "shipped", "database_url": "", "log_level": "ERROR"}
        )
        server_url = settings.database_url
        self._small: Opened | None = None
        self._shipped: Opened | None = None
        self.measures: dict[str, Callable[[], Iterator[Figure]]] = {
            "orchestration": lambda: inside.orchestration(self.small(), quick=quick),
            "perceive": lambda: inside.perceive(self.shipped(), quick=quick),
            "turn": lambda: inside.turn(self.shipped(), quick=quick),
            "stored": lambda: inside.stored(self.shipped(), quick=quick),
            "client": lambda: outside.client(folder, quick=quick),
            "http": lambda: self._served(
                partial(outside.http, speed=inside.floor(self.shipped())), "http"
            ),
            "first": partial(self._served, remote.first_sentence, "first"),
            "spent": partial(self._served, remote.spent, "spent"),
            "faults": partial(self._served, remote.faults, "faults"),
            "memory": partial(self._served, outside.memory, "memory"),
            "burst": partial(self._served, burst.burst, "burst"),
            "lag": partial(self._served, burst.lag, "lag"),
            "fanout": partial(self._served, fanout.fanout, "fanout"),
            "start": self._start,
            "life": lambda: lived.life(self._place("life") / "life", self.settings),
        }
        if server_url.startswith("postgresql"):  # where databases may be made
            measure = partial(together.together, server_url=server_url)
            self.measures["processes"] = partial(self._served, measure, "processes")

    def small(self) -> Opened:
        """Give the product on a workspace without articles."""
        if self._small is None:
            settings = self.settings.model_copy(update={"data_dir": self._folder / "small"})
            self._small = self._stack.enter_context(opened(inside.small(settings)))
        return self._small

    def shipped(self) -> Opened:
        """Give the product on the workspace of the settings, and keep a copy for servers to open."""
        if self._shipped is None:
            tell(f"opening {self.settings.workspace}, embedder {self.settings.embedder}")
            self._shipped = self._stack.enter_context(opened(self.settings))
            copied(self.settings.data_dir, self._folder / "copy")
        return self._shipped

    def _served(self, measure: Measure, name: str) -> Iterator[Figure]:
        said = self.shipped().words()
        data_dir = copied(self._folder / "copy", self._place(name) / name)
        return measure(data_dir, self.settings, said, quick=self.quick)

    def _place(self, name: str) -> Path:
        """Make a folder of its own for one run of a measure, which may be run again for its profile."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._folder))

    def profile(self, measure: str) -> Path:
        """Measure once more under the profiler; give the file with the functions that cost most."""
        path = OUTPUT / f"{measure}.txt"
        if measure not in HERE:
            with profiled(path):
                list(self.measures[measure]())
            return path
        profiler = cProfile.Profile()
        profiler.runcall(list, self.measures[measure]())
        written(profiler, path)
        return path

    def _start(self) -> Iterator[Figure]:
        """Opening everything with an empty data folder; the second time it is read from there."""
        cold = self.shipped().cpu_s
        warm = self.settings.model_copy(
            update={"data_dir": copied(self._folder / "copy", self._place("start") / "start")}
        )
        with opened(warm) as again:
            yield Figure(
                what="start with an empty data folder, CPU",
                value=cold,
                unit="s",
                reference=again.cpu_s,
                against="with a filled one",
            )


def tell(progress: str) -> None:
    """Say on standard error what is going on."""
    print(progress, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for; 0 when all of it could be measured, whatever the gates say."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="a measure; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="few repetitions, lexical embedder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    given = parser.parse_args(arguments)
    settings = Settings(model="embedded")
    if given.quick:
        settings = settings.model_copy(update={"embedder": "lexical"})
    figures: list[Figure] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="regente-bench-") as name, ExitStack() as stack:
        bench = Bench(Path(name), stack, settings, quick=given.quick)
        if unknown := set(given.only or ()) - bench.measures.keys():
            parser.error(f"There is no {min(unknown)!r}; choose from {', '.join(bench.measures)}.")
        for measure in given.only or bench.measures:
            tell(f"measuring {measure}")
            try:
                measured = list(bench.measures[measure]())
                if any(figure.holds is False for figure in measured):
                    path = str(bench.profile(measure))
                    measured = [
                        replace(figure, profile=path) if figure.holds is False else figure
                        for figure in measured
                    ]
                figures += measured
            except (RegenteError, RuntimeError, OSError, httpx.HTTPError) as error:
                tell(f"{measure} could not be measured: {error}")
                failed = True
    load = "  ".join(f"{figure:.1f}" for figure in os.getloadavg())
    print(f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, load {load}")
    print(printed(figures))
    if given.json:
        given.json.write_text(json.dumps(as_data(figures), indent=1) + "\n", "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
