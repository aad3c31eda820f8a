"""Ids: a word that says what it is, then 26 characters that sort by time."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, which leaves out i, l, o and u


def _number() -> int:
    return (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))


_numbers: list[Callable[[], int]] = [_number]


@contextmanager
def drawn(numbers: Callable[[], int]) -> Iterator[None]:
    """Let ids come of these numbers (of 128 bits) meanwhile: a past lived again gives the same ids."""
    _numbers.append(numbers)
    try:
        yield
    finally:
        _numbers.remove(numbers)


def new_id(thing: str) -> str:
    """Make an id such as `conversation_01j...`: 48 bits of milliseconds, then 80 random bits."""
    number = _numbers[-1]()
    digits = "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{thing}_{digits}"
