"""`python -m evals.understanding WORKSPACE`: what its intents understand, where they blur, what to add.

Every example is read by a classifier that has not seen it, nor its translation: a quarter of the examples
is left out, four times. The first messages of the workspace's dialogues are read besides, where a dialogue
has the name of an intent or `--as` gives one; and sentences of nobody's business, with `--foreign`.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agents.catalog import Team, team
from core.errors import RegenteError
from core.workspace import Workspace
from evals.cases import load
from journeys import loading as journeys_loading
from models.embedded.embedder import load_embedder
from models.embedded.fitting import fit
from models.embedded.intents import Classifier, Examples, Reading
from models.embedded.vectors import Vectors, opened
from tools import loading as tools_loading

FOLDS = 4
THIN = 16
"""Examples in a language below which an intent is called thin."""

CONFUSED = 3
"""Times that one intent was taken for another, from which the pair is named."""

BINS = 10


@dataclass(frozen=True)
class Read:
    """A message, the intent that it should be read as, and what was made of it."""

    text: str
    intent: str
    reading: Reading
    threshold: float

    @property
    def right(self) -> bool:
        return self.reading.label == self.intent


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; give the exit status."""
    given = _parser().parse_args(arguments)
    try:
        workspace = Workspace(given.workspace)
        tools, _ = tools_loading.load(workspace, strict=False)
        journeys, _ = journeys_loading.load(workspace, tools, strict=False)
        members = team(workspace, tools, journeys, strict=False)
        renamed = dict(pair.split("=", 1) for pair in given.renamed)
        dialogues = [*_dialogues(workspace, members, renamed)]
        source = opened(load_embedder(given.embedder))
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    foreign = given.foreign.read_text("utf-8").splitlines() if given.foreign else []
    for language in workspace.profile.languages:
        left_out = cross_validated(members.examples, language, members.read_as, source)
        classifier = fit(members.examples, language, members.read_as, source)
        asked = [(text, intent) for text, intent, said in dialogues if said == language]
        talked = read(classifier, asked)
        lines = [
            f"{language}: {len(members.examples)} intents",
            _line("examples left out", left_out),
            _line("first messages of dialogues", talked) if talked else "",
            _refused(classifier, foreign, talked or left_out) if foreign else "",
            *_advice(members.examples, language, left_out),
        ]
        sys.stdout.write("\n".join(line for line in lines if line) + "\n\n")
    return 0


def cross_validated(
    examples: Examples, language: str, read_as: Mapping[str, str], source: Vectors | None = None
) -> list[Read]:
    """Give every example in a language, read by a classifier that was trained without it."""
    return [
        one for fold in range(FOLDS)
        for one in read(*left_out_once(examples, language, read_as, fold, source))
    ]  # fmt: skip


def left_out_once(
    examples: Examples, language: str, read_as: Mapping[str, str], fold: int = 0,
    source: Vectors | None = None,
) -> tuple[Classifier, list[tuple[str, str]]]:  # fmt: skip
    """Give a classifier trained without a part of the examples, and those, each with its intent."""
    kept = {
        label: {one: _part(texts, fold, left_out=False) for one, texts in said.items()}
        for label, said in examples.items()
    }
    asked = [
        (text, read_as.get(label, label))
        for label, said in examples.items()
        for text in _part(said.get(language, ()), fold, left_out=True)
    ]
    return fit(kept, language, read_as, source), asked


def read(classifier: Classifier, asked: Sequence[tuple[str, str]]) -> list[Read]:
    """Read messages, each with the intent that it should be read as."""
    return [
        Read(text, intent, classifier.read(text), classifier.threshold) for text, intent in asked
    ]


def macro_f1(outcomes: Sequence[Read]) -> float:
    """Give the mean over intents of F1, each counting the same."""
    taken = Counter(one.reading.label for one in outcomes)
    right = Counter(one.intent for one in outcomes if one.right)
    asked = Counter(one.intent for one in outcomes)
    return float(np.mean([2 * right[name] / (asked[name] + taken[name]) for name in asked]))


