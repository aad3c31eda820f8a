"""Aurora's back office: true to its rules, blind to strangers, never acting twice."""

import binascii
import dataclasses
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from core.errors import ToolFailed, ToolRetry
from core.workspace import Workspace
from tools import Context, Preview, Result
from tools.loading import load

AURORA = Path(__file__).parents[2] / "examples" / "aurora"
TOOLS, _ = load(Workspace(AURORA))
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))  # a Tuesday
OF_ONE_ORDER = [name for name, tool in TOOLS.items() if "order_id" in tool.parameters["properties"]]
WRITES = [name for name, tool in TOOLS.items() if tool.effect == "write"]
MORE: dict[str, dict[str, str]] = {
    "change_address": {"address": "Rua Nova, 45, Recife", "cep": "50010-000"},
    "exchange_item": {"item": "AU-141", "wanted": "GG"},
    "exchange_choices": {"item": "AU-141"},
    "report_missing": {"item": "AU-141"},
    "report_wrong": {"item": "AU-141"},
    "report_defect": {"item": "AU-141", "photo": "zip.jpg"},
}
"""What a tool takes besides an order."""

Ask = Callable[..., Any]


def context(tmp_path: Path, customer: str | None, **given: Any) -> Context:
    known = Context(
        workspace_id="aurora",
        conversation_id="conversation_1",
        turn_id="turn_1",
        customer_id="customer_1",
        external_id=customer,
        verification="verified",
        language="en",
        now=NOON,
        data_dir=tmp_path,
    )
    return dataclasses.replace(known, **given)


def called(name: str, given: Context, **arguments: Any) -> Result:
    result = TOOLS[name].function(**arguments, context=given)
    assert isinstance(result, Result)
    return result


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop's records as they are at first, built once."""
    folder = tmp_path_factory.mktemp("aurora")
    called("my_orders", context(folder, "C-1001"))
    (file,) = folder.glob("*.sqlite")
    return file


@pytest.fixture
def shop(tmp_path: Path, records: Path) -> Path:
    """A folder with the records of a shop of one's own."""
    shutil.copy(records, tmp_path)
    return tmp_path


@pytest.fixture
def ask(shop: Path) -> Ask:
    def call(name: str, customer: str | None = None, *, key: str = "", at: datetime = NOON,
             language: str = "en", **arguments: Any) -> Result:  # fmt: skip
        given = context(shop, customer, idempotency_key=key, now=at, language=language)
        return called(name, given, **arguments)

    return call


@pytest.fixture
def show(shop: Path) -> Ask:
    def call(name: str, customer: str, **arguments: Any) -> Preview:
        preview = TOOLS[name].preview
        assert preview is not None
        shown = preview(**arguments, context=context(shop, customer))
        assert isinstance(shown, Preview)
        return shown

    return call


def test_orders_are_listed_newest_first_with_labels_a_customer_knows(ask: Ask) -> None:
    listed = ask("my_orders", "C-1002").data["orders"]
    assert [order["order_id"] for order in listed] == [
        "A-1051",
        "A-1048",
        "A-1039",
        "A-1025",
        "A-1009",
    ]
    assert listed[1]["label"] == "A-1048 · green bath towel (19 Nov)"
    portuguese = ask("my_orders", "C-1002", language="pt-BR").data["orders"]
    assert portuguese[1]["label"] == "A-1048 · toalha de banho verde (19/11)"


def test_open_orders_are_those_that_have_not_arrived(ask: Ask) -> None:
    listed = ask("my_orders", "C-1002", state="open").data["orders"]
    assert [order["order_id"] for order in listed] == ["A-1051", "A-1048"]


def test_a_late_order_says_since_when(ask: Ask) -> None:
    told = ask("order_status", "C-1001", order_id="A-1042")
    assert "late" in told.text
    assert "20 Nov" in told.text
    assert told.data["late"] is True


@pytest.mark.parametrize("written", ["A-1042", "a1042", "a-1042 ", "1042"])
def test_an_order_number_may_be_written_carelessly(ask: Ask, written: str) -> None:
    assert ask("order_status", "C-1001", order_id=written).data["order_id"] == "A-1042"


def test_what_is_no_order_number_can_be_mended(ask: Ask) -> None:
    with pytest.raises(ToolRetry, match="four digits"):
        ask("order_status", "C-1001", order_id="shoes")


@pytest.mark.parametrize("name", OF_ONE_ORDER)
@pytest.mark.parametrize("customer", ["C-1002", None, "C-9999"])
def test_anothers_order_looks_the_same_as_none(ask: Ask, name: str, customer: str | None) -> None:
    said = []
    for number in ("A-1045", "A-9999"):
        with pytest.raises(ToolFailed) as failed:
            ask(name, customer, order_id=number, **MORE.get(name, {}))
        said.append(str(failed.value).replace(number, "?"))
    assert said[0] == said[1]


