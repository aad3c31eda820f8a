"""Values in a text: dates, money, numbers of documents; none where nobody could be sure."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from core.workspace import read_yaml
from evals.brain.figures import Figure
from evals.brain.reading import LANGUAGES
from models.embedded.entities import entities
from models.embedded.spans import Span


def values(folder: Path) -> Iterator[Figure]:
    """Texts whose values are read exactly, and values that were guessed where a reader would doubt."""
    data = read_yaml(folder / "values.yaml")
    now = datetime.fromisoformat(data["now"])
    for language in LANGUAGES:
        cases = [one for one in data["cases"] if one["language"] == language]
        judged = [judge(one, now) for one in cases]
        doubted = sum(bool(one.get("doubtful")) for one in cases)
        yield Figure(
            what=f"values in text, exact, {language}", value=judged.count("right") / len(cases),
            of=len(cases), gate=0.95, stretch=0.98,
        )  # fmt: skip
        yield Figure(
            what=f"guessed where a reader doubts, {language}", value=judged.count("guessed"),
            of=doubted, gate=0, most=True, share=False,
        )  # fmt: skip


def judge(case: dict[str, Any], now: datetime) -> str:
    """Give `right`, `wrong`, or `guessed` where a value is sure that nobody could be sure of."""
    spans = entities(case["text"], case["language"], now)
    sure = sorted((told(span) for span in spans if not span.doubt), key=str)
    wanted = sorted(((one["kind"], wished(one)) for one in case["values"]), key=str)
    if {kind for kind, _ in sure if (kind, _) not in wanted} & {*case.get("doubtful", ())}:
        return "guessed"
    return "right" if sure == wanted else "wrong"


def told(span: Span) -> tuple[str, Any]:
    """Give a span as the sets write it."""
    if span.kind == "money":
        return "money", (float(span.value), span.currency)
    if span.kind == "number":
        return "number", float(span.value)
    return span.kind, span.value


def wished(one: dict[str, Any]) -> Any:
    """Give a wanted value in the same form."""
    value = one.get("value", one)
    if one["kind"] == "money":
        return float(value["value"]), value["currency"]
    if one["kind"] == "number":
        return float(value)
    if one["kind"] == "period":
        return f"{value['start']}/{value['end']}"
    return str(value)


__all__ = ["values"]
