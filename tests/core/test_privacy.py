"""Personal data in text."""

import time

import pytest

from core.privacy import Known, address, found, masked, normal


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
        ("iban DE89-3704-0044-0532-0130-00", "iban", "DE89-3704-0044-0532-0130-00"),
        ("é 529 982 247 25", "cpf", "529 982 247 25"),
        ("529-982-247-25.", "cpf", "529-982-247-25"),
        ("529.982.247 - 25", "cpf", "529.982.247 - 25"),
        ("529\u2011982.247\u201325", "cpf", "529\u2011982.247\u201325"),  # as a telephone writes it
        ("cnpj 11 222 333 0001 81", "cnpj", "11 222 333 0001 81"),
        ("12.abc.345/01de-35", "cnpj", "12.abc.345/01de-35"),
        ("4111  1111  1111  1111", "card", "4111  1111  1111  1111"),
        ("5511987654321 é meu", "phone", "5511987654321"),
        ("11 9 8765 4321", "phone", "11 9 8765 4321"),
        ("meu telefone é 32145678", "phone", "32145678"),
        ("my phone number is 4155552671", "phone", "4155552671"),
        ("ring 07911123456", "phone", "07911123456"),
        ("{'email': 'ana@exemplo.com'}", "email", "ana@exemplo.com"),
        ("o'neil@example.com", "email", "o'neil@example.com"),
        ("ana (arroba) exemplo.com", "email", "ana (arroba) exemplo.com"),
        ("é ana arroba exemplo ponto com", "email", "ana arroba exemplo ponto com"),
        (
            "é ana ponto lima arroba exemplo ponto com",
            "email",
            "ana ponto lima arroba exemplo ponto com",
        ),
        ("it's john dot doe at mail dot com", "email", "john dot doe at mail dot com"),
        ("reach john underscore doe at mail.com", "email", "john underscore doe at mail.com"),
        ("it is john dot doe@mail.com", "email", "john dot doe@mail.com"),
        ("qual é o ponto ana@exemplo.com", "email", "ana@exemplo.com"),
        ("moro no 01310-100", "cep", "01310-100"),
        ("CEP: 01.310-100", "cep", "01.310-100"),
        ("meu cep é o 01310 100", "cep", "01310 100"),
        ("I live at SW1A 1AA", "postcode", "SW1A 1AA"),
        ("postcode sw1a1aa", "postcode", "sw1a1aa"),
        ("Ottawa K1A 0B6", "postcode", "K1A 0B6"),
        ("my zip code is 90210", "postcode", "90210"),
        ("código postal 1000-205", "postcode", "1000-205"),
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
        "protocol 20261124-7k3f-9qxw",
        "DE89370400440532013001",
        "a MacBook M1 8GB from 01310 Avenue, 12345-6789",
        "look at exemplo.com please",
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
    [
        "a",
        "1",
        "1 ",
        "a@",
        "a.",
        "a@a.",
        "+1",
        "(11) ",
        "4111 ",
        "DE89 3",
        ".-",
        "A1",
        "9-",
        "@a-",
        "cep ",
        "zip is ",
        "tel 1",
        "a at a dot ",
        "a dot ",
        "a dash a dot a at a dash ",
        "ana ",
        "ana de ",
    ],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def took(repeats: int) -> float:
        text, start = piece * repeats, time.process_time()
        found(text, ANA)
        return time.process_time() - start

    took(1000)
    assert took(40_000) < max(0.05, took(5_000)) * 24  # eight times the text; quadratic would be 64


ANA = Known(
    names=("Ana Maria de Souza", "João Branco", "Li Wei"),
    accounts=("C-10042", "77", "2026", "8812007"),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Oi, sou a Ana", ["Ana"]),
        ("aqui é a ana  souza", ["ana  souza"]),
        ("ANA MARIA DE SOUZA quer falar", ["ANA MARIA DE SOUZA"]),
        ("Souza, Ana", ["Souza, Ana"]),
        ("meu usuário é anamariadesouza", ["anamariadesouza"]),
        ("o joao ligou; o Joa\u0303o também", ["joao", "Joa\u0303o"]),
        ("quero o tênis branco, diz o Branco", ["Branco"]),
        ("é do joão branco", ["joão branco"]),
        ("Li o artigo, diz Li Wei", ["Li", "Li Wei"]),
        ("li o artigo sobre banana e anatomia", []),
        ("conta c-10042, item 77, em 2026", ["c-10042"]),
        ("cliente nr.8812007, não 1.8812007", ["8812007"]),
        ("ana@exemplo.com é da Ana", ["ana@exemplo.com", "Ana"]),
    ],
)
def test_who_is_known_is_found_in_whatever_writing(text: str, values: list[str]) -> None:
    assert [personal.value for personal in found(text, ANA)] == values


def test_nobody_is_found_by_a_name_that_was_not_given() -> None:
    assert found("Oi, sou a Ana Maria de Souza, conta C-10042") == []


def test_a_name_in_a_script_without_spaces_is_found() -> None:
    assert [one.value for one in found("我是王小明你好", Known(names=("王小明",)))] == ["王小明"]


@pytest.mark.parametrize(
    "writings",
    [
        ("529.982.247-25", "52998224725", "529 982 247 25"),
        ("+55 (11) 98765-4321", "11987654321", "0055 11 98765 4321", "011 98765-4321"),
        ("Ana@Exemplo.com", "ana arroba exemplo ponto com"),
        ("gb29nwbk60161331926819", "GB29 NWBK 6016 1331 9268 19"),
        ("Ana Souza", "ANA  SOUZA"),
    ],
)
def test_a_value_is_the_same_however_it_is_written(writings: tuple[str, ...]) -> None:
    assert len({normal(found(writing, ANA)[0]) for writing in writings}) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("write to john dot doe at gmail dot com", "john.doe@gmail.com"),
        ("é ana ponto lima arroba casa ponto com ponto br", "ana.lima@casa.com.br"),
        ("te espero no ponto, ana arroba casa ponto com", "ana@casa.com"),
        ("te espero no ponto ana arroba casa ponto com", "ana@casa.com"),
        ("a dot smith at mail dot com, thanks", "a.smith@mail.com"),
        ("it is j dot r dot r dot doe at mail dot co dot uk", "j.r.r.doe@mail.co.uk"),
        ("ana traço lima arroba minha hífen loja ponto com ponto br", "ana-lima@minha-loja.com.br"),
        ("é Ana Underline Lima arroba exemplo.com", "Ana_Lima@exemplo.com"),
        ("ana (at) mail dot my dash shop dot com", "ana@mail.my-shop.com"),
        ("john dot doe @ mail.com", "john.doe@mail.com"),
    ],
)
def test_an_address_that_is_spelled_out_is_read_whole(said: str, meant: str) -> None:
    (one,) = found(said)
    assert address(one.value) == meant
