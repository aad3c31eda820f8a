"""`python -m models.embedded.drawing`: learn how sure a reading is where few examples are taught.

Small workspaces are drawn from the starter bank: some of its intents, with a few of their examples each.
What is read right among their other examples, which no reader saw, and among those of intents that were not
drawn, is learned by signs as in any other workspace (see `certainty`) and written to `data/certainty.yaml`.
To be run after the signs, the features or the embedder have changed; takes some minutes.
"""

import random
import sys
from dataclasses import dataclass, field

import numpy as np
import yaml

from models.embedded import bank, vectors, words
from models.embedded.certainty import ELSEWHERE, logistic
from models.embedded.embedder import load_embedder
from models.embedded.fitting import fit
from models.embedded.vectors import Vectors

LANGUAGES = ("pt-BR", "en")
DRAWN = 240
INTENTS = (2, 3, 4, 6, 8, 12, 16, 24)
EXAMPLES = (5, 8, 10, 10, 12, 16)
ASKED = 40
"""Messages of the drawn intents that are read, in all."""

STRANGERS = 8
"""Intents that were not drawn, of which two messages each are read."""

STRANGERS_SHARE = 0.05
"""What these weigh against the others."""

PENALTY = 3.0
"""Keeps the signs' weights from fitting what is drawn more closely than what is met."""

ABOUT = """\
# How sure the second reading is where few examples are taught: weights of its signs (`certainty.Signs`, and
# the nearest by words and by vectors), and a constant. Made by `python -m models.embedded.drawing`.
"""


@dataclass
class Seen:
    """Signs of texts that were read, and whether they were read right."""

    signs: list[np.ndarray] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    own: list[bool] = field(default_factory=list)

    def learned(self) -> np.ndarray:
        """Give the weights of the signs, and the constant."""
        own = np.array(self.own)
        strangers = STRANGERS_SHARE * own.sum() / max(1, (~own).sum())
        weights = np.where(own, 1.0, strangers)
        return logistic(np.stack(self.signs), np.array(self.right), weights, PENALTY)


def main() -> int:
    """Write `data/certainty.yaml`; give the exit status."""
    source = vectors.opened(load_embedder("minilm"))
    assert source is not None, "the bank was embedded by it"
    seen = Seen()
    draw = random.Random(1)
    for at in range(DRAWN):
        _read(draw, LANGUAGES[at % len(LANGUAGES)], source, seen)
    learned = [round(float(one), 3) for one in seen.learned()]
    told = yaml.safe_dump({"few": learned}, default_flow_style=None)
    (words.DATA / "certainty.yaml").write_text(ABOUT + told, encoding="utf-8")
    sys.stdout.write(told)
    return 0


def _read(draw: random.Random, language: str, source: Vectors, seen: Seen) -> None:
    count, size = draw.choice(INTENTS), draw.choice(EXAMPLES)
    names = draw.sample(bank.names(), count + STRANGERS)
    taught: dict[str, dict[str, list[str]]] = {}
    asked: list[tuple[str, str]] = []
    for name in names[:count]:
        said = draw.sample(bank.examples(name)[language], size + max(2, ASKED // count))
        taught[name] = {language: said[:size]}
        asked += [(text, name) for text in said[size:]]
    for name in names[count:]:
        asked += [(text, "") for text in draw.sample(bank.examples(name)[language], 2)]
    classifier = fit(taught, language, {}, source)
    for text, name in asked:
        found = classifier.signs_again(text)
        label = classifier.labels[found.best[0]]
        if label != ELSEWHERE:
            seen.signs.append(found.values[0])
            seen.right.append(label == name)
            seen.own.append(bool(name))


if __name__ == "__main__":
    sys.exit(main())
