"""Refunds, payments, coupons and what is in stock."""

import binascii
import json
import re
from pathlib import Path

import pytest
import yaml

from core.errors import ToolFailed
from tests.examples.back_office import (
    AURORA,
    TOOLS,
    Ask,
    called,
    context,
)
from tools import Preview

# Money


@pytest.mark.parametrize(
    ("customer", "number", "state", "said"),
    [
        ("C-1008", "A-1067", "checking", "reached us on 22 Nov"),
        ("C-1008", "A-1070", "waiting", "have not reached us"),
        ("C-1008", "A-1068", "none", "No refund"),
        ("C-1005", "A-1050", "not_paid", "nothing to give back"),
    ],
)
def test_a_refund_says_how_it_stands(
    ask: Ask, customer: str, number: str, state: str, said: str
) -> None:
    told = ask("refund_status", customer, order_id=number)
    assert told.data["state"] == state
    assert said in told.text


KEPT = {
    "en": "you keep what you received and need not send anything back",
    "pt-BR": "você fica com o que recebeu e não precisa mandar nada de volta",
}


@pytest.mark.parametrize("language", KEPT)
def test_who_is_refunded_for_what_was_delivered_is_told_that_she_keeps_it(
    shop: Path, language: str
) -> None:
    preview = TOOLS["refund_order"].preview
    assert preview is not None
    given = context(shop, "C-1003", language=language)
    delivered = preview(order_id="A-1045", context=given)
    assert isinstance(delivered, Preview) and KEPT[language] in delivered.text
    lost = context(shop, "C-1005", language=language)
    other = preview(order_id="A-1036", context=lost)
    assert isinstance(other, Preview) and KEPT[language] not in other.text
    done = called("refund_order", context(shop, "C-1003", language=language), order_id="A-1045")
    assert KEPT[language] in done.text


@pytest.mark.parametrize(
    ("language", "why"),
    [("en", "a return is the way"), ("pt-BR", "o caminho é a devolução")],
)
def test_what_was_delivered_is_kept_once_in_ninety_days_and_then_goes_through_a_return(
    ask: Ask, language: str, why: str
) -> None:
    ask("refund_order", "C-1008", order_id="A-1068")
    with pytest.raises(ToolFailed, match=why):
        ask("refund_order", "C-1008", order_id="A-1069", language=language)
    opened = ask("request_return", "C-1008", order_id="A-1069", item="all")
    assert opened.data["order_id"] == "A-1069"


def test_what_never_came_is_refunded_however_often(ask: Ask) -> None:
    ask("refund_order", "C-1005", order_id="A-1044")
    assert ask("refund_order", "C-1005", order_id="A-1036").data["amount"] == 34.9


def test_a_refund_of_several_things_names_them_all(show: Ask) -> None:
    assert "beige sheet set, red cushion" in show("refund_order", "C-1006", order_id="A-1062").text


def test_a_refund_that_was_made_says_when_and_how(ask: Ask) -> None:
    ask("refund_order", "C-1005", key="p1", order_id="A-1036")
    told = ask("refund_status", "C-1005", order_id="A-1036")
    assert "R$ 34.90" in told.text
    assert "24 Nov" in told.text
    assert "2 statements" in told.text


def test_the_second_charge_is_taken_back_once_and_the_order_stays(ask: Ask, show: Ask) -> None:
    assert show("reverse_charge", "C-1006", order_id="A-1063").amount == 179.90
    made = ask("reverse_charge", "C-1006", key="p1", order_id="A-1063")
    assert ask("reverse_charge", "C-1006", key="p1", order_id="A-1063") == made
    assert ask("order_status", "C-1006", order_id="A-1063").data["status"] == "picking"
    with pytest.raises(ToolFailed, match="already been taken back"):
        ask("reverse_charge", "C-1006", key="p2", order_id="A-1063")
    with pytest.raises(ToolFailed, match="charged only once"):
        show("reverse_charge", "C-1006", order_id="A-1062")


@pytest.mark.parametrize(
    ("customer", "number", "state", "said"),
    [
        ("C-1007", "A-1064", "declined", "the bank declined the card. Nothing was charged"),
        ("C-1007", "A-1066", "waiting", "25 Nov"),
        ("C-1006", "A-1063", "twice", "R$ 179.90 were charged twice"),
        ("C-1002", "A-1051", "approved", "went through"),
        ("C-1002", "A-1025", "given_up", "the Pix code ran out"),
    ],
)
def test_a_payment_says_how_it_stands(
    ask: Ask, customer: str, number: str, state: str, said: str
) -> None:
    told = ask("payment_status", customer, order_id=number)
    assert told.data["state"] == state
    assert said in told.text


def test_the_status_of_an_order_that_was_not_paid_says_why_and_how_to_pay(ask: Ask) -> None:
    told = ask("order_status", "C-1007", order_id="A-1064").text
    assert "the bank declined the card" in told
    assert "aurora.example/pay/A-1064" in told


