"""Print the table of what a folder has sets for; see the package for what they are."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from core.errors import RegenteError
from evals import brain
from evals.brain import choosing, moods, public, reading, values
from evals.brain.figures import Figure, table
from models.embedded.embedder import one_thread

PARTS: dict[str, tuple[str, Callable[[Path], Iterator[Figure]]]] = {
    "intents": ("intents.yaml", reading.intents),
    "ten": ("ten.yaml", reading.ten),
    "two": ("two.yaml", reading.two),
    "complaints": ("complaints.yaml", moods.complaints),
    "sentiment": ("sentiment.yaml", moods.feelings),
    "leaving": ("opting_out.yaml", moods.leaving),
    "values": ("values.yaml", values.values),
    "choosing": ("tools.yaml", choosing.choosing),
    "calling": ("tools.yaml", choosing.calling),
    "banking77": ("banking77_train.csv", public.banking77),
    "clinc150": ("clinc150_train_val.json", public.clinc150),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; give 1 where a gate does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.brain",
        description=brain.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="where the sets are")
    parser.add_argument("--only", action="append", choices=PARTS, help="a part; may be repeated")
    given = parser.parse_args(arguments)
    wanted = [
        measure
        for name, (file, measure) in PARTS.items()
        if name in (given.only or PARTS) and (given.folder / file).exists()
    ]
    if not wanted:
        parser.error(f"{given.folder} has no set for it; see the list above for the files' names.")
    one_thread()
    try:
        figures = [figure for measure in wanted for figure in measure(given.folder)]
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{table(figures)}\n")
    return int(any(figure.holds is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
