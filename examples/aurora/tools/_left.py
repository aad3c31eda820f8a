"""Why something cannot be done for an order, with the customer's own days, and what is left to her."""

from ._items import going_back
from ._shop import Row, Shop
from ._words import money, say

RETURN_DAYS = 7
EXCHANGE_DAYS = 30
REFUND_DAYS = 30
WARRANTY_DAYS = 90
REPORT_DAYS = 7
"""How long after the delivery each may be asked for."""


def over(shop: Shop, order: Row, sentence: str, days: int) -> str:
    """Say that the days for something are over, since when, and what else there is."""
    values = {
        "number": order["order_id"],
        "arrived": shop.said_day(order["arrived"]),
        "days": days,
        "until": shop.said_day(order["arrived"] + days),
    }
    told = say(sentence, shop.context.language, **values)
    return f"{told} {still(shop, order, but=sentence)}"


def still(shop: Shop, order: Row, *, but: str = "") -> str:
    """Say what can still be done for a delivered order, each with its last day; else offer a person."""
    language, gone = shop.context.language, shop.today - order["arrived"]
    ways = {
        "return": RETURN_DAYS,
        "exchange": EXCHANGE_DAYS,
        "warranty": WARRANTY_DAYS,
    }
    told = [
        say(f"still_{way}", language, until=shop.said_day(order["arrived"] + days))
        for way, days in ways.items()
        if gone <= days and not but.startswith(way)
    ]
    person = say("still_person", language)
    if not told:
        return person
    joined = say("still_and", language).join(told)
    return f"{say('still', language, ways=joined)} {person}"


def busy(shop: Shop, order: Row, request: Row) -> str:
    """Say what is under way for an order already, and since when."""
    language, part = shop.context.language, going_back(shop, order, request)
    partly = say("return_part_is", language, name=part.counted) if part else ""
    values = {
        "number": order["order_id"],
        "request_id": request["request_id"],
        "what": partly or say(f"{request['kind']}_is", language),
        "opened": shop.said_day(request["opened"]),
    }
    return say("request_already", language, **values)


def paid_back(shop: Shop, order: Row) -> str:
    """Say that an order was refunded: how much, when and how."""
    language, refund = shop.context.language, order["refund"]
    values = {
        "number": order["order_id"],
        "total": money(refund["amount"], language),
        "day": shop.said_day(refund["day"]),
        "how": say(f"how_{order['payment']}", language),
    }
    return say("refund_already", language, **values)


def here(shop: Shop, order: Row) -> str:
    """Say where an order is, also if it has arrived, and what can be done for it."""
    if order["status"] != "delivered":
        return away(shop, order)
    values = {"number": order["order_id"], "arrived": shop.said_day(order["arrived"])}
    return f"{say('here_delivered', shop.context.language, **values)} {still(shop, order)}"


def away(shop: Shop, order: Row) -> str:
    """Say where an order is that its customer does not have, and what can be done for it."""
    values = {
        name: shop.said_day(order[name]) if order[name] is not None else ""
        for name in ("promised", "held_until")
    }
    days = {"returned_within": RETURN_DAYS, "exchanged_within": EXCHANGE_DAYS}
    return say(
        f"away_{_place(shop, order)}",
        shop.context.language,
        number=order["order_id"],
        **values,
        **days,
    )


def _place(shop: Shop, order: Row) -> str:
    status = order["status"]
    if status == "shipped" and order["promised"] < shop.today:
        return "late"
    if status == "delivery_failed" and order["held_until"] < shop.today:
        return "coming_back"
    return status
