"""The shop as one call of a tool sees it: who asks, what is hers, what day it is.

Each call opens the records anew, so threads share nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.errors import ToolFailed, ToolRetry
from tools import Context, Result

from . import _words as words
from ._records import prepared

Row = dict[str, Any]
FILE = "aurora-shop.sqlite"
NOT_SENT = ("pending_payment", "payment_failed", "paid", "picking")
SATURDAY = 5
PAY_URL = "https://aurora.example/pay/"
FIRST_REQUEST = 5000
"""The data's own requests have lower numbers."""


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

    def working_day(self, after: int) -> int:
        """Give the day that is so many working days from today; holidays are not known here."""
        day = self.today
        while after:
            day += 1
            after -= self.day(day).weekday() < SATURDAY
        return day

    def coupon(self, written: str) -> Row | None:
        """Give a coupon, or None when there is none of that name."""
        name = written.strip().upper().replace(" ", "")
        found = self._records("SELECT record FROM coupons WHERE coupon = ?", name)
        return found[0] if found else None

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

    def under_way(self, order: Row) -> Row | None:
        """Give the return, exchange, report or trace of an order that has not come to its end."""
        return next((each for each in order["requests"] if "done" not in each), None)

    def keep_stock(self, product: Row, stock: dict[str, int]) -> None:
        """Keep how many of each size are left."""
        self.file.execute(
            "UPDATE products SET record = ? WHERE product_id = ?",
            (json.dumps(product | {"stock": stock}, ensure_ascii=False), product["product_id"]),
        )

    def open_request(self, order: Row, kind: str, **details: str) -> str:
        """Enter a return, an exchange, a report or a trace with its order and give its number."""
        made = self.file.execute(
            "INSERT INTO requests (order_id, kind) VALUES (?, ?)", (order["order_id"], kind)
        )
        request_id = f"R-{FIRST_REQUEST + (made.lastrowid or 0)}"
        entry = {"kind": kind, "request_id": request_id, "opened": self.today, **details}
        self.save(order | {"requests": [*order["requests"], entry]})
        return request_id

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
        base = prepared(file, context.now.date(), context.data_dir)
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