def calibration_error(outcomes: Sequence[Read]) -> float:
    """Give how far the confidence is from how often it was right (expected calibration error)."""
    sure = np.array([one.reading.confidence for one in outcomes])
    right = np.array([one.right for one in outcomes])
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(sum(
        abs(sure[places == place].mean() - right[places == place].mean()) * (places == place).mean()
        for place in {*places.tolist()}
    ))  # fmt: skip


def auroc(own: Sequence[float], foreign: Sequence[float]) -> float:
    """Give how often a message of the workspace's is surer than one of nobody's business."""
    pairs = np.subtract.outer(np.array(own), np.array(foreign))
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def _part(texts: Sequence[str], fold: int, *, left_out: bool) -> list[str]:
    """Give a fold, counted from the end: the bank's pairs, which stand there, stay on one side."""
    return [
        text for at, text in enumerate(reversed(texts)) if (at % FOLDS == fold) == left_out
    ]  # fmt: skip


def _dialogues(
    workspace: Workspace, members: Team, renamed: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Give the first message of each wording, with its intent and language."""
    for dialogue in load(workspace):
        intent = renamed.get(dialogue.dialogue, dialogue.dialogue)
        if not dialogue.names or intent not in members.examples:
            continue
        for language in dialogue.wordings:
            for wording in dialogue.spoken(language):
                said = wording.get("ask") or wording.get(dialogue.names[0])
                if said:
                    text = said if isinstance(said, str) else ". ".join(said)
                    yield text, members.read_as.get(intent, intent), language


def _line(name: str, outcomes: Sequence[Read]) -> str:
    right = np.array([one.right for one in outcomes])
    taken = np.array([one.reading.confidence >= one.threshold for one in outcomes])
    return (
        f"  {name} ({len(outcomes)}): right {right.mean():.3f}, macro-F1 {macro_f1(outcomes):.3f}, "
        f"taken and right {(right & taken).mean():.3f}, taken and wrong {(~right & taken).mean():.3f}, "
        f"calibration error {calibration_error(outcomes):.3f}"
    )


def _refused(classifier: Classifier, foreign: Sequence[str], own: Sequence[Read]) -> str:
    """Say how well what is nobody's business is told from what is the workspace's."""
    readings = [classifier.read(text) for text in foreign if text.strip()]
    sure = [reading.confidence if reading.label else 0.0 for reading in readings]
    refused = np.mean([one < classifier.threshold for one in sure])
    told = auroc([one.reading.confidence for one in own], sure)
    return f"  nobody's business ({len(sure)}): refused {refused:.3f}, AUROC {told:.3f}"


def _advice(examples: Examples, language: str, outcomes: Sequence[Read]) -> Iterator[str]:
    """Say which intents need examples, and which are taken for each other, with one to look at."""
    for label, said in sorted(examples.items()):
        if len(said.get(language, ())) < THIN:
            yield f"  thin: {label} has {len(said.get(language, ()))} examples; write {THIN} or more"
    wrong = [one for one in outcomes if not one.right and one.reading.label]
    pairs = Counter((one.intent, one.reading.label) for one in wrong)
    for (intent, label), often in pairs.most_common(12):
        if often < CONFUSED:
            return
        shown = next(one for one in wrong if (one.intent, one.reading.label) == (intent, label))
        yield f"  blurred: {intent} was taken for {label} {often} times, as in {shown.text!r}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.understanding",
        description="Say what a workspace's intents understand.",
    )
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser.add_argument(
        "--as", dest="renamed", nargs="*", default=[], metavar="DIALOGUE=INTENT",
        help="which intent a dialogue's first message should be read as, where the names differ",
    )  # fmt: skip
    parser.add_argument(
        "--foreign", type=Path, metavar="FILE", help="sentences of nobody's business, one a line"
    )
    parser.add_argument(
        "--embedder", default="auto", choices=("auto", "lexical", "minilm"),
        help="whose vectors what the words leave unsure is read again by; lexical: none",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    sys.exit(main())
