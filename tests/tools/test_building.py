"""A documented function becomes a tool."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from core.errors import ToolRetry
from tools import Context, Preview, Result, Tool
from tools.building import tool
from tools.calling import call

CONTEXT = Context(
    workspace_id="clinic", conversation_id="c1", turn_id="t1", customer_id="p1", external_id="P-1",
    verification="verified", language="en", now=datetime(2026, 3, 2, tzinfo=UTC), data_dir=Path(),
)  # fmt: skip


class Room(Enum):
    SMALL = "small"
    LARGE = "large"


class Guest(BaseModel):
    name: str
    age: int = 0


def book(
    visit_id: Annotated[str, Field(pattern="V-[0-9]{4}")],
    day: date,
    size: Literal["short", "long"],
    room: Room = Room.SMALL,
    notes: list[str] | None = None,
    guest: Guest | None = None,
    fee: float = Field(default=10.0, ge=0),
    *,
    context: Context,
) -> Result:
    """Book a visit
    in a room.

    It can be moved later.

    Args:
        visit_id: `V-` and four digits,
            as on the card.
        day: the day of the visit.
        context: injected.

    Returns:
        What was booked.
    """
    return Result(
        text=f"{visit_id} on {day:%d %b} in {room.name} for {context.external_id}",
        data={"day": day, "guest": guest.name if guest else None, "notes": notes, "fee": fee},
    )


def test_types_become_a_flat_schema_and_args_its_descriptions() -> None:
    made = tool()(book)
    assert made.name == "book"
    assert made.description == "Book a visit in a room.\n\nIt can be moved later."
    assert made.parameters == {
        "type": "object",
        "properties": {
            "visit_id": {
                "type": "string",
                "pattern": "V-[0-9]{4}",
                "description": "`V-` and four digits, as on the card.",
            },
            "day": {"type": "string", "format": "date", "description": "the day of the visit."},
            "size": {"enum": ["short", "long"], "type": "string"},
            "room": {"enum": ["small", "large"], "type": "string", "default": "small"},
            "notes": {"type": "array", "items": {"type": "string"}},
            "guest": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "age": {"type": "integer", "default": 0},
                },
                "required": ["name"],
            },
            "fee": {"type": "number", "minimum": 0, "default": 10.0},
        },
        "required": ["visit_id", "day", "size"],
        "additionalProperties": False,
    }


async def test_the_function_gets_values_of_its_types_and_the_context() -> None:
    arguments = {
        "visit_id": "V-1001", "day": "2026-03-09", "size": "long", "room": "large",
        "guest": {"name": "Ana"}, "notes": None,
    }  # fmt: skip
    result = await call(tool()(book), arguments, CONTEXT)
    assert result.text == "V-1001 on 09 Mar in LARGE for P-1"
    assert result.data == {"day": "2026-03-09", "guest": "Ana", "notes": None, "fee": 10.0}


async def test_a_function_without_context_or_parameters_is_a_tool_too() -> None:
    @tool(needs="anonymous")
    def hours() -> str:
        """Say when we are open."""
        return "From nine to five."

    assert hours.parameters["properties"] == {}
    assert (await call(hours, {}, CONTEXT)).text == "From nine to five."


async def test_async_functions_are_awaited() -> None:
    @tool()
    async def find(name: str, *, context: Context) -> Result:
        """Find somebody."""
        return Result(text=f"{name} found")

    assert (await call(find, {"name": "Ana"}, CONTEXT)).text == "Ana found"


async def test_a_value_of_the_wrong_type_names_its_argument() -> None:
    with pytest.raises(ToolRetry, match="day") as refused:
        await call(tool()(book), {"visit_id": "V-1001", "day": "soon", "size": "long"}, CONTEXT)
    assert refused.value.argument == "day"


def undocumented(visit_id: str, *, context: Context) -> str:
    return visit_id


def untyped(visit_id, *, context: Context) -> str:  # type: ignore[no-untyped-def]
    """Look a visit up."""
    return visit_id


def spread(*visits: str, context: Context) -> str:
    """Look visits up."""
    return str(visits)


def loose(visit_id: str, context: Context) -> str:
    """Look a visit up."""
    return visit_id


def misdescribed(visit_id: str, *, context: Context) -> str:
    """Look a visit up.

    Args:
        visit: which one.
    """
    return visit_id


def strange(visit_id: Callable[[], str], *, context: Context) -> str:
    """Look a visit up."""
    return visit_id()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (undocumented, "docstring"),
        (untyped, "'visit_id' has no type"),
        (spread, r"\*visits"),
        (loose, r"\*, context"),
        (misdescribed, r"\['visit'\]"),
        (strange, "no JSON form"),
    ],
)
def test_what_is_missing_is_named(function: Callable[..., Any], says: str) -> None:
    with pytest.raises(TypeError, match=says) as error:
        tool()(function)
    assert function.__name__ in str(error.value)


def test_a_declaration_that_contradicts_itself_is_refused() -> None:
    def shown(*, context: Context) -> Preview:
        return Preview(text="do it")

    def move(visit_id: str, *, context: Context) -> str:
        """Move a visit."""
        return visit_id

    with pytest.raises(TypeError, match="entity"):
        tool(effect="write", entity=("visit",))(move)
    with pytest.raises(TypeError, match="preview"):
        tool(effect="write", preview=shown)(move)
    with pytest.raises(TypeError, match="reads"):
        tool(preview=shown)(move)


def test_the_declaration_stands_on_the_tool() -> None:
    made = tool(
        effect="write", needs="strong", entity=("visit_id",), retry="key", serves=("care",),
        timeout_s=3, examples={"en": ("book it",)},
    )(book)  # fmt: skip
    assert isinstance(made, Tool)
    assert (made.effect, made.needs, made.entity, made.retry) == (
        "write", "strong", ("visit_id",), "key",
    )  # fmt: skip
    assert made.serves == {"care"}
    assert made.timeout_s == 3
    assert made.examples == {"en": ("book it",)}
