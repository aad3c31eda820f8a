"""Cases, which outlive conversations."""

import pytest

from core.database import Database
from core.errors import Conflict, NotFound
from customers import Case
from customers.cases import (
    add_note,
    close_case,
    due_cases,
    open_case,
    open_cases,
    postpone,
    protocol,
)
from customers.identity import move, resolve


@pytest.fixture
async def visitor(database: Database) -> str:
    return await database.writing(resolve, "w", "webchat", "v1")


async def opened(database: Database, customer_id: str, case_id: str = "20261124-aaaa-bbbb") -> Case:
    return await database.writing(
        open_case,
        "w",
        case_id=case_id,
        customer_id=customer_id,
        kind="complaint",
        summary="Arrived broken",
        subject={"id": "A-1"},
        follow_up_hours=2,
        now=1000.0,
    )


async def test_an_open_case_is_the_customers(database: Database, visitor: str) -> None:
    made = await opened(database, visitor)
    assert await database.reading(open_cases, "w", visitor) == [made]
    assert (made.state, made.subject, made.follow_up_at) == ("open", {"id": "A-1"}, 8200.0)


async def test_opening_it_again_changes_nothing(database: Database, visitor: str) -> None:
    assert await opened(database, visitor) == await opened(database, visitor)
    assert len(await database.reading(open_cases, "w", visitor)) == 1


async def test_a_case_comes_along_when_its_customer_is_recognised(
    database: Database, visitor: str
) -> None:
    made = await opened(database, visitor)
    ana = await database.writing(resolve, "w", "user", "C-1")
    await database.writing(move, "w", visitor, ana)
    assert await database.reading(open_cases, "w", ana) == [made]


async def test_notes_are_kept_in_order(database: Database, visitor: str) -> None:
    made = await opened(database, visitor)
    for at in (1, 2):
        noted = await database.writing(
            add_note, "w", made.case_id, author="key_1", text=f"call {at}", now=float(at)
        )
    assert [(note.author, note.text, note.at) for note in noted.notes] == [
        ("key_1", "call 1", 1.0),
        ("key_1", "call 2", 2.0),
    ]


async def test_a_case_is_closed_once(database: Database, visitor: str) -> None:
    made = await opened(database, visitor)
    closed = await database.writing(close_case, "w", made.case_id, resolution="Replaced", now=5.0)
    assert (closed.state, closed.closed_at, closed.resolution) == ("closed", 5.0, "Replaced")
    assert await database.reading(open_cases, "w", visitor) == []
    with pytest.raises(Conflict, match="closed already"):
        await database.writing(close_case, "w", made.case_id, resolution="Again")


async def test_a_follow_up_is_due_until_it_is_postponed(database: Database, visitor: str) -> None:
    made = await opened(database, visitor)
    assert await database.reading(due_cases, "w", now=8199.0) == []
    assert await database.reading(due_cases, "w", now=8200.0) == [made]
    await database.writing(postpone, "w", made.case_id, until=9000.0)
    assert await database.reading(due_cases, "w", now=8200.0) == []


async def test_a_case_nobody_opened_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="'nope'"):
        await database.writing(add_note, "w", "nope", author="a", text="b")


def test_a_protocol_number_is_the_same_for_the_same_turn_and_easily_read_out() -> None:
    numbers = {protocol(f"conversation_1:{turn}") for turn in range(2_000)}
    assert len(numbers) == 2_000
    assert protocol("conversation_1:7") in numbers
    assert not any(set(number) & set("01OIL") for number in numbers)
