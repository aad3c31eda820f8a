"""What is left of a message once she has changed her mind, and values put right by a few words."""

import pytest

from models.embedded.amending import amended
from models.embedded.changing import left


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("pt-BR", "ah mudei de ideia, melhor devolver tudo", "melhor devolver tudo"),
        ("pt-BR", "na real prefiro devolver tudo", "prefiro devolver tudo"),
        ("pt-BR", "esquece a foto, só quero meu dinheiro de volta", "quero meu dinheiro de volta"),
        ("pt-BR", "em vez da troca quero devolver", "quero devolver"),
        ("pt-BR", "quero devolver em vez de trocar", "quero devolver"),
        ("pt-BR", "não, deixa. cancela a manta", "cancela a manta"),
        ("en", "change of plans. cancel it", "cancel it"),
        ("en", "scrap the exchange and cancel the order", "cancel the order"),
        ("en", "no, never mind the size, I want to send it back", "I want to send it back"),
        ("en", "actually, can I just return it?", "can I just return it?"),
    ],
)  # fmt: skip
def test_the_words_of_a_changed_mind_are_taken_out(language: str, text: str, rest: str) -> None:
    assert left(text, language) == rest


@pytest.mark.parametrize(
    ("language", "text"),
    [("pt-BR", "mudei de ideia"), ("pt-BR", "deixa pra lá"), ("en", "forget it"), ("en", "oh, never mind")],
)  # fmt: skip
def test_nothing_is_left_where_she_only_lets_go(language: str, text: str) -> None:
    assert left(text, language) == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt-BR", "quero o tamanho G"),
        ("pt-BR", "deixa na portaria"),
        ("en", "leave it at the neighbour's"),
        ("en", "the blue one"),
        ("pt-BR", ""),
    ],
)
def test_an_answer_is_no_change_of_mind(language: str, text: str) -> None:
    assert left(text, language) is None


PT, EN = "rua das Flores 120 ap 51, Curitiba", "12 Elm Street, flat 3"


@pytest.mark.parametrize(
    ("language", "value", "text", "right"),
    [
        ("pt-BR", PT, "o número tá errado, é 210 e não 120", "rua das Flores 210 ap 51, Curitiba"),
        ("pt-BR", PT, "não é 120, é 210", "rua das Flores 210 ap 51, Curitiba"),
        ("pt-BR", PT, "na vdd o apartamento é 15", "rua das Flores 120 ap 15, Curitiba"),
        ("pt-BR", "rua das Flores 120", "errei, o certo é 210", "rua das Flores 210"),
        ("en", EN, "not 12, 21", "21 Elm Street, flat 3"),
        ("en", EN, "it's flat 5", "12 Elm Street, flat 5"),
    ],
)
def test_a_number_is_put_right_where_it_is_clear_which(
    language: str, value: str, text: str, right: str
) -> None:
    assert amended(value, text, language) == right


@pytest.mark.parametrize(
    "text", ["it is 7", "change 12 and 3 to 5", "make it 5 or 6", "the number is wrong", "flat 3"]
)
def test_nothing_is_guessed_where_it_is_not(text: str) -> None:
    assert amended(EN, text, "en") is None
