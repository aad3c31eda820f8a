"""Ids: a word that says what it is, then 26 characters that sort by time."""

import os
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, which leaves out i, l, o and u


def new_id(thing: str) -> str:
    """Make an id such as `conversation_01j...`: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    digits = "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{thing}_{digits}"
