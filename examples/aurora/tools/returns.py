"""Sending things back: returns of all or some of an order, and the label that goes on the parcel."""

from typing import Annotated

from pydantic import Field

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._items import ALL, Bought, bought, comes_back, found, going_back, named
from ._left import RETURN_DAYS
from ._received import received
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, money, say

LABEL_DAYS = 10
WAYS_OF_ALL = {2: "all_of_two", 3: "all_of_three"}
"""What customers call the whole of an order with so many items."""

Part = Annotated[str, Field(json_schema_extra={"pattern": f"AU-[0-9]{{3}}|{ALL}"})]


def _part(shop: Shop, order: Row, item: str) -> list[Bought]:
    """Give the lines of an order that are to go back.

    Raises:
        ToolRetry: the order has no such item.
    """
    lines = bought(shop, order)
    return lines if item.strip().lower() == ALL else [found(shop, order, item)]


@tool(needs="verified")
def return_choices(order_id: OrderNumber, *, context: Context) -> Result:
    """List what of an order can be sent back: each of its items, or all of them.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it can no longer be returned.
    """
    with opened(context) as shop:
        order = received(shop, order_id, RETURN_DAYS)
        lines = bought(shop, order)
    language, number = context.language, order["order_id"]
    choices = [
        {"item": line.product["product_id"], "label": line.name, "also": ""} for line in lines
    ]
    names = ", ".join(choice["label"] for choice in choices)
    if len(lines) > 1:
        ways = say(WAYS_OF_ALL.get(len(lines), "all_of_it"), language)
        choices.append({"item": ALL, "label": say("everything", language), "also": ways})
    text = say("items", language, number=number, names=names)
    return Result(text=text, data={"order_id": number, "choices": choices})


def preview_return(order_id: OrderNumber, item: Part, *, context: Context) -> Preview:
    """Say what would be sent back and where the label goes."""
    with opened(context) as shop:
        order = received(shop, order_id, RETURN_DAYS)
        lines, going = bought(shop, order), _part(shop, order, item)
        values = {"label": shop.label(order), "email": shop.customer()["email"]}
        name = "return_preview"
        if len(lines) > 1:
            name = "return_preview_whole" if len(going) == len(lines) else "return_preview_part"
        values |= {"number": order["order_id"], "names": named(going)}
        return Preview(text=say(name, context.language, **values))


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_return, retry="key")
def request_return(order_id: OrderNumber, item: Part, *, context: Context) -> Result:
    """Open the return of an item, or of all items, of an order that arrived at most seven days ago.

    Args:
        order_id: `A-` and four digits.
        item: number of the product that goes back, as `return_choices` gives it; or its name; or `all`.

    Raises:
        ToolRetry: the order has no such item.
        ToolFailed: this customer has no such order, or it cannot be returned; the message says why.
    """

    def act(shop: Shop) -> Result:
        order = received(shop, order_id, RETURN_DAYS)
        going = _part(shop, order, item)
        whole = len(going) == len(order["items"])
        details = {} if whole else {"product_id": going[0].product["product_id"]}
        request_id = shop.open_request(order, "return", **details)
        amount = comes_back(shop, order, {"kind": "return", **details})
        values = {
            "number": order["order_id"],
            "email": shop.customer()["email"],
            "names": named(going),
            "amount": money(amount, context.language),
        }
        return Result(
            text=say(
                "return_done" if whole else "return_done_part",
                context.language,
                request_id=request_id,
                **values,
            ),
            data={"order_id": order["order_id"], "request_id": request_id, **details},
        )

    return once(context, act)


def _labelled(shop: Shop, order_id: str) -> tuple[Row, Row]:
    """Give an order with a parcel that is still to be posted to us, and the request for it."""
    order, language = shop.order(order_id), shop.context.language
    number, request = order["order_id"], shop.under_way(order)
    if request is None or request["kind"] not in ("return", "exchange"):
        raise ToolFailed(say("label_none", language, number=number))
    if "received" in request:
        received = shop.said_day(request["received"])
        values = {"number": number, "request_id": request["request_id"], "received": received}
        raise ToolFailed(say("label_arrived", language, **values))
    return order, request


def preview_label(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which label would go where."""
    with opened(context) as shop:
        order, request = _labelled(shop, order_id)
        part = going_back(shop, order, request)
        values = {
            "label": shop.label(order),
            "email": shop.customer()["email"],
            "request_id": request["request_id"],
            "names": part.counted if part else "",
        }
        name = "label_preview_part" if part else "label_preview"
        return Preview(text=say(name, context.language, **values))


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_label, retry="key")
def resend_label(order_id: OrderNumber, *, context: Context) -> Result:
    """Send the postage label of an open return or exchange to the customer's e-mail again.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or nothing of it is to be posted.
    """

    def act(shop: Shop) -> Result:
        order, request = _labelled(shop, order_id)
        request_id = request["request_id"]
        until = shop.said_day(shop.today + LABEL_DAYS)
        values = {"number": order["order_id"], "email": shop.customer()["email"], "until": until}
        return Result(
            text=say("label_done", context.language, request_id=request_id, **values),
            data={"order_id": order["order_id"], "request_id": request_id},
        )

    return once(context, act)


tools = [return_choices, request_return, resend_label]
