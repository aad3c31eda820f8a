"""JSON schemas of arguments: made flat for small readers, and held against what a model gives."""

from collections.abc import Mapping
from typing import Any

from core.errors import ToolRetry

PROBLEMS = {
    "missing": {
        "pt-BR": "Falta informar {argument}.",
        "en": "{argument} is missing.",
    },
    "unknown": {
        "pt-BR": "Não existe o argumento {argument}.",
        "en": "There is no argument {argument}.",
    },
    "choice": {
        "pt-BR": "{argument} é {value}, mas deve ser um destes: {choices}.",
        "en": "{argument} is {value}, but should be one of: {choices}.",
    },
    "form": {
        "pt-BR": "{argument} é {value}, que não tem a forma esperada ({form}).",
        "en": "{argument} is {value}, which does not have the expected form ({form}).",
    },
}


class Misfit(ToolRetry):
    """An argument does not fit the schema: written for models, as customers do not know arguments."""


def flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give a schema without references, titles, and the `null` of optional values."""
    definitions = schema.get("$defs", {})
    return _flat(dict(schema), definitions, ())


def _flat(
    schema: dict[str, Any], definitions: Mapping[str, Any], inside: tuple[str, ...]
) -> dict[str, Any]:
    if reference := schema.get("$ref"):
        name = str(reference).rsplit("/", 1)[-1]
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        if name in inside or name not in definitions:  # a type that holds itself ends here
            return {"type": "object", **rest}
        return _flat({**definitions[name], **rest}, definitions, (*inside, name))
    kept = {key: value for key, value in schema.items() if key not in ("title", "$defs")}
    if kept.get("default", 0) is None:
        del kept["default"]
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    for several in ("anyOf", "allOf", "oneOf"):
        if several in kept:
            kept[several] = [_flat(dict(part), definitions, inside) for part in kept[several]]
    parts = [part for part in kept.get("anyOf", []) if part.get("type") != "null"]
    if "anyOf" in kept and len(parts) == 1:
        del kept["anyOf"]
        kept = {**parts[0], **kept}
    if isinstance(kept.get("items"), dict):
        kept["items"] = _flat(kept["items"], definitions, inside)
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {
            name: _flat(dict(part), definitions, inside)
            for name, part in kept["properties"].items()
        }
    return kept


def checked(
    schema: Mapping[str, Any], arguments: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """Give the arguments as the schema wants them.

    A `null` for an optional argument is left out, and a number written as text (or the reverse) is
    taken, because models write both; anything else that does not fit is an error.

    Raises:
        Misfit: names the argument and what is wrong with it, in `language`.
    """
    properties: dict[str, Any] = schema.get("properties", {})
    required = schema.get("required", [])
    given = {
        name: _loosened(properties.get(name, {}), value)
        for name, value in arguments.items()
        if value is not None or name in required
    }
    for name in required:
        if given.get(name) in (None, ""):
            raise _problem("missing", language, name)
    if schema.get("additionalProperties") is False:
        for name in given.keys() - properties.keys():
            raise _problem("unknown", language, name)
    _hold(schema, given, language)
    return given


def _hold(schema: Mapping[str, Any], given: Mapping[str, Any], language: str) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    error = best_match(validator.iter_errors(given))
    if error is None:
        return
    name = str(error.absolute_path[0]) if error.absolute_path else ""
    value = repr(error.instance)[:80]
    if error.validator == "enum":
        choices = ", ".join(map(str, error.validator_value))
        raise _problem("choice", language, name, value=value, choices=choices)
    form = f"{error.validator}: {error.validator_value}"
    raise _problem("form", language, name, value=value, form=form[:120])


def _problem(kind: str, language: str, argument: str, **details: str) -> Misfit:
    texts = PROBLEMS[kind]
    text = texts.get(language, texts["en"]).format(argument=argument or "?", **details)
    return Misfit(text, argument=argument)


def _loosened(schema: Mapping[str, Any], value: Any) -> Any:
    """Take a number for its text and a text for its number, where only the other can be meant."""
    kind = schema.get("type")
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind in ("integer", "number") and isinstance(value, str):
        try:
            number = float(value.strip())
        except ValueError:
            return value
        return int(number) if number.is_integer() and kind == "integer" else number
    if kind == "boolean" and isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return value
