"""The shop's records: built from `data/*.json` at first use, kept where the tools may keep files.

Days are kept as the data gives them, counted from a base day that follows the calendar: every week
the whole shop moves on, so that it never gets old. Other data builds other records.
"""

import json
import sqlite3
import zlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
DATA = Path(__file__).parents[1] / "data"
MOVES_AFTER_DAYS = 7
TABLES = """
CREATE TABLE customers (customer_id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE products (product_id TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE orders (order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, record TEXT NOT NULL);
CREATE INDEX orders_of ON orders (customer_id);
CREATE TABLE coupons (coupon TEXT PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE requests (
    request_id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, kind TEXT NOT NULL
);
CREATE TABLE acts (key TEXT PRIMARY KEY, text TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE base (day TEXT NOT NULL);
"""
USUAL: Row = {
    "sent": None,
    "arrived": None,
    "instalments": 1,
    "shipping": 0.0,
    "discount": 0.0,
    "coupon": "",
    "tracking": "",
    "attempts": 0,  # visits of the carrier that found nobody
    "held_until": None,  # day until which the parcel waits at the depot
    "expires": None,  # day until which it can be paid
    "failure": "",  # why it was not paid
    "charges": 1,  # how often the card was charged and not paid back
    "gift_message": "",
    "carrier_note": "",
    "requests": [],  # {kind, request_id, opened, received?, done?}
    "refund": None,  # {amount, day}
}
"""What an order has where the data says nothing."""


def prepared(file: sqlite3.Connection, today: date) -> date:
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
    """Give the base day; None when nothing was built, or from other data."""
    if file.execute("PRAGMA user_version").fetchone()[0] != _version():
        return None
    row = file.execute("SELECT day FROM base").fetchone()
    return date.fromisoformat(row[0]) if row else None


@cache
def _version() -> int:
    """Give a number that changes with the data and the tables."""
    sums = zlib.crc32(TABLES.encode())
    for path in sorted(DATA.glob("*.json")):
        sums = zlib.crc32(path.read_bytes(), sums)
    return sums & 0x7FFFFFFF


def _build(file: sqlite3.Connection) -> None:
    for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        file.execute(f"DROP TABLE {name}")
    for statement in TABLES.split(";"):
        file.execute(statement)
    _fill(file, "INSERT INTO customers VALUES (?, ?)", "customer_id", _read("customers"))
    _fill(file, "INSERT INTO products VALUES (?, ?)", "product_id", _read("products"))
    _fill(file, "INSERT INTO coupons VALUES (?, ?)", "coupon", _read("coupons"))
    homes = {row["customer_id"]: row for row in _read("customers")}
    rows = [_order(row, homes[row["customer_id"]]) for row in _read("orders")]
    file.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    file.execute(f"PRAGMA user_version = {_version()}")


def _fill(file: sqlite3.Connection, insert: str, key: str, rows: list[Row]) -> None:
    file.executemany(insert, [(row[key], json.dumps(row, ensure_ascii=False)) for row in rows])


def _order(row: Row, home: Row) -> tuple[str, str, str]:
    """Give an order as it is kept: with all its fields, and where it goes."""
    whole = USUAL | {"address": home["address"], "cep": home["cep"]} | row
    return row["order_id"], row["customer_id"], json.dumps(whole, ensure_ascii=False)


def _read(name: str) -> list[Row]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))
