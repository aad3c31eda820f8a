"""Texts that a back office writes of itself: names made usable, descriptions made harmless."""

import re
from typing import Any

from core.injected import without_orders
from core.sentences import sentences
from models.embedded.words import folded

LONGEST = 200
"""Characters of a description."""

LONGEST_NAME = 48
HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
MARKUP = re.compile(r"<[^<>]{0,200}>|[`*#|]+|!?\[([^\]]{0,200})\]\([^)]{0,400}\)")


def identifier(name: str) -> str:
    """Give a name of lower-case letters, digits and underscores: `customerId` is `customer_id`."""
    parts = re.findall(r"[a-z0-9]+", folded(HUMPS.sub(" ", name)))
    made = "_".join(parts)[:LONGEST_NAME].strip("_") or "value"
    return made if made[0].isalpha() else f"n_{made}"


def words_of(name: str) -> list[str]:
    """Give the words of a name, folded."""
    return identifier(name).split("_")


def described(text: Any) -> str:
    """Give the first sentence of a description, without markup and orders to a model; or nothing."""
    if not isinstance(text, str):
        return ""
    bare = " ".join(MARKUP.sub(lambda match: match[1] or " ", text[:4_000]).split())
    harmless = without_orders(re.sub(r"\s+(?=[.,;:!?])", "", bare))
    first = next((one.strip() for one in sentences(harmless) if any(map(str.isalpha, one))), "")
    return first if len(first) <= LONGEST else f"{first[: LONGEST - 1].rsplit(' ', 1)[0]}…"
