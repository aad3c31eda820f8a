"""What a turn spends on models: a `Usage` that follows the turn through its tasks and threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from langchain_core.messages import AIMessage

from models import Usage

STOOD_IN = "stood_in"
"""Key in the metadata of an answer: why the embedded model gave it in the place of another."""

_usage: ContextVar[Usage | None] = ContextVar("regente_model_usage", default=None)


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


def spend(input_tokens: int, output_tokens: int, cost_usd: float) -> None:
    """Add tokens and their price to the turn's usage; outside of `metered` it goes nowhere."""
    if usage := _usage.get():
        usage.input_tokens += input_tokens
        usage.output_tokens += output_tokens
        usage.cost_usd += cost_usd


def count_call() -> None:
    """Note that a call left the process; a failed one counts, for it may have been billed."""
    if usage := _usage.get():
        usage.calls += 1


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