def test_cancelling_happens_once_under_one_key(ask: Ask) -> None:
    first = ask("cancel_order", "C-1002", key="p1", order_id="A-1051")
    assert ask("cancel_order", "C-1002", key="p1", order_id="A-1051") == first
    with pytest.raises(ToolFailed, match="already cancelled"):
        ask("cancel_order", "C-1002", key="p2", order_id="A-1051")
    assert ask("order_status", "C-1002", order_id="A-1051").data["status"] == "cancelled"


def test_what_has_left_cannot_be_cancelled_or_redirected(ask: Ask, show: Ask) -> None:
    for name in ("cancel_order", "change_address"):
        with pytest.raises(ToolFailed, match="left"):
            show(name, "C-1002", order_id="A-1048", **MORE.get(name, {}))
        with pytest.raises(ToolFailed, match="left"):
            ask(name, "C-1002", order_id="A-1048", **MORE.get(name, {}))


@pytest.mark.parametrize(
    ("customer", "number", "amount"),
    [("C-1003", "A-1045", 139.90), ("C-1005", "A-1044", 349.90), ("C-1001", "A-1042", 189.90)],
)
def test_a_refund_is_previewed_with_the_amount_that_was_paid(
    show: Ask, customer: str, number: str, amount: float
) -> None:
    preview = show("refund_order", customer, order_id=number)
    assert preview.amount == amount
    assert f"R$ {amount:.2f}" in preview.text


@pytest.mark.parametrize(
    ("customer", "number", "why"),
    [
        ("C-1002", "A-1051", "cancelling"),
        ("C-1002", "A-1048", "on its way"),
        ("C-1002", "A-1009", "30 days"),
        ("C-1005", "A-1050", "not been paid"),
    ],
)
def test_a_refund_out_of_order_is_refused_with_its_reason(
    show: Ask, customer: str, number: str, why: str
) -> None:
    with pytest.raises(ToolFailed, match=why):
        show("refund_order", customer, order_id=number)


def test_what_is_being_returned_is_not_refunded_besides(ask: Ask, show: Ask) -> None:
    ask("request_return", "C-1003", order_id="A-1045")
    with pytest.raises(ToolFailed, match="when the goods reach us"):
        show("refund_order", "C-1003", order_id="A-1045")


def test_many_clicks_at_once_refund_once(ask: Ask) -> None:
    with ThreadPoolExecutor(16) as threads:
        calls = [
            threads.submit(ask, "refund_order", "C-1005", key="p1", order_id="A-1044")
            for _ in range(40)
        ]
        said = {call.result().text for call in calls}
        others = [
            threads.submit(ask, "refund_order", "C-1003", key=f"q{n}", order_id="A-1045")
            for n in range(40)
        ]
        failures = [other.exception() for other in others]
    assert len(said) == 1
    assert failures.count(None) == 1
    assert all(isinstance(failure, ToolFailed) for failure in failures if failure)


def test_the_shop_is_built_once_by_many_at_the_same_time(tmp_path: Path) -> None:
    asked = context(tmp_path, "C-1002")
    with ThreadPoolExecutor(16) as threads:
        calls = [threads.submit(called, "my_orders", asked) for _ in range(32)]
        assert {len(call.result().data["orders"]) for call in calls} == {5}


