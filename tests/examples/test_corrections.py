"""What she puts right, asks or wants otherwise while a proposal waits for her yes."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOES = {"pt": "quero trocar o tênis por um 40", "en": "exchange the running shoes for a 40"}
WRONG = {"pt": "veio o tênis errado", "en": "the wrong running shoes came"}
MISSED = {"pt": "o entregador não me achou", "en": "the courier missed me"}
REFUND = {"pt": "quero o dinheiro de volta do vestido", "en": "I want my money back for the dress"}
ASKS = {"pt": "Posso confirmar?", "en": "Shall I go ahead?"}


@pytest.mark.parametrize(
    ("language", "turns", "told"),
    [
        ("pt", (SHOES["pt"], "desculpa, 41"), "tamanho 41"),
        ("pt", (SHOES["pt"], "não, o 38"), "tamanho 38"),
        ("en", (SHOES["en"], "sorry 41"), "size 41"),
        ("en", (SHOES["en"], "make it 38 please"), "size 38"),
        ("pt", (WRONG["pt"], "eu preciso do 40"), "tamanho 40"),
        ("en", (WRONG["en"], "the running shoes, i need 40"), "size 40"),
        ("en", (WRONG["en"], "no, 40"), "size 40"),
    ],
)
async def test_another_size_makes_a_new_proposal(
    aurora: House, language: str, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, "C-1004", *turns)
    assert told in reply and ASKS[language] in reply


@pytest.mark.parametrize(
    ("turns", "told", "asked"),
    [
        (
            ("quero marcar com o dermatologista em 2030-12-09", "a segunda", "às 3 e meia"),
            "15:30", "A que horas?",
        ),
        (
            ("book me a dermatologist on 2030-12-09", "the second one", "at half past three"),
            "15:30", "At what time?",
        ),
    ],
)  # fmt: skip
async def test_a_time_that_may_be_two_is_the_one_that_is_free_or_asked_for(
    clinica: House, turns: tuple[str, ...], told: str, asked: str
) -> None:
    assert told in await says(clinica, "P-101", *turns)
    unfree = {"A que horas?": "às 3", "At what time?": "at 3"}[asked]
    assert asked in await says(clinica, "P-101", *turns, unfree)


@pytest.mark.parametrize(
    ("language", "number"),
    [("pt", "paguei 40 reais de frete"), ("en", "I have waited 40 days")],
)
async def test_a_number_of_something_else_is_no_size(
    aurora: House, language: str, number: str
) -> None:
    assert " 40" not in await says(aurora, "C-1004", WRONG[language], number)


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ((SHOES["pt"], "quanto vou pagar por isso??"), "Sobre isso: sem custo"),
        ((SHOES["pt"], "e quanto isso vai me custar"), "sem custo"),
        ((SHOES["en"], "how much is that gonna cost me??"), "About that: at no cost"),
        ((SHOES["en"], "do i pay shipping?"), "About that: at no cost"),
    ],
)
async def test_what_it_costs_is_told_from_the_proposal(
    aurora: House, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, "C-1004", *turns)
    assert told in reply and (ASKS["pt"] in reply or ASKS["en"] in reply)


@pytest.mark.parametrize(
    ("language", "question", "told"),
    [
        ("pt", "quanto tempo demora pra cair?", "Sobre isso: em até 2 faturas"),
        ("pt", "o dinheiro cai quando?", "Sobre isso: em até 2 faturas"),
        ("en", "how long till the money is back?", "About that: within 2 statements"),
        ("en", "when will i have the money?", "About that: within 2 statements"),
    ],
)
async def test_when_the_money_comes_is_told_from_the_proposal(
    aurora: House, language: str, question: str, told: str
) -> None:
    reply = await says(aurora, "C-1003", REFUND[language], question)
    assert told in reply and ASKS[language] in reply


@pytest.mark.parametrize(
    ("language", "but"),
    [
        ("pt", "sim, mas no meu outro endereço"),
        ("pt", "sim, mas manda pra outro endereço"),
        ("en", "yes but to my other adress"),
        ("en", "yes, but send it to another address"),
    ],
)
async def test_a_yes_to_another_address_does_nothing_and_is_answered_for_this_order(
    aurora: House, language: str, but: str
) -> None:
    reply = await says(aurora, "C-1004", SHOES[language], but)
    assert "A-1033" in reply and "A-1047" not in reply
    assert ("não pode mais ser mudado" in reply) or ("can no longer be changed" in reply)
    assert ASKS[language] in reply and "R-5" not in reply


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ((MISSED["pt"], "no próximo sábado"), "não é possível"),
        ((MISSED["en"], "can it be on January 1st, 2028?"), "is not possible"),
        ((MISSED["pt"], "hoje dá?"), "não é possível"),
    ],
)
async def test_a_day_that_cannot_be_is_said_to_be_none_with_those_that_can(
    aurora: House, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, "C-1006", *turns)
    assert told in reply
    assert "segunda a sexta" in reply or "Monday to Friday" in reply
    assert "corrigi" not in reply and "corrected" not in reply
    assert ASKS["pt"] in reply or ASKS["en"] in reply


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("pt", "não, manda outro no lugar", "foto"),
        ("pt", "não, melhor trocar por um G", "tamanho G"),
        ("en", "no wait, replace it", "photo"),
        ("en", "no, swap it for a G", "size G"),
    ],
)
async def test_another_outcome_takes_the_place_of_what_is_proposed(
    aurora: House, language: str, said: str, told: str
) -> None:
    reply = await says(aurora, "C-1003", REFUND[language], said)
    assert told in reply
    after = await says(aurora, "C-1003", REFUND[language], said, "hm")
    assert "reembolsar" not in after and "refund" not in after


@pytest.mark.parametrize("plain", [("pt", "não"), ("en", "no thanks")])
async def test_a_bare_no_still_does_nothing(aurora: House, plain: tuple[str, str]) -> None:
    language, no = plain
    reply = await says(aurora, "C-1003", REFUND[language], no)
    assert "não fiz nada" in reply or "haven't done anything" in reply
