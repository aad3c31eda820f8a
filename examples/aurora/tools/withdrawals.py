"""Calling a return or an exchange off, as long as the parcel has not reached us."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._items import bought, going_back, named, take
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, say


def _open(shop: Shop, order_id: str) -> tuple[Row, Row]:
    """Give an order with its open return or exchange, of which nothing has reached us."""
    order, language = shop.order(order_id), shop.context.language
    number, request = order["order_id"], shop.under_way(order)
    if request is None or request["kind"] not in ("return", "exchange"):
        raise ToolFailed(say("withdraw_none", language, number=number))
    if "received" in request:
        received, request_id = shop.said_day(request["received"]), request["request_id"]
        values = {"number": number, "request_id": request_id, "received": received}
        raise ToolFailed(say("withdraw_arrived", language, **values))
    return order, request


def _said(shop: Shop, order: Row, request: Row, stage: str) -> str:
    part = going_back(shop, order, request)
    values = {
        "number": order["order_id"],
        "request_id": request["request_id"],
        "names": named([part] if part else bought(shop, order)),
    }
    return say(f"withdraw_{request['kind']}_{stage}", shop.context.language, **values)


def preview_withdrawal(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which return or exchange would be called off, and that she keeps what she has."""
    with opened(context) as shop:
        return Preview(text=_said(shop, *_open(shop, order_id), "preview"))


@tool(
    effect="write", needs="verified", entity=("order_id",), preview=preview_withdrawal, retry="key"
)
def withdraw_return(order_id: OrderNumber, *, context: Context) -> Result:
    """Call off the open return or exchange of an order, before the parcel has reached us.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, nothing of it is on its way back, or it has arrived.
    """

    def act(shop: Shop) -> Result:
        order, request = _open(shop, order_id)
        ended = request | {"done": shop.today, "withdrawn": shop.today}
        others = [ended if one is request else one for one in order["requests"]]
        shop.save(order | {"requests": others})
        if request["kind"] == "exchange" and "size" in request:
            take(shop, shop.product(request["product_id"]), request["size"], -1)
        data = {"order_id": order["order_id"], "request_id": request["request_id"]}
        return Result(text=_said(shop, order, request, "done"), data=data)

    return once(context, act)


tools = [withdraw_return]
