"""What it came to: the price before, the figures after."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.settings import Role
from evals.brain.figures import Figure
from evals.first_key.asking import Outcome
from models import Spent
from models.roles import Endpoint

SHOWN = 12
"""Failures of a part that are quoted."""


def price(spent: Iterable[Spent], endpoints: Mapping[Role, Endpoint]) -> float:
    """Give US dollars for tokens, by the prices of the settings."""
    total = 0.0
    for one in spent:
        endpoint = endpoints.get(one.role)  # pyright: ignore[reportArgumentType]
        if endpoint:
            total += one.input_tokens * endpoint.price_per_million_input / 1e6
            total += one.output_tokens * endpoint.price_per_million_output / 1e6
    return total


def offer(spent: Sequence[Spent], endpoints: Mapping[Role, Endpoint]) -> str:
    """Say what it will cost, before it is asked."""
    calls = sum(one.calls for one in spent)
    read, wrote = sum(one.input_tokens for one in spent), sum(one.output_tokens for one in spent)
    models = ", ".join(sorted({f"{one.model} ({role})" for role, one in endpoints.items()}))
    told = f"About {calls} calls of {models}: {read} tokens read, {wrote} written"
    if not all(one.priced for one in endpoints.values()):
        return (
            f"{told}; what they cost is not known: set REGENTE_PRICE_PER_MILLION_INPUT and _OUTPUT."
        )
    return f"{told}, some {price(spent, endpoints):.2f} USD."


def written(
    outcomes: Sequence[Outcome], endpoints: Mapping[Role, Endpoint], *, name: str, at: datetime
) -> str:
    """Give the report as Markdown."""
    spent = [one for outcome in outcomes for one in outcome.spent]
    counts = (
        f"{sum(one.calls for one in spent)} calls, {sum(one.input_tokens for one in spent)} tokens read, "
        f"{sum(one.output_tokens for one in spent)} written, {price(spent, endpoints):.2f} USD"
    )
    lines = [
        "# Evaluation against a real endpoint",
        "",
        f"`python -m evals.first_key` on {at:%Y-%m-%d}, workspace `{name}`: {counts}.",
        "",
        "| role | model | form | temperature |",
        "|---|---|---|---|",
        *(
            f"| {role} | {one.model} | {one.method} | {'' if one.temperature is None else one.temperature} |"
            for role, one in endpoints.items()
        ),
        "",
        "| part | language | right | 95 % | of | stood in for | seconds, median |",
        "|---|---|---|---|---|---|---|",
        *_rows(outcomes),
        "",
        "What is *stood in for* the embedded model answered, as the endpoint failed. It counts as wrong.",
        "",
        *_failures(outcomes),
    ]
    prompts = sorted({prompt for one in outcomes for prompt in one.prompts})
    lines += ["Prompts: " + ", ".join(f"`{prompt}`" for prompt in prompts), ""] if prompts else []
    return "\n".join(lines)


def right(outcome: Outcome) -> bool:
    """Say whether the endpoint did well: where it was asked, by itself."""
    return outcome.well and not outcome.degraded


def _rows(outcomes: Sequence[Outcome]) -> Iterable[str]:
    for part, language in dict.fromkeys((one.part, one.language) for one in outcomes):
        these = [one for one in outcomes if (one.part, one.language) == (part, language)]
        share = sum(map(right, these)) / len(these)
        low, high = Figure(what=part, value=share, of=len(these)).interval or (0.0, 1.0)
        seconds = sorted(one.seconds for one in these)[len(these) // 2]
        stood = sum(bool(one.degraded) for one in these)
        yield (
            f"| {part} | {language} | {share:.3f} | {low:.2f}–{high:.2f} | {len(these)} | {stood} "
            f"| {seconds:.1f} |"
        )


def _failures(outcomes: Sequence[Outcome]) -> Iterable[str]:
    counted: Counter[str] = Counter()
    wrong = [one for one in outcomes if not right(one)]
    for one in wrong:
        counted[one.part] += 1
        if counted[one.part] == 1:
            yield f"## Not right: {one.part}"
            yield ""
        if counted[one.part] <= SHOWN:
            got = one.degraded or one.got or "nothing"
            yield f"- {one.language}: “{one.text}”: {got}, not {one.right or 'nothing'}"
        elif counted[one.part] == SHOWN + 1:
            yield "- ..."
    if wrong:
        yield ""
