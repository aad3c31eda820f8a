"""A refusal says the customer's own day, and what else there is for her; in both languages."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import ToolFailed
from tests.examples.back_office import MORE, NOON, Ask


def refused(ask: Ask, name: str, customer: str, order_id: str, language: str, **more: Any) -> str:
    given = dict(MORE.get(name, {}))
    with pytest.raises(ToolFailed) as refusal:
        ask(name, customer, order_id=order_id, language=language, **given, **more)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("name", "customer", "order_id", "told"),
    [
        # Delivered on 4 November; today is the 24th.
        (
            "request_return",
            "C-1008",
            "A-1068",
            {
                "pt-BR": ["04/11", "foi até 11/11", "trocar", "04/12", "garantia", "02/02"],
                "en": ["4 Nov", "ended on 11 Nov", "exchange", "4 Dec", "warranty", "2 Feb"],
            },
        ),
        (
            "report_wrong",
            "C-1002",
            "A-1039",
            {
                "pt-BR": ["12/11", "foi até 19/11", "trocar", "12/12"],
                "en": ["12 Nov", "ended on 19 Nov", "exchange", "12 Dec"],
            },
        ),
        (
            "exchange_item",
            "C-1003",
            "A-1020",
            {
                "pt-BR": ["25/09", "foi até 25/10", "garantia", "24/12"],
                "en": ["25 Sep", "ended on 25 Oct", "warranty", "24 Dec"],
            },
        ),
        (
            "refund_order",
            "C-1003",
            "A-1020",
            {"pt-BR": ["25/09", "até 25/10", "24/12"], "en": ["25 Sep", "25 Oct", "24 Dec"]},
        ),
        (
            "report_defect",
            "C-1002",
            "A-1009",
            {"pt-BR": ["26/08", "24/11"], "en": ["26 Aug", "24 Nov"]},
        ),
        (
            "order_warranty",
            "C-1005",
            "A-1036",
            {"pt-BR": ["extraviado", "reembolso"], "en": ["lost", "refund"]},
        ),
        (
            "order_warranty",
            "C-1004",
            "A-1047",
            {"pt-BR": ["26/11", "90 dias"], "en": ["26 Nov", "90 days"]},
        ),
        (
            "refund_order",
            "C-1004",
            "A-1047",
            {"pt-BR": ["previsão de 26/11"], "en": ["expected by 26 Nov"]},
        ),
        (
            "refund_order",
            "C-1006",
            "A-1061",
            {"pt-BR": ["agência até 28/11", "visita"], "en": ["depot until 28 Nov", "visit"]},
        ),
        (
            "request_return",
            "C-1004",
            "A-1047",
            {"pt-BR": ["26/11", "7 dias"], "en": ["26 Nov", "7 days"]},
        ),
        (
            "trace_parcel",
            "C-1008",
            "A-1068",
            {"pt-BR": ["04/11", "até 11/11"], "en": ["4 Nov", "until 11 Nov"]},
        ),
        (
            "request_return",
            "C-1008",
            "A-1070",
            {
                "pt-BR": ["uma devolução", "R-4802", "22/11"],
                "en": ["a return", "R-4802", "22 Nov"],
            },
        ),
        (
            "cancel_order",
            "C-1004",
            "A-1047",
            {"pt-BR": ["26/11", "devolver"], "en": ["26 Nov", "return"]},
        ),
        (
            "change_address",
            "C-1004",
            "A-1047",
            {"pt-BR": ["22/11", "26/11"], "en": ["22 Nov", "26 Nov"]},
        ),
        (
            "report_missing",
            "C-1008",
            "A-1067",
            {"pt-BR": ["devolvido e recebido"], "en": ["sent back and has reached us"]},
        ),
        (
            "resend_invoice",
            "C-1002",
            "A-1025",
            {"pt-BR": ["cancelado antes"], "en": ["cancelled before"]},
        ),
    ],
)
@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_a_refusal_says_her_own_days_and_what_is_left(
    ask: Ask, name: str, customer: str, order_id: str, told: dict[str, list[str]], language: str
) -> None:
    at = NOON + timedelta(days=1) if order_id == "A-1009" else NOON
    said = refused(ask, name, customer, order_id, language, at=at)
    assert all(one in said for one in told[language]), said


@pytest.mark.parametrize(("language", "says"), [("pt-BR", "foi até"), ("en", "they ended on")])
def test_what_is_over_as_well_is_not_offered(ask: Ask, language: str, says: str) -> None:
    said = refused(ask, "request_return", "C-1003", "A-1020", language)
    assert says in said
    assert not any(word in said for word in ("trocar por", "exchange it"))


@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_a_parcel_that_waited_too_long_is_not_said_to_wait(ask: Ask, language: str) -> None:
    later = NOON + timedelta(days=5)
    said = ask("order_status", "C-1006", order_id="A-1061", at=later, language=language).text
    assert "voltando para nós" in said or "coming back to us" in said


@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_what_was_refunded_is_said_with_the_amount_and_the_day(ask: Ask, language: str) -> None:
    ask("refund_order", "C-1005", order_id="A-1036", key="p1")
    with pytest.raises(ToolFailed) as refusal:
        ask("refund_order", "C-1005", order_id="A-1036", key="p2", language=language)
    said = str(refusal.value)
    assert ("34,90" in said and "24/11" in said) or ("34.90" in said and "24 Nov" in said)
