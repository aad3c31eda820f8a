"""Money and papers: refunds, payment slips, invoices."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, money, say

REFUND_DAYS = 30
SLIP_DAYS = 3


def _objection(shop: Shop, order: Row) -> str | None:
    """Say why an order cannot be refunded, or None."""
    status = order["status"]
    if order.get("refunded"):
        return "refund_already"
    if order.get("requests"):
        return "refund_after_return"
    if status == "pending_payment" or status == "cancelled":
        return "refund_not_paid"
    if status in ("paid", "picking"):
        return "refund_not_sent"
    if status in ("shipped", "out_for_delivery") and order["promised"] >= shop.today:
        return "refund_in_transit"
    if status == "delivered" and shop.today - order["arrived"] > REFUND_DAYS:
        return "refund_too_old"
    return None


def _refundable(shop: Shop, order_id: OrderNumber) -> Row:
    order = shop.order(order_id)
    if name := _objection(shop, order):
        arrived = shop.said_day(order["arrived"]) if order["arrived"] is not None else ""
        raise ToolFailed(
            say(name, shop.context.language, number=order["order_id"], arrived=arrived)
        )
    return order


def preview_refund(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say what would be paid back, and how."""
    with opened(context) as shop:
        order = _refundable(shop, order_id)
        total = money(order["total"], context.language)
        how = say(f"how_{order['payment']}", context.language)
        text = say(
            "refund_preview", context.language, total=total, label=shop.label(order), how=how
        )
        return Preview(text=text, amount=order["total"])


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_refund, retry="key")
def refund_order(order_id: OrderNumber, *, context: Context) -> Result:
    """Pay back the whole amount of an order that is late, lost, damaged, returned or not wanted.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it cannot be refunded; the message says why.
    """

    def act(shop: Shop) -> Result:
        order = _refundable(shop, order_id)
        shop.save(order | {"refunded": True})
        total = money(order["total"], context.language)
        how = say(f"how_{order['payment']}", context.language)
        text = say("refund_done", context.language, total=total, number=order["order_id"], how=how)
        return Result(text=text, data={"order_id": order["order_id"], "amount": order["total"]})

    return once(context, act)


@tool(needs="verified")
def payment_slip(order_id: OrderNumber, *, context: Context) -> Result:
    """Give a new copy of the payment slip (boleto) of an order that has not been paid.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or there is no slip to pay.
    """
    with opened(context) as shop:
        order = shop.order(order_id)
        if order["payment"] != "boleto":
            raise ToolFailed(say("slip_not_boleto", context.language, number=order["order_id"]))
        if order["status"] != "pending_payment":
            raise ToolFailed(say("slip_settled", context.language, number=order["order_id"]))
        due = shop.today + SLIP_DAYS
        values = {
            "number": order["order_id"],
            "total": money(order["total"], context.language),
            "due": shop.said_day(due),
            "line": _line(order),
        }
        return Result(
            text=say("slip", context.language, **values),
            data={
                "order_id": order["order_id"],
                "line": values["line"],
                "due_on": shop.day(due).isoformat(),
            },
        )


def _line(order: Row) -> str:
    """Give the digits that a customer types into her bank's app."""
    number, cents = int(order["order_id"][2:]), round(order["total"] * 100)
    return f"34191.79001 0{number}.510047 91020.150008 1 9{number:04d}{cents:010d}"


def preview_invoice(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which invoice would go where."""
    with opened(context) as shop:
        order = _invoiced(shop, order_id)
        email = shop.customer()["email"]
        text = say("invoice_preview", context.language, label=shop.label(order), email=email)
        return Preview(text=text)


def _invoiced(shop: Shop, order_id: OrderNumber) -> Row:
    order = shop.order(order_id)
    if order["sent"] is None:
        raise ToolFailed(say("invoice_none", shop.context.language, number=order["order_id"]))
    return order


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_invoice, retry="key")
def resend_invoice(order_id: OrderNumber, *, context: Context) -> Result:
    """Send the invoice (nota fiscal) of an order to the customer's e-mail again.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it has no invoice yet.
    """

    def act(shop: Shop) -> Result:
        order = _invoiced(shop, order_id)
        email = shop.customer()["email"]
        text = say("invoice_done", context.language, number=order["order_id"], email=email)
        return Result(text=text, data={"order_id": order["order_id"], "email": email})

    return once(context, act)


tools = [refund_order, payment_slip, resend_invoice]
