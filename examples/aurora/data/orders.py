"""Two years of orders, drawn with a seed so that they look like a shop's.

The shop grows, sells more at two times of the year, and little goes wrong: some payments fail, some
parcels are late, missed or lost, some things come back. What is under way today is as far as the days
since the purchase allow.
"""

import random
from typing import Any

from people import City, city_of

Row = dict[str, Any]
ORDERS = 3000
DAYS = 730
FIRST_NUMBER = 1101
FIRST_REQUEST = 4001
KEPT_DAYS = 7
"""How long a parcel waits at the depot after the carrier came in vain."""

FREE_SHIPPING_FROM = 199.0
SHIPPING = {3: 12.9, 4: 16.9, 5: 18.9, 6: 24.9, 7: 29.9, 8: 29.9, 10: 34.9, 12: 34.9}
"""By days of delivery, in reais."""

DECLINES = ("declined_by_bank", "no_limit", "expired_card", "wrong_data", "security_check")
NOTES = (
    "Entregue na portaria.",
    "Recebido pelo próprio destinatário.",
    "Recebido por familiar.",
    "Deixado com o vizinho, casa 2.",
)
MISSED = ("Ninguém em casa.", "Número não encontrado.", "Portaria fechada.")
GIFTS = (
    "Feliz aniversário! Com carinho.",
    "Happy birthday, hope you like it!",
    "Para a casa nova, com um abraço.",
    "Obrigada por tudo!",
    "Merry Christmas from all of us.",
)


def orders(
    chance: random.Random, customers: list[Row], catalogue: list[Row], demo: list[Row]
) -> list[Row]:
    """Give the demo's orders and others of all other customers, `ORDERS` in all, oldest first."""
    others = customers[len({row["customer_id"] for row in demo}) :]
    keen = [chance.paretovariate(1.3) for _ in others]
    days = sorted(_placed(chance) for _ in range(ORDERS - len(demo)))
    popular = [product["sold"] for product in catalogue]
    drawn: list[Row] = []
    requests = 0
    for number, placed in enumerate(days):
        customer = chance.choices(others, keen)[0]
        order = _bought(chance, customer, catalogue, popular)
        order |= {"order_id": f"A-{FIRST_NUMBER + number}", "placed": placed}
        _goes_on(chance, order, city_of(customer))
        if order["status"] == "delivered":
            _comes_back(chance, order, f"R-{FIRST_REQUEST + requests}")
            requests += bool(order.get("requests"))
        drawn.append(order)
    return demo + drawn


def line(product: Row, size: str, quantity: int = 1) -> Row:
    """Give one line of an order."""
    given = {"product_id": product["product_id"], "size": size, "price": product["price"]}
    return given | ({"quantity": quantity} if quantity > 1 else {})


def tracking(chance: random.Random) -> str:
    """Give a carrier's number for a parcel."""
    return f"AU{chance.randint(10**8, 10**9 - 1)}BR"


def total(lines: list[Row]) -> float:
    """Give what the goods of an order cost."""
    return round(sum(each["price"] * each.get("quantity", 1) for each in lines), 2)


def _placed(chance: random.Random) -> int:
    """Draw a day of purchase: more of them lately, and twice as many in two seasons of the year."""
    while True:
        age = chance.randint(0, DAYS - 1)
        of_the_year = age % 365
        season = 2.0 if of_the_year in range(20, 50) or of_the_year in range(180, 205) else 1.0
        if chance.random() * 2 < season * (1 - 0.5 * age / DAYS):
            return -age


