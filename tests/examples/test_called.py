"""While a person is called and has not come, what needs no person is still told, and nothing is begun."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

STILL = ("ainda vai responder por aqui", "will still answer here")
WAITS = ("Já chamei uma pessoa", "I've called a person")
WHICH = ("Qual pedido?", "Which order?")


@pytest.mark.parametrize(
    ("customer", "turns", "told"),
    [
        ("C-1004", ("can i speak with someone please", "has A-1047 left yet?"), "A-1047"),
        ("C-1004", ("get me a human", "how long does a delivery to Manaus take?"), "12"),
        ("C-1002", ("me passa para um atendente", "onde tá a toalha?"), "A-1048"),
        ("C-1002", ("quero falar com alguém", "qual é o prazo de troca?"), "30 dias"),
    ],
)
async def test_what_is_only_looked_up_is_told(
    aurora: House, customer: str, turns: tuple[str, ...], told: str
) -> None:
    reply = await says(aurora, customer, *turns)
    assert told in reply and any(one in reply for one in STILL)


@pytest.mark.parametrize(
    ("turns", "answer"),
    [
        (("me passa para um atendente", "e o meu pedido, cadê?"), "o moletom"),
        (("get me a human", "where is my order?"), "the sweatshirt"),
    ],
)
async def test_a_look_up_may_ask_which_one_is_meant(
    aurora: House, turns: tuple[str, ...], answer: str
) -> None:
    which = await says(aurora, "C-1002", *turns)
    assert any(one in which for one in WHICH)
    assert "A-1051" in await says(aurora, "C-1002", *turns, answer)


@pytest.mark.parametrize(
    "turns",
    [
        ("me passa para um atendente", "quero cancelar o moletom"),
        ("get me a human", "cancel the sweatshirt"),
        ("get me a human", "who wrote the Odyssey?"),
        ("quero falar com uma pessoa", "tem alguém aí?"),
    ],
)
async def test_nothing_else_is_begun(aurora: House, turns: tuple[str, ...]) -> None:
    reply = await says(aurora, "C-1002", *turns)
    assert any(one in reply for one in WAITS) and "A-1051" not in reply


@pytest.mark.parametrize(
    ("call", "lets_go", "asks"),
    [
        ("get me a human", "forget about the agent, I'm fine", "where is the sweatshirt?"),
        ("get me a human", "I figured it out, thanks", "where is the sweatshirt?"),
        ("quero falar com alguém", "não preciso mais do atendente", "onde está o moletom?"),
        ("quero falar com alguém", "esquece o humano, tudo certo", "onde está o moletom?"),
        ("quero falar com alguém", "já consegui resolver, valeu", "onde está o moletom?"),
    ],
)
async def test_who_no_longer_needs_a_person_calls_her_off(
    aurora: House, call: str, lets_go: str, asks: str
) -> None:
    reply = await says(aurora, "C-1002", call, lets_go, asks)
    assert "A-1051" in reply and not any(one in reply for one in STILL)


@pytest.mark.parametrize(
    "turns",
    [
        ("quero falar com alguém", "não quero mais falar com robô"),
        ("get me a human", "I don't want to deal with a bot any more"),
    ],
)
async def test_a_word_against_machines_calls_nobody_off(
    aurora: House, turns: tuple[str, ...]
) -> None:
    reply = await says(aurora, "C-1002", *turns)
    assert any(one in reply for one in WAITS)
