"""Intents: of the bank, of ten examples, nobody's business, two at once, and how sure a reading is."""

import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.workspace import read_yaml
from evals.brain.figures import Figure, macro_f1
from evals.understanding import Read, auroc, calibration_error, read
from models.embedded import bank
from models.embedded.certainty import SHIFT, STRETCH, logistic
from models.embedded.embedder import load_embedder
from models.embedded.fitting import fit
from models.embedded.intents import Classifier
from models.embedded.vectors import Vectors, opened
from models.embedded.wishes import wishes

LANGUAGES = ("pt-BR", "en")
RIGHT = 0.98
"""Share of routes taken without a model that must be right."""


def intents(folder: Path) -> Iterator[Figure]:
    """The bank's intents, what is nobody's business, and what may be routed without a model."""
    asked = read_yaml(folder / "intents.yaml")
    elsewhere = read_yaml(path) if (path := folder / "elsewhere.yaml").exists() else {}
    scores, took = {}, 0.0
    for language in LANGUAGES:
        began = time.process_time()
        classifier = of_bank(language)
        took += time.process_time() - began
        pairs = [(text, name) for name, said in asked.items() for text in said.get(language, ())]
        told = read(classifier, pairs)
        scores[language] = macro_f1(named(classifier, pairs))
        of = len(told)
        yield Figure(
            what=f"intents of the bank, macro-F1, {language}", value=scores[language], of=of,
            gate=0.85, stretch=0.90, share=False,
        )  # fmt: skip
        yield Figure(
            what=f"their calibration error, {language}", value=calibration_error(told), of=of,
            gate=0.05, stretch=0.03, most=True, share=False,
        )  # fmt: skip
        for name, value in zip(("stretch", "shift"), stretched(told), strict=True):
            yield Figure(
                what=f"{name} that would fit them, {language}", value=value, of=of, share=False
            )
        yield Figure(
            what=f"routed at {RIGHT:.0%} right, {language}", value=covered(told), of=of,
            gate=0.5, stretch=0.7,
        )  # fmt: skip
        if foreign := elsewhere.get(language):
            yield _outside(classifier, told, foreign, language)
    yield Figure(
        what="the languages apart", value=abs(scores["pt-BR"] - scores["en"]), of=2, gate=0.03,
        most=True, share=False,
    )  # fmt: skip
    yield Figure(
        what="learning the bank, both languages, CPU s", value=took, of=2, gate=5, stretch=2.5,
        most=True, share=False,
    )  # fmt: skip


def ten(folder: Path) -> Iterator[Figure]:
    """Intents that the bank has not, from ten examples each, asked in other words and in haste."""
    sets = read_yaml(folder / "ten.yaml")
    examples = {name: one["examples"] for name, one in sets.items()}
    gates = {"pt-BR": (0.65, 0.75), "en": (0.78, 0.85)}
    for language in LANGUAGES:
        classifier = fit(examples, language, {}, source())
        scores = {}
        for way in ("wording", "chat"):
            pairs = [(text, name) for name, one in sets.items() for text in one[way][language]]
            scores[way] = macro_f1(named(classifier, pairs))
        asked = [(name, text) for name, one in sets.items() for text in one["wording"][language]]
        taken = [
            (name, found.label)
            for name, text in asked
            if (found := classifier.read(text)).label and found.confidence >= classifier.threshold
        ]
        right = sum(name == label for name, label in taken)
        yield Figure(
            what=f"ten examples, taken for an intent, {language}",
            value=len(taken) / len(asked), of=len(asked),
        )  # fmt: skip
        yield Figure(
            what=f"of these right, {language}", value=right / max(1, len(taken)), of=len(taken)
        )
        gate, stretch = gates[language]
        yield Figure(
            what=f"ten examples, other words, macro-F1, {language}", value=scores["wording"],
            of=len(pairs), gate=gate, stretch=stretch, share=False,
        )  # fmt: skip
        yield Figure(
            what=f"lost in chat spelling, {language}", value=scores["wording"] - scores["chat"],
            of=len(pairs), gate=0.04, stretch=0.02, most=True, share=False,
        )  # fmt: skip


def two(folder: Path) -> Iterator[Figure]:
    """Wishes in a message that has two, or one that looks like two."""
    cases: list[dict[str, Any]] = read_yaml(folder / "two.yaml")
    for language in LANGUAGES:
        classifier = of_bank(language)
        hit = asked = found = 0
        of_language = [one for one in cases if one["language"] == language]
        for case in of_language:
            names = {wish["name"] for wish in wished(case["text"], classifier)}
            hit += len(names & {*case["intents"]})
            asked, found = asked + len(case["intents"]), found + len(names)
        yield Figure(
            what=f"two wishes in a message, F1, {language}", value=2 * hit / max(1, asked + found),
            of=len(of_language), gate=0.85, stretch=0.92, share=False,
        )  # fmt: skip


def stretched(told: Sequence[Read]) -> tuple[float, float]:
    """Give the constants of `certainty` that would fit these messages best."""
    sure = np.array([one.reading.confidence for one in told]).clip(1e-6, 1 - 1e-6)
    left_out = (np.log(sure / (1 - sure)) - SHIFT) / STRETCH
    right = np.array([one.right for one in told])
    stretch, shift = logistic(left_out[:, None], right, np.ones(len(told)))
    return float(stretch), float(shift)


def named(classifier: Classifier, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the right intent and the likeliest; whether it is anybody's business is another question."""
    for text, right in pairs:
        yield right, next((name for name, _ in classifier.likely(text) if name), "")


def covered(told: Sequence[Read]) -> float:
    """Give the largest share of messages, surest first, of which `RIGHT` are read right."""
    ordered = sorted(told, key=lambda one: -one.reading.confidence)
    right = best = 0
    for at, one in enumerate(ordered, 1):
        right += one.right
        if right >= RIGHT * at:
            best = at
    return best / len(ordered)


def wished(text: str, classifier: Classifier) -> list[dict[str, Any]]:
    """Give the wishes in a message as the product reads them."""

    def reader(texts: list[str], *, haste: bool = False) -> list[Any]:
        return [classifier.read(one, haste=haste) for one in texts]

    return wishes(text, classifier.language, reader, classifier.threshold)


@cache
def of_bank(language: str) -> Classifier:
    """Give a reader of all the bank's intents and nothing else."""
    return fit({name: bank.examples(name) for name in bank.names()}, language, {}, source())


@cache
def source() -> Vectors | None:
    """Give the vectors of the embedder that is installed."""
    return opened(load_embedder("auto"))


def _outside(
    classifier: Classifier, told: Sequence[Read], foreign: Sequence[str], language: str
) -> Figure:
    readings = [classifier.read(text) for text in foreign]
    sure = [reading.confidence if reading.label else 0.0 for reading in readings]
    own = [one.reading.confidence for one in told]
    return Figure(
        what=f"nobody's business, AUROC, {language}", value=auroc(own, sure), of=len(foreign),
        gate=0.93, stretch=0.96, share=False,
    )  # fmt: skip


__all__ = ["intents", "ten", "two"]
