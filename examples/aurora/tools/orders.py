"""Looking orders up: which there are, where one is, what is in it, how long a delivery takes."""

import re
from collections.abc import Callable
from typing import Any, Literal

from core.errors import ToolRetry
from tools import Context, Result
from tools.building import tool

from ._items import bought, going_back
from ._shop import NOT_SENT, PAY_URL, Row, Shop, opened
from ._words import OrderNumber, PostalCode, money, say

SHOWN = 5
# First digits of a postal code, working days
REGIONS: list[tuple[str, int, int]] = [
    ("01", 2, 3),
    ("23", 3, 5),
    ("89", 4, 6),
    ("7", 5, 8),
    ("456", 6, 12),
]
State = Literal[
    "all", "open", "delivered", "sent", "missed", "to_pay", "not_paid", "charged_twice",
    "coming_back", "paid_back",
]  # fmt: skip
IS: dict[str, Callable[[Row], bool]] = {
    "all": lambda order: True,
    "open": lambda order: order["status"] not in ("delivered", "returned", "cancelled"),
    "delivered": lambda order: order["status"] in ("delivered", "returned"),
    "sent": lambda order: order["sent"] is not None,
    "missed": lambda order: order["status"] == "delivery_failed",
    "to_pay": lambda order: order["status"] == "pending_payment",
    "not_paid": lambda order: order["status"] in ("payment_failed", "pending_payment"),
    "charged_twice": lambda order: order["charges"] > 1,
    "coming_back": lambda order: any(
        request["kind"] in ("return", "exchange") and not request.keys() & {"received", "done"}
        for request in order["requests"]
    ),
    "paid_back": lambda order: (
        order["refund"] is not None
        or any(
            request["kind"] == "return" and "withdrawn" not in request
            for request in order["requests"]
        )
    ),
}


@tool(
    needs="verified",
    examples={
        "pt-BR": (
            "quais são os meus pedidos?",
            "lista tudo que eu já comprei",
            "mostra meu histórico de compras",
            "quantos pedidos eu tenho com vocês?",
            "quero ver as minhas compras",
            "o que eu comprei aí?",
        ),
        "en": (
            "what orders do I have?",
            "list everything I bought",
            "show me my purchase history",
            "how many orders do I have with you?",
            "I'd like to see my purchases",
            "what did I buy from you?",
        ),
    },
)
def my_orders(state: State = "all", *, context: Context) -> Result:
    """List the customer's orders, newest first.

    Args:
        state: `open` for those that have not arrived, `delivered` for those that have, `sent` for those
            that left the warehouse, `missed` for those whose delivery found nobody, `to_pay` for those
            that wait for a boleto or Pix, `not_paid` also for those whose payment failed,
            `charged_twice`, `coming_back` for those with a return or exchange under way, `paid_back`
            for those whose money was or will be given back.
    """
    with opened(context) as shop:
        found = [_facts(shop, order) for order in shop.orders() if IS[state](order)]
    if not found:
        return Result(text=say(f"no_orders_{state}", context.language), data={"orders": []})
    listed = "; ".join(order["label"] for order in found[:SHOWN])
    return Result(text=say("orders", context.language, list=listed), data={"orders": found})


@tool(needs="verified", serves=("care",))
def order_status(order_id: OrderNumber, *, context: Context) -> Result:
    """Say where an order of this customer is, in words a customer can read.

    Args:
        order_id: `A-` and four digits, as printed on the receipt.

    Raises:
        ToolRetry: `order_id` does not have that form.
        ToolFailed: this customer has no such order.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        facts = _facts(shop, order)
        return Result(text=_told(shop, order, facts), data=facts)


@tool(needs="verified")
def order_items(order_id: OrderNumber, *, context: Context) -> Result:
    """List what is in an order.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        lines = bought(shop, order)
    items = [
        {
            "product_id": each.product["product_id"],
            "name": each.name,
            "size": each.size,
            "quantity": each.line.get("quantity", 1),
            "price": each.line["price"],
        }
        for each in lines
    ]
    names = ", ".join(each.called for each in lines)
    text = say("items", context.language, number=order["order_id"], names=names)
    return Result(text=text, data={"order_id": order["order_id"], "items": items})


