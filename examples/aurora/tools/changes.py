"""Changing an order before it leaves: cancel it, send it elsewhere."""

import re

from core.errors import ToolFailed, ToolRetry
from tools import Context, Preview, Result
from tools.building import tool

from ._left import here
from ._shop import NOT_SENT, Row, Shop, once, opened
from ._words import OrderNumber, PostalCode, money, say


def _cancellable(shop: Shop, order_id: OrderNumber) -> Row:
    order, language = shop.order(order_id), shop.context.language
    if order["status"] == "cancelled":
        raise ToolFailed(say("cancel_already", language, number=order["order_id"]))
    if order["status"] not in NOT_SENT:
        standing = here(shop, order)
        values = {"number": order["order_id"], "standing": standing}
        raise ToolFailed(say("cancel_too_late", language, **values))
    return order


def preview_cancel(order_id: OrderNumber, *, context: Context) -> Preview:
    """Say which order would be cancelled and what it is worth."""
    with opened(context) as shop:
        order = _cancellable(shop, order_id)
        name = "cancel_back" if _paid(order) else "cancel_nothing"
        refund = say(name, context.language, **_money(order, context.language))
        text = say("cancel_preview", context.language, label=shop.label(order), refund=refund)
        return Preview(text=text, amount=order["total"] if _paid(order) else 0.0)


def _paid(order: Row) -> bool:
    return order["status"] not in ("pending_payment", "payment_failed")


def _money(order: Row, language: str) -> dict[str, str]:
    """Say what goes back, and how."""
    how = say(f"how_{order['payment']}", language)
    return {"total": money(order["total"], language), "how": how}


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
        name = "cancel_done_paid" if _paid(order) else "cancel_done"
        refund = {"amount": order["total"], "day": shop.today} if _paid(order) else None
        shop.save(order | {"status": "cancelled", "refund": refund})
        values = _money(order, context.language)
        text = say(name, context.language, number=order["order_id"], **values)
        return Result(text=text, data={"order_id": order["order_id"], "status": "cancelled"})

    return once(context, act)


def _fixed(shop: Shop, order: Row) -> str:
    """Say why an order goes to no other address any more."""
    language = shop.context.language
    if order["status"] != "shipped" or order["promised"] < shop.today:
        return say("address_too_late", language, standing=here(shop, order))
    days = {name: shop.said_day(order[name]) for name in ("sent", "promised")}
    return say("address_gone", language, number=order["order_id"], **days)


def _movable(
    shop: Shop, order_id: OrderNumber, address: str, cep: PostalCode
) -> tuple[Row, str, str]:
    """Give the order and the address as it will be written on the parcel."""
    order, language = shop.order(order_id), shop.context.language
    if order["status"] not in NOT_SENT:
        raise ToolFailed(_fixed(shop, order))
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
