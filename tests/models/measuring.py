"""Measures the understanding on held-out wordings; the tests print and hold what it gives."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from models import Understanding
from models.embedded import understanding
from models.embedded.embedder import Lexical

DATA = Path(__file__).with_name("data")
LANGUAGES = ("pt-BR", "en")


@dataclass
class Figures:
    """Shares from 0 to 1, and what went wrong, to be read by people."""

    right: dict[str, float] = field(default_factory=dict)
    """Of held-out wordings, by language: the one intent, taken."""

    refused: float = 0.0
    """Of what is none of the company's business: no intent at all."""

    several: float = 0.0
    single: float = 0.0
    wrong: list[str] = field(default_factory=list)


def read(name: str) -> dict[str, Any]:
    """Give a data set."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))


def trained(data: dict[str, Any], **options: Any) -> Understanding:
    """Train on a data set's examples only."""
    examples = {
        label: {language: tuple(said["examples"]) for language, said in by_language.items()}
        for label, by_language in data["labels"].items()
    }
    return understanding.train(
        examples, languages=LANGUAGES, embedder=options.pop("embedder", Lexical()), **options
    )


def measured(data: dict[str, Any], reader: Understanding) -> Figures:
    """Read everything that was held out."""
    figures = Figures()
    for language in LANGUAGES:
        outcomes = []
        for label, by_language in data["labels"].items():
            for text in by_language[language]["heldout"]:
                names = [wish["name"] for wish in reader.intents(text, language)]
                outcomes.append(names == [label])
                if names != [label]:
                    figures.wrong.append(f"{language} {text!r}: {names} instead of {label}")
        figures.right[language] = sum(outcomes) / len(outcomes)
    taken = {text: reader.intents(text, "pt-BR") for text in data["elsewhere"]}
    figures.refused = sum(not wishes for wishes in taken.values()) / len(taken)
    figures.wrong += [
        f"{text!r}: {[w['name'] for w in ws]} taken" for text, ws in taken.items() if ws
    ]
    for kind in ("several", "single"):
        outcomes = []
        for case in data[kind]:
            names = [wish["name"] for wish in reader.intents(case["text"], case["language"])]
            wants = case["wants"] if kind == "several" else [case["wants"]]
            outcomes.append(names == wants)
            if names != wants:
                figures.wrong.append(f"{kind} {case['text']!r}: {names} instead of {wants}")
        setattr(figures, kind, sum(outcomes) / len(outcomes))
    return figures
