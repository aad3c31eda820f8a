"""What a customer names is what is chosen for her, else she is told and asked: in each trade and language."""

import pytest

from evals.house import House
from tests.examples.talking import PHOTO, says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("customer", "text", "about", "never"),
    [
        # The sandals are on their way; the running shoes are the only thing that has come.
        ("C-1004", "I got the wrong colour of the sandals", "A-1047", "A-1033"),
        ("C-1004", "a sandália veio na cor errada", "A-1047", "A-1033"),
        ("C-1004", "quero trocar a sandália preta por outra cor", "A-1047", "A-1033"),
        ("C-1002", "I'd like to return the sweatshirt", "A-1051", "A-1039"),
        # What is in a parcel is named as well as the first thing of it.
        ("C-1006", "quero meu dinheiro de volta da almofada", "A-1062", "A-1061"),
        ("C-1006", "I want my money back for the cushion", "A-1062", "A-1061"),
    ],
)
async def test_what_she_names_is_taken_even_if_it_cannot_be_done_for_it(
    aurora: House, customer: str, text: str, about: str, never: str
) -> None:
    reply = await says(aurora, customer, text)
    assert about in reply
    assert never not in reply


@pytest.mark.parametrize(
    ("customer", "text", "told"),
    [
        (
            "C-1004",
            "I want to return the dress",
            "I couldn't find “dress” among yours. Which order",
        ),
        (
            "C-1004",
            "quero devolver o vestido",
            "Não encontrei “vestido” entre os seus. Qual pedido",
        ),
        ("C-1006", "cancel the sneakers", "I couldn't find “sneakers” among yours. Which order"),
        ("C-1007", "minha caneca chegou quebrada", "Não encontrei “caneca” entre os seus. De qual"),
    ],
)
async def test_a_thing_she_does_not_have_is_told_and_no_other_taken(
    aurora: House, customer: str, text: str, told: str
) -> None:
    assert told in await says(aurora, customer, text)


@pytest.mark.parametrize(
    ("text", "yes"), [("I want to return the dress", "yes"), ("quero devolver o vestido", "isso")]
)
async def test_the_only_one_that_is_left_is_taken_once_she_says_yes(
    aurora: House, text: str, yes: str
) -> None:
    assert "A-1033" in await says(aurora, "C-1004", text, yes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cancel my visit with the paediatrician", "I couldn't find “paediatrician” among yours."),
        ("desmarca a consulta do pediatra", "Não encontrei “pediatria” entre os seus."),
    ],
)
async def test_another_trades_things_are_as_plain(clinica: House, text: str, told: str) -> None:
    reply = await says(clinica, "P-101", text)
    assert told in reply
    assert "V-2101" in reply
    assert "V-2102" in reply


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("cancel my visit with the dermatologist", "V-2102"),
        ("quero desmarcar a consulta da pele", "V-2102"),
        ("quero desmarcar a consulta do coração", "V-2101"),
    ],
)
async def test_what_is_called_otherwise_is_found(clinica: House, text: str, about: str) -> None:
    assert about in (reply := await says(clinica, "P-101", text))
    assert reply.count("V-21") == 1


@pytest.mark.parametrize(
    ("customer", "messages", "about"),
    [
        ("C-1004", ("where are my black sandals?", "no, the other one"), "A-1033"),
        ("C-1004", ("cadê minha sandália?", "não, a outra"), "A-1033"),
        ("C-1008", ("where are my boots?", "no, the flats"), "A-1067"),
        ("C-1008", ("cadê minha bota?", "não, a sapatilha"), "A-1067"),
        ("C-1002", ("cancela a toalha", "não, o moletom"), "A-1051"),
    ],
)
async def test_what_was_told_is_corrected_and_no_other_procedure_begun(
    aurora: House, customer: str, messages: tuple[str, ...], about: str
) -> None:
    assert about in await says(aurora, customer, *messages)


