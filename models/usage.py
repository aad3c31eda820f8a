"""What a turn spends on models: a `Usage` that follows the turn through its tasks and threads."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from langchain_core.messages import AIMessage

from models import Spent, Usage

HASH_CHARACTERS = 12
STOOD_IN = "stood_in"
"""Key in the metadata of an answer: why the embedded model gave it in the place of another."""

_usage: ContextVar[Usage | None] = ContextVar("regente_model_usage", default=None)
_agent: ContextVar[str] = ContextVar("regente_model_agent", default="")


@contextmanager
def metered() -> Iterator[Usage]:
    """Give a `Usage` that every model call inside of the block adds to; blocks do not share.

    Tasks started inside write to the same object, threads too where the context is copied
    (`asyncio.to_thread` does).
    """
    usage = Usage()
    token = _usage.set(usage)
    try:
        yield usage
    finally:
        _usage.reset(token)


@contextmanager
def acting(agent: str) -> Iterator[None]:
    """Have what is spent inside of the block written down for this agent."""
    token = _agent.set(agent)
    try:
        yield
    finally:
        _agent.reset(token)


def spend(
    role: str,
    model: str,
    *,
    calls: int = 0,
    input_tokens: int = 0,
    output_tokens: int = 0,
    cost_usd: float = 0.0,
) -> Spent:
    """Add to the turn's usage, and give what was added; outside of `metered` it goes nowhere else.

    A call counts when it leaves the process: a failed one may have been billed.
    """
    spent = Spent(_agent.get(), role, model, calls, input_tokens, output_tokens, cost_usd)
    if usage := _usage.get():
        usage.calls += calls
        usage.input_tokens += input_tokens
        usage.output_tokens += output_tokens
        usage.cost_usd += cost_usd
        usage.spent = together([*usage.spent, spent])
    return spent


def together(spent: list[Spent]) -> list[Spent]:
    """Sum up what belongs to the same agent, role and model; in the order of these."""
    sums: dict[tuple[str, str, str], Spent] = {}
    for one in spent:
        key = (one.agent, one.role, one.model)
        before = sums.get(key, Spent(*key))
        sums[key] = Spent(
            *key,
            before.calls + one.calls,
            before.input_tokens + one.input_tokens,
            before.output_tokens + one.output_tokens,
            before.cost_usd + one.cost_usd,
        )
    return [sums[key] for key in sorted(sums)]


def note_prompt(source: str, text: str) -> None:
    """Write down that a prompt is used: its file, and by its hash what stands in it now."""
    told = f"{source}@{hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]}"
    usage = _usage.get()
    if usage and told not in usage.prompts:
        usage.prompts.append(told)


def cost_so_far() -> float:
    """Give what the turn has spent, in US dollars."""
    usage = _usage.get()
    return usage.cost_usd if usage else 0.0


def calls_so_far() -> int:
    """Give how often the turn has called a model outside of the process."""
    usage = _usage.get()
    return usage.calls if usage else 0


def stood_in(message: AIMessage) -> bool:
    """Say whether the embedded model wrote this in the place of another."""
    return bool(message.response_metadata.get(STOOD_IN))


def mark_degraded(reason: str) -> None:
    """Note why the embedded model answers for another; the first reason of a turn is kept."""
    usage = _usage.get()
    if usage and not usage.degraded:
        usage.degraded = reason
