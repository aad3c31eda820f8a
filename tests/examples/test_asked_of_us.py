"""A question about us is answered: it calls nobody, opens no case, and is added to none."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLED = ("passei a conversa", "estou chamando", "I've passed the conversation", "I'm calling")
OFFERED = ("Quer que eu chame uma pessoa", "Shall I call a person")


@pytest.mark.parametrize(
    "asks",
    [
        "a Marta ficou de me retornar?",
        "vocês tentaram me ligar hoje?",
        "quando vão entrar em contato comigo?",
        "is somebody going to ring me?",
        "did anyone from your team try to call me?",
        "when will someone get back to me?",
    ],
)
async def test_whether_somebody_will_call_calls_nobody(aurora: House, asks: str) -> None:
    reply = await says(aurora, "C-1001", asks)
    assert any(one in reply for one in OFFERED) and not any(one in reply for one in CALLED)


@pytest.mark.parametrize(
    "asks", ["alguém pode me ligar?", "can someone from the team call me, please?"]
)
async def test_asking_that_somebody_call_does(aurora: House, asks: str) -> None:
    reply = await says(aurora, "C-1001", asks)
    assert any(one in reply for one in CALLED)


TOLD = {
    "pt": "quero reclamar: o entregador jogou a caixa por cima do muro",
    "en": "I want to complain: the driver threw the box over the fence",
}


@pytest.mark.parametrize(
    ("language", "asks", "by"),
    [
        ("pt", "tem resposta da minha reclamação?", "dá um retorno até"),
        ("pt", "quando vocês vão responder minha queixa?", "dá um retorno até"),
        ("pt", "o que vocês prometeram?", "dá um retorno até"),
        ("en", "any update on my complaint?", "get back to you by"),
        ("en", "when do I hear back about my complaint?", "get back to you by"),
        ("en", "what did you promise?", "get back to you by"),
    ],
)
async def test_a_complaint_is_told_with_its_day(
    aurora: House, language: str, asks: str, by: str
) -> None:
    reply = await says(aurora, "C-1001", TOLD[language], asks)
    assert by in reply and "P-" in reply
    assert "Acrescentei" not in reply and "added this" not in reply


@pytest.mark.parametrize(
    ("language", "insult"), [("pt", "vocês são péssimos"), ("en", "u guys r useless")]
)
async def test_bitter_words_are_not_added_to_it(aurora: House, language: str, insult: str) -> None:
    reply = await says(aurora, "C-1001", TOLD[language], insult)
    assert "P-" in reply and "Acrescentei" not in reply and "added this" not in reply


@pytest.mark.parametrize(
    ("defect", "prefers", "asked"),
    [
        ("a luminária não liga", "prefiro outra do que receber o dinheiro", "foto"),
        ("a luminária não liga", "quero uma nova, não o dinheiro", "foto"),
        ("my lamp does not turn on", "I'd sooner have a new one than the money", "photo"),
        ("my lamp does not turn on", "a replacement please, not a refund", "photo"),
    ],
)
async def test_what_is_turned_down_is_not_proposed(
    aurora: House, defect: str, prefers: str, asked: str
) -> None:
    reply = await says(aurora, "C-1007", defect, prefers)
    assert asked in reply and "129" not in reply


@pytest.mark.parametrize(
    ("defect", "prefers"),
    [
        ("a luminária não liga", "prefiro o dinheiro do que outra"),
        ("my lamp does not turn on", "I'd rather have my money back than another one"),
    ],
)
async def test_what_is_preferred_is(aurora: House, defect: str, prefers: str) -> None:
    assert "129" in await says(aurora, "C-1007", defect, prefers)
