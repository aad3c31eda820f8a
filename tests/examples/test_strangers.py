"""Who is not signed in gets answers on how things are for anybody; only what is hers needs her to sign in."""

import pytest

from evals.house import House
from tests.examples.talking import says

SIGN_IN = ("entre na sua conta", "sign in to your account")
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("posso devolver biquíni?", "7 dias"),
        ("can i return a swimsuit?", "7"),
        ("what is the warranty on lamps", "90 days"),
        ("qual a garantia da luminária?", "90 dias"),
        ("can i return underwear?", "unopened"),
        ("posso cancelar depois de enviado?", "não dá mais para cancelar"),
        ("can you send to another address after i order?", "until it leaves our warehouse"),
        ("posso mudar o endereço depois de comprar?", "até sair do nosso estoque"),
    ],
)
async def test_a_question_on_how_things_are_is_answered_from_the_articles(
    aurora: House, text: str, told: str
) -> None:
    reply = await says(aurora, None, text)
    assert told in reply
    assert not any(words in reply for words in SIGN_IN)


@pytest.mark.parametrize(
    "text",
    [
        "cadê meu pedido?",
        "where is my order?",
        "quero devolver um vestido",
        "I want to return a dress",
        "dá pra cancelar o pedido?",
        "can you cancel the order?",
        "cadê o 1045?",
        "where is A-1045?",
        "posso devolver o vestido que comprei?",
        "can I return the dress I bought?",
    ],
)
async def test_what_is_about_her_own_order_asks_her_to_sign_in(aurora: House, text: str) -> None:
    reply = await says(aurora, None, text)
    assert any(words in reply for words in SIGN_IN)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("vocês têm loja física?", "Rua Harmonia"),
        ("tem loja em sp?", "Rua Harmonia"),
        ("do you have a shop in são paulo?", "Rua Harmonia"),
    ],
)
async def test_a_look_up_that_names_nothing_is_a_question_for_the_articles(
    aurora: House, text: str, told: str
) -> None:
    assert told in await says(aurora, None, text)


@pytest.mark.parametrize(
    "text",
    ["oi, sou o Bruno, meu e-mail é bruno.lima@example.com", "I'm Emily, emily.clark@example.com"],
)
async def test_who_says_who_she_is_is_asked_to_sign_in(aurora: House, text: str) -> None:
    reply = await says(aurora, None, text)
    assert "conta" in reply or "account" in reply
