"""`python -m evals.answering FILE`: how a workspace's articles answer questions, or leave them unanswered.

`FILE` is a YAML list of questions in every language, with a pattern that a right answer has, or an empty
one where no article answers: `{right: "7 days", en: "how long may I …?", pt-BR: "…"}`. The articles' own
questions are asked besides, each as if its article did not list it.
"""

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agents.knowledge import quoted
from core.database import Database
from core.errors import RegenteError
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace, read_yaml
from knowledge.index import Index
from knowledge.retrieval import Knowledge, open_knowledge
from models.embedded.embedder import one_thread
from models.loading import load


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals.answering", description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--workspace", type=Path, help="folder; else REGENTE_WORKSPACE")
    parser.add_argument("--failed", action="store_true", help="print what went wrong")
    given = parser.parse_args(arguments)
    one_thread()
    try:
        workspace = Workspace(given.workspace or Settings().workspace)
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(workspace=workspace.path, data_dir=Path(folder))
            database = Database(settings.database)
            database.write(load_tables().create_all)
            knowledge = open_knowledge(database, workspace, load(settings, workspace), settings)
            lines = asyncio.run(_report(knowledge, workspace, given.questions, given.failed))
            knowledge.close()
            database.close()
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def _report(
    knowledge: Knowledge, workspace: Workspace, file: Path, failed: bool
) -> list[str]:
    lines: list[str] = []
    questions: list[dict[str, str]] = read_yaml(file)
    for language in workspace.profile.languages:
        asked = [(one[language], one["right"]) for one in questions if language in one]
        counted: Counter[str] = Counter()
        for question, right in asked:
            said = await quoted(question, language, knowledge)
            came = outcome(said, right)
            counted[came] += 1
            if failed and came not in ("right", "refused"):
                lines.append(f"{language} {came}: {question} -> {said}")
        lines.append(f"{language}: {_counts(counted)}")
        if index := knowledge.index(language):
            lines.append(f"{language}, the articles' own questions: {_shares(own(index))}")
    return lines


def outcome(said: str, right: str) -> str:
    """Give `right`, `wrong` or `silent`; where there is no answer `refused` or `made up`."""
    if not right:
        return "made up" if said else "refused"
    if not said:
        return "silent"
    return "right" if re.search(right, said, re.IGNORECASE) else "wrong"


def own(index: Index) -> Iterator[str]:
    """Say for each question of an article what comes of it when its article does not list it."""
    for found, answers in index.left_out():
        yield ("right" if found else "wrong") if answers else ("found" if found else "missed")


def _shares(outcomes: Iterator[str]) -> str:
    counted = Counter(outcomes)
    total = sum(counted.values()) or 1
    first = (counted["right"] + counted["found"]) / total
    return (
        f"{total}, the right article first {first:.3f}; "
        f"answered by it {counted['right'] / total:.3f}, by another {counted['wrong'] / total:.3f}"
    )


def _counts(counted: Mapping[str, int]) -> str:
    names = ("right", "wrong", "silent", "refused", "made up")
    return ", ".join(f"{name} {counted.get(name, 0)}" for name in names)


if __name__ == "__main__":
    sys.exit(main())
