"""What was guessed is told with the question whether it was that, and her answer is heard."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")
ASKS = {"pt-BR": "Era isso que você queria saber?", "en": "Is that what you wanted to know?"}
GUESSED = {"pt-BR": "O A-1062 vai passear amanhã.", "en": "My cousin thinks of A-1062 every day."}


@pytest.mark.parametrize("language", ["pt-BR", "en"])
async def test_a_look_up_guessed_from_a_number_among_other_words_asks_whether_it_was_that(
    aurora: House, language: str
) -> None:
    reply = await says(aurora, "C-1006", GUESSED[language])
    assert "A-1062" in reply
    assert reply.endswith(ASKS[language])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A-1062", "pt-BR"),
        ("vê o A-1062 pra mim", "pt-BR"),
        ("onde está o pedido A-1062?", "pt-BR"),
        ("order A-1062", "en"),
        ("where is order A-1062?", "en"),
        ("How much is delivery to Recife?", "en"),
    ],
)
async def test_what_was_asked_plainly_is_told_without_it(
    aurora: House, text: str, language: str
) -> None:
    reply = await says(aurora, "C-1006", text)
    assert ASKS[language] not in reply


@pytest.mark.parametrize(
    ("language", "answer", "told"),
    [
        ("pt-BR", "sim", "Certo!"),
        ("pt-BR", "era isso mesmo, valeu", "Certo!"),
        ("en", "yes it was", "All right!"),
        ("en", "that's it, thanks", "All right!"),
        ("pt-BR", "n era isso n", "O que você quer saber?"),
        ("pt-BR", "não", "O que você quer saber?"),
        ("en", "not really", "What would you like to know?"),
        ("en", "nope", "What would you like to know?"),
        ("pt-BR", "pode mandar", "O que você quer saber?"),
        ("en", "go ahead", "What would you like to know?"),
    ],
)
async def test_a_yes_is_enough_and_a_no_or_a_go_ahead_is_asked_what_she_wanted_to_know(
    aurora: House, language: str, answer: str, told: str
) -> None:
    reply = await says(aurora, "C-1006", GUESSED[language], answer)
    assert told in reply
    assert "A-1062" not in reply


@pytest.mark.parametrize(
    ("language", "then", "told"),
    [
        ("pt-BR", "não, quero devolver a almofada", "devolução"),
        ("en", "no, I want to return the cushion", "return"),
        ("pt-BR", "não, quero falar com uma pessoa", "uma pessoa da equipe. "),
    ],
)
async def test_what_she_says_instead_is_what_she_wants(
    aurora: House, language: str, then: str, told: str
) -> None:
    assert told in await says(aurora, "C-1006", GUESSED[language], then)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Did my black sandals get out of the warehouse?", "A-1047"),
        ("A-1047, the black ones in 38. Are they out of the door?", "A-1047"),
        ("Minha sandália preta já foi embora daí?", "A-1047"),
    ],
)
async def test_what_she_calls_her_own_is_not_looked_up_among_the_goods(
    aurora: House, text: str, about: str
) -> None:
    assert about in await says(aurora, "C-1004", text)


async def test_goods_that_she_asks_for_are(aurora: House) -> None:
    assert "A-1047" not in await says(aurora, "C-1004", "Do you have black sandals in 36?")


@pytest.mark.parametrize("text", ["go ahead", "do it please", "pode mandar", "pode fazer"])
async def test_a_go_ahead_with_nothing_open_begins_nothing(aurora: House, text: str) -> None:
    reply = await says(aurora, "C-1006", text)
    assert "pergunta em aberto" in reply or "no open question" in reply
