"""Complaints and feelings."""

from collections.abc import Iterator
from pathlib import Path

from core.workspace import read_yaml
from evals.brain.figures import Figure, macro_f1
from evals.brain.reading import LANGUAGES
from models.embedded.sentiment import sentiment

FELT = 0.15
"""How far from nothing a sentiment is no longer neutral."""


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


__all__ = ["feelings"]
