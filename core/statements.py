"""Statements of the hot path: written once as SQLAlchemy expressions, handed to the driver without it.

    _WAITING = Prepared(sa.select(messages).where(messages.c.conversation_id == sa.bindparam("conversation")))
    rows = _WAITING.rows(tx, conversation=conversation_id)

A turn needs some forty statements, and a message that is taken in twenty. SQLAlchemy takes ten times as long
to run one as SQLite does, and as long again as psycopg, so its work (the text, the order of parameters, which
values are JSON) is done once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql import visitors

FLOAT8 = 701
"""PostgreSQL's number for what its numeric columns hold here: then they need no change."""

Change = Callable[[Any], Any]


@dataclass(frozen=True)
class _Written:
    """A statement as a driver takes it."""

    sql: str
    names: tuple[str, ...]
    """Of the parameters, in the order of their marks where these have no names."""

    fixed: Mapping[str, Any]
    """Values that stand in the statement itself; None for the columns of an insert."""

    to_database: Mapping[str, Change]
    columns: tuple[str, ...]
    from_database: tuple[tuple[int, Change], ...]


class Prepared:
    """A statement whose values come as named parameters, `sa.bindparam` or the columns of an insert.

    It must not expand a list (`in_`) into marks: their number would not be known beforehand.
    """

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, tx: Connection, **values: Any) -> list[dict[str, Any]]:
        """Give all rows, by the names of their columns."""
        written = self._for(tx.dialect)
        return [_read(written, row) for row in _execute(tx, written, values)]

    def first(self, tx: Connection, **values: Any) -> dict[str, Any] | None:
        """Give the first row, or None."""
        written = self._for(tx.dialect)
        row = _execute(tx, written, values).fetchone()
        return _read(written, row) if row else None

    def run(self, tx: Connection, **values: Any) -> int:
        """Change rows; give how many."""
        return _execute(tx, self._for(tx.dialect), values).rowcount

    def inserted(self, tx: Connection, **values: Any) -> bool:
        """Insert a row unless a key is taken; say whether it was. For what `insertion` gives."""
        return self.run(tx, **values) == 1

    def _for(self, dialect: Dialect) -> _Written:
        if dialect.name not in self._written:
            self._written[dialect.name] = _write(self._statement, dialect)
        return self._written[dialect.name]


def _execute(tx: Connection, written: _Written, values: Mapping[str, Any]) -> Any:
    driver: Any = tx.connection.dbapi_connection
    if tx.dialect.positional:
        return driver.execute(written.sql, [_value(written, values, one) for one in written.names])
    return driver.execute(written.sql, {one: _value(written, values, one) for one in written.names})


def _value(written: _Written, values: Mapping[str, Any], name: str) -> Any:
    value = values[name] if name in values else written.fixed[name]
    change = written.to_database.get(name)
    return change(value) if change else value


def _read(written: _Written, row: tuple[Any, ...]) -> dict[str, Any]:
    found = dict(zip(written.columns, row, strict=True))
    for place, change in written.from_database:
        found[written.columns[place]] = change(row[place])
    return found


def _write(statement: sa.Executable, dialect: Dialect) -> _Written:
    compilable: Any = statement
    inserted = isinstance(statement, sa.Insert)
    if not inserted and dialect.name == "sqlite":
        compilable = visitors.replacement_traverse(compilable, {}, _spelled)
    compiled = compilable.compile(dialect=dialect)
    names = tuple(compiled.positiontup or compiled.bind_names.values())
    required = {name for name in names if compiled.binds[name].required}
    returned = tuple(getattr(statement, "selected_columns", ()))
    return _Written(
        sql=compiled.string,
        names=names,
        fixed={name: compiled.params[name] for name in names if inserted or name not in required},
        to_database={
            name: change
            for name in names
            if (change := compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
        },
        columns=tuple(column.key for column in returned),
        from_database=tuple(
            (place, change)
            for place, column in enumerate(returned)
            if (change := column.type.dialect_impl(dialect).result_processor(dialect, FLOAT8))
        ),
    )


def _spelled(element: Any, **_: Any) -> Any:
    """Give a value that stands in the statement as part of its text, or None for anything else.

    SQLite plans a statement anew at each execution when a parameter is held against a column by which
    an index was made for some rows only: that takes ten times as long as running it.
    """
    if type(element) is not sa.BindParameter or element.required:
        return None
    if type(element.value) not in (str, int):
        return None
    spelled = element.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return sa.literal_column(str(spelled), element.type)


@lru_cache(maxsize=256)
def insertion(table: sa.Table, columns: tuple[str, ...], dialect: str) -> Prepared:
    """Give the insert of a row that does nothing where one of its unique keys is taken."""
    made = postgresql if dialect == "postgresql" else sqlite
    values = {column: sa.bindparam(column, type_=table.c[column].type) for column in columns}
    return Prepared(made.insert(table).values(values).on_conflict_do_nothing())


@lru_cache(maxsize=256)
def change_of(table: sa.Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    """Give the update of some columns of the rows that `keys` name; a key's parameter is `of_<key>`."""
    where = [table.c[key] == sa.bindparam(f"of_{key}") for key in keys]
    values = {
        column: sa.bindparam(f"to_{column}", type_=table.c[column].type) for column in columns
    }
    return Prepared(table.update().where(*where).values(values))


__all__ = ["Prepared", "change_of", "insertion"]
