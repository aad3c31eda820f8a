"""Money that goes back: refunds, how they stand, and charges that were made twice."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._items import bought, comes_back, going_back
from ._left import REFUND_DAYS, RETURN_DAYS, away, over, paid_back
from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, money, say

KEPT_EVERY_DAYS = 90
"""A customer keeps what came of a refunded order once in so many days; after that she sends it back."""

CHECK_DAYS = 3
"""Working days in which a parcel that came back is looked over."""

NOT_PAID = ("pending_payment", "payment_failed", "cancelled")


def _objection(shop: Shop, order: Row) -> str:
    """Say why an order cannot be refunded, with her own days and what else there is; empty: it can."""
    status = order["status"]
    if order["refund"]:
        return paid_back(shop, order)
    if request := shop.under_way(order):
        return _under_way(shop, order, request)
    if status == "delivered" and shop.today - order["arrived"] > REFUND_DAYS:
        return over(shop, order, "refund_too_old", REFUND_DAYS)
    if status == "delivered" and (kept := _kept_lately(shop)) is not None:
        return _by_return(shop, order, kept)
    if name := _untimely(shop, order):
        values = {
            day: shop.said_day(order[day]) if order[day] is not None else ""
            for day in ("promised", "held_until")
        }
        return say(name, shop.context.language, number=order["order_id"], **values)
    if status == "delivery_failed":
        return away(shop, order)
    return ""


def _untimely(shop: Shop, order: Row) -> str:
    """Give the sentence for an order that is not paid, still here, or on its way and on time."""
    status = order["status"]
    if status in NOT_PAID:
        return "refund_closed" if status == "cancelled" else "refund_not_paid"
    if status in ("paid", "picking"):
        return "refund_not_sent"
    if status == "shipped" and order["promised"] >= shop.today:
        return "refund_in_transit"
    if status == "delivery_failed" and order["held_until"] >= shop.today:
        return "refund_at_depot"
    return "refund_out_today" if status == "out_for_delivery" else ""


def _under_way(shop: Shop, order: Row, request: Row) -> str:
    if request["kind"] == "return":
        return _standing(shop, order)[1]
    values = {
        "number": order["order_id"],
        "request_id": request["request_id"],
        "opened": shop.said_day(request["opened"]),
    }
    return say(f"refund_after_{request['kind']}", shop.context.language, **values)


def _by_return(shop: Shop, order: Row, kept: int) -> str:
    """Say that she keeps what came only once in a while, and until when this one can be sent back."""
    language, until = shop.context.language, order["arrived"] + RETURN_DAYS
    if until >= shop.today:
        values = {"number": order["order_id"], "until": shop.said_day(until)}
        way = say("refund_way_return", language, **values)
    else:
        way = over(shop, order, "return_too_late", RETURN_DAYS)
    return say(
        "refund_by_return", language, day=shop.said_day(kept), every=KEPT_EVERY_DAYS, way=way
    )


def _kept_lately(shop: Shop) -> int | None:
    """Give the day of the last refund with which she kept what had come, if it was not long ago."""
    kept = [
        order["refund"]["day"] for order in shop.orders() if (order["refund"] or {}).get("kept")
    ]
    lately = [day for day in kept if shop.today - day < KEPT_EVERY_DAYS]
    return max(lately, default=None)


def _refundable(shop: Shop, order_id: str) -> Row:
    order = shop.order(order_id)
    if why := _objection(shop, order):
        raise ToolFailed(why)
    return order


def _terms(shop: Shop, order: Row) -> str:
    """Say what the refund is for if there is more than one thing, and that she keeps what has come."""
    language, lines = shop.context.language, bought(shop, order)
    names = ", ".join(each.name for each in lines)
    whole = say("refund_whole", language, names=names) if len(lines) > 1 else ""
    kept = say("refund_kept", language) if order["status"] == "delivered" else ""
    return f"{whole}{kept}"


def _how(order: Row, language: str) -> str:
    return say(f"how_{order['payment']}", language)


def preview_refund(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say what would be paid back, and how."""
    with opened(context) as shop:
        order = _refundable(shop, order_id)
        total, how = money(order["total"], context.language), _how(order, context.language)
        values = {"label": shop.label(order), "how": how, "terms": _terms(shop, order)}
        text = say("refund_preview", context.language, total=total, **values)
        return Preview(text=text, amount=order["total"])


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_refund, retry="key")
def refund_order(order_id: OrderNumber, *, context: Context) -> Result:
    """Pay back the whole amount of an order that is late, lost, damaged or not wanted.

    She keeps what has been delivered, once in 90 days; after that it goes through a return.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it cannot be refunded; the message says why.
    """

    def act(shop: Shop) -> Result:
        order = _refundable(shop, order_id)
        kept = {"kept": True} if order["status"] == "delivered" else {}
        shop.save(order | {"refund": {"amount": order["total"], "day": shop.today, **kept}})
        total, how = money(order["total"], context.language), _how(order, context.language)
        values = {"number": order["order_id"], "how": how}
        values["terms"] = say("refund_kept", context.language) if kept else ""
        text = say("refund_done", context.language, total=total, **values)
        return Result(text=text, data={"order_id": order["order_id"], "amount": order["total"]})

    return once(context, act)