def test_a_pix_code_is_one_that_a_bank_could_read(ask: Ask) -> None:
    code = ask("payment_copy", "C-1007", order_id="A-1066").data["code"]
    fields, rest = {}, code
    while rest:
        tag, length = rest[:2], int(rest[2:4])
        fields[tag], rest = rest[4 : 4 + length], rest[4 + length :]
    assert fields["26"].startswith("0014br.gov.bcb.pix")
    assert (fields["53"], fields["54"], fields["58"]) == ("986", "119.90", "BR")
    assert int(fields["63"], 16) == binascii.crc_hqx(code[:-4].encode(), 0xFFFF)


def test_a_code_to_pay_with_says_until_when(ask: Ask) -> None:
    assert ask("payment_copy", "C-1007", order_id="A-1066").data["due_on"] == "2026-11-25"
    with pytest.raises(ToolFailed, match=r"aurora\.example/pay/A-1064"):
        ask("payment_copy", "C-1007", order_id="A-1064")


def test_cancelling_says_what_comes_back_and_gives_nothing_for_what_was_not_paid(
    ask: Ask, show: Ask
) -> None:
    assert (
        "R$ 159.90 come back to your card" in show("cancel_order", "C-1002", order_id="A-1051").text
    )
    for customer, number in (("C-1005", "A-1050"), ("C-1007", "A-1064")):
        preview = show("cancel_order", customer, order_id=number)
        assert preview.amount == 0
        assert "nothing to give back" in preview.text
        ask("cancel_order", customer, order_id=number)
        assert ask("refund_status", customer, order_id=number).data["state"] == "not_paid"


@pytest.mark.parametrize(
    ("coupon", "customer", "why"),
    [
        ("AURORA15", "C-1008", "expired"),
        ("aurora15", None, "expired"),
        ("BEMVINDO10", "C-1008", "not_first"),
        ("BEMVINDO10", None, ""),
        ("CLUBE5", "C-1004", "not_member"),
        ("CLUBE5", "C-1008", ""),
        ("FRETE199", "C-1008", ""),
        ("INVERNO20", None, ""),
    ],
)
def test_a_coupon_is_refused_with_its_reason(
    ask: Ask, coupon: str, customer: str | None, why: str
) -> None:
    told = ask("check_coupon", customer, coupon=coupon)
    assert told.data == {"coupon": coupon.upper(), "valid": not why, "why": why}


def test_a_coupon_says_its_conditions_and_one_that_is_none_says_so(ask: Ask) -> None:
    assert "19 Nov" in ask("check_coupon", coupon="AURORA15").text
    assert "from R$ 199.00" in ask("check_coupon", coupon="FRETE199").text
    assert "clothes only" in ask("check_coupon", coupon="INVERNO20").text
    assert "not for sale items" in ask("check_coupon", coupon="CLUBE5").text
    with pytest.raises(ToolFailed, match="no coupon XPTO99"):
        ask("check_coupon", coupon="XPTO99")


def test_a_coupon_says_nothing_of_a_customer_who_only_claims_to_be_one(tmp_path: Path) -> None:
    given = context(tmp_path, "C-1008", verification="claimed")
    assert called("check_coupon", given, coupon="BEMVINDO10").data["valid"] is True


# Goods


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"product": "tênis", "colour": "blue", "size": "37"}, "blue sneakers .* in size 37"),
        ({"product": "blue sneakers", "size": "37"}, "^Yes, .*blue sneakers"),
        ({"product": "vestido midi", "colour": "green", "size": "P"}, "^We do not have .*M, G, GG"),
        ({"product": "almofada", "colour": "red"}, "^Yes, we have the red cushion"),
        ({"product": "tênis", "size": "37"}, "^In size 37 .*blue"),
        ({"product": "midi dress"}, "colours: .*blue, .*green"),
    ],
)
def test_stock_is_told_by_size_and_colour(ask: Ask, asked: dict[str, str], said: str) -> None:
    assert re.search(said, ask("product_stock", **asked).text)


def test_a_product_says_what_it_is_made_of(ask: Ask) -> None:
    assert "genuine leather" in ask("product_details", product="black leather boots").text
    with pytest.raises(ToolFailed, match="no product called"):
        ask("product_details", product="spaceship")


def test_the_journey_knows_every_kind_colour_and_size_that_is_sold(ask: Ask) -> None:
    journey = yaml.safe_load((AURORA / "journeys" / "product_stock.yaml").read_text("utf-8"))
    slots, rows = (
        journey["slots"],
        json.loads((AURORA / "data" / "products.json").read_text("utf-8")),
    )
    assert set(slots["product"]["schema"]["enum"]) == {row["item"] for row in rows}
    assert set(slots["colour"]["schema"]["enum"]) == {row["colour"]["en"] for row in rows}
    sizes = {size for row in rows for size in row["stock"] if len(row["stock"]) > 1}
    assert set(slots["size"]["schema"]["enum"]) == sizes
    for kind, labels in slots["product"]["labels"].items():
        assert any(labels["en"] in row["name"]["en"] for row in rows if row["item"] == kind)
