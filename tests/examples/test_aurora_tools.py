"""Aurora's back office: true to its rules, blind to strangers, never acting twice."""

import re
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.errors import ToolFailed, ToolRetry
from tests.examples.back_office import (
    AURORA,
    MORE,
    NOON,
    OF_ONE_ORDER,
    TOOLS,
    WRITES,
    Ask,
    called,
    context,
)
from tools import Preview


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
        with pytest.raises(ToolFailed, match="can no longer be"):
            show(name, "C-1002", order_id="A-1048", **MORE.get(name, {}))
        with pytest.raises(ToolFailed, match="can no longer be"):
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
        ("C-1002", "A-1048", "out for delivery"),
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
    ask("request_return", "C-1003", order_id="A-1045", item="all")
    with pytest.raises(ToolFailed, match="have not reached us yet"):
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
        ask("request_return", "C-1003", order_id="A-1045", item="all")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [("XXL", ToolRetry), ("M", ToolRetry), ("green", ToolRetry), ("P", ToolRetry)],
)
def test_what_cannot_be_had_is_refused_with_what_can(
    show: Ask, wanted: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as refused:
        show("exchange_item", "C-1003", order_id="A-1045", item="dress", wanted=wanted)
    assert "size GG" in str(refused.value)
    assert "blue" in str(refused.value)


def test_returns_end_after_seven_days_and_exchanges_after_thirty(ask: Ask, show: Ask) -> None:
    assert show("request_return", "C-1003", order_id="A-1045", item="all")
    with pytest.raises(ToolFailed, match="7 days"):
        ask("request_return", "C-1002", order_id="A-1039", item="all")
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
    ("request_return", "C-1003", {"order_id": "A-1045", "item": "dress"}),
    ("exchange_item", "C-1003", {"order_id": "A-1045", "item": "dress", "wanted": "G"}),
    ("resend_label", "C-1008", {"order_id": "A-1070"}),
    ("withdraw_return", "C-1008", {"order_id": "A-1070"}),
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
