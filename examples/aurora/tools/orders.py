"""Looking orders up: which there are, where one is, how long a delivery takes."""

import re
from typing import Any, Literal

from core.errors import ToolRetry
from tools import Context, Result
from tools.building import tool

from ._shop import Row, Shop, opened
from ._words import OrderNumber, PostalCode, money, say

NOT_SENT = ("pending_payment", "paid", "picking")
SHOWN = 5
# First digits of a postal code, working days
REGIONS: list[tuple[str, int, int]] = [
    ("01", 2, 3),
    ("23", 3, 5),
    ("89", 4, 6),
    ("7", 5, 8),
    ("456", 6, 12),
]


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
def my_orders(state: Literal["all", "open", "delivered"] = "all", *, context: Context) -> Result:
    """List the customer's orders, newest first.

    Args:
        state: `open` for those that have not arrived, `delivered` for those that have.
    """
    with opened(context) as shop:
        found = [_facts(shop, order) for order in shop.orders() if _is(order, state)]
    if not found:
        return Result(text=say("no_orders", context.language), data={"orders": []})
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


def _is(order: Row, state: str) -> bool:
    arrived = order["status"] in ("delivered", "returned")
    return state == "all" or ((state == "delivered") == arrived and order["status"] != "cancelled")


def _facts(shop: Shop, order: Row) -> dict[str, Any]:
    """Give what journeys may ask about an order."""
    arrived = order["arrived"]
    return {
        "order_id": order["order_id"],
        "label": shop.label(order),
        "status": order["status"],
        "late": order["status"] == "shipped" and order["promised"] < shop.today,
        "sent": order["status"] not in (*NOT_SENT, "cancelled"),
        "delivered": order["status"] == "delivered",
        "days_since_delivery": shop.today - arrived if arrived is not None else None,
        "refunded": bool(order.get("refunded")),
        "payment": order["payment"],
        "total": order["total"],
        "promised_on": shop.day(order["promised"]).isoformat(),
        "tracking": order["tracking"],
    }


def _told(shop: Shop, order: Row, facts: dict[str, Any]) -> str:
    """Say how an order stands, and what is under way for it."""
    language = shop.context.language
    days = {
        name: shop.said_day(order[name]) if order[name] is not None else ""
        for name in ("sent", "promised", "arrived")
    }
    total = money(order["total"], language)
    name = "late" if facts["late"] else order["status"]
    values = {"label": facts["label"], "tracking": order["tracking"], "total": total}
    parts = [say(name, language, **values, **days)]
    if order.get("refunded"):
        parts.append(say("refunded", language, total=total))
    parts += [
        say(
            f"{request['kind']}_open",
            language,
            request_id=request["request_id"],
            size=request.get("size"),
        )
        for request in order.get("requests", [])
    ]
    return " ".join(parts)


tools = [my_orders, order_status, delivery_estimate]
