"""Calling a return or an exchange off: while nothing has reached us, once, and with what was set aside."""

import pytest

from core.errors import ToolFailed
from evals.house import House
from tests.examples.back_office import Ask
from tests.examples.talking import says


def test_a_return_called_off_is_over_and_may_be_opened_again(ask: Ask, show: Ask) -> None:
    ask("request_return", "C-1006", order_id="A-1062", item="AU-503")
    assert "(red cushion)" in show("withdraw_return", "C-1006", order_id="A-1062").text
    ask("withdraw_return", "C-1006", order_id="A-1062")
    assert "return" not in ask("order_status", "C-1006", order_id="A-1062").text.lower()
    assert ask("refund_status", "C-1006", order_id="A-1062").data["state"] == "none"
    for state in ("coming_back", "paid_back"):
        listed = ask("my_orders", "C-1006", state=state).data["orders"]
        assert "A-1062" not in [order["order_id"] for order in listed]
    assert ask("request_return", "C-1006", order_id="A-1062", item="all").data["request_id"]


def test_what_was_set_aside_for_an_exchange_goes_back(ask: Ask) -> None:
    def left() -> str:
        return ask("exchange_choices", "C-1003", order_id="A-1045", item="dress").text

    stock = {"order_id": "A-1045", "item": "dress", "wanted": "GG"}
    for number in range(4):  # there are four of them
        ask("exchange_item", "C-1003", key=f"e{number}", **stock)
        ask("withdraw_return", "C-1003", key=f"w{number}", order_id="A-1045")
    assert "GG" in left()


@pytest.mark.parametrize(
    ("customer", "number", "why"),
    [("C-1008", "A-1067", "reached us"), ("C-1003", "A-1045", "nothing to call off")],
)
def test_what_has_arrived_or_is_not_open_cannot_be_called_off(
    show: Ask, customer: str, number: str, why: str
) -> None:
    with pytest.raises(ToolFailed, match=why):
        show("withdraw_return", customer, order_id=number)


def test_it_is_called_off_once(ask: Ask) -> None:
    first = ask("withdraw_return", "C-1008", key="p1", order_id="A-1070")
    assert ask("withdraw_return", "C-1008", key="p1", order_id="A-1070") == first
    with pytest.raises(ToolFailed, match="nothing to call off"):
        ask("withdraw_return", "C-1008", key="p2", order_id="A-1070")


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(
    ("turns", "proposed"),
    [
        (
            ("quero devolver o vestido", "sim", "cancela essa devolução"),
            "Vou cancelar a devolução R-",
        ),
        (("quero trocar o vestido por um G", "sim", "desfaz a troca"), "Vou cancelar a troca R-"),
        (
            ("I want to return the dress", "yes", "actually no, forget it"),
            "I will cancel return R-",
        ),
        (
            ("I want to exchange the dress for a G", "yes", "undo that exchange"),
            "I will cancel exchange R-",
        ),
    ],
)
async def test_who_takes_back_what_was_just_opened_is_asked_to_confirm_it(
    aurora: House, turns: tuple[str, ...], proposed: str
) -> None:
    assert proposed in await says(aurora, "C-1003", *turns)
