"""Public sets of intents, from ten examples each: banking77 and clinc150, with splits of our own."""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.brain.figures import Figure
from evals.brain.reading import named, source
from evals.understanding import auroc, calibration_error, read
from models.embedded.fitting import fit
from models.embedded.intents import Classifier

SEED = 1
EXAMPLES = 10
ASKED = 20
"""Other sentences of each intent that are read."""

Pairs = list[tuple[str, str]]
Gates = dict[str, tuple[float, float]]


def banking77(folder: Path) -> Iterator[Figure]:
    """77 intents of one trade, near each other."""
    with (folder / "banking77_train.csv").open(encoding="utf-8", newline="") as file:
        pairs = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    gates = {"MiniLM": (0.86, 0.88), "words": (0.75, 0.75)}
    for _, figures in _measured("banking77", *_split(pairs), gates):
        yield from figures


def clinc150(folder: Path) -> Iterator[Figure]:
    """150 intents of ten trades, and what is none of them."""
    given = json.loads((folder / "clinc150_train_val.json").read_text("utf-8"))
    taught, _ = _split([(text, name) for text, name in given["train"]])
    asked = [(text, name) for text, name in given["val"]]
    gates = {"MiniLM": (0.91, 0.94), "words": (0.82, 0.82)}
    foreign = [text for text, _ in given["oos_train"] + given["oos_val"]]
    for classifier, figures in _measured("clinc150", taught, asked, gates):
        yield from figures
        if classifier.again is not None:
            own = [one.reading.confidence for one in read(classifier, asked)]
            yield _outside(classifier, own, foreign)


def _split(pairs: Pairs) -> tuple[dict[str, dict[str, list[str]]], Pairs]:
    """Give what is taught, by intent and language, and what is asked."""
    said: dict[str, list[str]] = {}
    for text, name in pairs:
        said.setdefault(name, []).append(text)
    draw = random.Random(SEED)
    for texts in said.values():
        draw.shuffle(texts)
    taught = {name: {"en": texts[:EXAMPLES]} for name, texts in said.items()}
    asked = [
        (text, name) for name, texts in said.items() for text in texts[EXAMPLES : EXAMPLES + ASKED]
    ]
    return taught, asked


def _measured(
    what: str, taught: dict[str, dict[str, list[str]]], asked: Pairs, gates: Gates
) -> Iterator[tuple[Classifier, list[Figure]]]:
    """Give a reader by vectors, where there are any, and one by words, with how they do."""
    for way, vectors in (("MiniLM", source()), ("words", None)):
        if way == "MiniLM" and vectors is None:
            continue
        classifier = fit(taught, "en", {}, vectors)
        right = sum(name == found for name, found in named(classifier, asked))
        gate, stretch = gates[way]
        yield (
            classifier,
            [
                Figure(
                    what=f"{what}, {EXAMPLES} examples, by {way}", value=right / len(asked),
                    of=len(asked), gate=gate, stretch=stretch,
                ),
                Figure(
                    what=f"its calibration error, by {way}",
                    value=calibration_error(read(classifier, asked)), of=len(asked), gate=0.05,
                    stretch=0.03, most=True, share=False,
                ),
            ],
        )  # fmt: skip


def _outside(classifier: Classifier, own: Sequence[float], foreign: Sequence[str]) -> Figure:
    readings = [classifier.read(text) for text in foreign]
    sure = [one.confidence if one.label else 0.0 for one in readings]
    return Figure(
        what="nobody's business, AUROC, clinc150", value=auroc(own, sure), of=len(foreign), gate=0.96,
        stretch=0.97, share=False,
    )  # fmt: skip


__all__ = ["banking77", "clinc150"]
