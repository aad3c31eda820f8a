"""Returns at Aurora: of all or some of an order, in each language."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import ToolFailed, ToolRetry
from tests.examples.back_office import Ask

TWO = {"order_id": "A-1062"}
OF = "C-1006"


def discounted(shop: Path, discount: float) -> None:
    """Let the order have been bought with a coupon."""
    (file,) = shop.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as records:
        records.execute(
            "UPDATE orders SET record = json_set(record, '$.discount', ?, '$.total', 259.8 - ?) "
            "WHERE order_id = 'A-1062'",
            (discount, discount),
        )
        records.commit()


@pytest.mark.parametrize(
    ("language", "label", "also"),
    [("pt-BR", "tudo", "os dois"), ("en", "everything", "both of them")],
)
def test_each_item_and_all_of_them_can_be_chosen(
    ask: Ask, language: str, label: str, also: str
) -> None:
    choices = ask("return_choices", OF, language=language, **TWO).data["choices"]
    assert [choice["item"] for choice in choices] == ["AU-444", "AU-503", "all"]
    assert choices[2]["label"] == label
    assert also in choices[2]["also"]


def test_of_one_item_there_is_nothing_to_choose(ask: Ask) -> None:
    (choice,) = ask("return_choices", "C-1003", order_id="A-1045").data["choices"]
    assert choice["item"].startswith("AU-")


@pytest.mark.parametrize("item", ["AU-503", "almofada", "red cushion"])
@pytest.mark.parametrize(
    ("language", "goes", "stays", "amount"),
    [
        ("pt-BR", "almofada vermelha", "lençol", "R$ 59,90"),
        ("en", "red cushion", "sheet", "R$ 59.90"),
    ],
)
def test_a_part_is_named_and_so_is_what_comes_back(
    ask: Ask, show: Ask, item: str, language: str, goes: str, stays: str, amount: str
) -> None:
    assert "red cushion" in show("request_return", OF, item=item, **TWO).text
    made = ask("request_return", OF, item=item, language=language, **TWO)
    told = [
        made.text,
        ask("refund_status", OF, language=language, **TWO).text,
    ]
    assert all(goes in text and amount in text and "259" not in text for text in told)
    status = ask("order_status", OF, language=language, **TWO).text
    assert goes in status.split(".", 1)[1]
    assert stays not in "".join((made.text, status.split(".", 1)[1]))
    assert made.data["product_id"] == "AU-503"


@pytest.mark.parametrize(("language", "all_of_it"), [("pt-BR", "inteiro"), ("en", "all of order")])
def test_the_whole_is_shown_as_the_whole(
    ask: Ask, show: Ask, language: str, all_of_it: str
) -> None:
    preview = show("request_return", OF, item="all", **TWO).text
    assert "all of order A-1062" in preview
    assert "sheet set" in preview
    assert "cushion" in preview
    made = ask("request_return", OF, item="all", language=language, **TWO)
    assert "product_id" not in made.data
    assert ask("refund_status", OF, language=language, **TWO).data["amount"] == 259.8


def test_a_part_takes_its_share_of_the_discount_along(ask: Ask, shop: Path) -> None:
    discounted(shop, 25.98)
    assert "R$ 53.91" in ask("request_return", OF, item="AU-503", **TWO).text
    assert ask("refund_status", OF, **TWO).data["amount"] == 53.91


def test_what_is_not_in_the_order_is_not_returned(ask: Ask, show: Ask) -> None:
    for item in ("AU-101", "dress", "everything"):
        with pytest.raises(ToolRetry, match="sheet set"):
            show("request_return", OF, item=item, **TWO)


def test_the_label_says_what_it_is_for(ask: Ask, show: Ask) -> None:
    ask("request_return", OF, item="AU-503", **TWO)
    assert "for the red cushion of order" in show("resend_label", OF, **TWO).text


def test_no_part_is_refunded_besides_its_return(ask: Ask, show: Ask) -> None:
    ask("request_return", OF, item="AU-503", **TWO)
    with pytest.raises(ToolFailed, match=r"red cushion only.*R\$ 59\.90"):
        show("refund_order", OF, **TWO)
    with pytest.raises(ToolFailed, match="a return of the red cushion"):
        show("exchange_item", OF, item="AU-503", wanted="blue", **TWO)
