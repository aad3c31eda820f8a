"""What is named only to be turned down is left out of a wish."""

import pytest

from models.embedded.preferring import wanted


@pytest.mark.parametrize(
    ("text", "language", "left"),
    [
        ("I'd rather get a new one than money", "en", "I'd rather get a new one"),
        ("another lamp instead of a refund", "en", "another lamp"),
        ("instead of returning it, I'd like another size", "en", "I'd like another size"),
        ("prefiro uma nova do que o dinheiro", "pt-BR", "prefiro uma nova"),
        ("quero trocar, não o dinheiro", "pt-BR", "quero trocar"),
    ],
)
def test_what_is_turned_down_is_left_out(text: str, language: str, left: str) -> None:
    assert wanted(text, language) == left


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("it is more than 30 days late", "en"),
        ("not the dress", "en"),
        ("rather than wait I want my money back", "en"),
        ("não a azul", "pt-BR"),
        ("demorou mais do que o prometido", "pt-BR"),
        ("comprei a blusa e não a recebi", "pt-BR"),
        ("esse pedido não o recebi até hoje, quero saber dele", "pt-BR"),
        ("os sapatos chegaram mas não os quero mais", "pt-BR"),
        ("the dress is not the right size, I need another", "en"),
        ("my refund was not a full refund", "en"),
        ("I got a blue shirt instead of the red one, I want to exchange it", "en"),
    ],
)
def test_where_nothing_is_preferred_all_stays(text: str, language: str) -> None:
    assert wanted(text, language) == text
