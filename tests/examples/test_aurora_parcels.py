"""What goes wrong on the way and in the box, and what goes back."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import ToolFailed, ToolRetry
from tests.examples.back_office import (
    MORE,
    NOON,
    Ask,
    sell_out,
)

# What went wrong on the way


def test_a_missed_parcel_is_brought_again_on_the_next_working_day(ask: Ask, show: Ask) -> None:
    preview = show("reschedule_delivery", "C-1006", order_id="A-1061")
    assert "25 Nov" in preview.text
    assert "Porto Alegre" in preview.text
    assert "no cost" in preview.text
    made = ask("reschedule_delivery", "C-1006", key="p1", order_id="A-1061")
    assert ask("reschedule_delivery", "C-1006", key="p1", order_id="A-1061") == made
    assert made.data["day"] == "2026-11-25"
    assert ask("order_status", "C-1006", order_id="A-1061").data["promised_on"] == "2026-11-25"
    with pytest.raises(ToolFailed, match="nothing to schedule"):
        ask("reschedule_delivery", "C-1006", key="p2", order_id="A-1061")


def test_the_carrier_does_not_come_at_a_weekend(ask: Ask) -> None:
    friday = NOON + timedelta(days=3)
    ask("my_orders", "C-1006")
    made = ask("reschedule_delivery", "C-1006", at=friday, order_id="A-1061")
    assert made.data["day"] == "2026-11-30"  # the Monday after


def test_a_parcel_is_not_brought_again_once_it_went_back(ask: Ask) -> None:
    ask("my_orders", "C-1006")
    with pytest.raises(ToolFailed, match="coming back"):
        ask("reschedule_delivery", "C-1006", at=NOON + timedelta(days=5), order_id="A-1061")


@pytest.mark.parametrize(
    ("customer", "number", "days"), [("C-1008", "A-1069", 2), ("C-1001", "A-1042", 5)]
)
def test_what_did_not_come_is_searched_for(
    ask: Ask, show: Ask, customer: str, number: str, days: int
) -> None:
    assert f"{days} working days" in show("trace_parcel", customer, order_id=number).text
    made = ask("trace_parcel", customer, key="p1", order_id=number)
    assert ask("trace_parcel", customer, key="p1", order_id=number) == made
    assert made.data["request_id"] in made.text
    assert made.data["request_id"] in ask("order_status", customer, order_id=number).text
    with pytest.raises(ToolFailed, match="under way already"):
        ask("trace_parcel", customer, key="p2", order_id=number)
    with pytest.raises(ToolFailed, match="searching"):
        show("refund_order", customer, order_id=number)


@pytest.mark.parametrize(
    ("customer", "number", "why"),
    [
        ("C-1004", "A-1047", "neither late nor"),
        ("C-1002", "A-1051", "neither late nor"),
        ("C-1002", "A-1039", "more than 7 days"),
        ("C-1008", "A-1070", "under way already"),
    ],
)
def test_nothing_is_searched_for_without_reason(
    show: Ask, customer: str, number: str, why: str
) -> None:
    with pytest.raises(ToolFailed, match=why):
        show("trace_parcel", customer, order_id=number)


# What was wrong in the box


def test_a_missing_item_is_sent_again_and_taken_from_stock(ask: Ask, show: Ask) -> None:
    items = ask("order_items", "C-1006", order_id="A-1062").data["items"]
    assert [item["name"] for item in items] == ["beige sheet set", "red cushion"]
    cushion = items[1]["product_id"]
    preview = show("report_missing", "C-1006", order_id="A-1062", item=cushion)
    assert "red cushion" in preview.text
    assert "sheet" not in preview.text
    assert preview.amount == 0
    made = ask("report_missing", "C-1006", key="p1", order_id="A-1062", item=cushion)
    assert ask("report_missing", "C-1006", key="p1", order_id="A-1062", item=cushion) == made
    assert made.data["sent_again"] is True
    with pytest.raises(ToolFailed, match="under way already"):
        ask("report_missing", "C-1006", key="p2", order_id="A-1062", item=cushion)
    with pytest.raises(ToolFailed, match="put right already"):
        show("refund_order", "C-1006", order_id="A-1062")


def test_what_is_missing_and_sold_out_is_paid_back_at_its_price(
    ask: Ask, show: Ask, tmp_path: Path
) -> None:
    ask("my_orders", "C-1006")
    sell_out(tmp_path, "red cushion")
    preview = show("report_missing", "C-1006", order_id="A-1062", item="cushion")
    assert preview.amount == 59.90
    assert "R$ 59.90" in preview.text
    made = ask("report_missing", "C-1006", order_id="A-1062", item="cushion")
    assert made.data["amount"] == 59.90


def test_an_item_that_is_not_in_the_order_can_be_mended(show: Ask) -> None:
    for item in ("carpet", "AU-101", ""):
        with pytest.raises(ToolRetry, match="beige sheet set, size casal, red cushion"):
            show("report_missing", "C-1006", order_id="A-1062", item=item)


def test_the_right_item_is_sent_for_a_wrong_one(ask: Ask, show: Ask) -> None:
    preview = show("report_wrong", "C-1004", order_id="A-1033", item="running shoes")
    assert "white running shoes, size 39" in preview.text
    assert "collect" in preview.text
    made = ask("report_wrong", "C-1004", key="p1", order_id="A-1033", item="running shoes")
    assert ask("report_wrong", "C-1004", key="p1", order_id="A-1033", item="running shoes") == made
    with pytest.raises(ToolFailed, match="under way already"):
        ask("request_return", "C-1004", key="p2", order_id="A-1033", item="all")


@pytest.mark.parametrize("name", ["report_missing", "report_wrong"])
@pytest.mark.parametrize(
    ("customer", "number", "item", "why"),
    [
        ("C-1002", "A-1039", "loafers", "the 7 days"),
        ("C-1002", "A-1048", "towel", "not been delivered"),
        ("C-1008", "A-1070", "jumper", "under way already"),
    ],
)
def test_a_parcel_is_not_put_right_too_late_or_twice(
    show: Ask, name: str, customer: str, number: str, item: str, why: str
) -> None:
    with pytest.raises(ToolFailed, match=why):
        show(name, customer, order_id=number, item=item)


def test_a_defect_is_reported_with_its_photo(ask: Ask, show: Ask) -> None:
    given = {"order_id": "A-1065", "item": "lamp", "photo": "lamp.jpg"}
    assert "lamp.jpg" in show("report_defect", "C-1007", **given).text
    made = ask("report_defect", "C-1007", key="p1", **given)
    assert ask("report_defect", "C-1007", key="p1", **given) == made
    assert made.data["photo"] == "lamp.jpg"
    assert made.data["answer_by"] == "2026-11-26"
    with pytest.raises(ToolFailed, match="being looked at"):
        show("refund_order", "C-1007", order_id="A-1065")
    with pytest.raises(ToolRetry, match="photo"):
        show("report_defect", "C-1008", order_id="A-1068", item="boots", photo=" ")


def test_a_warranty_lasts_ninety_days_from_delivery(ask: Ask, show: Ask) -> None:
    covered = ask("order_warranty", "C-1008", order_id="A-1068")
    assert covered.data == {"order_id": "A-1068", "covered": True, "until": "2027-02-02"}
    assert ask("order_warranty", "C-1002", order_id="A-1009").data["covered"] is True
    ask("my_orders", "C-1002")
    later = NOON + timedelta(days=1)
    assert ask("order_warranty", "C-1002", at=later, order_id="A-1009").data["covered"] is False
    with pytest.raises(ToolFailed, match="begins on the day of delivery"):
        ask("order_warranty", "C-1002", order_id="A-1048")


# Going back


@pytest.mark.parametrize(
    ("wanted", "new"), [("G", "green midi dress, size G"), ("azul", "blue midi dress, size M")]
)
def test_a_size_or_a_colour_is_exchanged_at_no_cost(
    ask: Ask, show: Ask, wanted: str, new: str
) -> None:
    given = {"order_id": "A-1045", "item": "dress", "wanted": wanted}
    preview = show("exchange_item", "C-1003", **given)
    assert f"for the {new}, at no cost" in preview.text
    made = ask("exchange_item", "C-1003", key="p1", **given)
    assert ask("exchange_item", "C-1003", key="p1", **given) == made
    assert new in made.text


def test_only_what_is_in_stock_is_offered_in_exchange(ask: Ask) -> None:
    listed = ask("exchange_choices", "C-1003", order_id="A-1045", item="dress").data["choices"]
    offered = {choice["wanted"]: choice["label"] for choice in listed}
    assert offered["G"] == "size G"
    assert offered["blue"] == "blue"
    assert not {"P", "M", "green"} & offered.keys()
    for name in offered:
        assert ask(
            "exchange_item", "C-1003", key="p1", order_id="A-1045", item="dress", wanted=name
        )


def test_the_last_one_is_exchanged_for_once(ask: Ask, tmp_path: Path) -> None:
    ask("my_orders", "C-1003")
    sell_out(tmp_path, "green midi dress", left=1)
    given = {"order_id": "A-1045", "item": "dress", "wanted": "GG"}
    ask("exchange_item", "C-1003", key="p1", **given)
    assert "GG" not in ask("product_stock", product="green midi dress").data["sizes"]


def test_a_label_is_sent_again_for_what_is_still_to_be_posted(ask: Ask, show: Ask) -> None:
    assert "R-4802" in show("resend_label", "C-1008", order_id="A-1070").text
    sent = ask("resend_label", "C-1008", key="p1", order_id="A-1070")
    assert "helena.castro@example.com" in sent.text
    assert ask("resend_label", "C-1008", key="p1", order_id="A-1070") == sent
    with pytest.raises(ToolFailed, match="reached us"):
        ask("resend_label", "C-1008", order_id="A-1067")
    with pytest.raises(ToolFailed, match="no open return"):
        ask("resend_label", "C-1003", order_id="A-1045")


@pytest.mark.parametrize(
    ("number", "why"), [("A-1067", "is being checked"), ("A-1070", "have not reached us yet")]
)
def test_what_is_coming_back_is_neither_returned_nor_refunded_again(
    show: Ask, number: str, why: str
) -> None:
    with pytest.raises(ToolFailed, match="under way already"):
        show("request_return", "C-1008", order_id=number, item="all")
    with pytest.raises(ToolFailed, match=why):
        show("refund_order", "C-1008", order_id=number)


def test_what_was_refunded_is_not_returned_exchanged_reported_or_searched_for(ask: Ask) -> None:
    ask("refund_order", "C-1003", key="p1", order_id="A-1045")
    for name in (
        "request_return", "exchange_item", "report_missing", "report_wrong", "report_defect",
        "trace_parcel", "refund_order",
    ):  # fmt: skip
        with pytest.raises(ToolFailed, match="already been refunded"):
            ask(name, "C-1003", key=name, order_id="A-1045", **MORE.get(name, {}))
