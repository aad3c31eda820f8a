"""Cuts a message at its marks, as an answer is read."""

import re

from models.embedded import words

PARTS = re.compile(r"([^,.;:!?\n–—…]+)([,.;:!?\n–—…]*)")


def cut(text: str) -> list[tuple[str, bool]]:
    """Give the parts of a message, and whether each is asked."""
    found = [(match[1].strip(), "?" in match[2]) for match in PARTS.finditer(text)]
    return [(part, asked) for part, asked in found if words.words(part)]
