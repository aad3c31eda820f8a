"""Arguments that a model writes: taken only as far as the customer or a result has said them."""

from collections.abc import Iterable, Mapping
from typing import Any

from agents import Brief
from models.embedded.words import folded


def vouched(
    arguments: Mapping[str, Any],
    schema: Mapping[str, Any],
    brief: Brief,
    results: Iterable[str] = (),
) -> dict[str, Any]:
    """Give the arguments that stand in her words, in what is known of her matter, or in `results`.

    What a model made up is left out, so that it is asked for. Choices that the tool itself names need
    nobody's word.
    """
    hers = (line["text"] for line in brief["history"] if line["role"] == "customer")
    known = (str(slot["value"]) for slot in brief["slots"].values())
    said = _signs(" ".join((brief["text"], *hers, *known, *results)))
    properties = schema.get("properties", {})
    return {
        name: value
        for name, value in arguments.items()
        if _offered(value, properties.get(name, {})) or _signs(str(value)) in said
    }


def _offered(value: Any, schema: Mapping[str, Any]) -> bool:
    return (
        isinstance(value, bool) or value in schema.get("enum", ()) or value == schema.get("default")
    )


def _signs(text: str) -> str:
    """Give letters and digits only; `120.0` is written `120`."""
    return "".join(sign for sign in folded(text.removesuffix(".0")) if sign.isalnum())
