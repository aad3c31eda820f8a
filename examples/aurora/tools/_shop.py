"""The shop's records: built from `data/*.json` at first use, kept where the tools may keep files.

Each call opens the file anew, so threads share nothing. Days are kept as the data gives them,
counted from a base day that follows the calendar: every week the whole shop moves on, so
that it never gets old.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.errors import ToolFailed, ToolRetry
from tools import Context, Result

from . import _words as words

Row = dict[str, Any]
DATA = Path(__file__).parents[1] / "data"
FILE = "aurora-shop.sqlite"
MOVES_AFTER_DAYS = 7
TABLES = """
CREATE TABLE customers (customer_id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE products (product_id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE orders (order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX orders_of ON orders (customer_id);
CREATE TABLE requests (
    request_id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, record TEXT NOT NULL
);
CREATE TABLE acts (key TEXT PRIMARY KEY, text TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE base (day TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Shop:
    """The records, open for one call of one tool."""

    file: sqlite3.Connection
    context: Context
    base: date

    @property
    def today(self) -> int:
        """Today, in the days of the records."""
        return (self.context.now.date() - self.base).days

    def day(self, days: int) -> date:
        """Give the calendar day of a day in the records."""
        return self.base + timedelta(days=days)

    def said_day(self, days: int) -> str:
        """Write a day of the records in the customer's language."""
        return words.day(self.day(days), self.context.language)

    def product(self, product_id: str) -> Row:
        """Give a product that is known to exist."""
        return self._records("SELECT record FROM products WHERE product_id = ?", product_id)[0]

    def products(self) -> list[Row]:
        """Give every product."""
        return self._records("SELECT record FROM products ORDER BY product_id")

    def customer(self) -> Row:
        """Give the record of who is asking.

        Raises:
            ToolFailed: the shop does not know her.
        """
        found = self._records(
            "SELECT record FROM customers WHERE customer_id = ?", self.context.external_id or ""
        )
        if not found:
            raise ToolFailed(words.say("no_customer", self.context.language))
        return found[0]

    def orders(self) -> list[Row]:
        """Give the orders of who is asking, newest first."""
        found = self._records(
            "SELECT record FROM orders WHERE customer_id = ?", self.context.external_id or ""
        )
        return sorted(found, key=lambda order: (order["placed"], order["order_id"]), reverse=True)

    def order(self, order_id: str) -> Row:
        """Give one order of who is asking.

        Raises:
            ToolRetry: it does not look like the number of an order.
            ToolFailed: she has no such order; somebody else's looks the same as none.
        """
        number = words.order_number(order_id)
        if not number:
            raise ToolRetry(words.say("bad_number", self.context.language, number=order_id))
        for order in self.orders():
            if order["order_id"] == number:
                return order
        raise ToolFailed(words.say("no_order", self.context.language, number=number))

    def save(self, order: Row) -> None:
        """Keep a changed order."""
        self.file.execute(
            "UPDATE orders SET record = ? WHERE order_id = ? AND customer_id = ?",
            (json.dumps(order, ensure_ascii=False), order["order_id"], self.context.external_id),
        )

    def keep_stock(self, product: Row, stock: dict[str, int]) -> None:
        """Keep how many of each size are left."""
        self.file.execute(
            "UPDATE products SET record = ? WHERE product_id = ?",
            (json.dumps(product | {"stock": stock}, ensure_ascii=False), product["product_id"]),
        )

    def request(self, order_id: str, **record: str) -> str:
        """Enter a return or an exchange and give its number."""
        made = self.file.execute(
            "INSERT INTO requests (order_id, record) VALUES (?, ?)",
            (order_id, json.dumps(record, ensure_ascii=False)),
        )
        return f"R-{5000 + (made.lastrowid or 0)}"

    def label(self, order: Row) -> str:
        """Name an order as its customer would recognise it: number, first item, day."""
        items = order["items"]
        name = self.product(items[0]["product_id"])["name"][self.context.language]
        more = f" +{len(items) - 1}" if len(items) > 1 else ""
        return f"{order['order_id']} · {name}{more} ({self.said_day(order['placed'])})"

    def _records(self, query: str, *values: str) -> list[Row]:
        return [json.loads(record) for (record,) in self.file.execute(query, values)]


@contextmanager
def opened(context: Context, *, to_write: bool = False) -> Iterator[Shop]:
    """Open the records for one call; a writing one is alone, and is undone when it raises."""
    path = context.data_dir / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as file:
        base = _prepared(file, context.now.date())
        file.execute("BEGIN IMMEDIATE" if to_write else "BEGIN")
        try:
            yield Shop(file, context, base)
            file.execute("COMMIT")
        except BaseException:
            file.execute("ROLLBACK")
            raise


def once(context: Context, act: Callable[[Shop], Result]) -> Result:
    """Write, or give what the same `idempotency_key` gave before."""
    with opened(context, to_write=True) as shop:
        key = context.idempotency_key
        if key and (
            row := shop.file.execute("SELECT text, data FROM acts WHERE key = ?", (key,)).fetchone()
        ):
            return Result(text=row[0], data=json.loads(row[1]))
        result = act(shop)
        if key:
            shop.file.execute(
                "INSERT INTO acts VALUES (?, ?, ?)",
                (key, result.text, json.dumps(result.data, ensure_ascii=False)),
            )
        return result


def _prepared(file: sqlite3.Connection, today: date) -> date:
    """Build the records, or move them on when they are a week old; give the base day."""
    file.execute("PRAGMA journal_mode=WAL")
    base = _base(file)
    if base is not None and abs((today - base).days) < MOVES_AFTER_DAYS:
        return base
    file.execute("BEGIN IMMEDIATE")
    try:  # again, now that nobody else can build or move them
        if (base := _base(file)) is None:
            _build(file)
            file.execute("INSERT INTO base VALUES (?)", (today.isoformat(),))
            base = today
        elif abs((today - base).days) >= MOVES_AFTER_DAYS:
            file.execute("UPDATE base SET day = ?", (today.isoformat(),))
            base = today
        file.execute("COMMIT")
    except BaseException:
        file.execute("ROLLBACK")
        raise
    return base


def _base(file: sqlite3.Connection) -> date | None:
    if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'base'").fetchone():
        return None
    row = file.execute("SELECT day FROM base").fetchone()
    return date.fromisoformat(row[0]) if row else None


def _build(file: sqlite3.Connection) -> None:
    for statement in TABLES.split(";"):
        file.execute(statement)
    for row in _read("customers"):
        file.execute("INSERT INTO customers VALUES (?, ?)", (row["customer_id"], json.dumps(row)))
    for row in _read("products"):
        file.execute("INSERT INTO products VALUES (?, ?)", (row["product_id"], json.dumps(row)))
    for row in _read("orders"):
        file.execute(
            "INSERT INTO orders VALUES (?, ?, ?)",
            (row["order_id"], row["customer_id"], json.dumps(row)),
        )


def _read(name: str) -> list[Row]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))
