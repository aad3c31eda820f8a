"""Say how the dialogues went: a table, every failure with its transcript, and JSON for machines."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.cases import Dialogue
from evals.runner import Talk

SPEAKERS = {"customer": "customer", "ai": "      ai", "staff": "   staff"}


@dataclass(frozen=True)
class Verdict:
    """How a dialogue went in one language."""

    dialogue: Dialogue
    language: str
    talks: tuple[Talk, ...]

    @property
    def passed(self) -> int:
        """How many wordings passed."""
        return sum(not talk.wrong for talk in self.talks)

    @property
    def good(self) -> bool:
        """Whether enough of them did."""
        return self.passed >= self.dialogue.least(len(self.talks))


def verdicts(talks: Sequence[Talk]) -> list[Verdict]:
    """Gather the talks by dialogue and language, in the order they came."""
    gathered: dict[tuple[str, str], list[Talk]] = {}
    for talk in talks:
        gathered.setdefault((talk.case.dialogue.dialogue, talk.case.language), []).append(talk)
    return [
        Verdict(group[0].case.dialogue, language, tuple(group))
        for (_, language), group in gathered.items()
    ]


def printed(talks: Sequence[Talk]) -> str:
    """Give the report as text: failures first, then the table."""
    judged = verdicts(talks)
    lines = [line for talk in talks if talk.wrong for line in _failure(talk)]
    width = max([len(verdict.dialogue.dialogue) for verdict in judged], default=8)
    lines.append(f"{'dialogue':{width}}  {'lang':5}  passed  policy  median turn")
    for verdict in judged:
        turns = [ms for talk in verdict.talks for ms in talk.turns_ms]
        median = f"{statistics.median(turns):.0f} ms" if turns else "-"
        passed = f"{verdict.passed}/{len(verdict.talks)}"
        mark = "" if verdict.good else "  FAILED"
        lines.append(
            f"{verdict.dialogue.dialogue:{width}}  {verdict.language:5}  {passed:6}  "
            f"{verdict.dialogue.policy:6}  {median:>11}{mark}"
        )
    good = sum(verdict.good for verdict in judged)
    seconds = sum(talk.seconds for talk in talks)
    lines.append(
        f"{good} of {len(judged)} dialogues passed ({len(talks)} wordings, {seconds:.0f} s)."
    )
    lines += [f"reviewed in {talk.case.name}: {one}" for talk in talks for one in talk.reviewed]
    if calls := sum(talk.calls for talk in talks):
        degraded = sum(len(talk.degraded) for talk in talks)
        lines.append(f"{calls} calls of a model; {degraded} turns degraded.")
    return "\n".join(lines)


def _failure(talk: Talk) -> list[str]:
    said = [
        f"  {SPEAKERS[who]}: {text}".replace("\n", "\n            ")
        for who, text in talk.transcript
    ]
    return [f"FAILED {talk.case.name}", *said, *(f"       -> {wrong}" for wrong in talk.wrong), ""]


def as_data(talks: Sequence[Talk]) -> dict[str, Any]:
    """Give the report as plain data."""
    judged = verdicts(talks)
    return {
        "passed": all(verdict.good for verdict in judged),
        "dialogues": [
            {
                "dialogue": verdict.dialogue.dialogue,
                "language": verdict.language,
                "policy": verdict.dialogue.policy,
                "passed": verdict.good,
                "wordings": [
                    {
                        "number": talk.case.number,
                        "passed": not talk.wrong,
                        "wrong": talk.wrong,
                        "seconds": round(talk.seconds, 3),
                        "turns_ms": [round(ms, 1) for ms in talk.turns_ms],
                        "calls": talk.calls,
                        "degraded": talk.degraded,
                        "reviewed": talk.reviewed,
                        "transcript": [{"who": who, "text": text} for who, text in talk.transcript],
                    }
                    for talk in verdict.talks
                ],
            }
            for verdict in judged
        ],
    }
