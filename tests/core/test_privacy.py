"""Personal data in text."""

import time

import pytest

from core.privacy import found, masked


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Meu CPF é 529.982.247-25, obrigado", "cpf", "529.982.247-25"),
        ("cpf:52998224725", "cpf", "52998224725"),
        ("empresa 11.222.333/0001-81.", "cnpj", "11.222.333/0001-81"),
        ("CNPJ 11222333000181", "cnpj", "11222333000181"),
        ("novo CNPJ 12.ABC.345/01DE-35", "cnpj", "12.ABC.345/01DE-35"),
        ("card 4111 1111 1111 1111 12/27", "card", "4111 1111 1111 1111"),
        ("parcela 3 no 5555-5555-5555-4444", "card", "5555-5555-5555-4444"),
        ("amex 3782 822463 10005", "card", "3782 822463 10005"),
        ("4111111111111111", "card", "4111111111111111"),
        ("Escreva para Ana.Souza+loja@Exemplo.com.br.", "email", "Ana.Souza+loja@Exemplo.com.br"),
        ("<joão@exemplo.org>", "email", "joão@exemplo.org"),
        ("liga +55 (11) 98765-4321!", "phone", "+55 (11) 98765-4321"),
        ("(11) 98765-4321", "phone", "(11) 98765-4321"),
        ("meu zap 11987654321", "phone", "11987654321"),
        ("fixo (21) 3456-7890", "phone", "(21) 3456-7890"),
        ("call 415-555-2671 today", "phone", "415-555-2671"),
        ("call +442079460958", "phone", "+442079460958"),
        ("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF", "iban", "DE89 3704 0044 0532 0130 00"),
        ("gb29nwbk60161331926819", "iban", "gb29nwbk60161331926819"),
    ],
)
def test_what_is_personal_is_found_whole(text: str, kind: str, value: str) -> None:
    assert [(personal.kind, personal.value) for personal in found(text)] == [(kind, value)]
    assert [text[personal.start : personal.end] for personal in found(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "529.982.247-24",  # wrong check digit
        "111.111.111-11",  # right check digits, and nobody's
        "4111 1111 1111 1112",
        "pedido A-1042, nota 123456, R$ 1.234,56 em 24/11/2026 às 10:30",
        "CEP 01310-100",
        "protocol 20261124-7k3f-9qxw",
        "DE89370400440532013001",
        "version 1.2.3 of @handle, 50% off",
        "",
    ],
)
def test_what_is_not_personal_is_left(text: str) -> None:
    assert found(text) == []
    assert masked(text) == text


def test_several_are_masked_each_by_its_kind() -> None:
    text = "Sou Ana, 529.982.247-25, ana@exemplo.com ou (11) 98765-4321."
    assert masked(text) == "Sou Ana, [cpf], [email] ou [phone]."


@pytest.mark.parametrize(
    "piece",
    ["a", "1", "1 ", "a@", "a.", "a@a.", "+1", "(11) ", "4111 ", "DE89 3", ".-", "A1", "9-", "@a-"],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def took(repeats: int) -> float:
        text, start = piece * repeats, time.process_time()
        found(text)
        return time.process_time() - start

    took(1000)
    assert took(40_000) < max(0.05, took(5_000)) * 24  # eight times the text; quadratic would be 64
