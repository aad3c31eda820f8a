"""Sending things back: returns and exchanges."""

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, plain, say

RETURN_DAYS = 7
EXCHANGE_DAYS = 30


def _received(shop: Shop, order_id: OrderNumber, days: int) -> Row:
    """Give an order that arrived at most `days` ago and has nothing under way."""
    order, language = shop.order(order_id), shop.context.language
    number = order["order_id"]
    if order["status"] != "delivered":
        raise ToolFailed(say("return_not_delivered", language, number=number))
    if order.get("requests") or order.get("refunded"):
        raise ToolFailed(say("return_already", language, number=number))
    if shop.today - order["arrived"] > days:
        arrived = shop.said_day(order["arrived"])
        raise ToolFailed(
            say("return_too_late", language, number=number, arrived=arrived, days=days)
        )
    return order


def _opened(shop: Shop, order: Row, kind: str, **details: str) -> str:
    """Enter a request with its order and give its number."""
    request_id = shop.request(order["order_id"], kind=kind, **details)
    entry = {"kind": kind, "request_id": request_id, **details}
    shop.save(order | {"requests": [*order.get("requests", []), entry]})
    return request_id


def preview_return(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which order would be sent back and where the label goes."""
    with opened(context) as shop:
        order = _received(shop, order_id, RETURN_DAYS)
        email = shop.customer()["email"]
        text = say("return_preview", context.language, label=shop.label(order), email=email)
        return Preview(text=text)


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_return, retry="key")
def request_return(order_id: OrderNumber, *, context: Context) -> Result:
    """Open the return of an order that arrived at most seven days ago.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it cannot be returned; the message says why.
    """

    def act(shop: Shop) -> Result:
        order = _received(shop, order_id, RETURN_DAYS)
        request_id = _opened(shop, order, "return")
        values = {"number": order["order_id"], "email": shop.customer()["email"]}
        return Result(
            text=say("return_done", context.language, request_id=request_id, **values),
            data={"order_id": order["order_id"], "request_id": request_id},
        )

    return once(context, act)


def _exchangeable(shop: Shop, order_id: OrderNumber, new_size: str) -> tuple[Row, Row, str]:
    """Give the order, the product and the size as the product writes it."""
    order, language = _received(shop, order_id, EXCHANGE_DAYS), shop.context.language
    line = order["items"][0]
    product = shop.product(line["product_id"])
    name = product["name"][language]
    stocked = [size for size, number in product["stock"].items() if number and size != line["size"]]
    sizes = ", ".join(stocked) or say("none", language)
    wanted = next((size for size in product["stock"] if plain(size) == plain(new_size.strip())), "")
    if not wanted:
        raise ToolRetry(say("exchange_no_size", language, name=name, size=new_size, sizes=sizes))
    if wanted == line["size"]:
        raise ToolRetry(say("exchange_same", language, number=order["order_id"], size=wanted))
    if wanted not in stocked:
        raise ToolFailed(say("exchange_no_stock", language, name=name, size=wanted, sizes=sizes))
    return order, product, wanted


def preview_exchange(order_id: OrderNumber, new_size: str, *, context: Context) -> Preview:
    """Say what would be exchanged for which size."""
    with opened(context) as shop:
        order, product, size = _exchangeable(shop, order_id, new_size)
        values = {
            "name": product["name"][context.language],
            "number": order["order_id"],
            "size": size,
        }
        return Preview(text=say("exchange_preview", context.language, **values))


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_exchange, retry="key")
def exchange_size(order_id: OrderNumber, new_size: str, *, context: Context) -> Result:
    """Exchange the first item of an order that arrived at most thirty days ago for another size.

    Args:
        order_id: `A-` and four digits.
        new_size: the size wanted: PP, P, M, G, GG, or a shoe size from 34 to 44.

    Raises:
        ToolRetry: the product does not come in that size, or it is the same one.
        ToolFailed: no such order, too late, or the size is out of stock.
    """

    def act(shop: Shop) -> Result:
        order, product, size = _exchangeable(shop, order_id, new_size)
        request_id = _opened(shop, order, "exchange", size=size)
        stock = product["stock"] | {size: product["stock"][size] - 1}
        shop.keep_stock(product, stock)
        values = {"number": order["order_id"], "size": size, "email": shop.customer()["email"]}
        return Result(
            text=say("exchange_done", context.language, request_id=request_id, **values),
            data={"order_id": order["order_id"], "request_id": request_id, "size": size},
        )

    return once(context, act)


tools = [request_return, exchange_size]
