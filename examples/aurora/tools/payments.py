"""Paying: how a payment stands, codes to pay with, invoices."""

from core.errors import ToolFailed
from tools import Context, Preview, Result
from tools.building import tool

from ._shop import PAY_URL, Row, Shop, once, opened
from ._words import OrderNumber, money, say

BOLETO_DAYS = 3
PIX_KEY = "pix@aurora.example"


@tool(needs="verified")
def payment_status(order_id: OrderNumber, *, context: Context) -> Result:
    """Say whether an order is paid; if not, why the payment failed and how to pay again.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order.
    """
    with opened(context) as shop:
        order, language = shop.order(order_id), context.language
        values = {
            "label": shop.label(order),
            "total": money(order["total"], language),
            "until": shop.said_day(order["expires"]) if order["expires"] is not None else "",
            "why": say(order["failure"], language) if order["failure"] else "",
            "link": f"{PAY_URL}{order['order_id']}",
            "payment": say(order["payment"], language),
        }
        state = _state(order)
        facts = {"order_id": order["order_id"], "state": state, "failure": order["failure"]}
        return Result(text=say(f"payment_{state}", language, **values), data=facts)


def _state(order: Row) -> str:
    if order["status"] == "payment_failed":
        return "declined"
    if order["status"] == "pending_payment":
        return "waiting"
    if order["status"] == "cancelled":
        return "given_up" if order["failure"] else "closed"
    return "twice" if order["charges"] > 1 else "approved"


@tool(needs="verified")
def payment_copy(order_id: OrderNumber, *, context: Context) -> Result:
    """Give the boleto or the Pix code of an order that has not been paid once more.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or there is nothing to pay; the message says why.
    """
    with opened(context) as shop:
        order, language = shop.order(order_id), context.language
        number = order["order_id"]
        if order["status"] == "payment_failed":
            until = shop.said_day(order["expires"]) if order["expires"] is not None else ""
            values = {"number": number, "link": f"{PAY_URL}{number}", "until": until}
            raise ToolFailed(say("copy_declined", language, **values))
        if order["status"] != "pending_payment":
            name = "copy_closed" if order["status"] == "cancelled" else "copy_settled"
            raise ToolFailed(say(name, language, number=number))
        due = _due(shop, order)
        code = _boleto(order) if order["payment"] == "boleto" else _pix(order)
        values = {"number": number, "total": money(order["total"], language), "code": code}
        text = say(f"copy_{order['payment']}", language, due=shop.said_day(due), **values)
        facts = {"order_id": number, "payment": order["payment"], "code": code}
        return Result(text=text, data=facts | {"due_on": shop.day(due).isoformat()})


def _due(shop: Shop, order: Row) -> int:
    """Give the day until which it can be paid; a boleto that has run out gets a new one."""
    expires = order["expires"]
    if expires is None or expires < shop.today:
        return shop.today + BOLETO_DAYS
    return expires


def _boleto(order: Row) -> str:
    """Give the digits that a customer types into her bank's app."""
    number, cents = int(order["order_id"][2:]), round(order["total"] * 100)
    return f"34191.79001 0{number}.510047 91020.150008 1 9{number:04d}{cents:010d}"


def _pix(order: Row) -> str:
    """Give the code to copy and paste: fields of tag, length and value, and a check sum.

    Source: https://www.bcb.gov.br/content/estabilidadefinanceira/pix/Regulamento_Pix/II_ManualdePadroesparaIniciacaodoPix.pdf
    """
    account = _field("00", "br.gov.bcb.pix") + _field("01", PIX_KEY)
    code = "".join(
        (
            _field("00", "01"),
            _field("26", account),
            _field("52", "0000"),
            _field("53", "986"),
            _field("54", f"{order['total']:.2f}"),
            _field("58", "BR"),
            _field("59", "AURORA DEMO"),
            _field("60", "SAO PAULO"),
            _field("62", _field("05", order["order_id"].replace("-", ""))),
            "6304",
        )
    )
    return f"{code}{_crc16(code):04X}"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _crc16(text: str) -> int:
    """Give the check sum CRC-16/CCITT-FALSE."""
    rest = 0xFFFF
    for byte in text.encode():
        rest ^= byte << 8
        for _ in range(8):
            rest = (rest << 1) ^ 0x1021 if rest & 0x8000 else rest << 1
            rest &= 0xFFFF
    return rest


def preview_invoice(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which invoice would go where."""
    with opened(context) as shop:
        order = _invoiced(shop, order_id)
        email = shop.customer()["email"]
        text = say("invoice_preview", context.language, label=shop.label(order), email=email)
        return Preview(text=text)


def _invoiced(shop: Shop, order_id: str) -> Row:
    order = shop.order(order_id)
    if order["sent"] is None:
        name = "invoice_never" if order["status"] == "cancelled" else "invoice_none"
        values = {"number": order["order_id"], "promised": shop.said_day(order["promised"])}
        raise ToolFailed(say(name, shop.context.language, **values))
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


tools = [payment_status, payment_copy, resend_invoice]
