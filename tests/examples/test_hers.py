"""Who means her own thing is answered about it: not about another one, nor with the rule for all."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("customer", "before", "asks", "told", "never"),
    [
        (
            "C-1006",
            "cadê a cortina?",
            "quanto tempo fica guardado?",
            "espera na agência",
            "10 dias",
        ),
        ("C-1006", "cadê a cortina?", "e até quando eles guardam?", "espera na agência", "10 dias"),
        (
            "C-1006",
            "where is my curtain?",
            "how long will they keep it?",
            "at the depot",
            "10 days",
        ),
        ("C-1006", "where is my curtain?", "until when do they hold it?", "at the depot", "open"),
        # The only thing that is under warranty, or has come, is another one.
        ("C-1004", "where is order A-1047?", "is it under warranty?", "A-1047", "A-1033"),
        ("C-1004", "cadê o pedido A-1047?", "ela tem garantia?", "A-1047", "A-1033"),
        ("C-1004", "where is order A-1047?", "I want to send it back", "A-1047", "A-1033"),
        ("C-1004", "cadê o pedido A-1047?", "quero devolver", "A-1047", "A-1033"),
        ("C-1005", "cadê a caneca?", "e a garantia dela?", "extraviado", "A-1044"),
        ("C-1005", "where is my mug?", "and is it under warranty?", "lost", "A-1044"),
    ],
)
async def test_her_own_thing_is_answered_about(
    aurora: House, customer: str, before: str, asks: str, told: str, never: str
) -> None:
    reply = await says(aurora, customer, before, asks)
    assert told in reply, reply
    assert never not in reply, reply


@pytest.mark.parametrize(
    ("before", "asks", "told"),
    [
        (
            "minha caneca veio quebrada",
            "quando cai o meu reembolso?",
            "Não encontrei nada disso para A-1069",
        ),
        (
            "my mug arrived broken",
            "how long does my refund take?",
            "I found none of that for A-1069",
        ),
    ],
)
async def test_that_there_is_none_for_it_is_said_before_another_is_asked_for(
    aurora: House, before: str, asks: str, told: str
) -> None:
    assert told in await says(aurora, "C-1008", before, asks)


@pytest.mark.parametrize(
    ("before", "asks", "told"),
    [
        ("cadê a cortina?", "até quando a loja guarda um pedido para retirar?", "10 dias"),
        ("cadê a cortina?", "quero devolver outro pedido", "almofada"),
        ("where is my curtain?", "I want to return another order", "cushion"),
    ],
)
async def test_what_is_asked_of_all_or_of_another_is_not_held_to_be_about_it(
    aurora: House, before: str, asks: str, told: str
) -> None:
    assert told in await says(aurora, "C-1006", before, asks)


@pytest.mark.parametrize(
    ("customer", "messages", "told"),
    [
        ("C-1006", ["the cushion was missing", "yes", "when does it arrive?"], "R-5001"),
        ("C-1008", ["when does the refund of the flat shoes arrive?", "how long does it take?"],
         "3 working days"),
        ("C-1008", ["e o reembolso da sapatilha, quando cai?", "quanto tempo demora?"],
         "3 dias úteis"),
    ],
)  # fmt: skip
async def test_how_long_what_was_just_told_or_done_takes_is_said_of_it(
    aurora: House, customer: str, messages: list[str], told: str
) -> None:
    assert told in await says(aurora, customer, *messages)
