"""The items of an order: which one is meant, and what else it comes as."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from core.errors import ToolRetry

from ._shop import Row, Shop
from ._words import plain, say

ALL = "all"
"""Instead of an item: all of an order."""

# As `OrderNumber`: the pattern tells what to look for, the functions also take a name.
Item = Annotated[str, Field(json_schema_extra={"pattern": "AU-[0-9]{3}"})]


@dataclass(frozen=True)
class Bought:
    """One line of an order, with its product."""

    line: Row
    product: Row
    language: str
    rate: float = 1.0
    """Which part of its price was paid: the order's discount is spread over its lines."""

    @property
    def name(self) -> str:
        """What it is called, in the customer's language."""
        return self.product["name"][self.language]

    @property
    def size(self) -> str:
        """The size that was ordered."""
        return self.line["size"]

    @property
    def worth(self) -> float:
        """What was paid for the line, in reais."""
        return round(self.line["price"] * self.quantity * self.rate, 2)

    @property
    def quantity(self) -> int:
        """How many were ordered."""
        return self.line.get("quantity", 1)

    @property
    def called(self) -> str:
        """Its name, with the size if it comes in several."""
        return sized(self.name, self.product, self.size, self.language)

    @property
    def counted(self) -> str:
        """What it is called, and how many there are if more than one."""
        if self.quantity == 1:
            return self.called
        return say("counted", self.language, name=self.called, quantity=self.quantity)

    @property
    def stocked(self) -> bool:
        """Whether the same can be sent again."""
        return self.product["stock"].get(self.size, 0) >= self.quantity


def sized(name: str, product: Row, size: str, language: str) -> str:
    """Give a product's name with a size, unless it has only one."""
    if len(product["stock"]) == 1:
        return name
    return say("sized", language, name=name, size=size)


def bought(shop: Shop, order: Row) -> list[Bought]:
    """Give all lines of an order."""
    language, lines = shop.context.language, order["items"]
    goods = sum(line["price"] * line.get("quantity", 1) for line in lines)
    rate = 1 - order["discount"] / goods if goods else 1.0
    return [Bought(line, shop.product(line["product_id"]), language, rate) for line in lines]


def named(lines: Iterable[Bought]) -> str:
    """Give what lines are called, one after the other."""
    return ", ".join(line.counted for line in lines)


def going_back(shop: Shop, order: Row, request: Row) -> Bought | None:
    """Give the only line that a return is of; None when it is of the whole order."""
    if request["kind"] != "return" or "product_id" not in request:
        return None
    lines = bought(shop, order)
    return next(line for line in lines if line.product["product_id"] == request["product_id"])


def comes_back(shop: Shop, order: Row, request: Row) -> float:
    """Give what comes back for a return, in reais: the shipping only with the whole order."""
    part = going_back(shop, order, request)
    return part.worth if part else order["total"]


def found(shop: Shop, order: Row, item: str) -> Bought:
    """Give the line that a number or a name means.

    Raises:
        ToolRetry: none of them, or several; the message names those that there are.
    """
    lines = bought(shop, order)
    wanted = _words(item)
    fitting = [each for each in lines if each.product["product_id"] == item.strip().upper()]
    fitting = fitting or [each for each in lines if wanted and wanted <= _names(each.product)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(each.called for each in lines)
    number = order["order_id"]
    raise ToolRetry(say("no_item", shop.context.language, number=number, item=item, names=names))


def _names(product: Row) -> set[str]:
    return _words(product["name"]["pt-BR"]) | _words(product["name"]["en"])


def _words(text: str) -> set[str]:
    """Give the words of a name, without the s of a plural."""
    return {word.rstrip("s") for word in re.findall(r"[a-z]{3,}", plain(text))}


def take(shop: Shop, product: Row, size: str, quantity: int = 1) -> None:
    """Set some of a size aside, so that nobody else is promised it."""
    shop.keep_stock(product, product["stock"] | {size: product["stock"][size] - quantity})
