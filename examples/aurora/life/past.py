"""The shop's records as they were on each day of the past, with what customers have done to them since."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from examples.aurora.tools import _records as records
from examples.aurora.tools._records import LIFE
from examples.aurora.tools._shop import FILE

Row = dict[str, Any]
LATELY_DAYS = 25
THIS_WEEK_DAYS = 6


def as_of(order: Row, day: int) -> Row | None:
    """Give an order as it stood on a day, counted as its own days are; None: not placed yet."""
    if day >= 0:
        return dict(order)  # the data is of today
    if order["placed"] > day:
        return None
    then = order | {
        name: None
        for name in ("sent", "arrived")
        if (order[name] is not None and order[name] > day)
    }
    then["requests"] = [
        {name: value for name, value in request.items() if not _later(name, value, day)}
        for request in order["requests"]
        if request["opened"] <= day
    ]
    if order["refund"] and order["refund"]["day"] > day:
        then["refund"] = None
    if then["sent"] is None:
        then["tracking"] = ""
    then["status"] = _status(order, then, day)
    if then["status"] != "delivery_failed":
        then |= {"attempts": 0, "held_until": None}
    return then


def _later(name: str, value: Any, day: int) -> bool:
    return name in ("received", "done") and value > day


def _status(order: Row, then: Row, day: int) -> str:
    final = order["status"]
    if final in ("cancelled", "pending_payment", "payment_failed"):
        return final
    if then["sent"] is None:
        return "paid" if day - order["placed"] < 1 else "picking"
    if then["arrived"] is None:
        if final == "lost" and day > order["promised"] + 7:
            return "lost"
        if final == "delivery_failed":
            return final
        return "out_for_delivery" if order["arrived"] == day + 1 else "shipped"
    if final == "returned" and any("received" in one for one in then["requests"]):
        return "returned"
    return "delivered"


def _delivered(least: int, most: int) -> Callable[[Row, int], bool]:
    def fits(order: Row, day: int) -> bool:
        return (
            order["status"] == "delivered"
            and least <= day - order["arrived"] <= most
            and not order["requests"]
            and order["refund"] is None
        )

    return fits


def _several(order: Row, day: int) -> bool:
    return len(order["items"]) > 1 and _delivered(0, LATELY_DAYS)(order, day)


FITTING: dict[str, Callable[[Row, int], bool]] = {
    "under_way": lambda order, day: order["status"] in ("shipped", "out_for_delivery"),
    "not_sent": lambda order, day: order["status"] in ("paid", "picking"),
    "delivered_lately": _delivered(0, LATELY_DAYS),
    "delivered_this_week": _delivered(0, THIS_WEEK_DAYS),
    "delivered_long_ago": _delivered(LATELY_DAYS, 200),
    "delivered_several": _several,
    "wearable_lately": _delivered(0, LATELY_DAYS),
}
"""Which orders a contact can be about, by the state they are in on that day."""

MISHAPS: dict[str, Callable[[Row, int], Row]] = {
    "missed": lambda order, day: {
        "status": "delivery_failed", "attempts": 1, "held_until": day + 5,
        "carrier_note": "Ninguém em casa.",
    },
    "double": lambda order, day: {"charges": 2, "payment": "card"},
    "unpaid": lambda order, day: {
        "status": "pending_payment", "payment": "pix", "expires": day + 1, "sent": None,
    },
    "declined": lambda order, day: {
        "status": "payment_failed", "payment": "card", "failure": "declined_by_bank", "sent": None,
    },
    "late": lambda order, day: {"status": "shipped", "promised": day - 3},
    "lost": lambda order, day: {"status": "lost", "arrived": None, "promised": day - 12},
    "returning": lambda order, day: {
        "requests": [{"kind": "return", "request_id": f"R-{order['order_id'][2:]}", "opened": day - 2}],
    },
    "received_back": lambda order, day: {
        "status": "returned",
        "requests": [
            {
                "kind": "return", "request_id": f"R-{order['order_id'][2:]}",
                "opened": max(order["arrived"], day - 5), "received": day - 1,
            }
        ],
    },
}  # fmt: skip
"""What can have happened to an order before its customer writes."""

STANDS = ("cancelled", "returned", "lost", "pending_payment", "payment_failed")
"""States that what the data says of later days does not change any more."""


class Shop:
    """The records, shown as they were; what a conversation changed in them stays changed."""

    def __init__(self, folder: Path, end: date, guests: frozenset[str]) -> None:
        self._file = sqlite3.connect(folder / FILE, isolation_level=None)
        records.prepared(self._file, end, folder)
        self._file.execute("UPDATE base SET day = ?, pinned = 1", (end.isoformat(),))
        self._end = end
        self._truth = {row["order_id"]: row for row in self._read()}
        self._start = {key: json.dumps(row, sort_keys=True) for key, row in self._truth.items()}
        self._stock = dict(self._file.execute("SELECT product_id, record FROM products"))
        read = self._file.execute
        self.customers = [
            record
            for (text,) in read("SELECT record FROM customers ORDER BY customer_id").fetchall()
            # Who a visitor can be begins without a past.
            if (record := json.loads(text))["customer_id"] not in guests
        ]
        self.products = {
            product_id: json.loads(text)
            for product_id, text in read("SELECT product_id, record FROM products")
        }
        self._shown: dict[str, Row] = {}
        self.changed: dict[str, Row] = {}
        self.of: dict[str, list[str]] = {}
        for row in self._truth.values():
            self.of.setdefault(row["customer_id"], []).append(row["order_id"])

    def _read(self) -> list[Row]:
        return [json.loads(record) for (record,) in self._file.execute("SELECT record FROM orders")]

    def day(self, when: date) -> int:
        """Give a calendar day in the days of the records."""
        return (when - self._end).days

    def seen(self, customer_id: str, day: int) -> list[Row]:
        """Give a customer's orders as they are on a day; nothing is put into the records."""
        found = (self._then(order_id, day) for order_id in self.of.get(customer_id, []))
        return [order for order in found if order is not None]

    def fitting(self, orders: list[Row], kind: str, day: int, worth: float = 0) -> list[Row]:
        """Give those orders that a contact of this kind can be about, untouched so far."""
        return [
            order
            for order in orders
            if FITTING[kind](order, day)
            and order["total"] >= worth
            and order["order_id"] not in self.changed
            and (kind != "wearable_lately" or self._wearable(order))
        ]

    def _wearable(self, order: Row) -> bool:
        product = self.products[order["items"][0]["product_id"]]
        return len(product["stock"]) > 1

    def show(self, customer_id: str, day: int) -> list[Row]:
        """Put a customer's orders into the state of a day, and give them."""
        shown = []
        for order_id in self.of.get(customer_id, []):
            self._notice(order_id)
            then = self._then(order_id, day)
            self._file.execute("DELETE FROM orders WHERE order_id = ?", (order_id,))
            self._shown.pop(order_id, None)
            if then is not None:
                self._shown[order_id] = then
                shown.append(then)
                self._file.execute(
                    "INSERT INTO orders VALUES (?, ?, ?)",
                    (order_id, customer_id, json.dumps(then, ensure_ascii=False)),
                )
        return shown

    def _notice(self, order_id: str) -> None:
        """Take over what a conversation has changed since the order was shown."""
        before = self._shown.get(order_id)
        found = self._file.execute(
            "SELECT record FROM orders WHERE order_id = ?", (order_id,)
        ).fetchone()
        if before is None or found is None:
            return
        now = json.loads(found[0])
        news = {name: value for name, value in now.items() if before.get(name) != value}
        if news:
            self.changed.setdefault(order_id, {}).update(news)

    def _then(self, order_id: str, day: int) -> Row | None:
        then = as_of(self._truth[order_id], day)
        changed = self.changed.get(order_id)
        if then is None or not changed:
            return then
        changed = dict(changed)
        if changed.get("status") in STANDS:
            then |= {} if changed["status"] == "returned" else {"arrived": None}
            if changed["status"] not in ("returned", "lost"):
                then |= {"sent": None, "tracking": ""}
        elif then["status"] in ("delivered", "returned"):
            for name in ("status", "attempts", "held_until", "promised"):
                changed.pop(name, None)
        then |= changed
        then["requests"] = [_advanced(request, day) for request in then["requests"]]
        return then

    def mishap(self, order_id: str, name: str, day: int) -> None:
        """Let something happen to an order."""
        self.changed.setdefault(order_id, {}).update(MISHAPS[name](self._truth[order_id], day))

    def finish(self) -> bytes:
        """Bring all records to the last day, and give what differs from the data, as a file."""
        for customer_id in self.of:
            self.show(customer_id, 0)
        now = {row["order_id"]: row for row in self._read()}
        orders = [
            row
            for order_id, row in sorted(now.items())
            if json.dumps(row, sort_keys=True) != self._start[order_id]
        ]
        products = self._file.execute("SELECT product_id, record FROM products ORDER BY product_id")
        stock = [
            (product_id, json.loads(record)["stock"])
            for product_id, record in products
            if record != self._stock[product_id]
        ]
        requests = self._file.execute("SELECT * FROM requests ORDER BY request_id").fetchall()
        kept = {"orders": orders, "stock": stock, "requests": requests}
        self._file.close()
        return json.dumps(kept, ensure_ascii=False, sort_keys=True, indent=0).encode()


def _advanced(request: Row, day: int) -> Row:
    """Let the warehouse do its part of a request that a conversation has opened."""
    done = request["opened"] + (9 if request["kind"] in ("return", "exchange") else 6)
    return request | {"done": done} if done <= day and "done" not in request else request


__all__ = ["LIFE", "Shop", "as_of"]
