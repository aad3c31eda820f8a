"""A few words asked about what is proposed, answered from the proposal and nothing else."""

import pytest

from models.embedded.asides import answered, repeats

PT = (
    "abrir a devolução do pedido A-1045 · vestido verde (19/11) e enviar a etiqueta para ana@example.com, "
    "sem custo; o valor de R$ 159,90 volta no cartão, em até 2 faturas"
)
EN = (
    "open the return of order A-1045 · green dress (19 Nov) and send the label to ana@example.com, "
    "at no cost; the R$ 159.90 comes back to the card, within 2 statements"
)


@pytest.mark.parametrize(
    ("language", "proposal", "question", "told"),
    [
        ("pt-BR", PT, "espera, pago alguma coisa?", "sem custo"),
        ("pt-BR", PT, "tem multa?", "sem custo"),
        ("pt-BR", PT, "pra onde vai a etiqueta?", "ana@example.com"),
        ("pt-BR", PT, "e demora quanto?", "em até 2 faturas"),
        ("pt-BR", PT, "volta como?", "volta no cartão"),
        ("en", EN, "wait, do I have to pay for it?", "at no cost"),
        ("en", EN, "which email?", "ana@example.com"),
        ("en", EN, "how long does it take?", "within 2 statements"),
        ("en", EN, "how does it come back?", "the card"),
    ],
)
def test_a_short_question_is_answered_from_the_proposal(
    language: str, proposal: str, question: str, told: str
) -> None:
    assert told in answered(question, proposal, language)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("pt-BR", "qual o horário da loja de São Paulo?"),
        ("pt-BR", "vocês entregam em Manaus?"),
        ("pt-BR", "sim"),
        ("pt-BR", "quando chegaria?"),
        ("pt-BR", "quando chega o meu outro tênis azul?"),
        ("en", "do you ship to Manaus?"),
        ("en", "when do the blue sneakers arrive?"),
        ("en", "yes please"),
        ("en", ""),
    ],
)
def test_what_is_about_something_else_is_not(language: str, question: str) -> None:
    proposal = PT if language == "pt-BR" else EN
    assert answered(question, proposal, language) == ""


def test_what_the_proposal_does_not_tell_is_not_answered() -> None:
    assert answered("how long does it take?", "cancel order A-1051, at no cost", "en") == ""


def test_a_question_that_only_repeats_the_proposal_is_about_it() -> None:
    told = "ask the carrier to search for order A-1042, at no cost"
    assert repeats("you will search for it?", told, "en")
    assert not repeats("you will refund it?", told, "en")
    assert not repeats("ok", told, "en")
