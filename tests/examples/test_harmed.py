"""Somebody may have been hurt: a person is called before anything else, whatever is open."""

import pytest

from evals.house import House
from tests.examples.talking import says

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAFETY = ("Primeiro a segurança", "Safety first")


@pytest.mark.parametrize(
    ("who", "turns"),
    [
        (None, ("your lamp caught fire and burned my hand",)),
        ("C-1005", ("a luminária pegou fogo e queimou minha mão",)),
        ("C-1003", ("i'm in the hospital because of your lamp",)),
        ("C-1006", ("quero cancelar o pedido", "meu filho levou um choque com a luminária")),
        (
            "C-1003",
            ("i want a human", "the lamp exploded and cut my hand"),
        ),  # one is called already
    ],
)
async def test_who_was_hurt_is_told_to_be_safe_and_gets_a_person(
    aurora: House, who: str | None, turns: tuple[str, ...]
) -> None:
    told = await says(aurora, who, *turns)
    assert any(one in told for one in SAFETY)
    assert "pessoa da equipe" in told or "person from the team" in told


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("C-1001", "a lâmpada queimou"),
        ("C-1002", "o tecido pode dar reação alérgica?"),
        (None, "can the lamp catch fire?"),
        ("C-1003", "the lamp does not work"),
    ],
)
async def test_what_is_only_broken_or_asked_about_is_no_harm(
    aurora: House, who: str | None, said: str
) -> None:
    told = await says(aurora, who, said)
    assert not any(one in told for one in SAFETY)


@pytest.mark.parametrize(
    ("who", "turns"),
    [
        ("C-1006", ("quero falar com uma pessoa", "n quero falar com robo nenhum")),
        ("C-1002", ("i want a human", "i dont want to talk to a bot")),
    ],
)
async def test_a_word_against_machines_keeps_the_person_who_was_called(
    aurora: House, who: str, turns: tuple[str, ...]
) -> None:
    told = await says(aurora, who, *turns)
    assert "chamei uma pessoa" in told or "called a person" in told
