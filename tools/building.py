"""Turn a documented function into a `Tool`: its docstring describes it, its types are its schema.

    @tool(effect="write", entity=("visit_id",), preview=preview_move)
    def move_visit(visit_id: str, day: date, *, context: Context) -> Result:
        '''Move a visit to another day.

        Args:
            visit_id: `V-` and four digits.
            day: the new day.
        '''

Types may be plain ones, `Literal`, enums, dates, lists, pydantic models, and `Annotated` with
pydantic's `Field`; the function gets values of these types, not JSON.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import FieldInfo

from tools import Effect, Preview, Result, Tool, Verification
from tools.docstrings import described
from tools.schemas import Misfit, flat

Previewing = Callable[..., Preview | Awaitable[Preview]]
KINDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class _Parameter:
    name: str
    adapter: TypeAdapter[Any]
    default: Any
    required: bool


def tool(
    *,
    effect: Effect = "read",
    needs: Verification = "verified",
    entity: tuple[str, ...] = (),
    preview: Previewing | None = None,
    retry: Literal["never", "key"] = "never",
    serves: tuple[str, ...] = (),
    timeout_s: float = 10,
    examples: Mapping[str, tuple[str, ...]] | None = None,
) -> Callable[[Callable[..., Any]], Tool]:
    """Make a decorator that gives the function as a `Tool`, named like it.

    Raises:
        TypeError: the function lacks a docstring or a type, or is declared in a way that contradicts
            itself; the message names the function and the place.
    """

    def made(function: Callable[..., Any]) -> Tool:
        name = function.__name__
        description, arguments = described(function.__doc__)
        if not description:
            raise TypeError(f"{name} has no docstring; models choose a tool by what it says.")
        parameters = _parameters(function)
        if unknown := sorted(arguments.keys() - {each.name for each in parameters} - {"context"}):
            raise TypeError(f"{name}: `Args:` describes {unknown}, which are not its parameters.")
        if missing := sorted(set(entity) - {each.name for each in parameters}):
            raise TypeError(f"{name}: entity names {missing}, which are not its parameters.")
        if effect == "read" and preview is not None:
            raise TypeError(f"{name} reads, so there is nothing to preview; or is it a write?")
        if preview is not None:
            _same_parameters(name, parameters, preview)
        return Tool(
            name=name,
            description=description,
            parameters=_schema(name, parameters, arguments),
            function=_typed(function, parameters),
            effect=effect,
            needs=needs,
            entity=entity,
            preview=_typed(preview, parameters) if preview else None,
            retry=retry,
            serves=frozenset(serves),
            timeout_s=timeout_s,
            examples={language: tuple(said) for language, said in (examples or {}).items()},
        )

    return made


def _parameters(function: Callable[..., Any]) -> list[_Parameter]:
    """Read the parameters that a model may choose, with their types."""
    name = function.__name__
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(f"{name}: a type in its signature is not imported: {error}.") from error
    found: list[_Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "context":
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
                raise TypeError(f"{name}: write `*, context: Context`; it is injected by name.")
            continue
        if parameter.kind not in KINDS:
            raise TypeError(
                f"{name}: {parameter} cannot be described to a model; name each parameter."
            )
        if parameter.name not in hints:
            raise TypeError(
                f"{name}: {parameter.name!r} has no type; write `{parameter.name}: str`."
            )
        found.append(_parameter(name, parameter, hints[parameter.name]))
    return found


def _parameter(name: str, parameter: inspect.Parameter, hint: Any) -> _Parameter:
    default = parameter.default
    if isinstance(default, FieldInfo):
        hint = Annotated[hint, default]
        default = (
            inspect.Parameter.empty
            if default.is_required()
            else default.get_default(call_default_factory=True)
        )
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema) as error:
        raise TypeError(
            f"{name}: the type of {parameter.name!r} has no JSON form; use plain types, Literal, "
            f"enums, dates, lists or pydantic models."
        ) from error
    required = default is inspect.Parameter.empty
    return _Parameter(parameter.name, adapter, None if required else default, required)


def _schema(
    name: str, parameters: list[_Parameter], arguments: Mapping[str, str]
) -> dict[str, Any]:
    """Make the JSON schema of the arguments: flat, so that small readers understand it too."""
    properties: dict[str, Any] = {}
    for parameter in parameters:
        schema = flat(parameter.adapter.json_schema())
        if said := arguments.get(parameter.name):
            schema["description"] = said
        if not parameter.required and parameter.default is not None:
            schema["default"] = parameter.adapter.dump_python(
                parameter.default, mode="json", warnings=False
            )
        properties[parameter.name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": False,
    }


def _same_parameters(name: str, parameters: list[_Parameter], preview: Previewing) -> None:
    own = {each.name for each in parameters}
    theirs = set(inspect.signature(preview).parameters) - {"context"}
    if own != theirs:
        raise TypeError(f"{name}: its preview takes {sorted(theirs)}, but it takes {sorted(own)}.")


def _typed(function: Callable[..., Any], parameters: list[_Parameter]) -> Callable[..., Any]:
    """Give the function so that it takes JSON values and, whether it wants it or not, the context."""
    wants_context = "context" in inspect.signature(function).parameters

    def taken(given: dict[str, Any]) -> dict[str, Any]:
        context = given.pop("context", None)
        values = _values(parameters, given)
        return {**values, "context": context} if wants_context else values

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def waited(**given: Any) -> Result:
            return await function(**taken(given))

        return waited

    @wraps(function)
    def called(**given: Any) -> Result:
        return function(**taken(given))

    return called


def _values(parameters: list[_Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give each parameter its value, of its own type."""
    if unknown := sorted(given.keys() - {parameter.name for parameter in parameters}):
        raise Misfit(f"There is no argument {unknown[0]!r}.", argument=unknown[0])
    values: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.name not in given:
            if parameter.required:
                raise Misfit(
                    f"The argument {parameter.name!r} is missing.", argument=parameter.name
                )
            values[parameter.name] = parameter.default
            continue
        try:
            values[parameter.name] = parameter.adapter.validate_python(given[parameter.name])
        except ValidationError as error:
            problem = error.errors()[0]["msg"]
            raise Misfit(f"{parameter.name}: {problem}.", argument=parameter.name) from error
    return values
