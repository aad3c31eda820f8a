"""Complaints, which pause promotions, and feelings."""

from collections.abc import Iterator
from pathlib import Path

from core.workspace import read_yaml
from evals.brain.figures import Figure, macro_f1
from evals.brain.reading import LANGUAGES, of_bank, wished
from models.embedded.sentiment import sentiment

FELT = 0.15
"""How far from nothing a sentiment is no longer neutral."""

COMPLAINT = "complaint"


def complaints(folder: Path) -> Iterator[Figure]:
    """Complaints that are heard, and near misses that are taken for one."""
    sets = read_yaml(folder / "complaints.yaml")
    for language in LANGUAGES:
        heard = {
            kind: [_complains(text, language) for text in texts]
            for kind, texts in sets[language].items()
        }
        yield Figure(
            what=f"complaints heard, {language}", of=len(heard[COMPLAINT]), gate=0.97, stretch=0.99,
            value=sum(heard[COMPLAINT]) / len(heard[COMPLAINT]),
        )  # fmt: skip
        yield Figure(
            what=f"taken for a complaint, {language}", of=len(heard["other"]), gate=0.05, stretch=0.03,
            value=sum(heard["other"]) / len(heard["other"]), most=True,
        )  # fmt: skip


def _complains(text: str, language: str) -> bool:
    return any(wish["name"] == COMPLAINT for wish in wished(text, of_bank(language)))


def feelings(folder: Path) -> Iterator[Figure]:
    """How a message feels: negative, neutral or positive."""
    sets = read_yaml(folder / "sentiment.yaml")
    gates = {"en": (0.63, 0.66), "pt-BR": (0.63, 0.70)}
    for language in LANGUAGES:
        pairs = [
            (name, _named(sentiment(text, language)))
            for name, texts in sets[language].items()
            for text in texts
        ]
        gate, stretch = gates[language]
        yield Figure(
            what=f"sentiment, macro-F1, {language}", value=macro_f1(pairs), of=len(pairs),
            gate=gate, stretch=stretch, share=False,
        )  # fmt: skip


def _named(felt: float) -> str:
    return "positive" if felt > FELT else "negative" if felt < -FELT else "neutral"


__all__ = ["complaints", "feelings"]
