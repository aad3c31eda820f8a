"""What went wrong on the way: nobody at home, or a parcel that did not come."""

from datetime import date

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._left import away, busy, here, paid_back
from ._shop import SATURDAY, Row, Shop, once, opened
from ._words import OrderNumber, say

MOST_ATTEMPTS = 3
CLAIM_DAYS = 7
"""How long after the day of delivery one may say that nothing came."""

PROOF_DAYS = 2
SEARCH_DAYS = 5
"""Working days in which the carrier answers: on a delivery, on a parcel under way."""


def _missed(shop: Shop, order_id: str, wanted: date | None) -> tuple[Row, int]:
    """Give an order that waits at the depot, and the day of the visit: the next one, or the wanted."""
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
    return order, _visit(shop, order, wanted)


def _visit(shop: Shop, order: Row, wanted: date | None) -> int:
    """Give the day of a visit; a day that has passed only tells of the visit which failed."""
    first = shop.working_day(1)
    day = (wanted - shop.base).days if wanted else first
    if day < shop.today:
        return first
    last = max(first, order["held_until"])
    if not first <= day <= last or shop.day(day).weekday() >= SATURDAY:
        days = {"day": day, "first": first, "last": last}
        told = {name: shop.said_day(one) for name, one in days.items()}
        raise ToolRetry(say("reschedule_no_visit", shop.context.language, **told), argument="day")
    return day


def preview_reschedule(
    order_id: OrderNumber, day: date | None = None, *, context: Context
) -> Preview:
    """Say which parcel would be brought again, when and where to."""
    with opened(context) as shop:
        order, visit = _missed(shop, order_id, day)
        values = {
            "label": shop.label(order),
            "day": shop.said_day(visit),
            "address": order["address"],
        }
        return Preview(text=say("reschedule_preview", context.language, **values))


@tool(
    effect="write", needs="verified", entity=("order_id",), preview=preview_reschedule, retry="key"
)
def reschedule_delivery(
    order_id: OrderNumber, day: date | None = None, *, context: Context
) -> Result:
    """Have the carrier bring a parcel once more that it could not hand over.

    Args:
        order_id: `A-` and four digits.
        day: when it should come; without it, on the next working day.

    Raises:
        ToolRetry: there is no visit on that day; the message says on which there is one.
        ToolFailed: this customer has no such order, or no visit found nobody; the message says why.
    """

    def act(shop: Shop) -> Result:
        order, visit = _missed(shop, order_id, day)
        shop.save(order | {"status": "shipped", "promised": visit, "held_until": None})
        number = order["order_id"]
        text = say("reschedule_done", context.language, number=number, day=shop.said_day(visit))
        return Result(text=text, data={"order_id": number, "day": shop.day(visit).isoformat()})

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
