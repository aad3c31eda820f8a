"""How a customer turns: wishes taken back, the other one, numbers in words, what is no address."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.embedded import acting, denying, outcomes, pointing, words
from models.embedded.choosing import choose
from models.embedded.digits import spelled
from models.embedded.values import values

CANCEL = {
    "pt-BR": ["quero cancelar", "cancela por favor", "não recebi, pode cancelar", "não precisa mais mandar"],
    "en": ["I want to cancel", "please cancel it", "it never came, cancel", "no need to send it"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "refused"),
    [
        ("espera, não cancela não", "pt-BR", True),
        ("nao pera, nao cancela", "pt-BR", True),
        ("não quero mais cancelar", "pt-BR", True),
        ("não precisa cancelar", "pt-BR", True),
        ("wait, don't cancel it", "en", True),
        ("I no longer want to cancel", "en", True),
        ("não cancela esse, cancela o outro", "pt-BR", False),
        ("não recebi nada", "pt-BR", False),
        ("não precisa mais mandar", "pt-BR", False),
        ("there is no need to send it", "en", False),
        ("I don't want it, cancel it", "en", False),
        ("I never cancelled anything", "en", False),
    ],
)
def test_a_wish_is_taken_back_only_by_telling_us_not_to(
    text: str, language: str, refused: bool
) -> None:
    assert denying.refuses(CANCEL[language], text, language) is refused


def test_what_is_left_without_a_denial_may_be_a_wish() -> None:
    left = denying.undenied(CANCEL["en"], "I want it undone, don't cancel the other", "en")
    assert "undone" in left
    assert "cancel" not in left


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
    assert pointing.other(text, language, "Qual consulta? Which visit?") is other


@pytest.mark.parametrize(
    ("text", "language", "digits"),
    [
        ("mil e quarenta e cinco", "pt-BR", ["1045"]),
        ("dez quarenta e cinco", "pt-BR", ["1045"]),
        ("um, zero, quatro, cinco", "pt-BR", ["1045"]),
        ("ten forty-five", "en", ["1045"]),
        ("one thousand and forty-five", "en", ["1045"]),
        ("a one oh four five", "en", ["1045"]),
        ("A one-oh-four-five", "en", ["1045"]),
        ("um-zero-quatro-cinco", "pt-BR", ["1045"]),
        ("number one thousand and forty five", "en", ["1045"]),
        ("pedido dez quarenta e cinco e pronto", "pt-BR", ["1045"]),
        ("mil e quarneta e cinco", "pt-BR", ["1045"]),
        ("ten fourty-five", "en", ["1045"]),
        ("mil e 45", "pt-BR", ["1045"]),
        ("a thousand and 45", "en", ["1045"]),
        ("dois 38 e três 40", "pt-BR", []),
        ("two pairs in 38 and one in 40", "en", []),
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


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("consulta V traço um zero quatro cinco", "pt-BR", "V-1045"),
        ("a consulta mil e quarneta e cinco", "pt-BR", "V-1045"),
        ("V 10 45", "pt-BR", "V-1045"),
        ("o V hífen 1045", "pt-BR", "V-1045"),
        ("the visit V dash ten fourty-five", "en", "V-1045"),
        ("V one-oh-four-five", "en", "V-1045"),
        ("v 1 0 4 5 please", "en", "V-1045"),
        ("abre das 8 a 10 45", "pt-BR", None),
        ("entre 10 45 e 11 15", "pt-BR", None),
        ("it opens at ten forty-five", "en", None),
        ("my flat is 10 45", "en", None),
    ],
)
def test_a_number_of_a_known_form_is_read_from_words_marks_and_groups(
    text: str, language: str, number: str | None
) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    found = values({"visit_id": SCHEMAS["visit_id"]}, text, language, now)
    assert found.get("visit_id") == number


OTHERS = {
    "pt-BR": (
        ("quero cancelar o pedido", "cancela a compra"),
        ("veio o item errado", "chegou o item errado"),
    ),
    "en": (("cancel my order", "please cancel it"), ("the wrong item came", "a wrong item was sent")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "corrects"),
    [
        ("ops, errei, quis dizer a outra", "pt-BR", True),
        ("me confundi, não é essa", "pt-BR", True),
        ("não, a ouutra", "pt-BR", True),
        ("cancela a outra", "pt-BR", False),
        ("chegou o item errado da loja", "pt-BR", False),
        ("é a outra?", "pt-BR", False),
        ("oops, my mistake, I meant the other", "en", True),
        ("that's the wrong one, sorry", "en", True),
        ("the othre one", "en", True),
        ("cancel the other one", "en", False),
        ("the wrong shoes came in the box", "en", False),
        ("yes please", "en", False),
    ],
)
def test_taking_back_a_choice_is_no_wish_of_its_own(
    text: str, language: str, corrects: bool
) -> None:
    assert pointing.only_corrects(text, language, OTHERS[language]) is corrects


@pytest.mark.parametrize(
    ("text", "language", "another"),
    [
        ("sim, cancela", "pt-BR", True),
        ("sim. E cancela o outro também", "pt-BR", False),
        ("sim, manda a nota", "pt-BR", False),
        ("yes, cancel it", "en", True),
        ("yes. And cancel the other one", "en", False),
        ("yes, send the invoice", "en", False),
        ("sounds good, works for me", "en", False),
        ("that works, send it", "en", False),
        ("pode cancelar", "pt-BR", True),
    ],
)
def test_a_yes_that_names_another_act_is_told_apart(
    text: str, language: str, another: bool
) -> None:
    about = "I will send the invoice. Vou enviar a nota fiscal, pode mandar."
    broken = ("it works no more", "the lamp never works")
    others = (*OTHERS[language], *([broken] if language == "en" else []))
    assert acting.names_another(about, others, text, language) is another


@pytest.mark.parametrize(
    ("text", "language", "chosen"),
    [
        ("o copo grande veio, a tigela não", "pt-BR", 1),
        ("faltou a tigela, só tinha o copo", "pt-BR", 1),
        ("só chegou a tigela", "pt-BR", 0),
        ("abri tudo, achei o copo, cadê a tigela?", "pt-BR", 1),
        ("o copo", "pt-BR", 0),
        ("não sei", "pt-BR", None),
        ("the glass is here, the bowl isn't", "en", 1),
        ("there was no bowl, only the glass", "en", 1),
        ("only the bowl came", "en", 0),
        ("the bowl was bought with the glass, and it is missing", "en", 1),
        ("the glass", "en", 0),
        ("no idea", "en", None),
    ],
)
def test_asked_what_is_missing_she_means_what_is_not_there(
    text: str, language: str, chosen: int | None
) -> None:
    options = {"pt-BR": ["copo azul", "tigela branca"], "en": ["blue glass", "white bowl"]}
    question = {"pt-BR": "O que faltou?", "en": "What was missing?"}
    assert choose(options[language], text, language, question[language]) == chosen


def test_asked_which_one_naming_several_stays_open() -> None:
    options = ["blue glass", "white bowl"]
    assert choose(options, "only the glass and no bowl", "en", "Which one?") is None


@pytest.mark.parametrize(
    ("text", "language", "address"),
    [
        ("What I meant was Rua da Aurora, 325, Recife", "en", "Rua da Aurora, 325, Recife"),
        ("It should go to 12 Baker Street, London", "en", "12 Baker Street, London"),
        ("send it to Rua da Aurora, 325, Recife, thanks", "en", "Rua da Aurora, 325, Recife"),
        ("Where is Rua da Aurora, 325?", "en", None),
        ("A casa fica na Rua da Aurora, 325, Recife.", "pt-BR", "Rua da Aurora, 325, Recife"),
        ("Anota aí: Av. Boa Viagem 100, Recife, valeu", "pt-BR", "Av. Boa Viagem 100, Recife"),
        ("Prédio Sol, Rua da Aurora, 325", "pt-BR", "Prédio Sol, Rua da Aurora, 325"),
        ("Onde fica a Rua da Aurora, 325?", "pt-BR", None),
    ],
)
def test_a_sentence_that_says_an_address_gives_it(
    text: str, language: str, address: str | None
) -> None:
    schemas = {"address": {"type": "string", "description": "new delivery address"}}
    found = values(schemas, text, language, datetime.now(UTC), asked="address")
    assert found.get("address") == address


@pytest.mark.parametrize(
    ("text", "language", "place"),
    [
        ("o de cima", "pt-BR", 0),
        ("a debaixo", "pt-BR", 2),
        ("número dois", "pt-BR", 1),
        ("the top one", "en", 0),
        ("the one below", "en", 2),
        ("number two", "en", 1),
    ],
)
def test_a_place_in_a_list_is_told_by_where_it_stands(text: str, language: str, place: int) -> None:
    assert choose(["A-1 · blue", "A-2 · red", "A-3 · grey"], text, language) == place


@pytest.mark.parametrize(
    ("language", "text", "remains"),
    [
        ("pt-BR", "e falta quanto pra eu poder calçar?", True),
        ("pt-BR", "quantos dias faltam?", True),
        ("pt-BR", "quantos dias tenho para devolver?", False),
        ("en", "and how many more days till I can wear them?", True),
        ("en", "how much longer?", True),
        ("en", "how many days do I have to return it?", False),
    ],
)
def test_what_asks_how_long_it_still_takes_goes_on_with_what_was_told(
    language: str, text: str, remains: bool
) -> None:
    assert outcomes.remains(text, language) is remains


REFUND = frozenset(words.stems(["reembolso", "dinheiro"], "pt"))
RETURN = frozenset(words.stems(["return", "label"], "en"))


@pytest.mark.parametrize(
    ("language", "text", "names", "off"),
    [
        ("pt-BR", "quero desistir desse reembolso", REFUND, True),
        ("pt-BR", "não quero mais o reembolso", REFUND, True),
        ("pt-BR", "cancela o pedido, quero meu reembolso", REFUND, False),
        ("pt-BR", "cancela o pedido e me dá o reembolso", REFUND, False),
        ("pt-BR", "cadê o reembolso?", REFUND, False),
        ("en", "and cancel the return please", RETURN, True),
        ("en", "can I get my return cancelled?", RETURN, True),
        ("en", "cancel the order", RETURN, False),
        ("en", "I want to return it", RETURN, False),
    ],
)
def test_what_is_called_off_is_named_beside_the_verb(
    language: str, text: str, names: frozenset[str], off: bool
) -> None:
    assert denying.calls_off(text, names, language) is off


CHAIR = frozenset({"chair"})


@pytest.mark.parametrize(
    ("text", "names"),
    [("the chair", True), ("and my chair?", True), ("what about the chair", True),
     ("I want my chair", False), ("I don't have the chair", False), ("is the chair in?", False),
     ("where", False), ("", False)],
)  # fmt: skip
def test_a_thing_that_is_only_named_has_no_other_word_beside_it(text: str, names: bool) -> None:
    things = CHAIR if "chair" in text else frozenset[str]()
    assert pointing.only_names(text, things, "en") is names


SEND_BACK = (
    "I want to return the black chair",
    "return my red desk",
    "please return it",
    "return A-1",
)


@pytest.mark.parametrize(
    ("text", "agrees"),
    [("ok just return them", True), ("alright, return the chair", True), ("ok red", False),
     ("ok but only the chair", False), ("ok, return it?", False), ("return them", False),
     ("ok refund it", False)],
)  # fmt: skip
def test_a_yes_that_names_the_act_and_no_more_agrees(text: str, agrees: bool) -> None:
    proposed = "I will open the return of the chair. Shall I go ahead?"
    assert acting.urges_act(text, proposed, SEND_BACK, "en") is agrees


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("wait, not A-1064", "en", "wait, "),
        ("o A-1064 não", "pt-BR", ""),
        ("not LOAN-2044, the other", "en", ", the other"),
        ("not 98765-4321, it's 91234-5678", "en", "not 98765-4321, it's 91234-5678"),
    ],
)
def test_a_number_that_is_said_not_to_be_meant_is_left_out(
    text: str, language: str, meant: str
) -> None:
    assert denying.without_denied(text, language) == meant


@pytest.mark.parametrize(
    ("text", "language", "asks"),
    [
        ("what did you just do?", "en", True),
        ("mais alguma coisa foi feita hoje?", "pt-BR", True),
        ("I can't believe what you did to my package, the driver broke it", "en", False),
        ("olha o que vocês fizeram com meu pedido, chegou quebrado", "pt-BR", False),
        ("o que mudou na política de troca?", "pt-BR", False),
        ("what has been changed in your return policy?", "en", False),
        ("cancel order A-1064 and tell me what was done", "en", False),
    ],
)
def test_what_we_have_done_is_asked_for_only_where_nothing_else_is_said(
    text: str, language: str, asks: bool
) -> None:
    assert outcomes.asks_deeds(text, language) is asks