def _bought(chance: random.Random, customer: Row, catalogue: list[Row], popular: list[int]) -> Row:
    """Draw what is in the basket, and how it is paid."""
    lines: list[Row] = []
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        product = chance.choices(catalogue, popular)[0]
        if product["product_id"] not in [each["product_id"] for each in lines]:
            quantity = 2 if chance.random() < 0.1 else 1
            lines.append(line(product, chance.choice(list(product["stock"])), quantity))
    goods = total(lines)
    order: Row = {"customer_id": customer["customer_id"], "items": lines}
    order["payment"] = chance.choices(["pix", "card", "boleto"], [45, 45, 10])[0]
    instalments = chance.choice([1, 1, 2, 3, 6])
    if order["payment"] == "card" and instalments > 1:
        order["instalments"] = instalments
    if chance.random() < 0.08:
        order |= {"coupon": "INVERNO20", "discount": round(goods * 0.1, 2)}
    if goods < FREE_SHIPPING_FROM:
        order["shipping"] = SHIPPING[city_of(customer).days]
    if chance.random() < 0.03:
        order["gift_message"] = chance.choice(GIFTS)
    paid = goods - order.get("discount", 0.0) + order.get("shipping", 0.0)
    return order | {"total": round(paid, 2)}


def _goes_on(chance: random.Random, order: Row, city: City) -> None:
    """Let an order go on as far as it can have come."""
    placed, age = order["placed"], -order["placed"]
    order["promised"] = placed + 2 + city.days
    fate = chance.random()
    if fate < 0.06:
        _unpaid(chance, order, age)
    elif fate < 0.085:
        order["status"] = "cancelled"
        order["refund"] = {"amount": order["total"], "day": min(0, placed + 1)}
    elif age <= 2:
        order["status"] = "paid" if age == 0 else "picking"
    else:
        _travels(chance, order, city, lost=fate > 0.99)
    if order["payment"] == "card" and age > 1 and chance.random() < 0.006:
        again = {"charges": 2} if age < 10 else {"reversed": min(0, placed + 5)}
        order |= again if order["status"] not in ("cancelled", "payment_failed") else {}


def _unpaid(chance: random.Random, order: Row, age: int) -> None:
    card = order["payment"] == "card"
    order["failure"] = chance.choice(DECLINES) if card else f"{order['payment']}_expired"
    if age > 2:
        order["status"] = "cancelled"
        return
    order |= {"status": "payment_failed" if card else "pending_payment", "expires": 3 - age}
    if not card:
        del order["failure"]


def _travels(chance: random.Random, order: Row, city: City, *, lost: bool) -> None:
    """Send an order, and let it arrive, wait, or get lost."""
    sent = order["placed"] + 2
    order |= {"sent": sent, "tracking": tracking(chance)}
    delay = chance.choices([-1, 0, 1, 3, 6], [15, 65, 12, 5, 3])[0]
    arrives = max(sent + 1, sent + city.days + delay)
    missed = chance.random() < 0.04
    if lost:
        order["status"] = "lost" if order["promised"] < -12 else "shipped"
    elif arrives > 0:
        order["status"] = "shipped"
    elif missed and arrives > -KEPT_DAYS:
        kept = {"attempts": chance.choice([1, 2]), "held_until": arrives + KEPT_DAYS}
        note = chance.choice(MISSED)
        order |= {"status": "delivery_failed", "carrier_note": note, **kept}
    elif arrives == 0:
        order["status"] = "out_for_delivery"
    else:
        order |= {"status": "delivered", "arrived": arrives}
        if chance.random() < 0.15:
            order["carrier_note"] = chance.choice(NOTES)


def _comes_back(chance: random.Random, order: Row, request_id: str) -> None:
    """Let some of what arrived be returned, exchanged or reported, as far as there was time."""
    kind = chance.choices(
        ["", "return", "exchange", "defect", "missing", "wrong", "trace"],
        [855, 65, 40, 18, 7, 7, 8],
    )[0]
    opened = order["arrived"] + chance.randint(1, 6)
    if not kind or opened > 0:
        return
    request: Row = {"kind": kind, "request_id": request_id, "opened": opened}
    received, done = opened + 6, opened + 9
    if kind in ("return", "exchange") and received <= 0:
        request["received"] = received
    if done <= 0:
        request["done"] = done
    order["requests"] = [request]
    if kind == "return" and received <= 0:
        order["status"] = "returned"
    if kind == "return" and done <= 0:
        order["refund"] = {"amount": order["total"], "day": done}
