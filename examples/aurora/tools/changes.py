"""Changing an order before it leaves: cancel it, send it elsewhere."""

import re

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._shop import Row, Shop, once, opened
from ._words import OrderNumber, PostalCode, money, say

NOT_SENT = ("pending_payment", "paid", "picking")


def _cancellable(shop: Shop, order_id: OrderNumber) -> Row:
    order, language = shop.order(order_id), shop.context.language
    if order["status"] == "cancelled":
        raise ToolFailed(say("cancel_already", language, number=order["order_id"]))
    if order["status"] not in NOT_SENT:
        raise ToolFailed(say("cancel_too_late", language, number=order["order_id"]))
    return order


def preview_cancel(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which order would be cancelled and what it is worth."""
    with opened(context) as shop:
        order = _cancellable(shop, order_id)
        total = money(order["total"], context.language)
        text = say("cancel_preview", context.language, label=shop.label(order), total=total)
        return Preview(
            text=text, amount=order["total"] if order["status"] != "pending_payment" else 0.0
        )


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_cancel, retry="key")
def cancel_order(order_id: OrderNumber, *, context: Context) -> Result:
    """Cancel an order that has not left the warehouse; what was paid goes back by itself.

    Args:
        order_id: `A-` and four digits.

    Raises:
        ToolFailed: this customer has no such order, or it was sent or cancelled before.
    """

    def act(shop: Shop) -> Result:
        order = _cancellable(shop, order_id)
        name = "cancel_done" if order["status"] == "pending_payment" else "cancel_done_paid"
        shop.save(order | {"status": "cancelled", "refunded": name == "cancel_done_paid"})
        total = money(order["total"], context.language)
        text = say(name, context.language, number=order["order_id"], total=total)
        return Result(text=text, data={"order_id": order["order_id"], "status": "cancelled"})

    return once(context, act)


def _movable(
    shop: Shop, order_id: OrderNumber, address: str, cep: PostalCode
) -> tuple[Row, str, str]:
    """Give the order and the address as it will be written on the parcel."""
    order, language = shop.order(order_id), shop.context.language
    if order["status"] not in NOT_SENT:
        raise ToolFailed(say("address_too_late", language, number=order["order_id"]))
    digits = re.sub(r"\D", "", cep)
    if len(digits) != 8:
        raise ToolRetry(say("bad_cep", language))
    written = " ".join(address.split()).strip(" .,;")
    if len(written) < 8 or not any(sign.isdigit() for sign in written):
        raise ToolRetry(say("address_short", language))
    return order, written, f"{digits[:5]}-{digits[5:]}"


def preview_address(
    order_id: OrderNumber, address: str, cep: PostalCode, *, context: Context
) -> Preview:
    """Say where which order would go."""
    with opened(context) as shop:
        order, written, code = _movable(shop, order_id, address, cep)
        label = shop.label(order)
        text = say("address_preview", context.language, label=label, address=written, cep=code)
        return Preview(text=text)


@tool(effect="write", needs="verified", entity=("order_id",), preview=preview_address, retry="key")
def change_address(
    order_id: OrderNumber, address: str, cep: PostalCode, *, context: Context
) -> Result:
    """Send an order that has not left the warehouse to another address.

    Args:
        order_id: `A-` and four digits.
        address: street, number and city.
        cep: Brazilian postal code, eight digits.

    Raises:
        ToolRetry: the address or the postal code is incomplete.
        ToolFailed: this customer has no such order, or it was sent or cancelled before.
    """

    def act(shop: Shop) -> Result:
        order, written, code = _movable(shop, order_id, address, cep)
        shop.save(order | {"address": written, "cep": code})
        values = {"number": order["order_id"], "address": written, "cep": code}
        return Result(
            text=say("address_done", context.language, **values),
            data={"order_id": order["order_id"], "address": written, "cep": code},
        )

    return once(context, act)


tools = [cancel_order, change_address]
