"""What the shop sells: ideas for a customer, stock of one product, and whether the shop is open."""

import re
from functools import lru_cache
from typing import Any, Literal

from core.errors import ToolFailed
from tools import Context, Result
from tools.building import tool

from ._shop import Row, opened
from ._words import money, plain, say

SHOWN = 3
CLOSES = {0: 20, 1: 20, 2: 20, 3: 20, 4: 20, 5: 18}
OPENS = 10


@tool(needs="anonymous", serves=("recommendation",))
def recommend_products(
    wish: str = "",
    category: Literal["clothes", "shoes", "home", "any"] = "any",
    max_price: float | None = None,
    *,
    context: Context,
) -> Result:
    """Suggest products in stock that fit a wish, the best first.

    Args:
        wish: what the customer looks for, in her own words.
        category: clothes, shoes or home, if she said so.
        max_price: the most she wants to spend, in reais.
    """
    with opened(context) as shop:
        stocked = [row for row in shop.products() if any(row["stock"].values())]
    fitting = [
        row
        for row in stocked
        if category in ("any", row["category"]) and (max_price is None or row["price"] <= max_price)
    ]
    words = _words(wish)
    ranked = sorted(fitting, key=lambda row: (_fit(row, words), row["sold"]), reverse=True)
    named_ones = [row for row in ranked if _fit(row, words)]
    ranked = named_ones or ranked
    chosen = _varied(ranked)
    if not chosen:
        return Result(text=say("recommended_none", context.language), data={"products": []})
    named = [
        f"{row['name'][context.language]} ({money(row['price'], context.language)})"
        for row in chosen
    ]
    return Result(
        text=say("recommended", context.language, list=", ".join(named)),
        data={"products": [_facts(row, context.language) for row in chosen]},
    )


@tool(needs="anonymous")
def product_stock(product: str, colour: str = "", size: str = "", *, context: Context) -> Result:
    """Say in which sizes and colours a product is in stock, or whether it is in one of them.

    Args:
        product: its name, such as "tênis" or "blue sneakers".
        colour: the colour that she asks about, such as "azul" or "blue".
        size: the size that she asks about: PP, P, M, G, GG, or a shoe size from 34 to 44.

    Raises:
        ToolFailed: nothing is called like that.
    """
    rows, language = _fitting(f"{product} {colour}", context), context.language
    if len(rows) > 1:
        return _in_colours(rows, product, size, language)
    facts = _facts(rows[0], language)
    sizes = facts["sizes"]
    values = {
        "name": facts["name"],
        "price": money(rows[0]["price"], language),
        "sizes": ", ".join(sizes) or say("none", language),
    }
    asked = next((each for each in rows[0]["stock"] if plain(each) == plain(size.strip())), "")
    if asked:
        name = "stock_yes" if asked in sizes else "stock_no"
        text = say(name, language, size=asked, **values)
        return Result(text=text, data=facts | {"size": asked, "in_stock": asked in sizes})
    single = len(rows[0]["stock"]) == 1
    name = ("stock_one" if single else "stock") if sizes else "stock_none"
    return Result(text=say(name, language, **values), data=facts)


def _in_colours(rows: list[Row], product: str, size: str, language: str) -> Result:
    """Say in which colours a kind of thing can be had, in one size if she named it."""
    wanted = plain(size.strip())
    stocked = [
        row
        for row in rows
        if any(number and wanted in ("", plain(each)) for each, number in row["stock"].items())
    ]
    colours = ", ".join(row["colour"][language] for row in stocked) or say("none", language)
    values = {"product": product, "colours": colours, "size": size.strip()}
    text = say("stock_size_colours" if wanted else "stock_colours", language, **values)
    facts = [_facts(row, language) for row in stocked]
    return Result(text=text, data={"products": facts, "in_stock": bool(stocked)})


@tool(needs="anonymous")
def product_details(product: str, *, context: Context) -> Result:
    """Say what a product costs, what it is made of and what its page says.

    Args:
        product: its name with its colour, such as "tênis azul".

    Raises:
        ToolFailed: nothing is called like that.
    """
    found, language = _fitting(product, context)[0], context.language
    values = {
        "name": found["name"][language],
        "price": money(found["price"], language),
        "made_of": found["made_of"][language],
        "description": found.get("description", {}).get(language, ""),
    }
    text = say("details", language, **values).strip()
    return Result(text=text, data=_facts(found, language) | {"made_of": values["made_of"]})


def _fitting(name: str, context: Context) -> list[Row]:
    """Give the products that a name means best: one, or one kind of thing in several colours.

    Raises:
        ToolFailed: nothing is called like that.
    """
    words = _words(name)
    with opened(context) as shop:
        rows = shop.products()
    best = max((_fit(row, words), -_rest(row, words)) for row in rows)
    if not words or best[0] < max(1, len(words) - 1):
        raise ToolFailed(say("no_product", context.language, name=name.strip()))
    found = [row for row in rows if (_fit(row, words), -_rest(row, words)) == best]
    first = max(found, key=lambda row: row["sold"])
    return [row for row in found if row["item"] == first["item"]]


@tool(
    needs="anonymous",
    examples={
        "pt-BR": (
            "a loja tá aberta agora?",
            "vocês já fecharam hoje?",
            "ainda dá tempo de passar aí na loja hoje?",
            "até que horas a loja fica aberta hoje?",
        ),
        "en": (
            "is the shop open right now?",
            "have you already closed today?",
            "can I still drop by the shop today?",
            "until what time is the shop open today?",
        ),
    },
)
def store_hours(*, context: Context) -> Result:
    """Say whether the shop in São Paulo is open now, and when it opens."""
    hours = say("hours", context.language)
    closes = CLOSES.get(context.now.weekday(), 0)
    if OPENS <= context.now.hour < closes:
        return Result(
            text=f"{say('open_now', context.language, until=f'{closes}:00')} {hours}",
            data={"open": True},
        )
    return Result(text=say("closed_now", context.language, hours=hours), data={"open": False})


@lru_cache(maxsize=4_096)
def _words(text: str) -> frozenset[str]:
    """Give the words of a wish that may name a product, without the s of a plural."""
    return frozenset(word.rstrip("s") for word in re.findall(r"[a-z]{3,}", plain(text)))


def _fit(row: Row, words: frozenset[str]) -> int:
    """Count the words that a product's names have."""
    return len(words & (_words(row["name"]["pt-BR"]) | _words(row["name"]["en"])))


def _rest(row: Row, words: frozenset[str]) -> int:
    """Count the words of a product's name that were not said: "tênis azul" is no running shoe."""
    return min(len(_words(row["name"][language]) - words) for language in ("pt-BR", "en"))


def _varied(ranked: list[Row]) -> list[Row]:
    """Give the first few that are different things, not one thing in three colours."""
    chosen: list[Row] = []
    for row in ranked:
        if all(row["item"] != other["item"] for other in chosen):
            chosen.append(row)
    return chosen[:SHOWN]


def _facts(row: Row, language: str) -> dict[str, Any]:
    return {
        "product_id": row["product_id"],
        "name": row["name"][language],
        "price": row["price"],
        "sizes": [size for size, number in row["stock"].items() if number],
    }


tools = [recommend_products, product_stock, product_details, store_hours]
