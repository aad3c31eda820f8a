"""Read an OpenAPI document (3.0 or 3.1): each operation with its arguments and where they go."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from core.errors import BadInput
from tools.connecting import Document, KeyIn, Operation, Place
from tools.connecting.references import Unreadable, resolved
from tools.connecting.text import described, identifier

METHODS = ("get", "head", "post", "put", "patch", "delete")
READING = ("get", "head")
JSON = re.compile(r"^application/(?:[\w.-]+\+)?json\b|^\*/\*$")
FORM = "application/x-www-form-urlencoded"
IDEMPOTENCY = re.compile(r"idempot", re.IGNORECASE)
OWN_HEADERS = {"accept", "content-type", "authorization", "accept-language"}
"""Headers that are not an argument's to set."""

MOST_OPERATIONS = 200
DEPTH = 3
"""Objects within objects that are opened, so that each of their values is an argument of its own."""

Arguments = dict[str, tuple[Place, dict[str, Any], bool]]
"""By name: where it goes, its schema, and whether it is required."""


def read(document: Mapping[str, Any], url: str = "") -> Document:
    """Read a document; `url` is where it comes from, for servers that it names in part.

    Raises:
        BadInput: it is no OpenAPI 3 document; what to do is in the message.
    """
    version = str(document.get("openapi") or "")
    if not version.startswith("3."):
        found = f"swagger {document['swagger']}" if "swagger" in document else "no 'openapi: 3.x'"
        raise BadInput(
            f"{url or 'The document'} is no OpenAPI 3 document ({found}); give the address of one, or "
            "convert it first."
        )
    operations: dict[str, Operation] = {}
    left_out: dict[str, str] = {}
    for path, method, item, said in _listed(document):
        wire = f"{method.upper()} {path}"
        if len(operations) >= MOST_OPERATIONS:
            left_out[wire] = f"there are more than {MOST_OPERATIONS} operations"
            continue
        try:
            operation = _operation(document, path, method, item, said)
        except Unreadable as problem:
            left_out[wire] = str(problem)
            continue
        operations[_free(operation.name, operations)] = operation
    named = {name: _renamed(operation, name) for name, operation in operations.items()}
    return Document(named, _server(document, url), _key_in(document), left_out)