def test_an_exchange_reserves_the_size_and_shows_in_the_status(ask: Ask) -> None:
    before = ask("product_stock", product="green midi dress").data["sizes"]
    assert "GG" in before
    made = ask("exchange_item", "C-1003", key="p1", order_id="A-1045", item="dress", wanted="gg")
    assert made.data["size"] == "GG"
    assert made.data["request_id"] in ask("order_status", "C-1003", order_id="A-1045").text
    with pytest.raises(ToolFailed, match="under way"):
        ask("request_return", "C-1003", order_id="A-1045")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [("XXL", ToolRetry), ("M", ToolRetry), ("green", ToolRetry), ("P", ToolFailed)],
)
def test_what_cannot_be_had_is_refused_with_what_can(
    show: Ask, wanted: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        show("exchange_item", "C-1003", order_id="A-1045", item="dress", wanted=wanted)
    assert "size GG" in str(refused.value)
    assert "blue" in str(refused.value)


def test_returns_end_after_seven_days_and_exchanges_after_thirty(ask: Ask, show: Ask) -> None:
    assert show("request_return", "C-1003", order_id="A-1045")
    with pytest.raises(ToolFailed, match="7 days"):
        ask("request_return", "C-1002", order_id="A-1039")
    with pytest.raises(ToolFailed, match="30 days"):
        ask("exchange_item", "C-1002", order_id="A-1009", item="shorts", wanted="GG")


def test_an_address_is_kept_as_it_was_written(ask: Ask) -> None:
    moved = ask(
        "change_address",
        "C-1005",
        order_id="A-1050",
        address="Rua Nova, 45, Recife",
        cep="50010000",
    )
    assert "Rua Nova, 45, Recife" in moved.text
    assert "50010-000" in moved.text
    for wrong in (
        {"address": "Recife", "cep": "50010000"},
        {"address": "Rua Nova, 45", "cep": "500"},
    ):
        with pytest.raises(ToolRetry):
            ask("change_address", "C-1005", order_id="A-1050", **wrong)


def test_a_slip_is_given_again_only_while_it_can_be_paid(ask: Ask) -> None:
    assert "34191" in ask("payment_copy", "C-1005", order_id="A-1050").text
    with pytest.raises(ToolFailed, match="nothing to pay"):
        ask("payment_copy", "C-1005", order_id="A-1044")


def test_ideas_fit_the_wish_and_the_purse_and_need_no_customer(ask: Ask) -> None:
    boots = ask("recommend_products", wish="black boots").data["products"]
    assert "boots" in boots[0]["name"]
    cheap = ask("recommend_products", category="home", max_price=60).data["products"]
    assert cheap
    assert all(product["price"] <= 60 for product in cheap)
    assert ask("recommend_products", max_price=1).data["products"] == []


def test_the_shop_says_whether_it_is_open(ask: Ask) -> None:
    assert ask("store_hours").data["open"] is True
    assert ask("store_hours", at=NOON.replace(hour=21)).data["open"] is False
    assert ask("store_hours", at=NOON - timedelta(days=2)).data["open"] is False  # a Sunday


@pytest.mark.parametrize(
    ("cep", "days"), [("01310-100", (2, 3)), ("50050-000", (6, 12)), ("70040010", (5, 8))]
)
def test_delivery_takes_as_long_as_the_region(ask: Ask, cep: str, days: tuple[int, int]) -> None:
    told = ask("delivery_estimate", cep=cep)
    assert (told.data["days_from"], told.data["days_to"]) == days


def test_the_demo_never_gets_old(ask: Ask) -> None:
    ask("my_orders", "C-1001")
    later = NOON + timedelta(days=400)
    told = ask("order_status", "C-1001", at=later, order_id="A-1042")
    promised = datetime.fromisoformat(told.data["promised_on"]).date()
    assert (later.date() - promised).days == 4
    assert told.data["late"] is True


def test_days_pass_within_a_week(ask: Ask) -> None:
    ask("my_orders", "C-1003")
    told = ask("order_status", "C-1003", at=NOON + timedelta(days=5), order_id="A-1045")
    assert told.data["days_since_delivery"] == 8


def test_nothing_is_written_into_the_checkout(ask: Ask, tmp_path: Path) -> None:
    before = sorted(path.name for path in (AURORA / "data").iterdir())
    ask("cancel_order", "C-1002", key="p1", order_id="A-1051")
    assert sorted(path.name for path in (AURORA / "data").iterdir()) == before
    assert any(tmp_path.iterdir())


@pytest.mark.parametrize("name", list(TOOLS))
def test_every_tool_describes_each_of_its_arguments(name: str) -> None:
    for argument, schema in TOOLS[name].parameters["properties"].items():
        assert schema.get("description"), argument


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
        ask("request_return", "C-1004", key="p2", order_id="A-1033")


@pytest.mark.parametrize("name", ["report_missing", "report_wrong"])
@pytest.mark.parametrize(
    ("customer", "number", "item", "why"),
    [
        ("C-1002", "A-1039", "loafers", "up to 7 days"),
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
    with pytest.raises(ToolFailed, match="begins when it is delivered"):
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
    with pytest.raises(ToolFailed, match="has reached us"):
        ask("resend_label", "C-1008", order_id="A-1067")
    with pytest.raises(ToolFailed, match="no open return"):
        ask("resend_label", "C-1003", order_id="A-1045")


@pytest.mark.parametrize("name", ["request_return", "refund_order"])
@pytest.mark.parametrize("number", ["A-1067", "A-1070"])
def test_what_is_coming_back_is_neither_returned_nor_refunded_again(
    show: Ask, name: str, number: str
) -> None:
    with pytest.raises(ToolFailed, match="under way"):
        show(name, "C-1008", order_id=number)


def test_what_was_refunded_is_not_returned_exchanged_reported_or_searched_for(ask: Ask) -> None:
    ask("refund_order", "C-1003", key="p1", order_id="A-1045")
    for name in (
        "request_return", "exchange_item", "report_missing", "report_wrong", "report_defect",
        "trace_parcel", "refund_order",
    ):  # fmt: skip
        with pytest.raises(ToolFailed, match="already been refunded"):
            ask(name, "C-1003", key=name, order_id="A-1045", **MORE.get(name, {}))


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


# Of every tool


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_needs_to_know_who_asks_before_it_speaks_of_orders(name: str) -> None:
    about_customer = {"order_id", "state"} & TOOLS[name].parameters["properties"].keys()
    assert (TOOLS[name].needs == "verified") == bool(about_customer)


DEEDS = [
    ("cancel_order", "C-1002", {"order_id": "A-1051"}),
    ("change_address", "C-1005", {"order_id": "A-1050"} | MORE["change_address"]),
    ("reschedule_delivery", "C-1006", {"order_id": "A-1061"}),
    ("trace_parcel", "C-1008", {"order_id": "A-1069"}),
    ("request_return", "C-1003", {"order_id": "A-1045"}),
    ("exchange_item", "C-1003", {"order_id": "A-1045", "item": "dress", "wanted": "G"}),
    ("resend_label", "C-1008", {"order_id": "A-1070"}),
    ("refund_order", "C-1005", {"order_id": "A-1036"}),
    ("reverse_charge", "C-1006", {"order_id": "A-1063"}),
    ("report_missing", "C-1006", {"order_id": "A-1062", "item": "cushion"}),
    ("report_wrong", "C-1004", {"order_id": "A-1033", "item": "shoes"}),
    ("report_defect", "C-1007", {"order_id": "A-1065", "item": "lamp", "photo": "a.jpg"}),
    ("resend_invoice", "C-1001", {"order_id": "A-1017"}),
]


def test_every_write_is_among_the_deeds() -> None:
    assert sorted(name for name, _, _ in DEEDS) == sorted(WRITES)


@pytest.mark.parametrize(("name", "customer", "given"), DEEDS, ids=[deed[0] for deed in DEEDS])
class TestEveryDeed:
    def test_is_shown_and_told_in_both_languages(
        self, tmp_path: Path, records: Path, name: str, customer: str, given: dict[str, str]
    ) -> None:
        said = []
        for language in ("pt-BR", "en"):
            shown = TOOLS[name].preview
            assert shown is not None
            folder = tmp_path / language
            folder.mkdir()
            shutil.copy(records, folder)
            own = context(folder, customer, language=language)
            preview = shown(**given, context=own)
            assert isinstance(preview, Preview)
            assert given["order_id"] in preview.text
            costs = {"pt-BR": r"sem custo|R\$", "en": r"no cost|R\$"}[language]
            assert re.search(costs, preview.text), preview.text
            done = called(name, own, **given)
            assert given["order_id"] in done.text
            said += [preview.text, done.text]
        assert len(set(said)) == 4
        assert not [text for text in said if "{" in text or "None" in text]

    def test_is_done_once_by_many_at_the_same_time(
        self, ask: Ask, name: str, customer: str, given: dict[str, str]
    ) -> None:
        with ThreadPoolExecutor(8) as threads:
            calls = [threads.submit(ask, name, customer, key="p1", **given) for _ in range(16)]
            assert len({call.result().text for call in calls}) == 1

    def test_changes_nothing_when_only_shown(
        self, ask: Ask, show: Ask, name: str, customer: str, given: dict[str, str]
    ) -> None:
        before = ask("order_status", customer, order_id=given["order_id"])
        show(name, customer, **given)
        assert ask("order_status", customer, order_id=given["order_id"]) == before


def test_other_data_builds_other_records(ask: Ask, tmp_path: Path) -> None:
    ask("cancel_order", "C-1002", order_id="A-1051")
    (file,) = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as old:
        old.execute("PRAGMA user_version = 1")
    assert ask("order_status", "C-1002", order_id="A-1051").data["status"] == "paid"


def sell_out(tmp_path: Path, name: str, left: int = 0) -> None:
    """Leave so many of each size of a product."""
    (file,) = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as shop:
        rows = [json.loads(record) for (record,) in shop.execute("SELECT record FROM products")]
        row = next(row for row in rows if row["name"]["en"] == name)
        row["stock"] = dict.fromkeys(row["stock"], left)
        changed = (json.dumps(row), row["product_id"])
        shop.execute("UPDATE products SET record = ? WHERE product_id = ?", changed)
        shop.commit()