@tool(needs="verified")
def refund_status(order_id: OrderNumber, *, context: Context) -> Result:
    """Say how the refund of an order stands: made, waiting for the goods, or none.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        state, text = _standing(shop, order)
        facts = {"order_id": order["order_id"], "state": state, "amount": _amount(shop, order)}
        return Result(text=text, data=facts)


def _amount(shop: Shop, order: Row) -> float:
    """Give what was or will be paid back for an order, or could be."""
    if refund := order["refund"]:
        return refund["amount"]
    request = shop.under_way(order)
    return (
        comes_back(shop, order, request)
        if request and request["kind"] == "return"
        else order["total"]
    )


def _standing(shop: Shop, order: Row) -> tuple[str, str]:
    """Give how the refund of an order stands, in a word and in a sentence."""
    language, request = shop.context.language, shop.under_way(order)
    values = {
        "label": shop.label(order),
        "total": money(_amount(shop, order), language),
        "how": _how(order, language),
    }
    if refund := order["refund"]:
        values["day"] = shop.said_day(refund["day"])
        state = "made"
    elif request and request["kind"] == "return":
        state = "checking" if "received" in request else "waiting"
        values |= {
            "request_id": request["request_id"],
            "received": shop.said_day(request.get("received", shop.today)),
            "days": str(CHECK_DAYS),
        }
        if part := going_back(shop, order, request):
            values["label"] = say("part_of", language, name=part.counted, label=values["label"])
    else:
        state = "not_paid" if order["status"] in NOT_PAID else "none"
    return state, say(f"refund_is_{state}", language, **values)


def _charged_twice(shop: Shop, order_id: str) -> Row:
    order, language = shop.order(order_id), shop.context.language
    if order["charges"] < 2:
        name = "reverse_done_before" if order.get("reversed") is not None else "reverse_single"
        total = money(order["total"], language)
        raise ToolFailed(say(name, language, number=order["order_id"], total=total))
    return order


def preview_reversal(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which charge would be taken back."""
    with opened(context) as shop:
        order = _charged_twice(shop, order_id)
        total, how = money(order["total"], context.language), _how(order, context.language)
        text = say(
            "reverse_preview", context.language, total=total, label=shop.label(order), how=how
        )
        return Preview(text=text, amount=order["total"])


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_reversal, retry="key")
def reverse_charge(order_id: OrderNumber, *, context: Context) -> Result:
    """Take back the second of two charges for the same order; the order itself stays as it is.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it was charged only once.
    """

    def act(shop: Shop) -> Result:
        order = _charged_twice(shop, order_id)
        shop.save(order | {"charges": order["charges"] - 1, "reversed": shop.today})
        number, how = order["order_id"], _how(order, context.language)
        total = money(order["total"], context.language)
        text = say("reverse_done", context.language, total=total, number=number, how=how)
        return Result(text=text, data={"order_id": number, "amount": order["total"]})

    return once(context, act)


tools = [refund_order, refund_status, reverse_charge]