@pytest.mark.parametrize(
    ("messages", "done"),
    [
        (("cancel the blanket", "the green one", "yes"), "Done: order A-1066 is cancelled."),
        (("cancela a manta", "a verde", "sim"), "Pronto, o pedido A-1066 foi cancelado."),
    ],
)
async def test_naming_what_is_to_be_confirmed_begins_nothing_else(
    aurora: House, messages: tuple[str, ...], done: str
) -> None:
    first, second, third = messages
    again = await says(aurora, "C-1007", first, second)
    assert "A-1066" in again
    assert "A-1065" not in again
    assert await says(aurora, "C-1007", first, second, third) == done


@pytest.mark.parametrize(
    ("messages", "told"),
    [
        (("o vestido não serviu, quero trocar", "P"), "No momento não temos tamanho P."),
        (("the dress doesn't fit, I want to exchange it", "P"), "We don't have size P right now."),
        (("o vestido ficou grande, quero trocar por um P",), "No momento não temos tamanho P."),
        (("I'd like to exchange the dress for a size P",), "We don't have size P right now."),
    ],
)
async def test_a_size_that_is_out_of_stock_is_said_at_the_first_try(
    aurora: House, messages: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, "C-1003", *messages)
    assert told in reply
    assert "GG" in reply


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("my mug came broken", "the lamp does not light up"),
        ("a caneca chegou quebrada", "a luminária não acende"),
    ],
)
async def test_a_file_that_came_about_one_thing_is_none_of_another(
    aurora: House, first: str, second: str
) -> None:
    wanted = "photo" if second.startswith("the") else "foto"
    drop = "never mind" if second.startswith("the") else "deixa pra lá"
    reply = await says(aurora, "C-1007", (first, PHOTO), drop, second)
    assert "photo.png" not in reply
    assert wanted in reply


ADDRESS = {
    "pt-BR": ("quero mudar o endereço do A-1051", "Av Paulista 1000 ap 51, São Paulo", "01310-100"),
    "en": (
        "I want to change the address of A-1051",
        "Av Paulista 1000 apt 51, São Paulo",
        "01310-100",
    ),
}


@pytest.mark.parametrize(
    ("language", "right", "agrees", "asks"),
    [
        ("pt-BR", "na vdd o certo é 15", "sim", "Para qual endereço?"),
        ("en", "actually it's flat 15", "yes", "What is the new address?"),
    ],
)
async def test_no_yes_is_to_what_she_has_said_is_wrong(
    aurora: House, language: str, right: str, agrees: str, asks: str
) -> None:
    assert asks in await says(aurora, "C-1002", *ADDRESS[language], right)
    assert asks in await says(aurora, "C-1002", *ADDRESS[language], right, agrees)


@pytest.mark.parametrize(
    ("invoice", "wish"),
    [
        ("me manda a nota fiscal da sandália", "quero meu dinheiro de volta do tênis de corrida"),
        ("send me the invoice for the sandals", "I want my money back for the running shoes"),
    ],
)
async def test_another_wish_moves_nothing_that_is_open_to_what_it_names(
    aurora: House, invoice: str, wish: str
) -> None:
    assert "A-1047" in await says(aurora, "C-1004", invoice)
    reply = await says(aurora, "C-1004", invoice, wish)
    assert "R$ 329" in reply
    assert not any(
        word in reply for word in ("nota fiscal do pedido A-1033", "invoice of order A-1033")
    )


@pytest.mark.parametrize(
    "asked",
    [
        "se eu devolver o vestido o reembolso cai no pix?",
        "o reembolso demora quanto?",
        "does the refund go to my card?",
        "how long does the refund take?",
    ],
)
async def test_a_question_on_how_it_is_done_proposes_nothing(aurora: House, asked: str) -> None:
    reply = await says(aurora, "C-1003", asked)
    assert not any(word in reply for word in ("Posso confirmar", "Shall I go ahead", "139"))


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("abri e só tinha o lençol", "almofada vermelha"),
        ("the package had just the sheets", "red cushion"),
        ("only the sheets arrived", "red cushion"),
        ("só veio a almofada", "jogo de lençol"),
        ("faltou a almofada", "almofada vermelha"),
    ],
)
async def test_what_has_come_is_not_what_is_missing(aurora: House, text: str, sent: str) -> None:
    told = await says(aurora, "C-1006", text)
    assert f"{sent}" in told.split("A-1062")[0]
