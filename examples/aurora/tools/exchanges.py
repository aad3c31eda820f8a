"""Another size or another colour instead of what came."""

from collections.abc import Iterator

from core.errors import ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._items import Bought, Item, found, sized, take
from ._left import EXCHANGE_DAYS, still
from ._received import received
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, plain, say


def _choices(shop: Shop, line: Bought, *, stocked: bool = True) -> Iterator[tuple[str, Row, str]]:
    """Give what an item comes as, besides what it is: how to call it, the product, the size.

    `stocked` tells whether it is what can be had now, or what is out of stock.
    """
    language = shop.context.language
    for size, number in line.product["stock"].items():
        if bool(number) is stocked and size != line.size:
            yield say("size", language, size=size), line.product, size
    for other in shop.products():
        same = other["item"] == line.product["item"] and line.size in other["stock"]
        differs = same and other["colour"] != line.product["colour"]
        if differs and bool(other["stock"][line.size]) is stocked:
            yield other["colour"][language], other, line.size


def _wanted(shop: Shop, order: Row, line: Bought, wanted: str) -> tuple[Row, str]:
    """Give the product and the size that a size or a colour means.

    Raises:
        ToolRetry: it does not come like that, is the same, or is out of stock.
    """
    language, flat = shop.context.language, plain(wanted.strip())
    flat = flat.removeprefix(plain(say("size", language, size="")))
    sizes = {plain(size): size for size in line.product["stock"]}
    colours = {
        plain(word): row
        for row in shop.products()
        if row["item"] == line.product["item"]
        for word in row["colour"].values()
    }
    values = {"name": line.name, "wanted": wanted.strip()}
    values["choices"] = ", ".join(name for name, _, _ in _choices(shop, line)) or say(
        "none", language
    )
    if flat in sizes:
        product, size = line.product, sizes[flat]
    elif flat in colours:
        product, size = colours[flat], line.size
    else:
        raise ToolRetry(say("exchange_no_such", language, **values))
    if (product["product_id"], size) == (line.product["product_id"], line.size):
        raise ToolRetry(say("exchange_same", language, number=order["order_id"], **values))
    if not product["stock"].get(size):
        message = say("exchange_no_stock", language, **values)
        raise ToolRetry(message, argument="wanted")
    return product, size


@tool(needs="verified")
def exchange_choices(order_id: OrderNumber, item: Item, *, context: Context) -> Result:
    """List the sizes and colours that an item of an order can be exchanged for now.

    Args:
        order_id: `A-` and four digits.
        item: number of the product, as `order_items` gives it; or its name.

    Raises:
        ToolRetry: the order has no such item.
        ToolFailed: this customer has no such order, or it can no longer be exchanged.
    """
    with opened(context) as shop:
        order = received(shop, order_id, EXCHANGE_DAYS)
        line, left = found(shop, order, item), still(shop, order, but="exchange")
        choices, gone = (
            [
                {
                    "wanted": size if product is line.product else product["colour"]["en"],
                    "label": name,
                }
                for name, product, size in _choices(shop, line, stocked=stocked)
            ]
            for stocked in (True, False)
        )
    name = "exchange_choices" if choices else "exchange_nothing"
    listed = ", ".join(choice["label"] for choice in choices)
    text = say(name, context.language, name=line.called, choices=listed, still=left)
    return Result(text=text, data={"choices": choices, "out_of_stock": gone})


def preview_exchange(
    order_id: OrderNumber, item: Item, wanted: str, *, context: Context
) -> Preview:
    """Say what would be exchanged for what."""
    with opened(context) as shop:
        order = received(shop, order_id, EXCHANGE_DAYS)
        line = found(shop, order, item)
        product, size = _wanted(shop, order, line, wanted)
        values = {
            "name": line.called,
            "number": order["order_id"],
            "new": _called(product, size, context.language),
        }
        return Preview(text=say("exchange_preview", context.language, **values))


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_exchange, retry="key")
def exchange_item(order_id: OrderNumber, item: Item, wanted: str, *, context: Context) -> Result:
    """Exchange an item that arrived at most thirty days ago for another size or another colour.

    Args:
        order_id: `A-` and four digits.
        item: number of the product, as `order_items` gives it; or its name.
        wanted: the size (PP, P, M, G, GG, or a shoe size from 34 to 44) or the colour to have instead.

    Raises:
        ToolRetry: the product does not come like that, is the same one, or is out of stock.
        ToolFailed: no such order, or too late.
    """

    def act(shop: Shop) -> Result:
        order = received(shop, order_id, EXCHANGE_DAYS)
        line = found(shop, order, item)
        product, size = _wanted(shop, order, line, wanted)
        details = {"product_id": product["product_id"], "size": size}
        request_id = shop.open_request(order, "exchange", **details)
        take(shop, product, size)
        values = {
            "number": order["order_id"],
            "new": _called(product, size, context.language),
            "email": shop.customer()["email"],
        }
        return Result(
            text=say("exchange_done", context.language, request_id=request_id, **values),
            data={"order_id": order["order_id"], "request_id": request_id, **details},
        )

    return once(context, act)


def _called(product: Row, size: str, language: str) -> str:
    return sized(product["name"][language], product, size, language)


tools = [exchange_choices, exchange_item]
