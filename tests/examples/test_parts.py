"""Some of an order goes back, in conversation: no yes is to more, or to less, than she means."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")
WHOLE = {"pt-BR": "quero devolver tudo do A-1062", "en": "I want to return everything of A-1062"}
PART = {
    "pt-BR": "quero devolver só a almofada do A-1062",
    "en": "I want to return only the cushion of A-1062",
}
SHEETS = {"pt-BR": "jogo de lençol", "en": "sheet set"}
CUSHION = {"pt-BR": "almofada", "en": "cushion"}
OPEN = {"pt-BR": "foi aberta", "en": "is open"}


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("pt-BR", "quero devolver o A-1062", "O que você quer devolver?"),
        ("pt-BR", "quero devolver um item do A-1062", "O que você quer devolver?"),
        ("en", "I want to return A-1062", "What do you want to send back?"),
        ("en", "I want to return one item of A-1062", "What do you want to send back?"),
    ],
)
async def test_what_goes_back_is_asked_unless_she_says_it(
    aurora: House, language: str, text: str, asks: str
) -> None:
    reply = await says(aurora, "C-1006", text)
    assert asks in reply
    assert SHEETS[language] in reply


@pytest.mark.parametrize("language", WHOLE)
async def test_what_she_says_at_first_is_not_asked(aurora: House, language: str) -> None:
    whole = await says(aurora, "C-1006", WHOLE[language])
    assert SHEETS[language] in whole
    part = await says(aurora, "C-1006", PART[language])
    assert CUSHION[language] in part
    assert SHEETS[language] not in part


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("pt-BR", WHOLE, "só a almofada, o lençol fica"),
        ("pt-BR", WHOLE, "sim, só a almofada"),
        ("pt-BR", WHOLE, "pode abrir só a da almofada"),
        ("pt-BR", WHOLE, "ok mas o lençol eu fico"),
        ("pt-BR", WHOLE, "peraí, tira o lençol"),
        ("en", WHOLE, "just the cushion, I keep the sheets"),
        ("en", WHOLE, "yes, just the cushion"),
        ("en", WHOLE, "go ahead with the cushion only"),
        ("en", WHOLE, "ok but the sheets stay with me"),
        ("en", WHOLE, "no wait, leave out the sheets"),
    ],
)
async def test_who_keeps_a_part_is_asked_anew_about_the_rest(
    aurora: House, language: str, first: dict[str, str], second: str
) -> None:
    reply = await says(aurora, "C-1006", first[language], second)
    assert OPEN[language] not in reply
    assert CUSHION[language] in reply
    assert SHEETS[language] not in reply


@pytest.mark.parametrize(
    ("language", "second"),
    [
        ("pt-BR", "na verdade tudo"),
        ("pt-BR", "sim, os dois"),
        ("pt-BR", "o lençol também"),
        ("en", "actually everything"),
        ("en", "yes, both of them"),
        ("en", "the sheets as well"),
    ],
)
async def test_who_wants_more_is_asked_anew_about_all(
    aurora: House, language: str, second: str
) -> None:
    reply = await says(aurora, "C-1006", PART[language], second)
    assert OPEN[language] not in reply
    assert CUSHION[language] in reply
    assert SHEETS[language] in reply


@pytest.mark.parametrize(
    ("language", "agrees"), [("pt-BR", "sim, pode abrir"), ("en", "yes, go ahead")]
)
async def test_a_yes_opens_what_was_named(aurora: House, language: str, agrees: str) -> None:
    reply = await says(aurora, "C-1006", PART[language], agrees)
    assert OPEN[language] in reply
    assert CUSHION[language] in reply
    assert "59" in reply
