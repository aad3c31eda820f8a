"""What was wrong in the box: something missing, the wrong thing, something broken; and the warranty."""

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._items import Bought, Item, found, take
from ._left import REPORT_DAYS, WARRANTY_DAYS, away, busy, over, paid_back, still
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, money, say

NEVER_COMES = ("lost", "returned", "cancelled")
RESEND_DAYS = 2
"""Working days until what was missing or wrong is sent again, or a photo is judged."""


def _received(shop: Shop, order_id: str, item: str, days: int, late: str) -> tuple[Row, Bought]:
    """Give an order that arrived at most `days` ago, with the item in question."""
    order = shop.order(order_id)
    if order["refund"]:
        raise ToolFailed(paid_back(shop, order))
    if order["status"] != "delivered":
        raise ToolFailed(away(shop, order))
    if request := shop.under_way(order):
        raise ToolFailed(busy(shop, order, request))
    if shop.today - order["arrived"] > days:
        raise ToolFailed(over(shop, order, late, days))
    return order, found(shop, order, item)


def _mended(shop: Shop, order: Row, bought: Bought, kind: str) -> Preview:
    """Say how it would be put right: sent again, or paid back when there is none left."""
    language = shop.context.language
    values = {"name": bought.called, "number": order["order_id"], "days": RESEND_DAYS}
    if bought.stocked:
        return Preview(text=say(f"{kind}_preview", language, **values), amount=0.0)
    values |= {
        "amount": money(bought.worth, language),
        "how": say(f"how_{order['payment']}", language),
    }
    return Preview(text=say(f"{kind}_preview_refund", language, **values), amount=bought.worth)


def _put_right(shop: Shop, order_id: str, item: str, kind: str) -> Result:
    """Send it again or pay it back, under a number of its own."""
    order, bought = _received(shop, order_id, item, REPORT_DAYS, "report_too_late")
    language, number = shop.context.language, order["order_id"]
    product_id = bought.product["product_id"]
    request_id = shop.open_request(order, kind, product_id=product_id)
    values = {"name": bought.called, "number": number, "request_id": request_id}
    data = {"order_id": number, "request_id": request_id, "product_id": product_id}
    if bought.stocked:
        take(shop, bought.product, bought.size, bought.line.get("quantity", 1))
        text = say(f"{kind}_done", language, days=RESEND_DAYS, **values)
        return Result(text=text, data=data | {"sent_again": True})
    amount, how = money(bought.worth, language), say(f"how_{order['payment']}", language)
    text = say("item_refund_done", language, amount=amount, how=how, **values)
    return Result(text=text, data=data | {"sent_again": False, "amount": bought.worth})


def preview_missing(order_id: OrderNumber, item: Item, *, context: Context) -> Preview:
    """Say what would be sent again, or paid back."""
    with opened(context) as shop:
        return _mended(
            shop, *_received(shop, order_id, item, REPORT_DAYS, "report_too_late"), "missing"
        )


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_missing, retry="key")
def report_missing(order_id: OrderNumber, item: Item, *, context: Context) -> Result:
    """Put right that an item was not in the parcel: it is sent again, or paid back if there is none left.

    Args:
        order_id: `A-` and four digits.
        item: number of the product, `AU-` and three digits, as `order_items` gives it; or its name.

    Raises:
        ToolRetry: the order has no such item.
        ToolFailed: this customer has no such order, or it is too late; the message says why.
    """
    return once(context, lambda shop: _put_right(shop, order_id, item, "missing"))


def preview_wrong(order_id: OrderNumber, item: Item, *, context: Context) -> Preview:
    """Say what would be sent, and that the wrong one is collected."""
    with opened(context) as shop:
        return _mended(
            shop, *_received(shop, order_id, item, REPORT_DAYS, "report_too_late"), "wrong"
        )


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_wrong, retry="key")
def report_wrong(order_id: OrderNumber, item: Item, *, context: Context) -> Result:
    """Put right that another thing, colour or size came than was ordered: the right one is sent.

    Args:
        order_id: `A-` and four digits.
        item: number of the product that was ordered, as `order_items` gives it; or its name.

    Raises:
        ToolRetry: the order has no such item.
        ToolFailed: this customer has no such order, or it is too late; the message says why.
    """
    return once(context, lambda shop: _put_right(shop, order_id, item, "wrong"))


def _defect(shop: Shop, order_id: str, item: str, photo: str) -> tuple[Row, Bought, str]:
    order, bought = _received(shop, order_id, item, WARRANTY_DAYS, "warranty_over")
    if not (name := photo.strip()):
        raise ToolRetry(say("no_photo", shop.context.language))
    return order, bought, name


def preview_defect(order_id: OrderNumber, item: Item, photo: str, *, context: Context) -> Preview:
    """Say which defect would be reported, with which photo."""
    with opened(context) as shop:
        order, bought, name = _defect(shop, order_id, item, photo)
        values = {"name": bought.called, "number": order["order_id"], "photo": name}
        text = say("defect_preview", context.language, days=RESEND_DAYS, **values)
        return Preview(text=text)


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_defect, retry="key")
def report_defect(order_id: OrderNumber, item: Item, photo: str, *, context: Context) -> Result:
    """Report a defect of an item under warranty, with a photo of it.

    Args:
        order_id: `A-` and four digits.
        item: number of the product, as `order_items` gives it; or its name.
        photo: name of the picture that the customer sent.

    Raises:
        ToolRetry: there is no photo, or the order has no such item.
        ToolFailed: this customer has no such order, or the warranty has ended.
    """

    def act(shop: Shop) -> Result:
        order, bought, name = _defect(shop, order_id, item, photo)
        details = {"product_id": bought.product["product_id"], "photo": name}
        request_id = shop.open_request(order, "defect", **details)
        by = shop.working_day(RESEND_DAYS)
        values = {"name": bought.called, "number": order["order_id"], "request_id": request_id}
        text = say("defect_done", context.language, by=shop.said_day(by), **values)
        data = {"order_id": order["order_id"], "request_id": request_id, **details}
        return Result(text=text, data=data | {"answer_by": shop.day(by).isoformat()})

    return once(context, act)


@tool(needs="verified")
def order_warranty(order_id: OrderNumber, *, context: Context) -> Result:
    """Say until when the products of an order are under warranty.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it has not arrived.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        number = order["order_id"]
        if order["status"] != "delivered":
            name = "never" if order["status"] in NEVER_COMES else "not_delivered"
            values = {"away": away(shop, order), "days": WARRANTY_DAYS}
            raise ToolFailed(say(f"warranty_{name}", context.language, **values))
        ends = order["arrived"] + WARRANTY_DAYS
        values = {
            "label": shop.label(order),
            "arrived": shop.said_day(order["arrived"]),
            "until": shop.said_day(ends),
            "days": WARRANTY_DAYS,
        }
        covered = ends >= shop.today
        name = "warranty_runs" if covered else "warranty_ended"
        text = say(name, context.language, **values)
        return Result(
            text=text if covered else f"{text} {still(shop, order)}",
            data={"order_id": number, "covered": covered, "until": shop.day(ends).isoformat()},
        )


tools = [report_missing, report_wrong, report_defect, order_warranty]
