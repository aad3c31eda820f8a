"""The shop's records: built from `data/*.json` at first use, kept where the tools may keep files.

Days are kept as the data gives them, counted from a base day that follows the calendar: every week
the whole shop moves on, so that it never gets old. Other data builds other records.
"""

import json
import sqlite3
import zlib
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
LIFE = "aurora-life.json"
"""What simulated customers have changed in the records, where they were lived in: see `life`."""

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
CREATE TABLE base (day TEXT NOT NULL, pinned INTEGER NOT NULL DEFAULT 0);
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
    "requests": [],  # {kind, request_id, opened, received?, done?, withdrawn?}
    "refund": None,  # {amount, day}
}
"""What an order has where the data says nothing."""


def prepared(file: sqlite3.Connection, today: date, folder: Path) -> date:
    """Build the records, or move them on when they are a week old; give the base day.

    Args:
        folder: where tools keep their files; what was lived through lies there, if anything.
    """
    with suppress(
        sqlite3.OperationalError
    ):  # somebody else uses the file now: the next one sets it
        file.execute("PRAGMA journal_mode=WAL")
    lived = _lived(folder / LIFE)
    base, pinned = _base(file, lived)
    if base is not None and (pinned or abs((today - base).days) < MOVES_AFTER_DAYS):
        return base
    file.execute("BEGIN IMMEDIATE")
    try:  # again, now that nobody else can build or move them
        base, pinned = _base(file, lived)
        if base is None:
            _build(file, lived)
            file.execute("INSERT INTO base VALUES (?, 0)", (today.isoformat(),))
            base = today
        elif not pinned and abs((today - base).days) >= MOVES_AFTER_DAYS:
            file.execute("UPDATE base SET day = ?", (today.isoformat(),))
            base = today
        file.execute("COMMIT")
    except BaseException:
        file.execute("ROLLBACK")
        raise
    return base


def _base(file: sqlite3.Connection, lived: str) -> tuple[date | None, bool]:
    """Give the base day, and whether it stays; no day when nothing was built, or from other data."""
    if file.execute("PRAGMA user_version").fetchone()[0] != _version(lived):
        return None, False
    row = file.execute("SELECT day, pinned FROM base").fetchone()
    return (date.fromisoformat(row[0]), bool(row[1])) if row else (None, False)


@lru_cache(maxsize=4)
def _version(lived: str) -> int:
    """Give a number that changes with the data, the tables and what was lived through."""
    sums = zlib.crc32(f"{TABLES}{lived}".encode())
    for path in sorted(DATA.glob("*.json")):
        sums = zlib.crc32(path.read_bytes(), sums)
    return sums & 0x7FFFFFFF


def _lived(path: Path) -> str:
    try:
        return _text(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return ""


@lru_cache(maxsize=4)
def _text(path: Path, _changed: int) -> str:
    return path.read_text("utf-8")


def _build(file: sqlite3.Connection, lived: str) -> None:
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
    if lived:
        _live_through(file, json.loads(lived))
    file.execute(f"PRAGMA user_version = {_version(lived)}")


def _live_through(file: sqlite3.Connection, changed: dict[str, list[Any]]) -> None:
    """Enter what customers have changed in orders, what they opened, and what is out of stock since."""
    for order in changed["orders"]:
        text = json.dumps(order, ensure_ascii=False)
        file.execute("UPDATE orders SET record = ? WHERE order_id = ?", (text, order["order_id"]))
    file.executemany("INSERT INTO requests VALUES (?, ?, ?)", changed["requests"])
    for product_id, stock in changed["stock"]:
        file.execute(
            "UPDATE products SET record = json_set(record, '$.stock', json(?)) WHERE product_id = ?",
            (json.dumps(stock, ensure_ascii=False), product_id),
        )


def _fill(file: sqlite3.Connection, insert: str, key: str, rows: list[Row]) -> None:
    file.executemany(insert, [(row[key], json.dumps(row, ensure_ascii=False)) for row in rows])


def _order(row: Row, home: Row) -> tuple[str, str, str]:
    """Give an order as it is kept: with all its fields, and where it goes."""
    whole = USUAL | {"address": home["address"], "cep": home["cep"]} | row
    return row["order_id"], row["customer_id"], json.dumps(whole, ensure_ascii=False)


def _read(name: str) -> list[Row]:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))
