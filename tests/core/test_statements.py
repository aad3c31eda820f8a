"""Prepared statements give the same on every database."""

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from core.database import Database, Tx
from core.errors import Unavailable
from core.statements import Prepared, change_of, insertion

things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("at", sa.Double),
)
OPEN = Prepared(
    sa.select(things)
    .where(things.c.open.is_(True), things.c.name >= sa.bindparam("least"))
    .order_by(things.c.name)
    .limit(sa.bindparam("most"))
)
NAMED = Prepared(sa.select(things.c.data).where(things.c.name == sa.bindparam("name")))
ADDED = Prepared(things.insert())


@pytest.fixture
def stored(empty_database: Database) -> Database:
    empty_database.write(things.metadata.create_all)

    def fill(tx: Tx) -> None:
        for number, name in enumerate("abc"):
            data = {"n": [number, None, "ação \ud800"]}
            ADDED.run(tx, name=name, data=data, open=name != "b", at=number / 2)

    empty_database.write(fill)
    return empty_database


def read(tx: Tx, least: str, most: int = 10) -> list[dict[str, Any]]:
    return OPEN.rows(tx, least=least, most=most)


def test_rows_come_back_as_they_were_put_in(stored: Database) -> None:
    first, last = stored.read(read, "a")
    data = {"n": [0, None, "ação \ud800"]}
    assert first == {"name": "a", "data": data, "open": True, "at": 0.0}
    assert last["name"] == "c"
    assert stored.read(read, "a", 1) == [first]
    assert stored.read(read, "d") == []


ODD = "it's :a ? %s"
FIXED = Prepared(
    sa.select(things.c.name, sa.literal(7).label("seven"))
    .where(
        things.c.name.in_([sa.literal("b"), sa.literal(ODD)]) & (things.c.at >= sa.bindparam("at")),
    )
    .order_by(things.c.name)
    .limit(5)
)
CLOSED = Prepared(
    things.update().where(things.c.name == "a", things.c.at == sa.bindparam("moment")).values(open=False)
)  # fmt: skip


def test_values_that_never_change_are_part_of_the_statement(stored: Database) -> None:
    def change(tx: Tx) -> int:
        ADDED.run(tx, name=ODD, data={}, open=True, at=9.0)
        return CLOSED.run(tx, moment=0.0)

    assert stored.write(change) == 1
    found = stored.read(lambda tx: FIXED.rows(tx, at=0.0))
    assert found == [{"name": "b", "seven": 7}, {"name": ODD, "seven": 7}]
    assert stored.read(read, "a", 1)[0]["name"] == "c"


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_statement_is_planned_once_whatever_index_there_is(stored: Database) -> None:
    doors = sa.Table(
        "doors", sa.MetaData(), *(sa.Column(name, sa.String) for name in ("house", "state", "at"))
    )
    open_ones = Prepared(
        sa.select(doors.c.at).where(doors.c.house == sa.bindparam("of"), doors.c.state == "open")
    )
    planned: list[Any] = []

    def make(tx: Tx) -> None:
        tx.exec_driver_sql("CREATE TABLE doors (house TEXT, state TEXT, at REAL)")
        tx.exec_driver_sql("CREATE INDEX some ON doors (house, at) WHERE state = 'open'")

    def again(tx: Tx) -> list[Any]:
        driver: Any = tx.connection.dbapi_connection
        driver.set_authorizer(lambda *asked: planned.append(asked) or sqlite3.SQLITE_OK)
        open_ones.rows(tx, of="mine")
        planned.clear()
        open_ones.rows(tx, of="yours")
        driver.set_authorizer(None)
        return planned

    stored.write(make)
    assert stored.read(again) == []


def test_one_row_or_none_is_found(stored: Database) -> None:
    assert stored.read(lambda tx: NAMED.first(tx, name="b"))["data"]["n"][0] == 1  # type: ignore[index]
    assert stored.read(lambda tx: NAMED.first(tx, name="x")) is None


def test_columns_are_changed_and_the_rows_counted(stored: Database) -> None:
    changing = change_of(things, ("name",), ("data", "open"))

    def change(tx: Tx, name: str) -> int:
        return changing.run(tx, of_name=name, to_data=[1, "x"], to_open=True)

    assert [stored.write(change, name) for name in "bx"] == [1, 0]
    assert stored.read(read, "b", 1) == [{"name": "b", "data": [1, "x"], "open": True, "at": 0.5}]


def test_a_row_whose_key_is_taken_is_not_inserted(stored: Database) -> None:
    def insert(tx: Tx, name: str) -> bool:
        row = {"name": name, "data": {}, "open": False, "at": None}
        return insertion(things, tuple(row), tx.dialect.name).inserted(tx, **row)

    assert [stored.write(insert, name) for name in "abd"] == [False, False, True]


def test_a_parameter_that_is_missing_is_an_error(stored: Database) -> None:
    with pytest.raises((KeyError, StatementError)):
        stored.read(lambda tx: OPEN.rows(tx, most=1))


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_what_sqlite_says_of_an_outage_is_named(empty_database: Database, empty_url: str) -> None:
    with pytest.raises(Unavailable, match="no such table"):
        empty_database.read(read, "a")
