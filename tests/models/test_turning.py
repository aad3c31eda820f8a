"""How a customer turns: wishes taken back, the other one, numbers in words, what is no address."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.embedded import turning
from models.embedded.choosing import choose
from models.embedded.numbers import spelled
from models.embedded.values import values

CANCEL = {
    "pt-BR": ["quero cancelar", "cancela por favor", "não recebi, pode cancelar", "não precisa mais mandar"],
    "en": ["I want to cancel", "please cancel it", "it never came, cancel", "no need to send it"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "refused"),
    [
        ("espera, não cancela não", "pt-BR", True),
        ("não quero mais cancelar", "pt-BR", True),
        ("não precisa cancelar", "pt-BR", True),
        ("wait, don't cancel it", "en", True),
        ("I no longer want to cancel", "en", True),
        ("não cancela esse, cancela o outro", "pt-BR", False),
        ("não recebi nada", "pt-BR", False),
        ("não precisa mais mandar", "pt-BR", False),
        ("there is no need to send it", "en", False),
        ("I don't want it, cancel it", "en", False),
    ],
)
def test_a_wish_is_taken_back_only_by_telling_us_not_to(
    text: str, language: str, refused: bool
) -> None:
    assert turning.refuses(CANCEL[language], text, language) is refused


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        ("não, a outra", "pt-BR", True),
        ("no, the other one", "en", True),
        ("quando chega minha outra consulta", "pt-BR", True),
        ("outra coisa: qual o prazo?", "pt-BR", False),
        ("another question", "en", False),
        ("em outro endereço", "pt-BR", False),
        ("to another address", "en", False),
    ],
)
def test_another_one_is_another_of_the_things_in_question(
    text: str, language: str, other: bool
) -> None:
    assert turning.other(text, language, "Qual consulta? Which visit?") is other


@pytest.mark.parametrize(
    ("text", "language", "digits"),
    [
        ("mil e quarenta e cinco", "pt-BR", ["1045"]),
        ("dez quarenta e cinco", "pt-BR", ["1045"]),
        ("um, zero, quatro, cinco", "pt-BR", ["1045"]),
        ("ten forty-five", "en", ["1045"]),
        ("one thousand and forty-five", "en", ["1045"]),
        ("a one oh four five", "en", ["1045"]),
        ("tenho dois e ela tem três", "pt-BR", []),
    ],
)
def test_numbers_are_spelled_out_in_many_ways(text: str, language: str, digits: list[str]) -> None:
    assert [span.value for span in spelled(text, language)] == digits


@pytest.mark.parametrize(
    ("text", "language", "at"),
    [
        ("a segunda", "pt-BR", 1),
        ("a seugnda", "pt-BR", 1),
        ("the secnod one", "en", 1),
        ("a última que você falou", "pt-BR", 2),
        ("the last one you mentioned", "en", 2),
        ("a mais recente", "pt-BR", 0),
    ],
)
def test_places_in_a_list_are_understood(text: str, language: str, at: int) -> None:
    assert choose(["V-1 · red", "V-2 · blue", "V-3 · green"], text, language) == at


SCHEMAS: dict[str, dict[str, Any]] = {
    "visit_id": {"type": "string", "pattern": "V-[0-9]{4}"},
    "address": {"type": "string", "minLength": 8, "description": "street, number and city"},
    "cep": {"type": "string", "pattern": "[0-9]{5}-?[0-9]{3}"},
    "photo": {"type": "string", "format": "attachment"},
}


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("Rua das Flores 20, Niterói", "address", {"address": "Rua das Flores 20, Niterói"}),
        ("24020-100", "address", {"cep": "24020-100"}),
        (
            "24020-100, Rua das Flores 20, Niterói", "cep",
            {"address": "Rua das Flores 20, Niterói", "cep": "24020-100"},
        ),
        (
            "Rua das Flores 20, Niterói, CEP 24020-100", "address",
            {"address": "Rua das Flores 20, Niterói", "cep": "24020-100"},
        ),
        ("Rua da Aurora, 3251, Recife", "address", {"address": "Rua da Aurora, 3251, Recife"}),
        ("espera, não cancela não", "address", {}),
        ("está na foto", "photo", {}),
        ("a consulta mil e quarenta e cinco", "", {"visit_id": "V-1045"}),
    ],
)  # fmt: skip
def test_an_address_is_taken_with_what_stands_beside_it_and_nothing_else_for_one(
    text: str, asked: str, found: dict[str, Any]
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert values(SCHEMAS, text, "pt-BR", now, asked=asked) == found
