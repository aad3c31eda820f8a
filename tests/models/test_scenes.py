"""What only leads up to a matter is told from what is wrong or wanted."""

import pytest

from models.embedded import scenes

CHAIR = {"pt-BR": frozenset({"cadeir"}), "en": frozenset({"chair"})}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("abri a caixa agora", "pt-BR"),
        ("recebi a cadeira hoje", "pt-BR"),
        ("oi, comprei uma cadeira semana passada", "pt-BR"),
        ("é sobre o pedido A-1062", "pt-BR"),
        ("just opened the box", "en"),
        ("my chair came this morning", "en"),
        ("hi, I bought a chair two weeks ago", "en"),
        ("it's about order A-1062", "en"),
    ],
)
def test_who_only_tells_what_happened_leads_up_to_something(text: str, language: str) -> None:
    assert scenes.only_leads_up(text, CHAIR[language], language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("a cadeira não chegou", "pt-BR"),
        ("só chegou a cadeira", "pt-BR"),
        ("a cadeira já chegou?", "pt-BR"),
        ("a cadeira chegou quebrada", "pt-BR"),
        ("recebi a cadeira e quero devolver", "pt-BR"),
        ("a cadeira", "pt-BR"),
        ("the chair never came", "en"),
        ("only the chair came", "en"),
        ("just the chair arrived", "en"),
        ("has the chair arrived?", "en"),
        ("the chair came broken", "en"),
        ("the chair came late", "en"),
        ("I received the lamp", "en"),
    ],
)
def test_what_is_wrong_or_wanted_or_asked_is_no_scene(text: str, language: str) -> None:
    assert not scenes.only_leads_up(text, CHAIR[language], language)
