"""The items of an order: which one is meant, and what else it comes as."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from core.errors import ToolRetry

from ._shop import Row, Shop
from ._words import plain, say

# As `OrderNumber`: the pattern tells what to look for, the functions also take a name.
Item = Annotated[str, Field(json_schema_extra={"pattern": "AU-[0-9]{3}"})]


@dataclass(frozen=True)
class Bought:
    """One line of an order, with its product."""

    line: Row
    product: Row
    language: str

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
        return round(self.line["price"] * self.line.get("quantity", 1), 2)

    @property
    def called(self) -> str:
        """Its name, with the size if it comes in several."""
        return sized(self.name, self.product, self.size, self.language)

    @property
    def stocked(self) -> bool:
        """Whether the same can be sent again."""
        return self.product["stock"].get(self.size, 0) >= self.line.get("quantity", 1)


def sized(name: str, product: Row, size: str, language: str) -> str:
    """Give a product's name with a size, unless it has only one."""
    if len(product["stock"]) == 1:
        return name
    return say("sized", language, name=name, size=size)


def bought(shop: Shop, order: Row) -> list[Bought]:
    """Give all lines of an order."""
    language = shop.context.language
    return [Bought(line, shop.product(line["product_id"]), language) for line in order["items"]]


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
