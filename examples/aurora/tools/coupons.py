"""Why a coupon is not accepted, or that it is."""

from typing import Annotated

from pydantic import Field

from core.errors import ToolFailed
from tools import Context, Result
from tools.building import tool

from ._shop import Row, Shop, opened
from ._words import money, say

Coupon = Annotated[str, Field(json_schema_extra={"pattern": "[A-Z]{4,12}[0-9]{1,3}"})]


@tool(needs="anonymous")
def check_coupon(coupon: Coupon, *, context: Context) -> Result:
    """Say what a coupon is for, and why it may not be accepted; of a known customer also whether it is hers.

    Args:
        coupon: a word in capitals that ends in digits.

    Raises:
        ToolFailed: there is no such coupon.
    """
    with opened(context) as shop:
        row, language = shop.coupon(coupon), context.language
        if row is None:
            raise ToolFailed(say("coupon_unknown", language, coupon=coupon.strip().upper()))
        why = _objection(shop, row)
        until = shop.said_day(row["ends"]) if "ends" in row else ""
        values = {"coupon": row["coupon"], "day": until, "rules": _rules(row, language)}
        text = say(f"coupon_{why or 'valid'}", language, **values)
        return Result(
            text=text, data={"coupon": row["coupon"], "valid": why is None, "why": why or ""}
        )


def _objection(shop: Shop, row: Row) -> str | None:
    """Say why a coupon is refused, as far as it does not depend on the basket."""
    if row.get("ends", shop.today) < shop.today:
        return "expired"
    if shop.context.verification not in ("verified", "strong") or not shop.context.external_id:
        return None
    if row.get("first_purchase") and any(order["status"] != "cancelled" for order in shop.orders()):
        return "not_first"
    if row.get("club") and not shop.customer().get("club"):
        return "not_member"
    return None


def _rules(row: Row, language: str) -> str:
    """Say what a coupon gives and under which conditions."""
    gives = (
        say("coupon_ships", language)
        if row.get("free_shipping")
        else say("coupon_percent", language, percent=row["percent"])
    )
    rules = [gives]
    if "minimum" in row:
        rules.append(say("coupon_minimum", language, minimum=money(row["minimum"], language)))
    rules += [
        say(f"coupon_for_{name}", language)
        for name in ("first_purchase", "club", "not_on_sale")
        if row.get(name)
    ]
    if "category" in row:
        rules.append(say(f"coupon_for_{row['category']}", language))
    return ", ".join(rules)


tools = [check_coupon]
