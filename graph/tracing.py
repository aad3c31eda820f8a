"""Traces of turns: off unless the settings say otherwise, and never with anybody's personal data."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from langsmith import Client
from langsmith.run_helpers import tracing_context

from models.veiling import Veil, mapped, mapped_json


@contextmanager
def traced(wanted: bool) -> Iterator[None]:
    """Let what runs inside of the block be traced as the `LANGSMITH_` variables say, or not at all."""
    with tracing_context(enabled=None if wanted else False, client=_client() if wanted else None):
        yield


@cache
def _client() -> Client:
    return Client(anonymizer=_veiled)


def _veiled(told: dict[str, Any]) -> dict[str, Any]:
    """Give what a run was told or has said, with signs in the place of values."""
    veil = Veil()
    return mapped(told, lambda text: mapped_json(text, veil.over))
