"""What a message sounds like: blame, which pauses promotions, feelings, and the wish for no promotions."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from core.workspace import read_yaml
from evals.brain.figures import Figure, macro_f1
from evals.brain.reading import LANGUAGES, of_bank, source, wished
from models.embedded.moods import Moods

COMPLAINT = "complaint"


def complaints(folder: Path) -> Iterator[Figure]:
    """Complaints that are heard, as a wish or as blame beside another, and near misses taken for one."""
    yield from _heard(folder / "complaints.yaml", COMPLAINT, "complaints", _complains)


def leaving(folder: Path) -> Iterator[Figure]:
    """Who wants no more promotions and is heard, and near misses."""
    yield from _heard(
        folder / "opting_out.yaml", "out", "wishes for no promotions", reader().leaves
    )


def _heard(path: Path, kind: str, what: str, hears: Callable[[str, str], bool]) -> Iterator[Figure]:
    sets = read_yaml(path)
    for language in LANGUAGES:
        heard = [hears(text, language) for text in sets[language][kind]]
        wrong = [hears(text, language) for text in sets[language]["other"]]
        yield Figure(
            what=f"{what} heard, {language}", of=len(heard), gate=0.97, stretch=0.99,
            value=sum(heard) / len(heard),
        )  # fmt: skip
        yield Figure(
            what=f"taken for {what}, {language}", of=len(wrong), gate=0.05, stretch=0.03,
            value=sum(wrong) / len(wrong), most=True,
        )  # fmt: skip


def _complains(text: str, language: str) -> bool:
    wishes = wished(text, of_bank(language))
    return any(wish["name"] == COMPLAINT for wish in wishes) or reader().complains(text, language)


def feelings(folder: Path) -> Iterator[Figure]:
    """How a message feels: negative, neutral or positive."""
    sets = read_yaml(folder / "sentiment.yaml")
    gates = {"en": (0.63, 0.66), "pt-BR": (0.63, 0.70)}
    for language in LANGUAGES:
        pairs = [
            (name, _named(reader().feeling(text, language)))
            for name, texts in sets[language].items()
            for text in texts
        ]
        gate, stretch = gates[language]
        yield Figure(
            what=f"sentiment, macro-F1, {language}", value=macro_f1(pairs), of=len(pairs),
            gate=gate, stretch=stretch, share=False,
        )  # fmt: skip


def _named(felt: float) -> str:
    return "positive" if felt > 0 else "negative" if felt < 0 else "neutral"


@cache
def reader() -> Moods:
    """Give a reader by the embedder that is installed."""
    return Moods(source())


__all__ = ["complaints", "feelings", "leaving"]
