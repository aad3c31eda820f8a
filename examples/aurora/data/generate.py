"""Write the demo's data anew: `python examples/aurora/data/generate.py`.

Dates are days from "today" (-3: three days ago), so the demo never gets old. `demo.py` is written by
hand; everything else is drawn with a seed. A field that has its usual value is left out; the usual
values stand in `tools/_records.py`.
"""

import json
import random
from pathlib import Path
from typing import Any

from demo import COUPONS, ORDERS, STOCK
from items import COLOURS, products
from orders import line, orders, total, tracking
from people import customers
from planted import plant

HERE = Path(__file__).parent
SEED = 1042
Row = dict[str, Any]


def demo_orders(chance: random.Random, catalogue: list[Row]) -> list[Row]:
    """Give the orders that are written by hand."""
    by_kind = {(row["item"], row["colour"]["en"]): row for row in catalogue}
    rows: list[Row] = []
    for order_id, customer_id, status, days, payment, bought, more in ORDERS:
        placed, sent, promised, arrived = days
        lines = [line(by_kind[item, colour], size) for item, colour, size in bought]
        row: Row = {
            "order_id": order_id,
            "customer_id": customer_id,
            "status": status,
            "placed": placed,
            "sent": sent,
            "promised": promised,
            "arrived": arrived,
            "payment": payment,
            "total": total(lines),
            "tracking": tracking(chance) if sent is not None else None,
            "items": lines,
            **more,
        }
        rows.append({name: value for name, value in row.items() if value is not None})
    return rows


def wanted_colours() -> dict[str, set[str]]:
    """Give the colours that the demo's orders and stock need, by kind."""
    wanted: dict[str, set[str]] = {}
    bought = [(item, colour) for order in ORDERS for item, colour, _ in order[5]]
    for item, colour in [*bought, *((item, colour) for item, colour, _ in STOCK)]:
        assert colour in COLOURS, colour
        wanted.setdefault(item, set()).add(colour)
    return wanted


def write(name: str, rows: list[Row]) -> None:
    """Write one row a line, so that a change shows as a changed line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n", "utf-8")


def main() -> None:
    """Write the files beside this one; the same seed always writes the same."""
    chance = random.Random(SEED)
    catalogue, everyone = products(chance, wanted_colours()), customers(chance)
    for row in catalogue:
        for item, colour, stock in STOCK:
            if (row["item"], row["colour"]["en"]) == (item, colour):
                row["stock"] |= stock
    sold = orders(chance, everyone, catalogue, demo_orders(chance, catalogue))
    plant(everyone, catalogue, sold)
    write("products", catalogue)
    write("customers", everyone)
    write("orders", sold)
    write("coupons", COUPONS)


if __name__ == "__main__":
    main()
