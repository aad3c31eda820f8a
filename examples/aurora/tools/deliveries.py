"""What went wrong on the way: nobody at home, or a parcel that did not come."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._left import away, busy, here, paid_back
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, say

MOST_ATTEMPTS = 3
CLAIM_DAYS = 7
"""How long after the day of delivery one may say that nothing came."""

PROOF_DAYS = 2
SEARCH_DAYS = 5
"""Working days in which the carrier answers: on a delivery, on a parcel under way."""


def _missed(shop: Shop, order_id: str) -> tuple[Row, int]:
    """Give an order that waits at the depot, and the day of the next visit."""
    order, language = shop.order(order_id), shop.context.language
    number = order["order_id"]
    if order["status"] != "delivery_failed":
        standing = here(shop, order)
        raise ToolFailed(say("reschedule_not_missed", language, number=number, standing=standing))
    if order["held_until"] < shop.today:
        until = shop.said_day(order["held_until"])
        raise ToolFailed(say("reschedule_too_late", language, number=number, until=until))
    if order["attempts"] >= MOST_ATTEMPTS:
        until = shop.said_day(order["held_until"])
        raise ToolFailed(say("reschedule_used_up", language, number=number, until=until))
    return order, shop.working_day(1)


def preview_reschedule(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which parcel would be brought again, when and where to."""
    with opened(context) as shop:
        order, day = _missed(shop, order_id)
        values = {
            "label": shop.label(order),
            "day": shop.said_day(day),
            "address": order["address"],
        }
        return Preview(text=say("reschedule_preview", context.language, **values))


@tool(
    effect="write", needs="verified", entity=("order_id",), preview=preview_reschedule, retry="key"
)
def reschedule_delivery(order_id: OrderNumber, *, context: Context) -> Result:
    """Have the carrier bring a parcel once more that it could not hand over.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or no visit found nobody; the message says why.
    """

    def act(shop: Shop) -> Result:
        order, day = _missed(shop, order_id)
        shop.save(order | {"status": "shipped", "promised": day, "held_until": None})
        number = order["order_id"]
        text = say("reschedule_done", context.language, number=number, day=shop.said_day(day))
        return Result(text=text, data={"order_id": number, "day": shop.day(day).isoformat()})

    return once(context, act)


def _untraced(shop: Shop, order_id: str) -> tuple[Row, int]:
    """Give an order that should have come and did not, and the days in which the carrier answers."""
    order, language = shop.order(order_id), shop.context.language
    number, status = order["order_id"], order["status"]
    if order["refund"]:
        raise ToolFailed(paid_back(shop, order))
    if request := shop.under_way(order):
        raise ToolFailed(busy(shop, order, request))
    if status == "delivered":
        if shop.today - order["arrived"] > CLAIM_DAYS:
            values = {
                "number": number,
                "arrived": shop.said_day(order["arrived"]),
                "until": shop.said_day(order["arrived"] + CLAIM_DAYS),
            }
            raise ToolFailed(say("trace_too_late", language, days=CLAIM_DAYS, **values))
        return order, PROOF_DAYS
    if status == "shipped" and order["promised"] < shop.today:
        return order, SEARCH_DAYS
    if status in ("lost", "returned", "cancelled"):
        raise ToolFailed(away(shop, order))
    raise ToolFailed(say("trace_not_due", language, number=number, standing=away(shop, order)))


def preview_trace(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which parcel the carrier would search for, and until when it answers."""
    with opened(context) as shop:
        order, days = _untraced(shop, order_id)
        text = say("trace_preview", context.language, label=shop.label(order), days=days)
        return Preview(text=text)


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_trace, retry="key")
def trace_parcel(order_id: OrderNumber, *, context: Context) -> Result:
    """Have the carrier search for a parcel that is late, or is shown as delivered and did not come.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it is not due, or was delivered too long ago.
    """

    def act(shop: Shop) -> Result:
        order, days = _untraced(shop, order_id)
        request_id = shop.open_request(order, "trace")
        by = shop.working_day(days)
        values = {
            "number": order["order_id"],
            "request_id": request_id,
            "by": shop.said_day(by),
            "email": shop.customer()["email"],
        }
        return Result(
            text=say("trace_done", context.language, **values),
            data={
                "order_id": order["order_id"],
                "request_id": request_id,
                "answer_by": shop.day(by).isoformat(),
            },
        )

    return once(context, act)


tools = [reschedule_delivery, trace_parcel]
