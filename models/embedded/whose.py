"""Which argument a name that a text mentions is for: the one it stands beside, or the only one it fits."""

from collections.abc import Mapping
from typing import Any

from models.embedded import mentioned, words
from models.embedded.schemas import options_of, spelled_out
from models.embedded.values import is_free

FEW = 4
"""Words of a description that say what an argument is; more may speak of something else, too."""

Schemas = Mapping[str, dict[str, Any]]


def called(schemas: Schemas, text: str, language: str) -> dict[str, str]:
    """Give the names that stand beside the word for what they are a name of."""
    free = [name for name, one in schemas.items() if is_free(one) and "properties" not in one]
    keys = {name: _keys(name, schemas[name]) for name in free}
    found: dict[str, str] = {}
    for name in free:
        others = frozenset().union(*(keys[other] for other in free if other != name))
        said = mentioned.named_by(keys[name] - others, text, language)
        if len(said) == 1:
            found[name] = said[0]
    return found


def mentioned_names(
    schemas: Schemas, found: dict[str, Any], text: str, language: str, does: str
) -> None:
    """Give each name that is mentioned to the one argument that may be it."""
    apart = f"{does} {' '.join(map(_written, found.values()))} {_options(schemas)}"
    kinds: tuple[mentioned.Kind, ...] = ("place", "name")
    for kind in kinds:
        fitting = [
            name for name, schema in schemas.items()
            if is_free(schema) and mentioned.kind_of(name, schema) == kind and "properties" not in schema
        ]  # fmt: skip
        ways: dict[str, mentioned.Way] = {
            name: mentioned.way_of(name, schemas[name]) for name in fitting
        }  # fmt: skip
        for name in fitting:
            alone = len(fitting) == 1 or (ways[name] and [*ways.values()].count(ways[name]) == 1)
            if name in found or not alone:
                continue
            said = mentioned.mentioned(
                kind, text, language, apart, ways[name], sole=len(fitting) == 1
            )
            if said is not None and said not in found.values():
                found[name] = said


def is_street(name: str, schema: Mapping[str, Any]) -> bool:
    """Say whether an argument is a street alone, without what else is in an address."""
    told = f"{spelled_out(name)} {schema.get('description', '')}"
    said, roles = {*words.words(told)}, words.load("arguments")["address"]
    return bool(said & {*roles["street"]}) and not said & {*roles["city"], *roles["number"]}


def _keys(name: str, schema: Mapping[str, Any]) -> frozenset[str]:
    """Give the words for what an argument of free words is a name of; for a street, its kinds."""
    described = words.words(str(schema.get("description", "")))
    told = words.words(spelled_out(name)) + (described if len(described) <= FEW else [])
    lists = words.load("arguments")
    generic = {words.folded(one) for listed in lists["called"].values() for one in listed}
    keys = {*words.content(told, ("pt", "en"))} - generic
    if is_street(name, schema):
        keys |= {words.folded(one) for one in words.load("values")["streets"] if len(one) > 2}
    return frozenset(keys)


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(map(_written, value.values()))
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _options(schemas: Schemas) -> str:
    """Give all that options are called: these are no names."""
    called: list[str] = []
    for schema in schemas.values():
        inner = schema.get("x-labels") or schema.get("items", {}).get("x-labels", {})
        called += [spelled_out(str(option)) for option in options_of(schema)]
        called += [_written(list(one.values())) for one in inner.values()]
    return " ".join(called)


__all__ = ["called", "is_street", "mentioned_names"]
