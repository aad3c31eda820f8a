"""Aurora's simulated past: the same seed lives the same days, and the shop agrees with what was said."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demos import dump
from demos.loading import FILE
from examples.aurora.life import voices
from examples.aurora.life.__main__ import END, HOME, live
from examples.aurora.life.past import LIFE, Shop, as_of
from tests.learned import Learned

BY_CHANCE = ("checkpoints",)
"""LangGraph names these by time and chance."""


@pytest.fixture(scope="module")
def whole() -> dump.Past:
    """The past that `make run` loads."""
    return dump.read(HOME / FILE)


@pytest.fixture
def lexical(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGENTE_EMBEDDER", "lexical")


async def lived(folder: Path, seed: int, learned: Learned) -> dump.Past:
    folder.mkdir()
    out = folder / "life.jsonl.gz"
    with learned(folder):
        ended = await live(folder, days=3, contacts=5, seed=seed, out=out, waiting=False)
    assert len(ended) == 5
    return dump.read(out)


def compared(past: dump.Past) -> dict[str, Any]:
    return {name: rows for name, rows in past.rows.items() if name not in BY_CHANCE}


@pytest.mark.usefixtures("lexical")
async def test_the_same_seed_gives_the_same_past(tmp_path: Path, learned: Learned) -> None:
    first = await lived(tmp_path / "a", 3, learned)
    again = await lived(tmp_path / "b", 3, learned)
    assert compared(again) == compared(first)
    # What is uploaded is named by chance as well, and is drawn by the seed.
    assert again.files == first.files
    assert len(first.rows["turns"]) >= 10


def test_what_conversations_did_stands_in_the_shops_records(whole: dump.Past) -> None:
    changed = json.loads(whole.files[LIFE])
    orders = {order["order_id"]: order for order in changed["orders"]}
    done = [effect for effect in whole.rows["effects"] if effect["state"] == "done"]
    assert len(done) >= 60
    cancelled = [e["data"]["order_id"] for e in done if e["tool"] == "cancel_order"]
    assert cancelled
    assert {orders[number]["status"] for number in cancelled} == {"cancelled"}
    opened = {
        (effect["data"]["order_id"], effect["data"]["request_id"])
        for effect in done
        if "request_id" in effect["data"] and "order_id" in effect["data"]
    }
    assert len(opened) >= 15
    for number, request_id in opened:
        assert request_id in [request["request_id"] for request in orders[number]["requests"]]


def test_who_a_visitor_can_be_has_no_past(whole: dump.Past) -> None:
    guests = {f"C-{number}" for number in range(1001, 1009)}
    known = {row["value"] for row in whole.rows["identities"] if row["kind"] == "user"}
    assert len(known) >= 100
    assert not known & guests
    orders = json.loads(whole.files[LIFE])["orders"]
    assert not {order["customer_id"] for order in orders} & guests


def test_what_no_article_answers_is_asked_several_times(whole: dump.Past) -> None:
    said = " ".join(
        voices.plain(row["text"].lower())
        for row in whole.rows["messages"]
        if row["role"] == "customer"
    )
    for asked in ("bainha|barra", "decora", "bitcoin|cripto|usdt"):
        assert len(re.findall(asked, said)) >= 3, asked


class TestAnOrderAsItWas:
    SENT = {  # noqa: RUF012
        "placed": -20, "sent": -18, "arrived": -12, "promised": -11, "status": "returned",
        "requests": [{"kind": "return", "opened": -9, "received": -5, "done": -2}],
        "refund": {"amount": 1, "day": -2}, "tracking": "AU1", "attempts": 0, "held_until": None,
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("day", "status"),
        [
            (-20, "paid"), (-19, "picking"), (-15, "shipped"), (-13, "out_for_delivery"),
            (-10, "delivered"), (-7, "delivered"), (-4, "returned"), (0, "returned"),
        ],
    )  # fmt: skip
    def test_is_no_further_than_that_day(self, day: int, status: str) -> None:
        then = as_of(self.SENT, day)
        assert then is not None
        assert then["status"] == status
        assert bool(then["requests"]) == (day >= -9)
        assert bool(then["refund"]) == (day >= -2)
        assert all(then[name] is None or then[name] <= day for name in ("sent", "arrived"))

    def test_is_today_as_the_data_has_it(self) -> None:
        assert as_of(self.SENT, 0) == self.SENT

    def test_is_not_there_before_it_was_placed(self) -> None:
        assert as_of(self.SENT, -21) is None

    def test_keeps_what_was_done_to_it(self, tmp_path: Path) -> None:
        shop = Shop(tmp_path, date(END.year, END.month, END.day), frozenset())
        customer, number = next(
            (order["customer_id"], order["order_id"])
            for customer_id in shop.of
            for order in shop.show(customer_id, -30)
            if order["status"] == "picking"
        )
        shop.mishap(number, "unpaid", -30)
        assert {o["order_id"]: o for o in shop.show(customer, -29)}[number]["sent"] is None
        assert {o["order_id"]: o for o in shop.show(customer, 0)}[number]["status"] == (
            "pending_payment"
        )
        changed = json.loads(shop.finish())
        assert [order["order_id"] for order in changed["orders"]] == [number]