@tool(needs="verified")
def delivery_address(order_id: OrderNumber, *, context: Context) -> Result:
    """Say which address an order of this customer goes to, or went to.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        label = shop.label(order)
    status = order["status"]
    name = "address_open" if status in NOT_SENT else "address_going"
    if status in ("delivered", "returned"):
        name = "address_was"
    elif status == "cancelled":
        name = "address_cancelled"
    home = {"address": order["address"], "cep": order["cep"]}
    text = say(name, context.language, label=label, **home)
    return Result(text=text, data={"order_id": order["order_id"], **home})


@tool(needs="anonymous")
def delivery_estimate(cep: PostalCode, *, context: Context) -> Result:
    """Say how many working days a delivery takes to a postal code.

    Args:
        cep: Brazilian postal code, eight digits.

    Raises:
        ToolRetry: it does not have eight digits.
    """
    digits = re.sub(r"\D", "", cep)
    if len(digits) != 8:
        raise ToolRetry(say("bad_cep", context.language))
    low, high = next(((low, high) for firsts, low, high in REGIONS if digits[0] in firsts), (3, 8))
    written = f"{digits[:5]}-{digits[5:]}"
    return Result(
        text=say("estimate", context.language, cep=written, low=low, high=high),
        data={"cep": written, "days_from": low, "days_to": high},
    )


def _facts(shop: Shop, order: Row) -> dict[str, Any]:
    """Give what journeys may ask about an order."""
    arrived, language = order["arrived"], shop.context.language
    items = ", ".join(each.name for each in bought(shop, order))
    lost = say("known_lost", language) if order["status"] == "lost" else ""
    today = say("known_today", language) if order["status"] == "out_for_delivery" else ""
    return {
        "order_id": order["order_id"],
        "label": shop.label(order),
        "items": items,
        "known_as": f"{items} {lost}".strip(),
        "known_when": f"{items} {lost}{today}".strip(),
        "status": order["status"],
        "late": order["status"] == "shipped" and order["promised"] < shop.today,
        "sent": order["status"] not in (*NOT_SENT, "cancelled"),
        "delivered": order["status"] == "delivered",
        "days_since_delivery": shop.today - arrived if arrived is not None else None,
        "refunded": order["refund"] is not None,
        "charges": order["charges"],
        "payment": order["payment"],
        "total": order["total"],
        "promised_on": shop.day(order["promised"]).isoformat(),
        "tracking": order["tracking"],
        "gift_message": order["gift_message"],
        "carrier_note": order["carrier_note"],
    }


def _told(shop: Shop, order: Row, facts: dict[str, Any]) -> str:
    """Say how an order stands, and what is under way for it."""
    language = shop.context.language
    days = {
        name: shop.said_day(order[name]) if order[name] is not None else ""
        for name in ("sent", "promised", "arrived", "held_until")
    }
    total = money(order["total"], language)
    name = "late" if facts["late"] else order["status"]
    if name == "delivery_failed" and order["held_until"] < shop.today:
        name = "coming_back"
    values = {
        "label": facts["label"],
        "tracking": order["tracking"],
        "total": total,
        "attempts": order["attempts"],
        "why": say(order["failure"], language) if order["failure"] else "",
        "link": f"{PAY_URL}{order['order_id']}",
    }
    parts = [say(name, language, **values, **days)]
    if refund := order["refund"]:
        parts.append(say("refunded", language, total=money(refund["amount"], language)))
    parts += [
        _under_way(shop, order, request)
        for request in order["requests"]
        if not request.keys() & {"received", "done"}
    ]
    return " ".join(parts)


def _under_way(shop: Shop, order: Row, request: Row) -> str:
    """Say what a request of an order is, and which item it is of if not of all."""
    language, request_id = shop.context.language, request["request_id"]
    if part := going_back(shop, order, request):
        return say("return_part_open", language, name=part.counted, request_id=request_id)
    return say(f"{request['kind']}_open", language, request_id=request_id)


tools = [my_orders, order_status, order_items, delivery_address, delivery_estimate]
