"""Digits in an address, an amount or a date are no number of an order, whatever language they are in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.embedded.embedder import Lexical
from models.embedded.understanding import train
from models.embedded.values import values

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SLOTS = {
    "order_id": {"type": "string", "pattern": "A-[0-9]{4}"},
    "coupon": {"type": "string", "pattern": "[A-Z]{4,12}[0-9]{1,3}"},
}
OTHERS = [
    "Av Paulista 1000 ap 51", "muda a entrega pra Rua das Flores, 1234, Curitiba",
    "r. augusta 1200 apto 1203", "manda pra Travessa do Comércio nº 1021", "moro no ap 1203",
    "1234 Baker Street, flat 1203", "send it to 1045 Oak Avenue", "12 Main St apt 1045",
    "reembolse R$ 5000", "me devolve 5000 reais", "paguei 1200 nela", "I paid 1200 for it", "$1500",
    "de 500 a 1000 reais", "change my email to emily2@example.com", "emily2@example", "siga @maria2024",
    "meu telefone é 11 98765-4321", "telefone 0800 1234", "cep 04567000", "04567-000",
    "comprei em 2024", "a coleção 2025 chegou?", "the 2025 collection", "in 1998 I bought", "10/11/2025",
    "luminária de 1200 watts", "1500 ml", "lençol 1000 fios", "ganhei 1000 pontos", "1000 points",
    "cartão final 1234", "card ending in 1234", "tamanho 4041", "das 0900 a 1200", "rua a 1000",
]  # fmt: skip
HERS = [
    ("cadê o 1045", "A-1045"), ("where is 1045?", "A-1045"), ("cancela 1045", "A-1045"),
    ("pedido 1045 de 5000 reais", "A-1045"), ("#1045", "A-1045"), ("order no. 1045", "A-1045"),
    ("devolve a 1045", "A-1045"), ("question about 1045", "A-1045"), ("o pedido 2024", "A-2024"),
    ("troca o endereço do 1045 pra Av Paulista 1000", "A-1045"), ("the 2024 arrived broken", "A-2024"),
    ("change the address of order 1045 to 1234 Baker Street", "A-1045"), ("a 1045", "A-1045"),
    ("cobraram o 1045 duas vezes", "A-1045"), ("I paid order 1045 twice", "A-1045"),
    ("muda a rua do pedido 1045", "A-1045"),
    ("I put the wrong street in when I bought A-1045, silly me", "A-1045"),
]  # fmt: skip


def found(text: str, language: str, asked: str = "") -> dict[str, Any]:
    return values(SLOTS, text, language, NOW, asked=asked)


@pytest.mark.parametrize("language", ["pt-BR", "en"])
@pytest.mark.parametrize("text", OTHERS)
def test_digits_that_say_something_else_are_no_number_of_hers(text: str, language: str) -> None:
    assert found(text, language) == {}


@pytest.mark.parametrize("language", ["pt-BR", "en"])
@pytest.mark.parametrize(("text", "number"), HERS)
def test_a_number_without_its_prefix_counts_where_nothing_speaks_against_it(
    text: str, number: str, language: str
) -> None:
    assert found(text, language) == {"order_id": number}


@pytest.mark.parametrize(
    ("text", "number"), [("2024", "A-2024"), ("o 2024", "A-2024"), ("em 2024 acho", None),
                         ("the one for Av Paulista 1000", None), ("I paid 1200", None)],
)  # fmt: skip
def test_asked_for_the_number_an_address_or_an_amount_is_none(
    text: str, number: str | None
) -> None:
    assert found(text, "pt-BR", "order_id").get("order_id") == number


def test_several_numbers_are_given_without_the_address_among_them() -> None:
    listed = {"named": {"type": "array", "items": SLOTS["order_id"]}}
    text = "1045 e 1062 vão pra Av Paulista 1000, paguei R$ 5000"
    assert values(listed, text, "pt-BR", NOW) == {"named": ["A-1045", "A-1062"]}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("moro na rua das acácias 1068, nada chegou", "pt-BR"),
        ("I live at 1068 Oak Street and nothing came", "en"),
    ],
)
def test_a_house_number_chooses_no_order(text: str, language: str) -> None:
    understanding = train({}, languages=("pt-BR", "en"), embedder=Lexical())
    orders = ["A-1067 · flat shoes", "A-1068 · boots"]
    assert understanding.choose(orders, text, language) is None
    assert understanding.choose(orders, "1068", language) == 1
    streets = ["Oak Street 1067", "Oak Street 1068"]
    assert understanding.choose(streets, "Oak Street 1068", language) == 1


def test_the_digits_of_an_order_number_are_those_of_no_house() -> None:
    schema = {"address": {"type": "string", "description": "street, number and city"}}
    assert values(schema, "I put the wrong street in for A-1050", "en", NOW) == {}
