"""`python -m evals.settling`: how well doubtful first messages are settled, and the weights for it.

Every first message of the workspace's dialogues whose name is an intent, or which `--as` gives one, is read
by the words alone and by what the procedures find on the customer's records. The weights are then those of a
conditional logit over the readings of a message; `left out` fits them on the other dialogues.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents import Brief
from agents.rehearsing import Stage
from agents.settling import parted
from agents.weighing import Heard
from core.errors import RegenteError
from evals.cases import Dialogue, load
from graph.context import TurnContext
from graph.ensemble import Ensemble
from graph.studio import ensemble as opened
from models.embedded.embedder import one_thread

NAMES = ("score", "coded", "chosen", "free", "dead", "general")
FOLDS = 8
PENALTY = 0.02
ROUNDS = 50


@dataclass(frozen=True)
class Message:
    """A first message, the intent it should be read as, and the readings of it."""

    dialogue: str
    language: str
    intent: str
    readings: list[Heard]

    @property
    def found(self) -> np.ndarray:
        """`(n_readings, len(NAMES))`: what is weighed."""
        return np.array([_found(one) for one in self.readings])

    @property
    def right(self) -> int | None:
        """Which reading is right; None: none of them."""
        names = [one.name for one in self.readings]
        return names.index(self.intent) if self.intent in names else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m evals.settling", description=__doc__)
    parser.add_argument("--as", dest="renamed", nargs="*", default=[], metavar="DIALOGUE=INTENT")
    given = parser.parse_args(arguments)
    one_thread()
    try:
        ensemble = opened()
        renamed = dict(pair.split("=", 1) for pair in given.renamed)
        messages = asyncio.run(_read(ensemble, renamed))
    except RegenteError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not messages:
        sys.stderr.write("No dialogue has the name of an intent; give one with --as.\n")
        return 2
    sys.stdout.write("\n".join(report(messages)) + "\n")
    return 0


def report(messages: Sequence[Message]) -> Iterator[str]:
    """Give the lines of the report."""
    for language in dict.fromkeys(one.language for one in messages):
        said = [one for one in messages if one.language == language]
        yield f"{language}: {_shares(said)}"
    yield f"all: {_shares(messages)}, left out {left_out(messages):.3f}"
    fitted = fit(messages)
    yield "weights: " + ", ".join(
        f"{name} {weight:.2f}" for name, weight in zip(NAMES, fitted, strict=True)
    )


def _shares(messages: Sequence[Message]) -> str:
    words = np.mean([_top(one, lambda read: read.score) for one in messages])
    settled = np.mean([_top(one, lambda read: read.chance) for one in messages])
    stands = [one for one in messages if max(one.readings, key=lambda r: r.chance).stands]
    right = np.mean([_top(one, lambda read: read.chance) for one in stands]) if stands else 0.0
    return (
        f"{len(messages)} messages, right by words {words:.3f}, by records {settled:.3f}; "
        f"{len(stands)} stand out, {right:.3f} of them right"
    )


def _top(message: Message, weight: Any) -> bool:
    return max(message.readings, key=weight).name == message.intent


def _found(read: Heard) -> list[float]:
    fit = read.fit
    if fit is None:
        return [read.score, 0, 0, 0, 0, 1]
    free = fit.free and not fit.things
    return [read.score, bool(fit.coded), bool(fit.chosen), free, fit.dead, 0]


def fit(messages: Sequence[Message]) -> np.ndarray:
    """Give weights `(len(NAMES),)` by Newton's method; messages without a right reading teach nothing."""
    taught = [(one.found, one.right) for one in messages if one.right is not None]
    weights = np.zeros(len(NAMES))
    for _ in range(ROUNDS):
        slope = -PENALTY * weights
        curve = PENALTY * np.eye(len(NAMES))
        for found, right in taught:
            chances = np.exp(found @ weights - (found @ weights).max())
            chances /= chances.sum()
            mean = chances @ found
            slope += found[right] - mean
            curve += (found.T * chances) @ found - np.outer(mean, mean)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def left_out(messages: Sequence[Message]) -> float:
    """Give the share that is right with weights that were fitted on the other dialogues."""
    names = sorted({one.dialogue for one in messages})
    right: list[bool] = []
    for fold in range(min(FOLDS, len(names))):
        held = {*names[fold::FOLDS]}
        weights = fit([one for one in messages if one.dialogue not in held])
        right += [
            int((one.found @ weights).argmax()) == one.right
            for one in messages
            if one.dialogue in held
        ]
    return float(np.mean(right))


async def _read(ensemble: Ensemble, renamed: dict[str, str]) -> list[Message]:
    found: list[Message] = []
    for dialogue in load(ensemble.workspace):
        intent = renamed.get(dialogue.dialogue, dialogue.dialogue)
        if intent not in ensemble.team.examples or not dialogue.names:
            continue
        intent = ensemble.team.read_as.get(intent, intent)
        for language, text in _first(dialogue):
            stage, parts = _stage(ensemble, dialogue.customer, language, text)
            if readings := await stage.readings([text, *parts]):
                found.append(Message(dialogue.dialogue, language, intent, readings))
    return found


def _first(dialogue: Dialogue) -> Iterator[tuple[str, str]]:
    for language in dialogue.wordings:
        for wording in dialogue.spoken(language):
            if said := wording.get("ask") or wording.get(dialogue.names[0]):
                yield language, said if isinstance(said, str) else "\n".join(said)


def _stage(
    ensemble: Ensemble, customer: str | None, language: str, text: str
) -> tuple[Stage, list[str]]:
    known = "verified" if customer else "anonymous"
    context = ensemble.in_studio(
        TurnContext(external_id=customer, verification=known, language=language)
    )
    brief = Brief(
        turn_id="settling:1", step="intent", agent="intent", goal="perceive", why="", text=text,
        intent="", language=language, history=[{"role": "customer", "text": text}], slots={},
        signals={"language": language, "intents": [], "sentiment": 0.0, "urgent": False,
                 "complaint": False, "wants_person": False, "entities": []},
        awaiting=[], journey=[], reports=[], event={}, facts={}, alone=True, done=[], given=[],
    )  # fmt: skip
    kit = ensemble.kit(context, turn_id=brief["turn_id"], language=language, evidence=[])
    return Stage(language, brief, kit), [p for p in parted(text, language, kit) if p != text]


if __name__ == "__main__":
    sys.exit(main())
