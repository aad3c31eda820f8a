"""What has arrived and may be sent back."""

from core.errors import ToolFailed

from ._left import RETURN_DAYS, away, busy, over, paid_back
from ._shop import Row, Shop


def received(shop: Shop, order_id: str, days: int) -> Row:
    """Give an order that arrived at most `days` ago and has nothing under way.

    Raises:
        ToolFailed: it has not arrived, has something under way, or it is too late; the message says so.
    """
    order = shop.order(order_id)
    if order["refund"]:
        raise ToolFailed(paid_back(shop, order))
    if request := shop.under_way(order):
        raise ToolFailed(busy(shop, order, request))
    if order["status"] != "delivered":
        raise ToolFailed(away(shop, order))
    if shop.today - order["arrived"] > days:
        too_late = "return_too_late" if days == RETURN_DAYS else "exchange_too_late"
        raise ToolFailed(over(shop, order, too_late, days))
    return order