def _listed(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    paths = document.get("paths")
    for path, given in (paths if isinstance(paths, Mapping) else {}).items():
        item = resolved(given, document, shallow=True) if isinstance(given, Mapping) else {}
        for method in METHODS:
            if isinstance(said := item.get(method), Mapping):
                yield str(path), method, item, said


def _operation(
    document: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Operation:  # fmt: skip
    arguments: Arguments = {}
    key_header = ""
    for parameter in _parameters(document, item, said):
        if parameter["in"] == "header" and IDEMPOTENCY.search(parameter["name"]):
            key_header = parameter["name"]
        else:
            _add_parameter(arguments, parameter)
    if missing := set(re.findall(r"{([^}]+)}", path)) - _in_path(arguments):
        raise Unreadable(f"its path names {sorted(missing)}, which it does not describe")
    form = _add_body(arguments, document, said)
    return Operation(
        name=identifier(str(said.get("operationId") or f"{method} {path}")),
        wire=f"{method.upper()} {path}",
        summary=described(said.get("summary") or said.get("description")),
        reads=method in READING,
        parameters={
            "type": "object",
            "properties": {name: schema for name, (_, schema, _) in arguments.items()},
            "required": [name for name, (_, _, required) in arguments.items() if required],
            "additionalProperties": False,
        },
        places={name: place for name, (place, _, _) in arguments.items()},
        answer=_answer(document, said),
        form=form,
        key_header=key_header,
        retired=bool(said.get("deprecated")),
    )


def _parameters(
    document: Mapping[str, Any], item: Mapping[str, Any], said: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give the parameters of a path and of its operation; the operation's own stand for the path's."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for listed in (item.get("parameters"), said.get("parameters")):
        for each in listed if isinstance(listed, list) else []:
            parameter = resolved(each, document)
            if isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str):
                found[parameter["in"], parameter["name"]] = parameter
    return [*found.values()]


def _add_parameter(arguments: Arguments, parameter: Mapping[str, Any]) -> None:
    where, name = parameter["in"], parameter["name"]
    if where == "header" and name.lower() in OWN_HEADERS:
        return
    schema = _schema_of(parameter)
    required = bool(parameter.get("required")) or where == "path"
    awkward = where not in ("path", "query", "header") or schema.get("type") == "object"
    if awkward and required:
        raise Unreadable(f"its parameter {name!r} is in {where!r}, in a form that cannot be sent")
    if awkward:
        return
    if text := parameter.get("description"):
        schema["description"] = text
    exploded = parameter.get("explode", where == "query")
    _add(arguments, name, Place(where, (name,), joined=not exploded), schema, required=required)


def _schema_of(parameter: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(schema := parameter.get("schema"), Mapping):
        return dict(schema)
    content = parameter.get("content")
    inner = next(iter(content.values()), {}) if isinstance(content, Mapping) else {}
    schema = inner.get("schema") if isinstance(inner, Mapping) else None
    return dict(schema) if isinstance(schema, Mapping) else {"type": "string"}


def _add_body(arguments: Arguments, document: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Add the arguments of the body; say whether it is a form."""
    if not isinstance(said.get("requestBody"), Mapping):
        return False
    body = resolved(said["requestBody"], document)
    content = body.get("content")
    content = content if isinstance(content, Mapping) else {}
    kind = next((kind for kind in content if JSON.match(str(kind))), None)
    kind = kind or (FORM if FORM in content else None)
    required = bool(body.get("required"))
    if kind is None:
        if required:
            raise Unreadable(f"its body is {', '.join(map(str, content)) or 'not described'}")
        return False
    schema = content[kind].get("schema") if isinstance(content[kind], Mapping) else None
    schema = dict(schema) if isinstance(schema, Mapping) else {}
    if schema.get("type") == "object" and schema.get("properties"):
        opened(arguments, schema, (), required=required)
    elif schema:
        _add(arguments, "body", Place("body", ()), schema, required=required)
    return kind == FORM


def opened(
    arguments: Arguments, schema: Mapping[str, Any], path: tuple[str, ...], *, required: bool
) -> None:
    """Add each value of an object as an argument of its own, those of the objects in it as well."""
    needed = schema.get("required")
    needed = needed if required and isinstance(needed, list) else []
    for name, inner in schema["properties"].items():
        if not isinstance(inner, Mapping) or inner.get("readOnly"):
            continue
        within = (*path, name)
        if inner.get("type") == "object" and inner.get("properties") and len(within) < DEPTH:
            opened(arguments, inner, within, required=name in needed)
            continue
        _add(arguments, name, Place("body", within), dict(inner), required=name in needed)


def _add(
    arguments: Arguments, name: str, place: Place, schema: dict[str, Any], *, required: bool
) -> None:
    plain = identifier(name)
    longer = identifier("_".join([*place.path[-2:-1], name]))
    arguments[_free(longer if plain in arguments else plain, arguments)] = (place, schema, required)


def _in_path(arguments: Arguments) -> set[str]:
    return {place.path[0] for place, _, _ in arguments.values() if place.where == "path"}


def _answer(document: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema of what it answers when it went well; nothing where it cannot be read."""
    responses = said.get("responses")
    responses = responses if isinstance(responses, Mapping) else {}
    for status, response in responses.items():
        if not str(status).startswith("2") or not isinstance(response, Mapping):
            continue
        try:
            content = resolved(response, document).get("content")
        except Unreadable:
            continue
        for kind, inner in (content if isinstance(content, Mapping) else {}).items():
            if JSON.match(str(kind)) and isinstance(inner.get("schema"), Mapping):
                return dict(inner["schema"])
    return {}


def _server(document: Mapping[str, Any], url: str) -> str:
    """Give where its operations are called, with the default of each variable."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    named = str(first.get("url") or "/") if isinstance(first, Mapping) else "/"
    variables = first.get("variables") if isinstance(first, Mapping) else {}
    for name, variable in (variables if isinstance(variables, Mapping) else {}).items():
        named = named.replace(f"{{{name}}}", str(variable.get("default", "")))
    joined = urljoin(url, named) if url else named
    return joined.rstrip("/") if joined.startswith(("http://", "https://")) else ""


def _key_in(document: Mapping[str, Any]) -> KeyIn:
    """Give where its key goes, by the first way of signing in that it describes and needs."""
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, Mapping) else {}
    schemes = schemes if isinstance(schemes, Mapping) else {}
    wanted = [
        name
        for said in (document, *(said for _, _, _, said in _listed(document)))
        if isinstance(said.get("security"), list)
        for one in said["security"]
        if isinstance(one, Mapping)
        for name in one
    ]
    for name in [*wanted, *schemes]:
        scheme = schemes.get(name)
        scheme = resolved(scheme, document) if isinstance(scheme, Mapping) else {}
        if scheme.get("type") == "apiKey" and scheme.get("in") in ("header", "query"):
            where = "query" if scheme["in"] == "query" else "header"
            return where, str(scheme.get("name")), ""
        if scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "basic":
            return "header", "Authorization", "Basic "
    return "header", "Authorization", "Bearer "


def _free(name: str, taken: Mapping[str, Any]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _renamed(operation: Operation, name: str) -> Operation:
    return operation if operation.name == name else replace(operation, name=name)
